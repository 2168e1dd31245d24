#include "control/controller.h"

#include <algorithm>
#include <future>
#include <utility>

#include "control/control_thread.h"
#include "control/plan.h"

namespace antx {
namespace {

constexpr auto kPatience = std::chrono::seconds(10);
constexpr std::size_t kMostPlans = 100;

ControlFault Fault(ControlFault::Kind kind, std::string text) { return {kind, std::move(text), 0}; }

ControlFault Broken(const DbError& error) {
  return Fault(ControlFault::Kind::kUnavailable, "the journal fails: " + error.detail);
}

CommandTarget TargetOf(const MinerView& miner) {
  return {miner.facts.id, miner.facts.address, miner.identity, miner.reading};
}

std::string ResultOf(ControlFault::Kind kind) {
  switch (kind) {
    case ControlFault::Kind::kBadRequest:
      return "bad_request";
    case ControlFault::Kind::kUnknown:
      return "unknown";
    case ControlFault::Kind::kConflict:
      return "conflict";
    case ControlFault::Kind::kTooMany:
      return "over_limit";
    case ControlFault::Kind::kUnsupported:
      return "unsupported";
    case ControlFault::Kind::kNoAnswer:
      return "no_answer";
    default:
      return "refused";
  }
}

}  // namespace

ControlService::ControlService(ControlParts parts) : parts_(std::move(parts)) {}

ControlService::~ControlService() {
  running_ = nullptr;
  thread_.reset();
}

void ControlService::Open() {
  const auto config = parts_.config();
  if (!config->control.enabled || running_.load() != nullptr) return;
  auto journal = Journal::Open(JournalPath(config->storage));
  std::string fault = journal.has_error() ? journal.error().detail : "";
  if (journal.has_value()) {
    thread_ = std::make_unique<ControlThread>(parts_, std::move(*journal));
    const auto begun = thread_->Start();
    if (begun.has_error()) fault = begun.error().detail;
  }
  if (fault.empty()) {
    running_ = thread_.get();
    return;
  }
  thread_.reset();
  parts_.log.Error("control", fault + "; no command is taken");
  broken_ = std::make_shared<const std::string>("the journal cannot be opened: " + fault);
}

void ControlService::Close() {
  ControlThread* thread = running_.load();
  if (thread == nullptr) return;
  thread->Post([thread] { thread->book().Close(); });
}

/// Runs on the control thread, unless the caller has given up before.
template <class T>
ControlResult<T> ControlService::Ask(std::function<ControlResult<T>(ControlThread&)> question) {
  ControlThread* thread = running_.load();
  if (thread == nullptr) return Fault(ControlFault::Kind::kUnavailable, *broken_.load());
  struct Call {
    std::promise<ControlResult<T>> promise;
    std::atomic<int> taken{0};  ///< By the thread or by the caller who gives up.
  };
  auto call = std::make_shared<Call>();
  auto answer = call->promise.get_future();
  thread->Post([thread, call, question = std::move(question)] {
    if (call->taken.exchange(1) == 0) call->promise.set_value(question(*thread));
  });
  const bool in_time = answer.wait_for(kPatience) == std::future_status::ready;
  if (!in_time && call->taken.exchange(1) == 0) {
    return Fault(ControlFault::Kind::kUnavailable, "control is busy; nothing was begun");
  }
  return answer.get();
}

ControlFault ControlService::Refused(const ControlCaller& caller, const std::string& action,
                                     const std::string& target, const std::string& what,
                                     ControlFault fault) {
  ControlThread* thread = running_.load();
  if (thread == nullptr) return fault;
  AuditRow row = AuditOf(caller, parts_.clock.Now(), action, "refused");
  row.target = target;
  row.what = what;
  row.result = ResultOf(fault.kind);
  row.detail = fault.text;
  thread->Post([this, thread, row = std::move(row)] {
    const auto done = thread->journal().Audit(row);
    if (done.has_error()) parts_.log.Error("control", done.error().detail);
  });
  return fault;
}

// --- Plans -----------------------------------------------------------------------------------

ControlResult<ControlPlan> ControlService::MakePlanFor(const MinerSelection& selection,
                                                       const Command& command) {
  if (parts_.fault) {
    if (std::string fault = parts_.fault(command); !fault.empty()) {
      return Fault(ControlFault::Kind::kBadRequest, std::move(fault));
    }
  }
  const auto snapshot = parts_.box.Latest();
  const auto miners = SelectMiners(*snapshot, selection);
  if (miners.has_error()) return miners.error();
  std::vector<CommandTarget> targets;
  targets.reserve(miners->size());
  for (const auto& miner : *miners) targets.push_back(TargetOf(*miner));
  const auto checks = parts_.check(std::move(targets), command);
  if (checks.size() != miners->size()) {
    return Fault(ControlFault::Kind::kUnavailable, "the exporter is stopping");
  }
  const auto busy =
      Ask<std::set<std::string>>([](ControlThread& thread) -> ControlResult<std::set<std::string>> {
        return thread.book().Busy();
      });
  if (busy.has_error()) return busy.error();
  const auto config = parts_.config();
  ControlPlan plan = MakePlan({command, *miners, checks, *busy, parts_.veto,
                               config->profitability.enabled ? market_ : nullptr});
  plan.created = parts_.clock.Now();
  plan.expires = plan.created +
                 std::chrono::duration_cast<SystemTime::duration>(config->control.plan_lifetime);
  return plan;
}

ControlResult<ControlPlan> ControlService::Plan(const ControlCaller& caller,
                                                const MinerSelection& selection,
                                                const Command& command) {
  auto plan = MakePlanFor(selection, command);
  if (plan.has_error()) return Refused(caller, "plan", "", CommandText(command), plan.error());
  AuditRow row = AuditOf(caller, plan->created, "plan", "outcome");
  row.what = CommandText(command);
  row.result = "planned";
  row.detail = std::to_string(plan->miners.size()) + " miners, " +
               std::to_string(plan->skipped.size()) + " left out";
  return Ask<ControlPlan>(
      [plan = std::move(*plan), row](ControlThread& thread) mutable -> ControlResult<ControlPlan> {
        const auto id = thread.journal().NextPlan();
        if (id.has_error()) return Broken(id.error());
        plan.id = *id;
        row.detail += ", plan " + std::to_string(plan.id);
        const auto audited = thread.journal().Audit(row);
        if (audited.has_error()) return Broken(audited.error());
        auto& plans = thread.plans();
        while (plans.size() >= kMostPlans) plans.erase(plans.begin());
        plans[plan.id] = plan;
        return plan;
      });
}

// --- Runs --------------------------------------------------------------------------------------

ControlResult<std::int64_t> ControlService::Execute(const ControlCaller& caller, std::int64_t id,
                                                    const LimitsAsked& asked) {
  const auto limits = LimitsFor(asked, parts_.config()->control);
  const std::string what = "plan " + std::to_string(id);
  if (limits.has_error()) return limits.error();
  auto run = Ask<std::int64_t>([caller, id, limits = *limits, now = parts_.clock.Now()](
                                   ControlThread& thread) -> ControlResult<std::int64_t> {
    // A plan is executed once; the same request again gets the same run.
    const auto keyed = thread.book().Keyed(caller);
    if (keyed.has_error()) return keyed.error();
    if (*keyed) return **keyed;
    const auto found = thread.plans().find(id);
    if (found == thread.plans().end()) {
      return Fault(ControlFault::Kind::kUnknown,
                   "plan: it is not known; it was executed, or the exporter was started anew");
    }
    if (found->second.expires <= now) {
      return Fault(ControlFault::Kind::kConflict,
                   "plan: it expired at " + FormatUtc(found->second.expires) + "; make a new one");
    }
    const auto begun = thread.book().Begin(caller, RunOf(found->second, limits), false);
    if (begun.has_error()) return begun.error();
    thread.plans().erase(found);
    thread.Wake();
    return begun->run;
  });
  if (run.has_error()) return Refused(caller, "run", "", what, run.error());
  return run;
}

ControlResult<std::int64_t> ControlService::BeginPlan(const ControlCaller& caller,
                                                      const ControlPlan& plan,
                                                      const LimitsAsked& asked, bool single) {
  const auto limits = LimitsFor(asked, parts_.config()->control);
  if (limits.has_error()) return limits.error();
  return Ask<std::int64_t>([caller, single, run = RunOf(plan, *limits)](
                               ControlThread& thread) -> ControlResult<std::int64_t> {
    const auto number = thread.journal().NextPlan();
    if (number.has_error()) return Broken(number.error());
    RunReport numbered = run;
    numbered.plan = *number;
    const auto begun = thread.book().Begin(caller, std::move(numbered), single);
    if (begun.has_error()) return begun.error();
    thread.Wake();
    return begun->run;
  });
}

ControlResult<std::int64_t> ControlService::Start(const ControlCaller& caller,
                                                  const MinerSelection& selection,
                                                  const Command& command,
                                                  const LimitsAsked& limits) {
  const auto begin = [&]() -> ControlResult<std::int64_t> {
    const auto keyed = Ask<std::optional<std::int64_t>>(
        [caller](ControlThread& thread) { return thread.book().Keyed(caller); });
    if (keyed.has_error()) return keyed.error();
    if (*keyed) return **keyed;
    const auto plan = MakePlanFor(selection, command);
    if (plan.has_error()) return plan.error();
    if (plan->miners.empty() && plan->skipped.size() == 1)
      return FaultOfSkipped(plan->skipped.front());
    return BeginPlan(caller, *plan, limits, false);
  };
  auto run = begin();
  if (run.has_error()) return Refused(caller, "run", "", CommandText(command), run.error());
  return run;
}

ControlResult<SingleAnswer> ControlService::BeginSingle(const ControlCaller& caller, Ipv4 address,
                                                        std::string_view worker,
                                                        const Command& command) {
  const auto keyed = Ask<std::optional<std::int64_t>>(
      [caller](ControlThread& thread) { return thread.book().Keyed(caller); });
  if (keyed.has_error()) return keyed.error();
  if (*keyed) return WaitFor(**keyed);
  const auto snapshot = parts_.box.Latest();
  const auto miner = snapshot->Find(address.ToString());
  if (!miner) return Fault(ControlFault::Kind::kUnknown, "ip: no such miner is known");
  if (!WorkerMatches(*miner, worker)) {
    if (!miner->reading)
      return Fault(ControlFault::Kind::kNoAnswer, "the miner has not answered lately");
    return Fault(ControlFault::Kind::kUnknown,
                 "worker: the miner has no pool with such a user (- stands for any)");
  }
  MinerSelection selection;
  selection.miners = {miner->facts.id};
  auto plan = MakePlanFor(selection, command);
  if (plan.has_error()) return plan.error();
  if (plan->miners.empty()) {
    const SkippedMiner& skipped = plan->skipped.front();
    if (skipped.reason != "already_so") return FaultOfSkipped(skipped);
    plan->miners.push_back(PlannedOf(*miner, command.verb));  // Who names one miner means it.
  }
  const auto run = BeginPlan(caller, *plan, {}, true);
  if (run.has_error()) return run.error();
  return WaitFor(*run);
}

ControlResult<SingleAnswer> ControlService::Single(const ControlCaller& caller, Ipv4 address,
                                                   std::string_view worker,
                                                   const Command& command) {
  auto answer = BeginSingle(caller, address, worker, command);
  if (answer.has_error()) {
    return Refused(caller, "command", address.ToString(), CommandText(command), answer.error());
  }
  return answer;
}

/// Waits until the run's steps are decided, as long as an answer may take, and not with all the
/// HTTP threads at once.
ControlResult<SingleAnswer> ControlService::WaitFor(std::int64_t id) {
  const auto config = parts_.config();
  struct Seat {
    explicit Seat(std::atomic<int>& count) : taken(count), number(count.fetch_add(1)) {}
    ~Seat() { taken.fetch_sub(1); }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;
    std::atomic<int>& taken;
    int number;
  };
  const Seat seat(waiting_);
  if (seat.number < std::max(1, config->web.threads / 2)) {
    auto decided = std::make_shared<std::promise<void>>();
    auto answer = decided->get_future();
    const auto asked = Ask<bool>([id, decided](ControlThread& thread) -> ControlResult<bool> {
      thread.book().WhenDecided(id, [decided] { decided->set_value(); });
      return true;
    });
    if (asked.has_error()) return asked.error();
    (void)answer.wait_for(config->control.answer_wait);
  }
  const auto run = Run(id);
  if (run.has_error()) return run.error();
  if (run->steps.empty()) return Fault(ControlFault::Kind::kUnavailable, "the run has no step");
  return SingleAnswer{id, run->steps.front()};
}

ControlResult<std::vector<RunSummary>> ControlService::Runs(int limit) {
  return Ask<std::vector<RunSummary>>(
      [limit](ControlThread& thread) -> ControlResult<std::vector<RunSummary>> {
        auto runs = thread.journal().Runs(limit);
        if (runs.has_error()) return Broken(runs.error());
        return std::move(*runs);
      });
}

ControlResult<RunReport> ControlService::Run(std::int64_t id) {
  return Ask<RunReport>([id](ControlThread& thread) -> ControlResult<RunReport> {
    auto run = thread.journal().Run(id);
    if (run.has_error()) return Broken(run.error());
    if (!*run) return Fault(ControlFault::Kind::kUnknown, "there is no such run");
    return std::move(**run);
  });
}

ControlResult<void> ControlService::StopRun(const ControlCaller& caller, std::int64_t id) {
  auto done = Ask<void>([=](ControlThread& thread) { return thread.book().StopRun(caller, id); });
  if (done.has_error()) {
    return Refused(caller, "stop", "", "run " + std::to_string(id), done.error());
  }
  return done;
}

ControlResult<void> ControlService::Continue(const ControlCaller& caller, std::int64_t id) {
  auto done = Ask<void>([=](ControlThread& thread) {
    auto result = thread.book().Continue(caller, id);
    thread.Wake();
    return result;
  });
  if (done.has_error()) {
    return Refused(caller, "continue", "", "run " + std::to_string(id), done.error());
  }
  return done;
}

ControlResult<void> ControlService::StopAll(const ControlCaller& caller) {
  return Ask<void>([=](ControlThread& thread) {
    auto result = thread.book().StopAll(caller);
    thread.TellStopped();
    return result;
  });
}

ControlResult<void> ControlService::Resume(const ControlCaller& caller) {
  return Ask<void>([=](ControlThread& thread) {
    auto result = thread.book().Resume(caller);
    thread.TellStopped();
    thread.Wake();
    return result;
  });
}

ControlResult<std::vector<AuditRow>> ControlService::Audit(std::int64_t before, int limit) {
  return Ask<std::vector<AuditRow>>(
      [=](ControlThread& thread) -> ControlResult<std::vector<AuditRow>> {
        auto rows = thread.journal().AuditRows(before, limit);
        if (rows.has_error()) return Broken(rows.error());
        return std::move(*rows);
      });
}

}  // namespace antx
