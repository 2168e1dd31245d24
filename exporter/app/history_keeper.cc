#include "app/history_keeper.h"

#include <algorithm>
#include <utility>

namespace antx {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr auto kSaveEvery = std::chrono::seconds(60);

milliseconds Interval(const Config& config) {
  return duration_cast<milliseconds>(config.polling.interval);
}

HistoryOptions Options(const Config& config) {
  HistoryOptions options;
  options.enabled = config.storage.enabled;
  options.path = config.storage.path;
  options.plan = HistoryPlan(config.storage);
  options.interval = Interval(config);
  // Without a database: the samples of the baseline, and half an hour at least.
  options.memory_keep = std::max<milliseconds>(
      std::chrono::minutes(30), options.interval * (config.alerts.rolling_window_samples + 1));
  return options;
}

}  // namespace

RetentionPlan HistoryPlan(const StorageConfig& storage) {
  constexpr std::int64_t kDay = 24LL * 3'600'000;
  RetentionPlan plan;
  for (std::size_t i = 0; i < plan.keep.size(); ++i) {
    plan.keep[i] = milliseconds(storage.keep[i]).count();
  }
  plan.budget_bytes = static_cast<std::int64_t>(storage.max_gigabytes * 1e9);
  plan.keep_logs = static_cast<std::int64_t>(storage.retention_days * static_cast<double>(kDay));
  return plan;
}

HistoryKeeper::HistoryKeeper(const Config& config, SelfMetrics& self, const Clock& clock,
                             std::function<void(const Event&)> happened)
    : self_(self),
      clock_(clock),
      happened_(std::move(happened)),
      interval_(Interval(config)),
      next_round_(clock.Steady() + interval_),
      next_save_(clock.Steady() + kSaveEvery),
      history_(Options(config), clock, *this) {}

void HistoryKeeper::Configure(const Config& config) {
  interval_ = Interval(config);
  history_.Reconfigure(HistoryPlan(config.storage), interval_);
}

void HistoryKeeper::Tick(const std::shared_ptr<const Snapshot>& snapshot,
                         const Inventory& inventory, const Poller& poller, const Tracker& tracker) {
  const SteadyTime now = clock_.Steady();
  if (now >= next_round_) {
    // Fixed pace; after a pause no rounds are made up.
    next_round_ = std::max(next_round_ + interval_, now + interval_ / 2);
    history_.AddRound(snapshot, {clock_.Now(), now});
  }
  if (now < next_save_) return;
  next_save_ = now + kSaveEvery;
  Save(inventory, poller, tracker);
}

void HistoryKeeper::Save(const Inventory& inventory, const Poller& poller, const Tracker& tracker) {
  std::vector<PersistedMiner> miners;
  miners.reserve(inventory.records().size());
  for (const auto& [address, record] : inventory.records()) {
    PersistedMiner miner;
    miner.id = record.facts.id;
    miner.address = address;
    miner.source = record.facts.source;
    miner.first_seen = record.first_seen;
    miner.last_seen = record.last_seen;
    miner.join_refused = poller.MemoryOf(address).join_refused;
    tracker.Save(miner);
    if (miner.identity.firmware.empty()) miner.identity = record.identity;
    miners.push_back(std::move(miner));
  }
  history_.SaveState(std::move(miners));
}

void HistoryKeeper::Record(const Event& event) {
  history_.AddEvent({0, event.time, std::string(EventKindName(event.kind)), event.level,
                     event.miner_id, std::string(EventSource(event.kind)), event.message});
}

// --- From the history thread -----------------------------------------------------------

void HistoryKeeper::RowsWritten(std::string_view table, std::size_t rows) {
  self_.DatabaseWritten(table, rows, clock_.Now());
}

void HistoryKeeper::OperationFailed() { self_.DatabaseFailed(); }

void HistoryKeeper::Available(bool available) { self_.DatabaseUp(available); }

void HistoryKeeper::RoundsDropped(std::size_t rounds) { self_.DatabaseRoundsDropped(rounds); }

void HistoryKeeper::SizeMeasured(const DatabaseSize& size, std::int64_t wal_bytes) {
  self_.DatabaseSize("main", static_cast<double>(size.file_bytes));
  self_.DatabaseSize("wal", static_cast<double>(wal_bytes));
  self_.DatabaseForecast(static_cast<double>(size.forecast_bytes));
}

void HistoryKeeper::Happened(EventKind kind, LogLevel level, const std::string& message) {
  happened_({clock_.Now(), kind, level, "", message});
}

}  // namespace antx
