// One immutable picture of the whole fleet, published once per tick. Every
// reader (metrics, API, pages, history, push) works on it and on nothing else.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/inventory.h"
#include "model/maintenance.h"
#include "model/poll.h"
#include "model/reading.h"
#include "util/shared_box.h"

namespace antx {

/// Closed set, in label order; the rule of each is in fleet/state.h.
enum class MinerState : std::uint8_t {
  kHashing,
  kDegraded,
  kStarting,
  kIdle,
  kSleeping,
  kApiDown,
  kAccessDenied,
  kOffline,
  kLost,
};
inline constexpr int kMinerStateCount = 9;
[[nodiscard]] std::string_view MinerStateName(MinerState state);

/// Alert limits that apply to one miner, resolved from the configuration.
struct Thresholds {
  double chip_warning_celsius = 80;
  double chip_critical_celsius = 90;
  double hashrate_ratio = 0.9;
  double fan_rpm = 2000;
  std::optional<double> power_watts;
  /// Whether its fans are judged: not with a limit of 0, nor where the model has none.
  [[nodiscard]] bool JudgesFans(const Reading& reading) const {
    return fan_rpm > 0 && reading.fans_expected != 0;
  }
  bool operator==(const Thresholds&) const = default;
};

/// Counters the exporter itself keeps; persisted, monotonic over its restarts.
struct OwnedCounters {
  double restarts = 0;
  double pool_switches = 0;
  double energy_reported_joules = 0;
  double energy_estimated_joules = 0;
  bool energy_reported_seen = false;  ///< Export the series only once it was used.
  bool energy_estimated_seen = false;
  std::uint64_t polls = 0;
  std::uint64_t poll_failures = 0;
};

/// What the allow-list of pools (pools.allowed_*) says of where a miner works.
struct PoolVerdict {
  bool unexpected = false;
  std::string target;  ///< "pool.example:3333 (ac***.rig7)", the account masked.
  std::string before;  ///< The last target that was allowed; "" when none was seen.
  bool operator==(const PoolVerdict&) const = default;
};

/// Everything known of one miner at one tick. Shared between snapshots while unchanged.
struct MinerView {
  MinerFacts facts;
  Identity identity;  ///< Last known; kept while the miner is offline.
  MinerState state = MinerState::kOffline;
  SystemTime state_since;
  bool up = false;      ///< The last poll returned a usable summary.
  bool polled = false;  ///< At least one poll has ended.

  /// The last reading, withheld (null) when older than 2.5 poll intervals.
  std::shared_ptr<const Reading> reading;
  std::optional<Power> power;  ///< Reported or estimated, never for non-SHA-256 estimates.
  std::optional<double> rated_joules_per_terahash;  ///< What estimates use.
  std::optional<SystemTime> last_success;   ///< Ever, also before a restart of the exporter.
  std::optional<double> last_poll_seconds;  ///< Duration of the last poll.
  std::optional<SystemTime> mining_start;   ///< Sticky: moves only when it shifts by > 5 s.
  std::optional<bool> mining;
  /// As the user's pools tell, else when the count of accepted shares was last seen to grow.
  std::optional<SystemTime> last_share;
  std::optional<double> hashrate_expected_hashes_per_second;  ///< Reported, rated or table.
  std::optional<double> baseline_hashes_per_second;
  int baseline_samples = 0;
  /// Missing from the usual hashrate, never below 0; kept while the miner is offline.
  std::optional<double> hashrate_lost_hashes_per_second;
  std::vector<CollectorResult> collectors;
  std::optional<Reason> last_error;  ///< Of the last poll.
  std::string last_error_detail;     ///< For JSON and pages; no secrets get into it.
  OwnedCounters counters;
  /// From the last run, not polled since: a run that was killed may have shown higher values, so
  /// the restored ones are not exported yet.
  bool counters_pending = false;
  Thresholds thresholds;
  /// Absent: no allow-list, or the miner told of no pool.
  std::optional<PoolVerdict> pool_verdict;
  /// The maintenance in force that ends last; null: none.
  std::shared_ptr<const MaintenanceEntry> maintenance;
};

struct Snapshot {
  SystemTime taken;
  SteadyTime taken_steady;
  std::uint64_t sequence = 0;                            ///< Grows with each publication.
  std::vector<std::shared_ptr<const MinerView>> miners;  ///< By address, numerically.

  /// The miner with this id or address; null when unknown. O(log n) by address.
  [[nodiscard]] std::shared_ptr<const MinerView> Find(std::string_view id_or_address) const;
};

/// The one place where threads meet. One writer (fleet), any number of readers.
class SnapshotBox {
 public:
  [[nodiscard]] std::shared_ptr<const Snapshot> Latest() const { return box_.load(); }
  void Publish(std::shared_ptr<const Snapshot> next) { box_.store(std::move(next)); }

 private:
  SharedBox<Snapshot> box_{std::make_shared<const Snapshot>()};
};

}  // namespace antx
