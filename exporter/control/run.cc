#include "control/run.h"

#include <algorithm>
#include <utility>

#include "control/plan.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr std::size_t kMostRuns = 20;
constexpr int kRetryAfterRuns = 10;

ControlFault Fault(ControlFault::Kind kind, std::string text, int retry_after = 0) {
  return {kind, std::move(text), retry_after};
}

ControlFault Broken(const DbError& error) {
  return Fault(ControlFault::Kind::kUnavailable, "the journal fails: " + error.detail);
}

int SecondsUntil(SteadyTime at, SteadyTime now) {
  const auto left = std::chrono::ceil<std::chrono::seconds>(at - now).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 1, 3600));
}

/// Keys of two callers never meet.
std::string KeyOf(const ControlCaller& caller) {
  return caller.key.empty() ? "" : caller.name + '\n' + caller.key;
}

SystemTime LastTouched(const RunReport& run) {
  SystemTime last = run.created;
  for (const StepReport& step : run.steps) {
    if (step.began) last = std::max(last, *step.began);
    if (step.ended) last = std::max(last, *step.ended);
  }
  return last;
}

}  // namespace

AuditRow AuditOf(const ControlCaller& caller, SystemTime now, std::string action,
                 std::string phase) {
  AuditRow row;
  row.time = now;
  row.caller = caller.name;
  row.address = caller.address;
  row.reason = caller.reason;
  row.action = std::move(action);
  row.phase = std::move(phase);
  return row;
}

// --- What an earlier process left --------------------------------------------------------

void RunBook::RestoreRun(RunReport run, SystemTime now, std::vector<Journal::StepChange>& changes) {
  const auto lifetime =
      std::chrono::duration_cast<SystemTime::duration>(parts_.config()->control.plan_lifetime);
  const bool forgotten = now - LastTouched(run) > lifetime;
  for (std::size_t i = 0; i < run.steps.size(); ++i) {
    StepReport& step = run.steps[i];
    if (step.state != StepState::kSending) continue;
    step.state = StepState::kInterrupted;
    step.back = AfterInterruption(run.command.verb);
    step.ended = now;
    step.sent = true;  // It may have been.
    step.detail = "the exporter ended while it was sent; not sent again";
    changes.push_back({run.id, i, step, StepAudit(run, step, "outcome", "interrupted")});
  }
  const std::int64_t id = run.id;
  Active& active = active_.try_emplace(id).first->second;
  active.run = std::move(run);
  active.watched_since = now;
  const bool waits =
      std::any_of(active.run.steps.begin(), active.run.steps.end(),
                  [](const StepReport& step) { return step.state == StepState::kPlanned; });
  if (active.run.state == RunState::kRunning && waits && forgotten) {
    Pause(active,
          "the exporter was away for longer than control.plan_seconds and the fleet may have "
          "changed: continue or stop the run");
  }
}

DbResult<void> RunBook::Restore() {
  const auto stopped = parts_.journal.Stopped();
  if (stopped.has_error()) return stopped.error();
  stopped_ = *stopped;
  restored_ = parts_.clock.Steady();
  auto runs = parts_.journal.Unfinished();
  if (runs.has_error()) return runs.error();
  const SystemTime now = parts_.clock.Now();
  std::vector<Journal::StepChange> changes;
  for (RunReport& run : *runs) RestoreRun(std::move(run), now, changes);
  const auto saved = parts_.journal.SaveSteps(changes);
  if (saved.has_error()) return saved.error();
  // What was begun lately still counts for the limits, and what is away still is.
  std::vector<std::pair<SystemTime, PacedStep>> begun;
  for (const auto& [id, active] : active_) {
    for (const StepReport& step : active.run.steps) {
      if (!step.began || *step.began > now) continue;
      PacedStep paced = PacedOf(active.run, step);
      paced.away = paced.away && step.back == BackState::kWaiting;
      begun.emplace_back(*step.began, std::move(paced));
    }
  }
  std::sort(begun.begin(), begun.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [time, step] : begun) pacer_.Begin(step, parts_.clock.Steady() - (now - time));
  return {};
}

// --- What callers want ---------------------------------------------------------------------

ControlResult<std::optional<std::int64_t>> RunBook::Keyed(const ControlCaller& caller) {
  const std::string key = KeyOf(caller);
  if (key.empty()) return std::optional<std::int64_t>();
  const auto found = parts_.journal.FindKey(key, parts_.clock.Now());
  if (found.has_error()) return Broken(found.error());
  if (!*found) return std::optional<std::int64_t>();
  if ((*found)->request != Sha256(caller.request)) {
    return Fault(ControlFault::Kind::kConflict,
                 "Idempotency-Key: it came with another request before; take a new one");
  }
  return std::optional<std::int64_t>((*found)->run);
}

std::set<std::string> RunBook::Busy() const {
  std::set<std::string> busy;
  for (const auto& [id, active] : active_) {
    for (const StepReport& step : active.run.steps) {
      if (!step.Decided()) busy.insert(step.miner_id);
    }
  }
  return busy;
}

void RunBook::SkipBusy(RunReport& run) const {
  const auto busy = Busy();
  for (StepReport& step : run.steps) {
    if (busy.count(step.miner_id) == 0) continue;
    step.state = StepState::kSkipped;
    step.detail = "busy: another command to it is under way or waits for its turn";
  }
}

ControlResult<RunBook::Begun> RunBook::Begin(const ControlCaller& caller, RunReport run,
                                             bool single) {
  const auto keyed = Keyed(caller);
  if (keyed.has_error()) return keyed.error();
  if (*keyed) return Begun{**keyed, true};
  if (closed_) return Fault(ControlFault::Kind::kUnavailable, "the exporter is stopping");
  if (stopped_) {
    return Fault(ControlFault::Kind::kUnavailable,
                 "commands are stopped; POST /api/control/resume lets them go on");
  }
  if (active_.size() >= kMostRuns) {
    return Fault(ControlFault::Kind::kTooMany,
                 std::to_string(kMostRuns) + " runs are not at their end; wait for one",
                 kRetryAfterRuns);
  }
  SkipBusy(run);
  const bool none = std::none_of(run.steps.begin(), run.steps.end(), [](const StepReport& step) {
    return step.state == StepState::kPlanned;
  });
  if (none) {
    return Fault(ControlFault::Kind::kConflict,
                 run.steps.size() == 1 ? run.steps.front().detail
                                       : "no miner is left that the command could go to");
  }
  if (single) {
    const SteadyTime now = parts_.clock.Steady();
    const Admission admission = pacer_.MayBegin(PacedOf(run, run.steps.front()), run.limits, now);
    if (!admission.now) {
      return Fault(ControlFault::Kind::kTooMany, "over the limit: " + admission.why,
                   admission.at ? SecondsUntil(*admission.at, now) : kRetryAfterRuns);
    }
  }
  run.created = parts_.clock.Now();
  run.caller = caller.name;
  run.address = caller.address;
  run.reason = caller.reason;
  AuditRow audit = AuditOf(caller, run.created, "run", "requested");
  audit.what = CommandText(run.command);
  audit.detail = std::to_string(run.steps.size()) + " miners, plan " + std::to_string(run.plan);
  const auto added =
      parts_.journal.AddRun(run, KeyOf(caller), Sha256(caller.request), std::move(audit));
  if (added.has_error()) return Broken(added.error());
  const std::int64_t id = run.id;
  active_.try_emplace(id).first->second.run = std::move(run);
  return Begun{id, false};
}

ControlResult<void> RunBook::StopRun(const ControlCaller& caller, std::int64_t id) {
  const auto found = active_.find(id);
  if (found == active_.end()) {
    const auto run = parts_.journal.Run(id);
    if (run.has_error()) return Broken(run.error());
    return *run ? Fault(ControlFault::Kind::kConflict, "the run is at its end already")
                : Fault(ControlFault::Kind::kUnknown, "there is no such run");
  }
  AuditRow row = AuditOf(caller, parts_.clock.Now(), "stop", "requested");
  row.run = id;
  const auto audited = parts_.journal.Audit(std::move(row));
  if (audited.has_error()) return Broken(audited.error());
  Cancel(found->second, RunState::kStopped, "stopped by " + caller.name);
  Retire();
  return {};
}

ControlResult<void> RunBook::Continue(const ControlCaller& caller, std::int64_t id) {
  const auto found = active_.find(id);
  if (found == active_.end()) return Fault(ControlFault::Kind::kUnknown, "there is no such run");
  RunReport& run = found->second.run;
  if (run.state != RunState::kPaused) {
    return Fault(ControlFault::Kind::kConflict,
                 "the run is " + std::string(RunStateName(run.state)) + ", not paused");
  }
  if (stopped_) {
    return Fault(ControlFault::Kind::kUnavailable,
                 "commands are stopped; POST /api/control/resume lets them go on");
  }
  RunReport next = run;
  next.state = RunState::kRunning;
  next.why.clear();
  AuditRow row = AuditOf(caller, parts_.clock.Now(), "continue", "requested");
  row.run = id;
  const auto saved = parts_.journal.SaveRun(next, std::move(row));
  if (saved.has_error()) return Broken(saved.error());
  run = std::move(next);
  return {};
}

ControlResult<void> RunBook::StopAll(const ControlCaller& caller) {
  // Whatever the disk says: nothing begins any more.
  stopped_ = true;
  for (auto& [id, active] : active_) {
    active.stopped->store(true);
    if (active.run.state <= RunState::kPaused) {
      Cancel(active, RunState::kStopped, "all commands were stopped by " + caller.name);
    }
  }
  Retire();
  const auto saved =
      parts_.journal.SetStopped(true, AuditOf(caller, parts_.clock.Now(), "stop_all", "requested"));
  if (saved.has_error()) return Broken(saved.error());
  return {};
}

ControlResult<void> RunBook::Resume(const ControlCaller& caller) {
  const auto saved =
      parts_.journal.SetStopped(false, AuditOf(caller, parts_.clock.Now(), "resume", "requested"));
  if (saved.has_error()) return Broken(saved.error());
  stopped_ = false;
  return {};
}

void RunBook::WhenDecided(std::int64_t id, std::function<void()> decided) {
  const auto found = active_.find(id);
  const bool open = found != active_.end() && !closed_ &&
                    std::any_of(found->second.run.steps.begin(), found->second.run.steps.end(),
                                [](const StepReport& step) { return !step.Decided(); });
  if (open) {
    found->second.waiting.push_back(std::move(decided));
  } else {
    decided();
  }
}

void RunBook::Close() {
  closed_ = true;
  for (auto& [id, active] : active_) {
    active.stopped->store(true);
    for (const auto& decided : std::exchange(active.waiting, {})) decided();
  }
}

// --- States of a run -------------------------------------------------------------------------

void RunBook::KeepRun(Active& active, const std::string& result) {
  const RunReport& run = active.run;
  AuditRow audit =
      AuditOf({run.caller, run.address, run.reason, "", ""}, parts_.clock.Now(), "run", "outcome");
  audit.what = CommandText(run.command);
  audit.result = result;
  audit.detail = run.why;
  audit.run = run.id;
  const auto saved = parts_.journal.SaveRun(run, std::move(audit));
  if (saved.has_error()) parts_.log.Error("control", saved.error().detail);
}

void RunBook::Pause(Active& active, const std::string& why) {
  active.run.state = RunState::kPaused;
  active.run.why = why;
  parts_.log.Warn("control", "run " + std::to_string(active.run.id) + " is paused: " + why);
  KeepRun(active, "paused");
}

void RunBook::Cancel(Active& active, RunState state, const std::string& why) {
  RunReport& run = active.run;
  run.state = state;
  run.why = why;
  std::vector<Journal::StepChange> changes;
  for (std::size_t i = 0; i < run.steps.size(); ++i) {
    if (run.steps[i].state != StepState::kPlanned) continue;
    run.steps[i].state = StepState::kCancelled;
    changes.push_back({run.id, i, run.steps[i], std::nullopt});
  }
  const auto saved = parts_.journal.SaveSteps(changes);
  if (saved.has_error()) parts_.log.Error("control", saved.error().detail);
  parts_.log.Warn("control", "run " + std::to_string(run.id) + ' ' +
                                 std::string(RunStateName(state)) + ": " + why);
  KeepRun(active, std::string(RunStateName(state)));
}

void RunBook::Judge(Active& active) {
  RunReport& run = active.run;
  if (run.state > RunState::kPaused || !TooManyFailed(run)) return;
  const auto failed = std::count_if(run.steps.begin(), run.steps.end(),
                                    [](const StepReport& step) { return step.Failed(); });
  const bool single = run.steps.size() == 1;
  Cancel(active, RunState::kFailed,
         single ? "its command failed"
                : std::to_string(failed) + " failed: a canary, or more than " +
                      std::to_string(static_cast<int>(run.limits.stop_when_failed_percent)) +
                      " % (stop_when_failed_percent)");
}

void RunBook::Finish(Active& active) {
  RunReport& run = active.run;
  run.ended = parts_.clock.Now();
  if (run.state <= RunState::kPaused) {
    run.state = RunState::kFinished;
    run.why.clear();
  }
  KeepRun(active, std::string(RunStateName(run.state)));
}

/// Tells who waits, and lets go of the runs that are at their end.
void RunBook::Retire() {
  for (auto next = active_.begin(); next != active_.end();) {
    Active& active = next->second;
    const auto& steps = active.run.steps;
    const bool decided = std::all_of(steps.begin(), steps.end(),
                                     [](const StepReport& step) { return step.Decided(); });
    if (decided) {
      for (const auto& tell : std::exchange(active.waiting, {})) tell();
    }
    const bool watched = std::any_of(steps.begin(), steps.end(), [](const StepReport& step) {
      return step.back == BackState::kWaiting;
    });
    if (decided && !watched) {
      Finish(active);
      next = active_.erase(next);
    } else {
      ++next;
    }
  }
}

}  // namespace antx
