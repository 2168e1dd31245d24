// Ties the history to the rest: settings, counters, events and what outlives a restart.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "discovery/inventory.h"
#include "fleet/tracker.h"
#include "history/history.h"
#include "metrics/self_metrics.h"
#include "poll/poller.h"
#include "util/clock.h"
#include "util/log.h"

namespace antx {

/// How long what is kept, from the settings.
[[nodiscard]] RetentionPlan HistoryPlan(const StorageConfig& storage);

class HistoryKeeper final : private HistoryObserver {
 public:
  /// @param happened gets events of the database; called on any thread.
  HistoryKeeper(const Config& config, SelfMetrics& self, const Clock& clock,
                std::function<void(const Event&)> happened);

  /// Opens the database and starts its thread; gives what the last run left.
  [[nodiscard]] std::vector<PersistedMiner> Open() { return history_.Open(); }
  void Configure(const Config& config);

  /// Once a second, on the net thread: writes a round when a poll interval has passed, and the
  /// state of the fleet once a minute.
  void Tick(const std::shared_ptr<const Snapshot>& snapshot, const Inventory& inventory,
            const Poller& poller, const Tracker& tracker);
  /// Hands the present state to the history thread.
  void Save(const Inventory& inventory, const Poller& poller, const Tracker& tracker);
  /// Stores what happened; any thread.
  void Record(const Event& event);
  [[nodiscard]] History& history() { return history_; }
  /// False: nothing is written for now.
  [[nodiscard]] bool ok() const { return history_.available(); }

 private:
  void RowsWritten(std::string_view table, std::size_t rows) override;
  void OperationFailed() override;
  void Available(bool available) override;
  void RoundsDropped(std::size_t rounds) override;
  void SizeMeasured(const DatabaseSize& size, std::int64_t wal_bytes) override;
  void Happened(EventKind kind, LogLevel level, const std::string& message) override;

  SelfMetrics& self_;
  const Clock& clock_;
  std::function<void(const Event&)> happened_;
  std::chrono::milliseconds interval_;
  SteadyTime next_round_;
  SteadyTime next_save_;
  History history_;  // Last: its thread calls the observer.
};

}  // namespace antx
