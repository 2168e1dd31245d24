// The steps of a run, one by one: begun, sent, followed until they are seen.
#include <algorithm>
#include <utility>

#include "control/plan.h"
#include "control/run.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr auto kIdle = std::chrono::seconds(1);
constexpr auto kFirstLook = std::chrono::minutes(5);
constexpr std::size_t kMostDetail = 500;

std::string Shown(std::string_view detail) {
  return EscapeControl(CutUtf8(ToValidUtf8(detail), kMostDetail));
}

/// Whether the miner must be seen hashing again: it did before, and is meant to.
bool MustReturn(const RunReport& run, const StepReport& step) {
  const bool leaves = run.command.verb != Verb::kBlink && run.command.verb != Verb::kSleep &&
                      run.command.verb != Verb::kWake;
  return leaves && step.sent && step.hashrate_hashes_per_second.value_or(0) > 0;
}

CommandTarget TargetOf(const MinerView& miner) {
  return {miner.facts.id, miner.facts.address, miner.identity, miner.reading};
}

}  // namespace

PacedStep RunBook::PacedOf(const RunReport& run, const StepReport& step) const {
  PacedStep paced{step.miner_id, step.site, step.rack, 0, TakesAway(run.command.verb)};
  if (paced.away) paced.kilowatts = step.watts ? *step.watts / 1000 : kUnknownKilowatts;
  return paced;
}

AuditRow RunBook::StepAudit(const RunReport& run, const StepReport& step, const std::string& phase,
                            const std::string& result) const {
  AuditRow row =
      AuditOf({run.caller, run.address, run.reason, "", ""}, parts_.clock.Now(), "command", phase);
  row.target = step.miner_id + " at " + step.address.ToString();
  row.what = CommandText(run.command);
  row.result = result;
  row.detail = step.detail;
  row.run = run.id;
  return row;
}

/// Writes the step and takes it over. On an error the journal has the old one.
bool RunBook::Keep(Active& active, std::size_t position, const StepReport& step,
                   std::optional<AuditRow> audit) {
  const auto saved = parts_.journal.SaveSteps({{active.run.id, position, step, std::move(audit)}});
  if (saved.has_value()) {
    active.run.steps[position] = step;
    return true;
  }
  parts_.log.Error("control", saved.error().detail);
  if (active.run.state == RunState::kRunning) {
    Pause(active, "the journal fails: " + saved.error().detail);
  }
  return false;
}

SteadyTime RunBook::Tick() {
  const auto snapshot = parts_.box.Latest();
  if (!active_.empty() && snapshot->sequence != seen_sequence_) {
    seen_sequence_ = snapshot->sequence;
    Follow(*snapshot);
  }
  SteadyTime next = parts_.clock.Steady() + kIdle;
  const bool may = !closed_ && !stopped_ && parts_.config()->control.enabled;
  for (auto& [id, active] : active_) {
    Judge(active);
    while (may && BeginNext(active, *snapshot, next) == Turn::kBegan) Judge(active);
  }
  Retire();
  return next;
}

RunBook::Turn RunBook::BeginNext(Active& active, const Snapshot& snapshot, SteadyTime& next) {
  RunReport& run = active.run;
  if (run.state != RunState::kRunning) return Turn::kNothing;
  const SystemTime now = parts_.clock.Now();
  const SteadyTime steady = parts_.clock.Steady();
  const CanaryGate gate = GateOf(run, now);
  if (gate.opens) next = std::min(next, steady + (*gate.opens - now));
  std::size_t& first = active.first_planned;
  while (first < run.steps.size() && run.steps[first].state != StepState::kPlanned) ++first;
  for (std::size_t i = first; i < gate.open_steps; ++i) {
    if (run.steps[i].state != StepState::kPlanned || !LookedAt(run.steps[i], snapshot)) continue;
    const Admission admission = pacer_.MayBegin(PacedOf(run, run.steps[i]), run.limits, steady);
    if (admission.now) return SkipOrSend(active, i, snapshot) ? Turn::kBegan : Turn::kNothing;
    if (admission.at) {
      next = std::min(next, *admission.at);
      return Turn::kWait;
    }
    // Its rack or site has to wait; another one's may not have to.
  }
  return Turn::kWait;
}

/// After a start, what is not found or polled yet is neither gone nor offline.
bool RunBook::LookedAt(const StepReport& step, const Snapshot& snapshot) const {
  if (!restored_ || parts_.clock.Steady() - *restored_ > kFirstLook) return true;
  const auto miner = snapshot.Find(step.miner_id);
  return miner && miner->polled;
}

bool RunBook::SkipOrSend(Active& active, std::size_t position, const Snapshot& snapshot) {
  StepReport step = active.run.steps[position];
  const auto miner = snapshot.Find(step.miner_id);
  ReasonAgainst against;
  if (!miner || miner->facts.id != step.miner_id) {
    against = {"unknown", "the miner is not known any more"};
  } else {
    against = Unreachable(*miner, active.run.command.verb);
    if (against.reason.empty() && parts_.hooks.veto) {
      if (std::string why = parts_.hooks.veto(*miner); !why.empty()) {
        against = {"maintenance", std::move(why)};
      }
    }
  }
  if (against.reason.empty()) return Send(active, position, *miner);
  step.state = StepState::kSkipped;
  step.ended = parts_.clock.Now();
  step.detail = against.reason + ": " + Shown(against.detail);
  AuditRow audit = StepAudit(active.run, step, "outcome", "skipped");
  if (!Keep(active, position, step, std::move(audit))) return false;
  if (parts_.hooks.ended) parts_.hooks.ended(active.run, active.run.steps[position]);
  return true;
}

bool RunBook::Send(Active& active, std::size_t position, const MinerView& miner) {
  StepReport step = active.run.steps[position];
  step.state = StepState::kSending;
  step.began = parts_.clock.Now();
  step.address = miner.facts.address;
  AuditRow audit = StepAudit(active.run, step, "requested", "");
  // Durable before anything is sent: what is found as `sending` later is never sent again.
  if (!Keep(active, position, step, std::move(audit))) return false;
  pacer_.Begin(PacedOf(active.run, step), parts_.clock.Steady());
  ++in_flight_;
  if (parts_.hooks.began) parts_.hooks.began(active.run, step);
  parts_.hooks.send(
      TargetOf(miner), active.run.command, [stopped = active.stopped] { return stopped->load(); },
      [this, id = active.run.id, position](const CommandOutcome& outcome) {
        Ended(id, position, outcome);
      });
  return true;
}

void RunBook::Ended(std::int64_t id, std::size_t position, const CommandOutcome& outcome) {
  --in_flight_;
  const auto found = active_.find(id);
  if (found == active_.end()) return;
  Active& active = found->second;
  StepReport step = active.run.steps[position];
  step.ended = parts_.clock.Now();
  step.sent = outcome.sent;
  step.detail = Shown(outcome.detail);
  if (outcome.verdict == CommandVerdict::kCancelled && outcome.sent) {
    step.state = StepState::kInterrupted;  // It may have worked: the polls will tell.
    step.back = AfterInterruption(active.run.command.verb);
    active.watched_since = *step.ended;
  } else if (outcome.verdict == CommandVerdict::kCancelled && closed_) {
    step.state =
        StepState::kPlanned;  // The exporter stops and nothing was sent: its turn is later.
    step.began.reset();
    step.ended.reset();
  } else if (outcome.verdict == CommandVerdict::kCancelled) {
    step.state = StepState::kCancelled;
    step.verdict = outcome.verdict;
  } else {
    step.state = StepState::kFinished;
    step.verdict = outcome.verdict;
    step.back = MustReturn(active.run, step) ? BackState::kWaiting : BackState::kNever;
  }
  if (step.back != BackState::kWaiting) pacer_.Back(step.miner_id);
  EndStep(active, position, std::move(step), std::string(CommandVerdictName(outcome.verdict)));
}

/// A step is at its end, in memory whatever the disk says: it must not be taken for open.
void RunBook::EndStep(Active& active, std::size_t position, StepReport step,
                      const std::string& result) {
  (void)Keep(active, position, step, StepAudit(active.run, step, "outcome", result));
  active.run.steps[position] = std::move(step);
  const StepReport& kept = active.run.steps[position];
  if (parts_.hooks.ended) parts_.hooks.ended(active.run, kept);
  if (parts_.hooks.settled && kept.back != BackState::kWaiting) {
    parts_.hooks.settled(active.run, kept);
  }
}

void RunBook::Follow(const Snapshot& snapshot) {
  Pacer::Sizes sites;
  Pacer::Sizes racks;
  for (const auto& miner : snapshot.miners) {
    const MinerLabels& labels = miner->facts.labels;
    ++sites[labels.site];
    if (!labels.rack.empty()) ++racks[Pacer::RackKey(labels.site, labels.rack)];
  }
  pacer_.SetSizes(std::move(sites), std::move(racks));
  for (auto& [id, active] : active_) {
    for (std::size_t i = 0; i < active.run.steps.size(); ++i) {
      if (active.run.steps[i].back == BackState::kWaiting) FollowStep(active, i, snapshot);
    }
  }
}

/// Whether the miner of a step is back, or shows what an interrupted command wanted.
void RunBook::FollowStep(Active& active, std::size_t position, const Snapshot& snapshot) {
  StepReport step = active.run.steps[position];
  const SystemTime now = parts_.clock.Now();
  const auto miner = snapshot.Find(step.miner_id);
  const SystemTime ended = step.ended.value_or(now);
  const bool polled = miner && miner->last_success && *miner->last_success > ended;
  const bool late = now - ended > std::chrono::duration_cast<SystemTime::duration>(
                                      parts_.config()->control.return_timeout);
  if (step.state == StepState::kInterrupted) {
    const bool seen = polled && *miner->last_success > active.watched_since && step.began &&
                      SeenDone(*miner, active.run.command, *step.began);
    if (!seen && !late) return;
    step.back = seen ? BackState::kNever : BackState::kMissing;
    if (seen) {
      step.state = StepState::kFinished;
      step.verdict = CommandVerdict::kDone;
      step.detail = "seen in a later poll";
      if (MustReturn(active.run, step) && !IsHashing(*miner)) step.back = BackState::kWaiting;
    }
    if (step.back != BackState::kWaiting) pacer_.Back(step.miner_id);
    const std::string result = seen ? "done" : "interrupted";
    return EndStep(active, position, std::move(step), result);
  }
  const bool back = polled && IsHashing(*miner);
  if (!back && !late) return;
  step.back = back ? BackState::kBack : BackState::kMissing;
  if (!back) step.detail += (step.detail.empty() ? "" : "; ") + std::string("not hashing again");
  pacer_.Back(step.miner_id);
  AuditRow audit = StepAudit(active.run, step, "outcome", back ? "back" : "missing");
  (void)Keep(active, position, step, std::move(audit));
  active.run.steps[position] = std::move(step);
  if (parts_.hooks.settled) parts_.hooks.settled(active.run, active.run.steps[position]);
}

}  // namespace antx
