// Commands to many miners as their readers see them: plans, runs, the audit. `control` implements
// the interface; api sees nothing else of it.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/command.h"
#include "util/clock.h"
#include "util/ipv4.h"

namespace antx {

struct MinerView;

/// Who asks, and what for. Stands in the audit.
struct ControlCaller {
  std::string name;  ///< "token night-shift"
  std::string address;
  std::string reason;  ///< As told by the caller; "" when not.
  /// Header Idempotency-Key; "" none. Keys of two callers never meet.
  std::string key;
  std::string request;  ///< Path and body: the same key must come with the same one. Not kept.
};

/// Which miners. Listed ones, or those that fit all that is named; never both, never nothing.
struct MinerSelection {
  std::vector<std::string> miners;  ///< Ids or addresses.
  std::optional<std::string> site, rack, model, firmware, state;

  [[nodiscard]] bool HasFilter() const { return site || rack || model || firmware || state; }
};

/// Limits of one run. Shares are from 0 to 1.
struct RunLimits {
  double miners_per_second = 1;
  double kilowatts_per_minute = 100;
  double max_share_of_rack = 0.25;
  double max_share_of_site = 0.1;
  int canary = 1;
  double canary_wait_seconds = 60;
  double stop_when_failed_percent = 10;
  bool operator==(const RunLimits&) const = default;
};

/// What a request says of them; the rest is as the settings say.
struct LimitsAsked {
  std::optional<double> miners_per_second, kilowatts_per_minute, max_share_of_rack,
      max_share_of_site, canary_wait_seconds, stop_when_failed_percent;
  std::optional<int> canary;
};

struct PlannedMiner {
  std::string miner_id;
  Ipv4 address;
  std::string model, site, rack;
  std::optional<double> hashrate_hashes_per_second;  ///< Now; of SHA-256 miners and others.
  std::optional<double> watts;                       ///< Now; of a miner to wake: as rated.
};

struct SkippedMiner {
  std::string miner_id;
  Ipv4 address;
  /// "unsupported", "no_login", "offline", "api_down", "busy", "already_so", "maintenance".
  std::string reason;
  std::string detail;
};

/// What the planned miners earn and cost in an hour as they are now.
struct PlanMoney {
  std::string currency;
  std::optional<double> revenue, power_cost, profit;  ///< Absent: of no miner is it known.
  int unknown = 0;  ///< Miners without a known profit, left out of the sums.
};

struct ControlPlan {
  std::int64_t id = 0;
  Command command;
  SystemTime created, expires;
  std::vector<PlannedMiner> miners;
  std::vector<SkippedMiner> skipped;
  std::optional<double> hashrate_hashes_per_second, watts;  ///< Sums of the known ones.
  int hashrate_unknown = 0, watts_unknown = 0;
  std::optional<PlanMoney> money;  ///< Nothing while profitability is off.
};

enum class StepState : std::uint8_t {
  kPlanned,      ///< Not begun; nothing was sent.
  kSending,      ///< Begun; what came of it is not known yet.
  kFinished,     ///< `verdict` holds.
  kSkipped,      ///< When its turn came there was a reason against it; nothing was sent.
  kInterrupted,  ///< The exporter ended while it was sent; never sent again.
  kCancelled,    ///< The run ended before its turn; nothing was sent.
};
/// "planned", "sending", "finished", "skipped", "interrupted", "cancelled".
[[nodiscard]] std::string_view StepStateName(StepState state);
[[nodiscard]] std::optional<StepState> ParseStepState(std::string_view name);

/// Whether a miner hashes again after a command that took it away. An interrupted step that waits
/// is still looked for in the polls: what it wanted may yet be seen.
enum class BackState : std::uint8_t { kNever, kWaiting, kBack, kMissing };
/// "never" (it was not taken away, or no poll can tell), "waiting", "back", "missing" (not in
/// time).
[[nodiscard]] std::string_view BackStateName(BackState state);
[[nodiscard]] std::optional<BackState> ParseBackState(std::string_view name);

struct StepReport {
  std::string miner_id;
  Ipv4 address;
  std::string site, rack;
  std::optional<double> hashrate_hashes_per_second, watts;
  StepState state = StepState::kPlanned;
  std::optional<CommandVerdict> verdict;
  bool sent = false;
  std::string detail;  ///< For people; no secrets.
  std::optional<SystemTime> began, ended;
  BackState back = BackState::kNever;

  /// Planned and sending ones are not; an interrupted one may still become finished.
  [[nodiscard]] bool Decided() const;
  [[nodiscard]] bool Failed() const;
};

enum class RunState : std::uint8_t {
  kRunning,
  kPaused,    ///< Begins nothing until it is continued or stopped; `why` says why.
  kFinished,  ///< Every step has come to its end.
  kStopped,   ///< By somebody.
  kFailed,    ///< By its own rule: too many steps failed.
};
/// "running", "paused", "finished", "stopped", "failed".
[[nodiscard]] std::string_view RunStateName(RunState state);
[[nodiscard]] std::optional<RunState> ParseRunState(std::string_view name);

struct RunReport {
  std::int64_t id = 0;
  std::int64_t plan = 0;
  Command command;  ///< Passwords of pools are empty in a report.
  RunLimits limits;
  std::string caller, address, reason;
  RunState state = RunState::kRunning;
  std::string why;
  SystemTime created;
  std::optional<SystemTime> ended;
  std::vector<StepReport> steps;
};

/// A run in a list.
struct RunSummary {
  std::int64_t id = 0;
  Verb verb = Verb::kRestart;
  std::string caller, reason, why;
  RunState state = RunState::kRunning;
  SystemTime created;
  std::optional<SystemTime> ended;
  std::int64_t miners = 0, done = 0, failed = 0, open = 0;
};

struct AuditRow {
  std::int64_t sequence = 0;
  SystemTime time;
  std::string caller, address;
  std::string action;  ///< "command", "run", "stop", ...
  std::string phase;   ///< "requested", "outcome" or "refused".
  std::string target;  ///< A miner's id and address, or "".
  std::string what;    ///< The command in words; secrets masked.
  std::string reason, result, detail;
  std::int64_t run = 0;             ///< 0: of no run.
  std::string previous_hash, hash;  ///< SHA-256, hexadecimal.
};

/// Why a request comes to nothing.
struct ControlFault {
  enum class Kind {
    kBadRequest,
    kUnknown,
    kConflict,
    kTooMany,      ///< `retry_after_seconds` says when.
    kRefused,      ///< The miner said no, or the command was not seen to work.
    kUnsupported,  ///< This firmware has no such command.
    kUnavailable,
    kNoAnswer,
  };
  Kind kind = Kind::kUnavailable;
  std::string text;
  int retry_after_seconds = 0;
};
template <class T>
using ControlResult = boost::system::result<T, ControlFault>;
[[noreturn]] void throw_exception_from_error(const ControlFault& fault,
                                             const boost::source_location& where);

/// A command to one miner: its run, and the step as it is when the time to answer has come.
struct SingleAnswer {
  std::int64_t run = 0;
  StepReport step;
};

/// Whether {worker} of a path names a pool user of the miner: the user, the part behind its last
/// dot, or "-" or "*" for any.
[[nodiscard]] bool WorkerMatches(const MinerView& miner, std::string_view worker);

/// Thread safe. Blocks the calling thread for a bounded time. Whoever calls has been let in by the
/// guard; every refusal is written into the audit here.
class Controller {
 public:
  virtual ~Controller() = default;

  /// A dry run; sends nothing.
  [[nodiscard]] virtual ControlResult<ControlPlan> Plan(const ControlCaller& caller,
                                                        const MinerSelection& selection,
                                                        const Command& command) = 0;
  /// Begins what was planned; gives the run.
  [[nodiscard]] virtual ControlResult<std::int64_t> Execute(const ControlCaller& caller,
                                                            std::int64_t plan,
                                                            const LimitsAsked& limits) = 0;
  /// Plan and execution at once.
  [[nodiscard]] virtual ControlResult<std::int64_t> Start(const ControlCaller& caller,
                                                          const MinerSelection& selection,
                                                          const Command& command,
                                                          const LimitsAsked& limits) = 0;
  /// One miner that the worker of the path belongs to; waits for control.answer_wait_seconds.
  [[nodiscard]] virtual ControlResult<SingleAnswer> Single(const ControlCaller& caller,
                                                           Ipv4 address, std::string_view worker,
                                                           const Command& command) = 0;

  /// Newest first.
  [[nodiscard]] virtual ControlResult<std::vector<RunSummary>> Runs(int limit) = 0;
  [[nodiscard]] virtual ControlResult<RunReport> Run(std::int64_t run) = 0;
  /// Nothing of it begins any more; what was sent is still verified.
  [[nodiscard]] virtual ControlResult<void> StopRun(const ControlCaller& caller,
                                                    std::int64_t run) = 0;
  /// A paused run goes on.
  [[nodiscard]] virtual ControlResult<void> Continue(const ControlCaller& caller,
                                                     std::int64_t run) = 0;
  /// Stops every run and refuses new ones until `Resume`, also after a restart.
  [[nodiscard]] virtual ControlResult<void> StopAll(const ControlCaller& caller) = 0;
  [[nodiscard]] virtual ControlResult<void> Resume(const ControlCaller& caller) = 0;

  /// Newest first, those before `before` (0: all).
  [[nodiscard]] virtual ControlResult<std::vector<AuditRow>> Audit(std::int64_t before,
                                                                   int limit) = 0;
};

}  // namespace antx
