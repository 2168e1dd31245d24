// The mutable state of one miner: folds outcomes, keeps what must outlive them.
// Net thread only. Everything that readers see is in the MinerView it makes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "fleet/baseline.h"
#include "fleet/limits.h"
#include "fleet/pool_guard.h"
#include "model/event.h"
#include "model/persisted.h"
#include "model/poll.h"
#include "model/snapshot.h"
#include "util/clock.h"

namespace antx {

class MinerTrack {
 public:
  MinerTrack(MinerFacts facts, const Config& config, SystemTime now, SteadyTime steady);

  void Restore(const PersistedMiner& saved);
  /// The part of the saved form that this class owns.
  void Save(PersistedMiner& saved) const;

  /// Labels or limits changed.
  void Configure(MinerFacts facts, const Config& config);

  /// What is in force now, for all miners.
  void Maintain(const MaintenanceList& list);

  /// Takes one outcome; appends what happened to `events`.
  void Fold(const PollOutcome& outcome, const Config& config, SystemTime now,
            std::vector<Event>& events);

  /// Whether the view must be made anew at this moment.
  [[nodiscard]] bool NeedsView(SteadyTime steady) const;
  /// The picture of this moment. Clears NeedsView.
  [[nodiscard]] std::shared_ptr<const MinerView> MakeView(SteadyTime steady);
  [[nodiscard]] const MinerFacts& facts() const { return facts_; }
  [[nodiscard]] MinerState state() const { return state_; }

 private:
  void FoldSuccess(const PollOutcome& outcome, const Config& config, std::vector<Event>& events);
  void FoldIdentity(const Identity& next, std::vector<Event>& events);
  /// What was learned of a device does not hold for the next one; what was counted stays.
  void ForgetDevice(std::vector<Event>& events);
  [[nodiscard]] bool WasRestarted(double elapsed, SteadyTime steady) const;
  void FoldElapsed(const Reading& reading, const PollOutcome& outcome, std::vector<Event>& events);
  void FoldPool(const Reading& reading, std::vector<Event>& events);
  void FoldShares(const Reading& reading, SystemTime started);
  void FoldBoards(const Reading& reading, std::vector<Event>& events);
  void FoldBaseline(const Reading& reading, const Config& config, SteadyTime steady,
                    std::vector<Event>& events);
  void FoldEnergy(const PollOutcome& outcome);
  void AddEnergy(double seconds);
  void FoldState(const PollOutcome& outcome, const Config& config, std::vector<Event>& events);
  void Note(std::vector<Event>& events, EventKind kind, LogLevel level, std::string message) const;
  [[nodiscard]] bool IsStale(SteadyTime steady) const;
  [[nodiscard]] std::optional<double> LostHashrate(const Reading* reading) const;

  MinerFacts facts_;
  Identity identity_;
  Thresholds thresholds_;
  OwnedCounters counters_;
  Baseline baseline_;
  SystemTime now_;

  MinerState state_ = MinerState::kOffline;
  SystemTime state_since_;
  bool polled_ = false;
  bool up_ = false;
  std::optional<SteadyTime> last_answer_;
  SteadyTime first_tried_;

  std::shared_ptr<const Reading> reading_;
  std::optional<SteadyTime> reading_steady_;
  std::optional<Power> power_;
  std::optional<RatedEfficiency> rated_;
  std::optional<double> expected_;
  std::optional<SystemTime> last_success_;
  std::optional<SystemTime> mining_start_;
  std::optional<double> last_elapsed_;
  std::optional<double> last_poll_seconds_;
  std::optional<PollError> last_error_;
  std::vector<CollectorResult> collectors_;
  std::string active_pool_;
  std::optional<SystemTime> last_share_;
  std::optional<double> last_accepted_;
  PoolGuard pool_guard_;
  std::shared_ptr<const MaintenanceEntry> maintenance_;
  std::string work_mode_;
  std::vector<std::string> board_serials_;

  std::chrono::nanoseconds stale_after_{};
  bool counters_pending_ = false;  // Restored, and no poll has succeeded since.
  bool changed_ = true;
  bool view_was_stale_ = false;
};

}  // namespace antx
