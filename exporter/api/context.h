// What the handlers may use; everything is given, nothing is found.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "metrics/self_metrics.h"
#include "model/control.h"
#include "model/event_feed.h"
#include "model/history.h"
#include "model/maintenance.h"
#include "model/market.h"
#include "model/probe.h"
#include "model/snapshot.h"
#include "util/clock.h"
#include "util/log.h"

namespace antx {

struct ReloadAnswer {
  bool good = false;
  std::vector<std::string> faults;
  std::vector<std::string> restart_needed;  ///< Keys that changed but wait for a restart.
};

struct ReadyState {
  bool ready = false;
  std::string reason;  ///< Why not.
  bool database_ok = true;
  bool polling_ok = true;
};

/// Outlives the server. Every function may be called from any HTTP thread.
struct ApiContext {
  const SnapshotBox& box;
  std::function<std::shared_ptr<const Config>()> config;
  Prober& prober;
  SelfMetrics& self;
  std::function<ReloadAnswer()> reload;
  std::function<ReadyState()> ready;
  const Clock& clock;
  Logger& log;
  std::string version;
  /// The past; null when it cannot be opened at all.
  std::shared_ptr<const HistoryReader> history = nullptr;
  /// Begins a discovery run over the configured ranges, now or after the running one.
  std::function<void()> rescan = nullptr;
  /// Copies the databases; the answer is the names of the copies. Null: there is no database.
  std::function<HistoryResult<std::vector<std::string>>()> backup = nullptr;
  /// News for /api/stream; null: none. Closed before the server stops.
  std::shared_ptr<const EventFeed> feed = nullptr;
  /// Market data and profit; null: none. It checks nothing: profitability.enabled is the caller's.
  MarketReader* market = nullptr;
  /// Announced maintenance; null: none. It checks nothing: control.enabled is the caller's.
  MaintenanceBook* maintenance = nullptr;
  /// Commands to miners; null: none. It checks nothing: control.enabled is the dispatcher's.
  Controller* control = nullptr;
  mutable std::atomic<int> scrapes{0};
  mutable std::atomic<int> streams{0};  ///< Clients of /api/stream.
};

}  // namespace antx
