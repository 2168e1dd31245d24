#include "app/app.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cstdlib>
#include <future>
#include <random>
#include <utility>

#include "config/reload_diff.h"
#include "metrics/over_caps.h"

namespace antx {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kFeedItems = 1000;
constexpr auto kReloadWait = std::chrono::seconds(10);
constexpr auto kStopWait = std::chrono::seconds(1);

std::string Env(const char* name) {
  const char* value = std::getenv(name);  // NOLINT: nothing changes the environment
  return value == nullptr ? "" : value;
}

InventoryRecord ToRecord(const PersistedMiner& saved) {
  InventoryRecord record;
  record.facts.id = saved.id;
  record.facts.address = saved.address;
  record.facts.source = DiscoverySource::kRestored;
  record.identity = saved.identity;
  record.first_seen = saved.first_seen;
  record.last_seen = saved.last_seen;
  return record;
}

}  // namespace

BuildFacts ThisBuild() {
#ifdef __clang__
  const std::string compiler = "clang " __clang_version__;
#else
  const std::string compiler = "g++ " __VERSION__;
#endif
  return {ANTX_VERSION, ANTX_REVISION, ANTX_BRANCH, compiler, ANTX_BUILD_DATE};
}

App::App(const std::shared_ptr<const Config>& config, ConfigSources sources, Logger& log)
    : log_(log),
      sources_(std::move(sources)),
      config_(config),
      keeper_(*config, self_, clock_,
              [this](const Event& event) {
                boost::asio::post(io_, [this, event] { OnEvent(event); });
              }),
      tracker_(config, clock_, box_, [this](const Event& event) { OnEvent(event); }),
      poller_(io_.get_executor(), clock_, log,
              {[this](const PollOutcome& outcome) { OnOutcome(outcome); },
               [this](const CycleReport& report) { OnCycle(report); },
               [this](int count) { self_.PollsInFlight(count); }}),
      discovery_(
          io_.get_executor(), clock_, log,
          [this] {
            std::set<Ipv4> known;
            for (const auto& [address, record] : inventory_.records()) known.insert(address);
            return known;
          },
          [this](const DiscoveryReport& report) { OnDiscovery(report); },
          {[this](Ipv4 address) { return poller_.TryHold(address); },
           [this](Ipv4 address) { return poller_.Hold(address); },
           [this](Ipv4 address) { poller_.Release(address); }}),
      prober_(io_.get_executor(), poller_, tracker_, box_, [this] { return CurrentConfig(); }),
      notifier_(Env("NOTIFY_SOCKET"), Env("WATCHDOG_USEC")),
      // Ids of this run lie above those of the runs before: a client that comes back misses
      // nothing of the new run.
      feed_(std::make_shared<EventFeed>(
          kFeedItems, static_cast<std::uint64_t>(UnixSeconds(clock_.Now()) * 1000))),
      api_{box_,
           [this] { return CurrentConfig(); },
           prober_,
           self_,
           [this] { return Reload(); },
           [this] { return Ready(); },
           clock_,
           log,
           ThisBuild().version,
           std::shared_ptr<const HistoryReader>(std::shared_ptr<void>(),
                                                &keeper_.history().reader()),
           [this] { Rescan(); },
           [this] { return keeper_.history().Backup(); },
           feed_},
      signals_(io_, SIGINT, SIGTERM, SIGHUP),
      tick_(io_),
      watchdog_(io_) {
  self_.Build(ThisBuild());
  self_.Configured(*config);
  self_.Ready(false);
  self_.Reloaded(true, clock_.Now());
  KeepWarnings(*config);
}

/// Warnings and errors go into the database too, if that is wanted.
void App::KeepWarnings(const Config& config) {
  if (!config.logging.to_database) return log_.SetSink({});
  log_.SetSink([this](const LogRecord& record) {
    keeper_.history().AddError({0, record.time, record.level, record.component, record.miner,
                                record.message, record.context});
  });
}

App::~App() { log_.SetSink({}); }

int App::Run() {
  const auto config = CurrentConfig();
  OpenMarket();
  OpenQuiet();
  OpenControl();
  std::string error;
  server_ = HttpServer::Start(config->web, api_, error);
  if (!server_) {
    log_.Error("http", error);
    return 1;
  }
  for (const int port : server_->Ports()) {
    log_.Info("http", "listening on port " + std::to_string(port) + " (" + server_->Scheme() + ')');
  }
  poller_.Configure(config->polling, config->discovery.miner_port);
  poller_.ConfigureWeb(config->miners, web_client_);
  discovery_.Configure(config->discovery);
  Apply(inventory_.Configure(*config, clock_.Now()));
  Restore();
  tracker_.Tick();
  StartPush();
  market_->Start();
  if (silencer_) silencer_->Settle();  // All that goes on from the last run is begun again.
  ConfigureControl(*config);
  poller_.Start();
  discovery_.Start();
  EverySecond();
  WaitForSignals();
  KickWatchdog();
  notifier_.Send("READY=1");
  io_.run();
  // The server goes first: its handlers use everything else.
  server_.reset();
  push_.reset();
  control_.reset();
  market_.reset();
  maintenance_.reset();
  silencer_.reset();
  log_.Info("app", "stopped");
  return 0;
}

std::function<double()> App::Random() {
  return [engine = std::minstd_rand(std::random_device{}())]() mutable {
    return std::uniform_real_distribution<double>()(engine);
  };
}

void App::OpenMarket() {
  const auto tell = [this](const MarketGauges& now) { self_.Market(now); };
  market_ =
      std::make_unique<Market>(Market::Parts{box_, clock_, log_, Random(), tell}, CurrentConfig());
  api_.market = market_.get();
}

void App::StartPush() {
  PushHooks hooks;
  hooks.sent = [this](std::size_t records, SystemTime when) { self_.PushSent(records, when); };
  hooks.failed = [this](std::string_view reason) { self_.PushFailed(reason); };
  hooks.dropped = [this](std::string_view reason, std::size_t records) {
    self_.PushDropped(reason, records);
  };
  hooks.queue = [this](std::size_t waiting, std::optional<SystemTime> oldest) {
    self_.PushQueue(waiting, oldest);
  };
  const auto config = CurrentConfig();
  if (!config->push.url.empty()) self_.PushEnabled(kPushFailures, kPushDrops);
  push_ = std::make_unique<PushSender>(
      PushSender::Parts{box_, clock_, log_, std::move(hooks), Random()}, config);
}

// --- What the parts tell -------------------------------------------------------

void App::Restore() {
  const std::vector<PersistedMiner> saved = keeper_.Open();
  std::vector<InventoryRecord> records;
  records.reserve(saved.size());
  for (const PersistedMiner& miner : saved) records.push_back(ToRecord(miner));
  const InventoryChange change = inventory_.Restore(records, clock_.Now());
  self_.SeriesDropped("miners", static_cast<std::uint64_t>(change.over_limit));
  for (const MinerFacts& facts : change.added) tracker_.Upsert(WithModelFacts(facts));
  for (const PersistedMiner& miner : saved) {
    tracker_.Restore(miner);
    if (!inventory_.Contains(miner.address)) continue;
    MinerMemory memory;
    memory.identity = miner.identity;
    memory.join_refused = miner.join_refused;
    poller_.Add(inventory_.records().at(miner.address).facts.id, miner.address, std::move(memory));
  }
  if (!saved.empty()) {
    log_.Info("app", std::to_string(saved.size()) + " miners known from the last run");
  }
}

void App::OnOutcome(const PollOutcome& outcome) {
  self_.PollEnded(outcome);
  // First who it is: of a miner that has swapped addresses nothing must go to the other's account.
  if (outcome.reading) Recognise(outcome);
  tracker_.Fold(outcome);
}

void App::Recognise(const PollOutcome& outcome) {
  inventory_.Seen(outcome.address, clock_.Now());
  const auto known = inventory_.records().find(outcome.address);
  if (known == inventory_.records().end() || known->second.identity == outcome.identity) return;
  Apply(inventory_.Found(outcome.address, outcome.identity, known->second.facts.source,
                         clock_.Now()));
}

void App::OnCycle(const CycleReport& report) {
  self_.CycleEnded(report.duration, clock_.Now(), report.skipped);
  last_cycle_steady_ = clock_.Steady().time_since_epoch().count();
  tracker_.Tick();  // Who is told of the round, or of readiness, finds all of it.
  feed_->Push({0, std::nullopt, clock_.Now(), box_.Latest()->sequence});
  if (report.skipped) log_.Warn("poll", "a cycle was still running when the next was due");
  const std::string left_out = DescribeOverCaps(*box_.Latest(), CurrentConfig()->metrics);
  if (left_out != left_out_) {
    left_out_ = left_out;
    log_.Warn("metrics", left_out.empty() ? "the metrics hold all readings again"
                                          : "left out of the metrics: " + left_out);
  }
  if (first_cycle_done_.exchange(true)) return;
  self_.Ready(true);
}

void App::OnEvent(const Event& event) {
  self_.EventSeen(event.kind);
  keeper_.Record(event);
  feed_->Push({0, event, event.time, 0});
  log_.Log(event.level, EventSource(event.kind), event.miner_id, event.message);
}

// --- Time ------------------------------------------------------------------------

void App::EverySecond() {
  tick_.expires_after(std::chrono::seconds(1));
  tick_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopping_) return;
    tracker_.Tick();
    log_.Tick();
    inventory_.FollowClock(clock_.Now(), clock_.Steady());
    keeper_.Tick(box_.Latest(), inventory_, poller_, tracker_);
    if (maintenance_) maintenance_->Tick();
    EverySecond();
  });
}

void App::KickWatchdog() {
  const auto period = notifier_.WatchdogPeriod();
  if (!period || stopping_) return;
  notifier_.Send("WATCHDOG=1");
  watchdog_.expires_after(*period);
  watchdog_.async_wait([this](const boost::system::error_code& error) {
    if (!error) KickWatchdog();
  });
}

void App::WaitForSignals() {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    if (signal == SIGHUP) {
      (void)ReloadOnNetThread();
      WaitForSignals();
    } else {
      Shutdown();
    }
  });
}

void App::Shutdown() {
  log_.Info("app", "stopping");
  notifier_.Send("STOPPING=1");
  stopping_ = true;
  feed_->Close();  // Ends the open streams.
  control_->Close();
  keeper_.Save(inventory_, poller_, tracker_);
  discovery_.Stop();
  poller_.Stop();
  tick_.cancel();
  watchdog_.cancel();
  signals_.cancel();
  // Open exchanges get a moment to end well; a peer that hangs is left behind.
  stop_at_ = clock_.Steady() + kStopWait;
  StopWhenIdle();
}

void App::StopWhenIdle() {
  const bool idle = poller_.Idle() && discovery_.Idle() && commands_ == 0;
  if (idle || clock_.Steady() >= stop_at_) {
    io_.stop();
    return;
  }
  tick_.expires_after(std::chrono::milliseconds(10));
  tick_.async_wait([this](const boost::system::error_code&) { StopWhenIdle(); });
}

// --- Reload and readiness ----------------------------------------------------------

void App::Rescan() {
  boost::asio::post(io_, [this] {
    if (!stopping_) discovery_.Rescan();
  });
}

ReloadAnswer App::Reload() {
  auto promise = std::make_shared<std::promise<ReloadAnswer>>();
  auto answer = promise->get_future();
  boost::asio::post(io_, [this, promise] { promise->set_value(ReloadOnNetThread()); });
  if (answer.wait_for(kReloadWait) == std::future_status::ready) return answer.get();
  return {false, {"the exporter is stopping"}, {}};
}

ReloadAnswer App::ReloadOnNetThread() {
  notifier_.Send("RELOADING=1");
  LoadedConfig loaded = LoadConfig(sources_);
  ReloadAnswer answer{loaded.config.has_value(), loaded.faults, {}};
  const Event event{
      clock_.Now(), answer.good ? EventKind::kConfigLoaded : EventKind::kConfigRejected,
      answer.good ? LogLevel::kInfo : LogLevel::kError, "",
      answer.good ? "settings reloaded" : "settings not taken over, the old ones stay"};
  OnEvent(event);
  for (const std::string& fault : loaded.faults) log_.Error("config", fault);
  self_.Reloaded(answer.good, clock_.Now());
  if (answer.good) {
    const auto old = CurrentConfig();
    const auto next = std::make_shared<const Config>(std::move(*loaded.config));
    answer.restart_needed = RestartNeeded(*old, *next);
    for (const std::string& key : answer.restart_needed) {
      log_.Warn("config", key + " changed; it takes effect at the next start");
    }
    for (const std::string& warning : loaded.warnings) log_.Warn("config", warning);
    config_ = next;
    log_.SetLevel(next->logging.level);
    log_.SetSecrets(SecretValues(*next));
    self_.Configured(*next);
    tracker_.Apply(next);
    poller_.Configure(next->polling, next->discovery.miner_port);
    poller_.ConfigureWeb(next->miners, web_client_);
    discovery_.Configure(next->discovery);
    keeper_.Configure(*next);
    KeepWarnings(*next);
    if (!next->push.url.empty()) self_.PushEnabled(kPushFailures, kPushDrops);
    if (push_) push_->Configure(next);
    if (market_) market_->Configure(next);
    ReloadQuiet();
    if (control_) ConfigureControl(*next);
    Apply(inventory_.Configure(*next, clock_.Now()));
    tracker_.Tick();
  }
  notifier_.Send("READY=1");
  return answer;
}

ReadyState App::Ready() const {
  ReadyState state;
  state.database_ok = keeper_.ok();
  const nanoseconds since_cycle =
      clock_.Steady().time_since_epoch() - nanoseconds(last_cycle_steady_.load());
  const auto config = CurrentConfig();
  const auto limit = std::chrono::duration_cast<nanoseconds>(config->polling.interval * 5);
  if (!first_cycle_done_) {
    state.reason = "the first poll cycle is not done yet";
  } else if (since_cycle > limit) {
    state.polling_ok = false;
    state.reason = "no poll cycle has ended for 5 intervals";
  } else {
    state.ready = true;
  }
  return state;
}

}  // namespace antx
