// The market thread with a real provider on loopback and a real file.
#include "market/market.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "config/tariff.h"
#include "unit/net/http_stub.h"

namespace antx {
namespace {

using std::chrono::seconds;
using testing::HttpStub;
using testing::Status;
using testing::StubRequest;

bool WaitFor(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

/// Real time, plus what the test adds.
class ShiftedClock final : public Clock {
 public:
  [[nodiscard]] SystemTime Now() const override {
    return std::chrono::system_clock::now() + seconds(shift_.load());
  }
  [[nodiscard]] SteadyTime Steady() const override {
    return std::chrono::steady_clock::now() + seconds(shift_.load());
  }
  void Advance(int by_seconds) { shift_ += by_seconds; }

 private:
  std::atomic<int> shift_{0};
};

class MarketTest : public ::testing::Test {
 protected:
  MarketTest()
      : stub_([this](const StubRequest& request) {
          if (request.Line().find("/q/getdifficulty") != std::string::npos) {
            return Status("200 OK", "", "1.1E14");
          }
          const bool euro = request.Line().find("vs_currencies=eur") != std::string::npos;
          if (broken_) return Status("500 Internal Server Error");
          return Status("200 OK", "",
                        euro ? R"({"bitcoin":{"eur":60000}})" : R"({"bitcoin":{"usd":65000}})");
        }) {
    std::string name = (std::filesystem::temp_directory_path() / "antx-market-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    config_.storage.path = folder_ + "/metrics.db";
    config_.polling.interval = Seconds(1);
    ProfitabilityConfig& money = config_.profitability;
    for (auto& [provider, url] : money.hosts) url = stub_.Url("");
    money.price_sources = {"coingecko"};
    money.chain_sources = {"blockchain"};
    money.block_subsidy_btc = 3.125;
    money.tariff.price = 0.08;
    Publish(3245, 0);
  }
  ~MarketTest() override {
    market_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Publish(double watts, double joules) {
    auto miner = std::make_shared<MinerView>();
    miner->facts.id = "10.0.0.1";
    miner->facts.address = *Ipv4::Parse("10.0.0.1");
    miner->identity.algorithm = "sha256";
    miner->polled = true;
    auto reading = std::make_shared<Reading>();
    reading->hashrate_hashes_per_second = 110e12;
    miner->reading = reading;
    miner->power = Power{watts, PowerSource::kReported};
    miner->counters.energy_reported_joules = joules;
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->miners = {miner};
    box_.Publish(snapshot);
  }
  void Make() {
    Market::Parts parts{box_, clock_, log_, [] { return 1.0; },
                        [this](const MarketGauges& now) {
                          const std::lock_guard lock(mutex_);
                          gauges_ = now;
                        }};
    market_.emplace(std::move(parts), std::make_shared<const Config>(config_));
  }
  void Start() {
    Make();
    market_->Start();
  }
  MarketGauges Gauges() {
    const std::lock_guard lock(mutex_);
    return gauges_;
  }
  bool HasPrice(double value) {
    return WaitFor([&] {
      const auto data = market_->Data();
      return data->price && data->price->value == value && data->difficulty;
    });
  }

  HttpRuntime runtime_;
  std::atomic<bool> broken_{false};
  HttpStub stub_;
  std::string folder_;
  Config config_;
  SnapshotBox box_;
  ShiftedClock clock_;
  Logger log_{LogLevel::kCritical, LogFormat::kText};
  std::mutex mutex_;  // Of gauges_.
  MarketGauges gauges_;
  std::optional<Market> market_;
};

TEST_F(MarketTest, StaticValuesServeBeforeTheFirstRound) {
  config_.profitability.static_price = 65000;
  config_.profitability.static_difficulty = 1.1e14;
  Make();
  const auto profit = market_->Current(std::nullopt);
  ASSERT_TRUE(profit);
  EXPECT_NEAR(profit->profit.value(), -2.144222204, 5e-10);
  EXPECT_EQ(profit->price_source, "static");
  EXPECT_FALSE(profit->price_age_seconds);
}

TEST_F(MarketTest, FetchesAndTells) {
  Start();
  ASSERT_TRUE(HasPrice(65000));
  const auto profit = market_->Current(Ipv4::Parse("10.0.0.1"));
  ASSERT_TRUE(profit);
  EXPECT_NEAR(profit->profit.value(), -2.144222204, 5e-10);
  EXPECT_EQ(profit->price_source, "coingecko");
  EXPECT_TRUE(profit->price_age_seconds);
  EXPECT_FALSE(market_->Current(Ipv4::Parse("10.0.0.9"))) << "nobody there";
  ASSERT_TRUE(WaitFor([&] { return Gauges().bitcoin_price.has_value(); }));
  EXPECT_EQ(Gauges().electricity_price, 0.08);
  EXPECT_EQ(Gauges().last_success.count("difficulty"), 1U);
}

TEST_F(MarketTest, TheLastGoodValueOutlivesARestart) {
  Start();
  ASSERT_TRUE(HasPrice(65000));
  const auto before = market_->Data()->price;
  market_.reset();
  broken_ = true;
  clock_.Advance(400);  // Due again, and refused.
  const std::size_t asked = stub_.Requests().size();
  Start();
  ASSERT_TRUE(WaitFor([&] { return stub_.Requests().size() > asked; }));
  ASSERT_TRUE(HasPrice(65000));
  const auto price = market_->Data()->price;
  EXPECT_EQ(price->source, "coingecko");
  EXPECT_LT(price->time - before->time, seconds(1)) << "the time of the fetch";
  clock_.Advance(3600);
  ASSERT_TRUE(WaitFor([&] { return !Gauges().bitcoin_price && !Gauges().currency.empty(); }))
      << "too old by now";
  EXPECT_EQ(Gauges().last_success.count("price"), 1U);
  const auto profit = market_->Current(std::nullopt);
  EXPECT_FALSE(profit->revenue);
  ASSERT_FALSE(profit->missing.empty());
  EXPECT_EQ(profit->missing[0].rfind("price: ", 0), 0U);
}

TEST_F(MarketTest, AReloadTakesOverCurrencyAndTariff) {
  Start();
  ASSERT_TRUE(HasPrice(65000));
  config_.profitability.currency = "EUR";
  config_.profitability.tariff.periods = ParseTariff("daily 00:00-24:00 0.5").value();
  market_->Configure(std::make_shared<const Config>(config_));
  ASSERT_TRUE(HasPrice(60000));
  EXPECT_EQ(market_->Data()->currency, "EUR");
  ASSERT_TRUE(WaitFor([&] { return Gauges().currency == "EUR" && Gauges().bitcoin_price; }));
  EXPECT_EQ(Gauges().electricity_price, 0.5);
  config_.profitability.enabled = false;
  market_->Configure(std::make_shared<const Config>(config_));
  EXPECT_TRUE(WaitFor([&] { return !Gauges().bitcoin_price && !Gauges().electricity_price; }));
}

TEST_F(MarketTest, TheLedgerIsWrittenAtTheEnd) {
  Start();
  ASSERT_TRUE(HasPrice(65000));
  clock_.Advance(5);
  market_.reset();
  Make();
  const auto rows = market_->Ledger(Ipv4::Parse("10.0.0.1"), "2020-01-01");
  ASSERT_FALSE(rows.has_error()) << rows.error().detail;
  ASSERT_FALSE(rows->empty());
  double hashes = 0;
  for (const LedgerEntry& row : *rows) {
    EXPECT_TRUE(market_->Verify(row));
    hashes += row.hashes;
  }
  EXPECT_GT(hashes, 0);
}

TEST_F(MarketTest, ADayThatIsComeBackToGoesOn) {
  Start();
  ASSERT_TRUE(HasPrice(65000));
  clock_.Advance(100);
  market_.reset();
  config_.profitability.currency = "EUR";
  Start();
  ASSERT_TRUE(HasPrice(60000));
  clock_.Advance(30);
  config_.profitability.currency = "USD";
  market_->Configure(std::make_shared<const Config>(config_));
  ASSERT_TRUE(HasPrice(65000));
  clock_.Advance(5);
  market_.reset();
  Make();
  double seconds_of_dollars = 0;
  const auto rows = market_->Ledger(std::nullopt, "2020-01-01");
  ASSERT_FALSE(rows.has_error()) << rows.error().detail;
  for (const LedgerEntry& row : *rows) {
    EXPECT_TRUE(market_->Verify(row));
    if (row.inputs.currency == "USD") seconds_of_dollars += row.hashing_seconds;
  }
  EXPECT_GE(seconds_of_dollars, 105) << "what the first run has seen is kept";
}

TEST_F(MarketTest, ASnapshotIsTakenAndKept) {
  Start();
  ASSERT_TRUE(WaitFor([&] { return market_->History(std::nullopt, SystemTime{})->size() == 1; }));
  const auto rows = market_->History(std::nullopt, SystemTime{});
  EXPECT_NEAR(rows->at(0).profit.value(), -2.144222204, 5e-10);
  market_.reset();
  Start();  // Within a quarter of an hour: no second one.
  clock_.Advance(899 - 5);
  ASSERT_TRUE(HasPrice(65000));
  EXPECT_EQ(market_->History(std::nullopt, SystemTime{})->size(), 1U);
  clock_.Advance(30);
  EXPECT_TRUE(WaitFor([&] { return market_->History(std::nullopt, SystemTime{})->size() == 2; }));
  const Profitability now = market_->Current(Ipv4::Parse("10.0.0.1")).value();
  ASSERT_FALSE(market_->Keep(now).has_error());
  EXPECT_EQ(market_->History(Ipv4::Parse("10.0.0.1"), SystemTime{})->size(), 1U);
}

TEST_F(MarketTest, AFileThatCannotBeOpenedLeavesMemory) {
  config_.storage.path = folder_ + "/no/such/folder/metrics.db";
  Start();
  ASSERT_TRUE(HasPrice(65000));
  EXPECT_TRUE(WaitFor([&] { return market_->History(std::nullopt, SystemTime{})->size() == 1; }));
}

}  // namespace
}  // namespace antx
