// What outlives a restart: collects it from inventory, poller and fleet, hands it to the
// history thread, and gives it back at the start. Without a database it does nothing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "discovery/inventory.h"
#include "fleet/tracker.h"
#include "history/state_writer.h"
#include "metrics/self_metrics.h"
#include "poll/poller.h"
#include "util/log.h"

namespace antx {

class StateKeeper {
 public:
  /// Opens the database of the settings; a failure is logged with its remedy and counted, and
  /// the exporter runs on without persistence.
  StateKeeper(const StorageConfig& storage, SelfMetrics& self, const Clock& clock, Logger& log);

  /// What the last run left. Empty without a database.
  [[nodiscard]] std::vector<PersistedMiner> TakeRestored() { return std::move(restored_); }
  /// Hands the present state to the history thread.
  void Save(const Inventory& inventory, const Poller& poller, const Tracker& tracker);
  [[nodiscard]] bool ok() const { return writer_ != nullptr || !enabled_; }

 private:
  bool enabled_;
  SelfMetrics& self_;
  const Clock& clock_;
  Logger& log_;
  std::string path_;
  std::string last_error_;  // History thread only.
  std::vector<PersistedMiner> restored_;
  std::unique_ptr<StateWriter> writer_;
};

}  // namespace antx
