// Control as the rest of the program sees it: a thread of its own with the journal, the runs and
// the audit. Requests come from HTTP threads, which wait for it with a deadline; miners are reached
// through functions that are given.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "control/miner_command.h"
#include "model/control.h"
#include "model/event.h"
#include "model/market.h"
#include "model/snapshot.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/shared_box.h"

namespace antx {

struct ControlParts {
  const SnapshotBox& box;  ///< `box`, `clock` and `log` outlive the service.
  const Clock& clock;
  Logger& log;
  std::function<std::shared_ptr<const Config>()> config;

  /// Whether each could be sent; sends nothing. Called on any thread, may block for a moment; as
  /// many outcomes as targets, or none when the exporter stops.
  std::function<std::vector<CommandOutcome>(std::vector<CommandTarget>, Command)> check;
  /// Sends one. Called on the control thread and returns at once; `done` on any thread, or never.
  std::function<void(CommandTarget, Command, std::function<bool()> stopped,
                     std::function<void(CommandOutcome)> done)>
      send;
  /// Why nobody may touch a miner now, for people; "": nothing. Any thread. May be empty.
  std::function<std::string(const MinerView&)> veto;
  /// What is wrong with a command as such (a pool that is not allowed), naming the field; "":
  /// nothing. Any thread. May be empty.
  std::function<std::string(const Command&)> fault;

  // What happens, on the control thread; each may be empty.
  std::function<void(const Event&)> event;
  std::function<void(std::string_view verb, std::string_view result)> counted;
  std::function<void(std::size_t commands)> in_flight;
  std::function<void(bool stopped)> stopped;
  /// A command is about to be sent; and nobody waits any more for its verdict or its miner.
  std::function<void(const RunReport&, const StepReport&)> began, settled;
};

/// Results of the counter besides the names of the verdicts.
inline constexpr std::string_view kSkippedResult = "skipped";
inline constexpr std::string_view kInterruptedResult = "interrupted";

class ControlThread;

class ControlService final : public Controller {
 public:
  explicit ControlService(ControlParts parts);
  /// Joins the thread; whoever calls `done` has ended before. What is being sent stays `sending`
  /// in the journal.
  ~ControlService() override;
  ControlService(const ControlService&) = delete;
  ControlService& operator=(const ControlService&) = delete;

  /// Opens the journal and takes over unfinished runs, once the settings enable control; later
  /// calls do nothing more. The place of the journal needs a restart to change. Not thread safe.
  void Open();
  /// Gives money to plans from now on; null: none. Before `Open`.
  void SetMarket(const MarketReader* market) { market_ = market; }
  /// Begins nothing more and lets go of whoever waits. Any thread.
  void Close();

  ControlResult<ControlPlan> Plan(const ControlCaller& caller, const MinerSelection& selection,
                                  const Command& command) override;
  ControlResult<std::int64_t> Execute(const ControlCaller& caller, std::int64_t plan,
                                      const LimitsAsked& limits) override;
  ControlResult<std::int64_t> Start(const ControlCaller& caller, const MinerSelection& selection,
                                    const Command& command, const LimitsAsked& limits) override;
  ControlResult<SingleAnswer> Single(const ControlCaller& caller, Ipv4 address,
                                     std::string_view worker, const Command& command) override;
  ControlResult<std::vector<RunSummary>> Runs(int limit) override;
  ControlResult<RunReport> Run(std::int64_t run) override;
  ControlResult<void> StopRun(const ControlCaller& caller, std::int64_t run) override;
  ControlResult<void> Continue(const ControlCaller& caller, std::int64_t run) override;
  ControlResult<void> StopAll(const ControlCaller& caller) override;
  ControlResult<void> Resume(const ControlCaller& caller) override;
  ControlResult<std::vector<AuditRow>> Audit(std::int64_t before, int limit) override;

 private:
  template <class T>
  ControlResult<T> Ask(std::function<ControlResult<T>(ControlThread&)> question);
  ControlResult<ControlPlan> MakePlanFor(const MinerSelection& selection, const Command& command);
  ControlResult<std::int64_t> BeginPlan(const ControlCaller& caller, const ControlPlan& plan,
                                        const LimitsAsked& asked, bool single);
  ControlResult<SingleAnswer> BeginSingle(const ControlCaller& caller, Ipv4 address,
                                          std::string_view worker, const Command& command);
  ControlResult<SingleAnswer> WaitFor(std::int64_t run);
  ControlFault Refused(const ControlCaller& caller, const std::string& action,
                       const std::string& target, const std::string& what, ControlFault fault);

  ControlParts parts_;
  const MarketReader* market_ = nullptr;
  std::unique_ptr<ControlThread> thread_;
  std::atomic<ControlThread*> running_{nullptr};  ///< `thread_` once it has begun.
  SharedBox<std::string> broken_{std::make_shared<const std::string>("control has not begun")};
  std::atomic<int> waiting_{0};  ///< HTTP threads that wait for an outcome.
};

}  // namespace antx
