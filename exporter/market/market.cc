#include "market/market.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "market/compose.h"
#include "market/profit.h"

namespace antx {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds kRound{1};
constexpr seconds kLongestSample{10};
constexpr minutes kFlushEvery{5};
constexpr minutes kSnapshotEvery{15};
constexpr seconds kWaitForInputs{60};  // After the start, for the first snapshot.
constexpr std::size_t kMostRows = 10000;

/// Why a reader gets nothing.
HistoryError Unreadable(const DbError& error) { return {error.detail}; }
HistoryError NoStore() { return {"nothing of the market is stored; the log says why"}; }

bool AnyPolled(const Snapshot& snapshot) {
  return std::any_of(snapshot.miners.begin(), snapshot.miners.end(),
                     [](const auto& miner) { return miner->polled; });
}

}  // namespace

/// The market thread's own state. A failure of the disk is logged when it begins or ends.
struct Market::Work {
  explicit Work(Market& owner)
      : market(owner),
        fetcher({owner.parts_.clock, owner.parts_.log, owner.parts_.random,
                 [&owner] { return !owner.Stopping(); }}),
        started(owner.parts_.clock.Steady()),
        last_sample(started),
        next_flush(started + kFlushEvery),
        next_snapshot(started) {
    if (!market.store_) return;
    const auto last = market.store_->LastFleetProfit();
    const SystemTime now = market.parts_.clock.Now();
    if (last && *last <= now && now - *last < kSnapshotEvery) {
      next_snapshot = started + (kSnapshotEvery - (now - *last));
    }
  }

  /// Settings that matter here have changed (or are new).
  void Adopt(const std::shared_ptr<const Setup>& next) {
    const bool first = setup == nullptr;
    const bool other_currency = first || known.currency != next->config->profitability.currency;
    const bool other = first || setup->config->profitability != next->config->profitability;
    if (other_currency) Load(next->config->profitability.currency);
    if (other) fetcher.Restart(next->config->profitability, known);
    setup = next;
  }

  /// What is known in a currency; values of another one are of no use.
  void Load(const std::string& currency) {
    known = MarketData{};
    known.currency = currency;
    if (!market.store_) return;
    auto loaded = market.store_->LoadMarket(currency);
    if (Worked(loaded)) known = std::move(*loaded);
  }

  /// Goes on with the book of a moment's day: after a restart, and when clock, zone or currency
  /// come back to a day that was closed.
  void OpenBook(SystemTime moment) {
    const std::string day = LedgerDayOf(setup->tariffs.Standard(), moment);
    if (!market.store_ || ledger.Holds(day, known.currency)) return;
    const auto stored = market.store_->LoadDay(day, known.currency);
    if (Worked(stored)) ledger.Resume(*stored);
  }

  void Round() {
    const Config& config = *setup->config;
    if (config.profitability.enabled && !fetcher.Step(config.profitability, known).empty() &&
        market.store_) {
      (void)Worked(market.store_->SaveMarket(known));
    }
    Publish();
    if (!config.profitability.enabled) {
      last_sample = market.parts_.clock.Steady();
      return;
    }
    Sample(false);
    TakeSnapshot();
    if (market.parts_.clock.Steady() >= next_flush) Flush();
  }

  void Publish() {
    const SystemTime now = market.parts_.clock.Now();
    auto next = Compose(known, setup->config->profitability, now);
    auto gauges = GaugesOf(next, *setup->config, setup->tariffs.Standard().PriceAt(now), now);
    if (gauges.electricity_price) gauges.site_prices = setup->tariffs.SitePrices(now);
    if (next != *market.data_.load()) {
      market.data_.store(std::make_shared<const MarketData>(std::move(next)));
    }
    if (gauges == told) return;
    told = gauges;
    if (market.parts_.gauges) market.parts_.gauges(told);
  }

  [[nodiscard]] ProfitInputs Inputs(const MarketData& data) const {
    return {*setup->config, data, setup->tariffs, market.parts_.clock.Now()};
  }

  void Sample(bool last) {
    const SteadyTime now = market.parts_.clock.Steady();
    const auto wanted =
        std::min<std::chrono::duration<double>>(kLongestSample, setup->config->polling.interval);
    if (!last && now - last_sample < wanted) return;
    const auto span = now - std::exchange(last_sample, now);
    const auto data = market.data_.load();
    const ProfitInputs inputs = Inputs(*data);
    OpenBook(inputs.now - span);
    OpenBook(inputs.now);
    ledger.Add(*market.parts_.box.Latest(), inputs, std::chrono::duration<double>(span).count());
  }

  void TakeSnapshot() {
    const SteadyTime now = market.parts_.clock.Steady();
    if (now < next_snapshot || !market.store_) return;
    const auto snapshot = market.parts_.box.Latest();
    const auto data = market.data_.load();
    const Profitability profit = FleetProfit(*snapshot, Inputs(*data));
    const bool complete = profit.missing.empty() && AnyPolled(*snapshot);
    if (!complete && now - started < kWaitForInputs) return;
    next_snapshot = now + kSnapshotEvery;
    (void)Worked(market.store_->AddProfit(profit));
  }

  void Flush() {
    next_flush = market.parts_.clock.Steady() + kFlushEvery;
    for (const LedgerDay& day : ledger.TakeChanged()) {
      if (market.store_) (void)Worked(market.store_->SaveDay(day));
    }
  }

  /// Tells a fault once.
  template <class T>
  bool Worked(const DbResult<T>& result) {
    const std::string fault = result.has_error() ? result.error().detail : "";
    if (fault != last_fault) {
      if (fault.empty()) {
        market.parts_.log.Info("market", "the ledger is written again");
      } else {
        market.parts_.log.Error("market", fault);
      }
    }
    last_fault = fault;
    return fault.empty();
  }

  Market& market;
  MarketFetcher fetcher;
  std::shared_ptr<const Setup> setup;
  MarketData known;  // As fetched, without the settings.
  antx::Ledger ledger;
  MarketGauges told;
  SteadyTime started, last_sample, next_flush, next_snapshot;
  std::string last_fault;
};

Market::Market(Parts parts, std::shared_ptr<const Config> config)
    : parts_(std::move(parts)), path_(MarketStorePath(config->storage)) {
  // Static values serve at once, also before the thread runs.
  data_.store(std::make_shared<const MarketData>(
      Compose(MarketData{}, config->profitability, parts_.clock.Now())));
  Configure(std::move(config));
  OpenStore();
}

Market::~Market() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Market::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Market::OpenStore() {
  auto store = MarketStore::Open(path_);
  if (store.has_error()) {
    parts_.log.Error("market", store.error().detail + "; the ledger is in memory for this run");
    store = MarketStore::Open(":memory:");
  }
  if (store.has_error()) {
    parts_.log.Error("market", store.error().detail + "; no ledger is kept");
  } else {
    store_ = std::move(*store);
  }
}

void Market::Configure(std::shared_ptr<const Config> config) {
  TariffBook tariffs(config->profitability);
  setup_.store(std::make_shared<const Setup>(Setup{std::move(config), std::move(tariffs)}));
  {
    const std::lock_guard lock(mutex_);
    changed_ = true;
  }
  wake_.notify_all();
}

bool Market::Stopping() {
  const std::lock_guard lock(mutex_);
  return stop_;
}

bool Market::WaitForRound() {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, kRound, [this] { return changed_ || stop_; });
  changed_ = false;
  return stop_;
}

void Market::Run() try {
  pthread_setname_np(pthread_self(), "market");
  Work work(*this);
  do {
    const auto setup = setup_.load();
    if (setup != work.setup) work.Adopt(setup);
    work.Round();
  } while (!WaitForRound());
  if (work.setup->config->profitability.enabled) work.Sample(true);
  work.Flush();
} catch (const std::exception& error) {
  parts_.log.Error("market", std::string("the market thread ended: ") + error.what());
}

std::optional<Profitability> Market::Current(std::optional<Ipv4> miner) const {
  const auto setup = setup_.load();
  const auto data = data_.load();
  const auto snapshot = parts_.box.Latest();
  const ProfitInputs inputs{*setup->config, *data, setup->tariffs, parts_.clock.Now()};
  if (!miner) return FleetProfit(*snapshot, inputs);
  const auto view = snapshot->Find(miner->ToString());
  if (!view) return std::nullopt;
  return MinerProfit(*view, inputs);
}

HistoryResult<void> Market::Keep(const Profitability& profit) {
  if (!store_) return NoStore();
  const auto kept = store_->AddProfit(profit);
  if (kept.has_error()) return Unreadable(kept.error());
  return {};
}

HistoryResult<std::vector<Profitability>> Market::History(std::optional<Ipv4> miner,
                                                          SystemTime from) const {
  if (!store_) return NoStore();
  auto rows = store_->Profits(miner, from, kMostRows);
  if (rows.has_error()) return Unreadable(rows.error());
  return std::move(*rows);
}

HistoryResult<std::vector<LedgerEntry>> Market::Ledger(std::optional<Ipv4> miner,
                                                       const std::string& first_day) const {
  if (!store_) return NoStore();
  auto rows = store_->Entries(miner, first_day, kMostRows);
  if (rows.has_error()) return Unreadable(rows.error());
  return std::move(*rows);
}

}  // namespace antx
