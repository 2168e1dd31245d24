// The composition root: builds every part, connects them, reloads and stops them in order.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>

#include "api/context.h"
#include "api/http_server.h"
#include "app/history_keeper.h"
#include "app/notify.h"
#include "app/poll_prober.h"
#include "config/load.h"
#include "control/controller.h"
#include "control/maintenance.h"
#include "control/miner_command.h"
#include "control/silencer.h"
#include "discovery/discovery.h"
#include "discovery/inventory.h"
#include "fleet/tracker.h"
#include "market/market.h"
#include "metrics/self_metrics.h"
#include "net/http_client.h"
#include "net/web_client.h"
#include "poll/poller.h"
#include "push/sender.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/shared_box.h"

namespace antx {

/// Version, revision and compiler of this program.
[[nodiscard]] BuildFacts ThisBuild();

class App {
 public:
  /// `log` outlives the app; `sources` are read again on a reload.
  App(const std::shared_ptr<const Config>& config, ConfigSources sources, Logger& log);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// Serves until SIGTERM or SIGINT. 0: stopped; 1: could not start.
  int Run();

 private:
  /// A source of numbers from 0 to 1, for one thread.
  static std::function<double()> Random();
  void StartPush();
  void OpenControl();
  void WireQuiet(ControlParts& parts);
  void ConfigureControl(const Config& config);
  std::vector<CommandOutcome> CheckCommand(std::vector<CommandTarget> targets, Command command);
  void SendCommandTo(CommandTarget target, Command command, std::function<bool()> stopped,
                     std::function<void(CommandOutcome)> done);
  void OpenMarket();
  void OpenQuiet();
  void ReloadQuiet();
  void Restore();
  void OnOutcome(const PollOutcome& outcome);
  void Recognise(const PollOutcome& outcome);
  void OnCycle(const CycleReport& report);
  void OnDiscovery(const DiscoveryReport& report);
  void OnEvent(const Event& event);
  void Apply(const InventoryChange& change);
  MinerFacts WithModelFacts(MinerFacts facts) const;
  void CountSources();
  void KeepWarnings(const Config& config);
  void ReportOverLimit();

  void EverySecond();
  void WaitForSignals();
  void KickWatchdog();
  void Shutdown();
  void StopWhenIdle();

  void Rescan();          // Any thread.
  ReloadAnswer Reload();  // Any thread.
  ReloadAnswer ReloadOnNetThread();
  [[nodiscard]] ReadyState Ready() const;  // Any thread.
  [[nodiscard]] std::shared_ptr<const Config> CurrentConfig() const { return config_.load(); }

  const HttpRuntime http_runtime_;
  const RealClock clock_;
  Logger& log_;
  ConfigSources sources_;
  SharedBox<Config> config_;
  SelfMetrics self_;
  SnapshotBox box_;
  boost::asio::io_context io_{1};
  WebClient web_client_;  // Goes before io_, which holds the calls that wait for it.
  HistoryKeeper keeper_;
  Tracker tracker_;
  Inventory inventory_;
  Poller poller_;
  Discovery discovery_;
  PollProber prober_;
  ServiceNotifier notifier_;
  std::shared_ptr<EventFeed> feed_;
  ApiContext api_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer tick_;
  boost::asio::steady_timer watchdog_;
  std::unique_ptr<PushSender> push_;
  std::unique_ptr<Market> market_;
  std::unique_ptr<Silencer> silencer_;              // Null, as the next: control is off.
  std::unique_ptr<MaintenanceKeeper> maintenance_;  // Uses the silencer.
  std::unique_ptr<MinerCommander> commander_;
  std::unique_ptr<ControlService> control_;
  std::unique_ptr<HttpServer> server_;
  int commands_ = 0;  ///< Under way; net thread.

  std::atomic<bool> first_cycle_done_{false};
  std::atomic<std::int64_t> last_cycle_steady_{0};  ///< Nanoseconds of the steady clock.
  bool stopping_ = false;
  // What was told last, so that it is told once.
  std::string mdns_error_;
  std::string left_out_;
  int over_limit_ = 0;
  int last_over_limit_ = 0;
  SteadyTime stop_at_;
};

}  // namespace antx
