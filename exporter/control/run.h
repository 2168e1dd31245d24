// The runs that are not at their end: begins each step when the limits let it, after it is durable
// in the journal, and follows it to its verdict and to the miner being back. Belongs to one thread;
// nothing in here waits, but for the disk.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/config.h"
#include "control/journal.h"
#include "control/limits.h"
#include "control/miner_command.h"
#include "model/control.h"
#include "model/snapshot.h"
#include "util/clock.h"
#include "util/log.h"

namespace antx {

/// Sends a command; `done` is called once, on the thread of the runs, or never when the exporter
/// stops before.
using SendCommand =
    std::function<void(CommandTarget target, Command command, std::function<bool()> stopped,
                       std::function<void(CommandOutcome)> done)>;

struct RunHooks {
  SendCommand send;
  /// Why nobody may touch a miner now, for people; "": nothing. May be empty.
  std::function<std::string(const MinerView&)> veto;
  /// A step is about to be sent; has come to its verdict (or is skipped); its miner is not waited
  /// for any more. May be empty.
  std::function<void(const RunReport&, const StepReport&)> began, ended, settled;
};

/// What a command and who asked look like in the audit.
[[nodiscard]] AuditRow AuditOf(const ControlCaller& caller, SystemTime now, std::string action,
                               std::string phase);

class RunBook {
 public:
  struct Parts {
    Journal& journal;
    const SnapshotBox& box;
    const Clock& clock;
    Logger& log;
    std::function<std::shared_ptr<const Config>()> config;
    RunHooks hooks;
  };
  explicit RunBook(Parts parts) : parts_(std::move(parts)) {}

  /// Takes over what an earlier process left. Steps that were being sent are never sent again: they
  /// are interrupted, and looked for in the polls. A run goes on unless nobody looked after it for
  /// control.plan_seconds: then it waits, paused.
  [[nodiscard]] DbResult<void> Restore();

  struct Begun {
    std::int64_t run = 0;
    bool again = false;  ///< The key had it already.
  };
  /// Takes `run` (steps planned, without id) into the journal. `single`: 429 when the limits do not
  /// let it begin at once.
  [[nodiscard]] ControlResult<Begun> Begin(const ControlCaller& caller, RunReport run, bool single);
  /// The run that a key has; a fault when it came with another request.
  [[nodiscard]] ControlResult<std::optional<std::int64_t>> Keyed(const ControlCaller& caller);

  [[nodiscard]] ControlResult<void> StopRun(const ControlCaller& caller, std::int64_t id);
  [[nodiscard]] ControlResult<void> Continue(const ControlCaller& caller, std::int64_t id);
  [[nodiscard]] ControlResult<void> StopAll(const ControlCaller& caller);
  [[nodiscard]] ControlResult<void> Resume(const ControlCaller& caller);

  /// Begins what may begin and looks who is back. @return when to be called again at the latest.
  SteadyTime Tick();
  /// Calls `decided` when no step of the run is open any more; at once when none is.
  void WhenDecided(std::int64_t id, std::function<void()> decided);
  /// The exporter stops: nothing begins any more, whoever waits is let go.
  void Close();

  /// Ids of miners that a run has.
  [[nodiscard]] std::set<std::string> Busy() const;
  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] std::size_t in_flight() const { return in_flight_; }

 private:
  struct Active {
    RunReport run;
    std::shared_ptr<std::atomic<bool>> stopped = std::make_shared<std::atomic<bool>>(false);
    std::vector<std::function<void()>> waiting;
    std::size_t first_planned = 0;  ///< No step before it is planned.
    SystemTime watched_since;       ///< Interrupted steps are looked for from here on.
  };
  enum class Turn { kBegan, kWait, kNothing };

  void Follow(const Snapshot& snapshot);
  void FollowStep(Active& active, std::size_t position, const Snapshot& snapshot);
  Turn BeginNext(Active& active, const Snapshot& snapshot, SteadyTime& next);
  [[nodiscard]] bool LookedAt(const StepReport& step, const Snapshot& snapshot) const;
  bool SkipOrSend(Active& active, std::size_t position, const Snapshot& snapshot);
  bool Send(Active& active, std::size_t position, const MinerView& miner);
  void Ended(std::int64_t id, std::size_t position, const CommandOutcome& outcome);
  void EndStep(Active& active, std::size_t position, StepReport step, const std::string& result);
  void Judge(Active& active);
  void Cancel(Active& active, RunState state, const std::string& why);
  void Pause(Active& active, const std::string& why);
  void Finish(Active& active);
  void Retire();
  bool Keep(Active& active, std::size_t position, const StepReport& step,
            std::optional<AuditRow> audit);
  void KeepRun(Active& active, const std::string& result);
  void RestoreRun(RunReport run, SystemTime now, std::vector<Journal::StepChange>& changes);
  void SkipBusy(RunReport& run) const;
  [[nodiscard]] PacedStep PacedOf(const RunReport& run, const StepReport& step) const;
  [[nodiscard]] AuditRow StepAudit(const RunReport& run, const StepReport& step,
                                   const std::string& phase, const std::string& result) const;

  Parts parts_;
  Pacer pacer_;
  std::map<std::int64_t, Active> active_;
  std::optional<SteadyTime> restored_;  ///< When an earlier process' runs were taken over.
  std::uint64_t seen_sequence_ = 0;
  std::size_t in_flight_ = 0;
  bool stopped_ = false;
  bool closed_ = false;
};

}  // namespace antx
