#include "market/profit.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

namespace antx {
namespace {

using std::chrono::seconds;

const SystemTime kNow{seconds(1'757'620'800)};

/// The inputs of a vector of the contract.
Profitability Vector(double ths, double watts, double price, double tariff) {
  Profitability profit;
  profit.hashrate_ths = ths;
  profit.power_watts = watts;
  profit.price = price;
  profit.power_price = tariff;
  profit.difficulty = 1.1e14;
  profit.block_subsidy = 3.125;
  return profit;
}

TEST(Profit, FirstVector) {
  Profitability p = Vector(110, 3245, 65000, 0.08);
  Derive(p);
  EXPECT_NEAR(*p.btc_per_day, 6.28642737865448e-05, 1e-18);
  EXPECT_NEAR(*p.revenue, 4.086177796, 5e-10);
  EXPECT_NEAR(*p.daily_kwh, 77.88, 1e-9);
  EXPECT_NEAR(*p.daily_power_cost, 6.2304, 1e-9);
  EXPECT_NEAR(*p.profit, -2.144222204, 5e-10);
  EXPECT_NEAR(*p.margin_percent, -52.47500992, 5e-9);
  EXPECT_NEAR(*p.break_even_price, 99108.75645, 5e-6);
  EXPECT_NEAR(*p.monthly_profit, -64.32666612, 5e-9);
  EXPECT_NEAR(*p.yearly_profit, -782.6411044, 5e-8);
  EXPECT_NEAR(*p.joules_per_terahash, 29.5, 1e-12);
  EXPECT_NEAR(*p.monthly_btc, *p.btc_per_day * 30, 1e-18);
  EXPECT_NEAR(*p.yearly_btc, *p.btc_per_day * 365, 1e-18);
}

TEST(Profit, SecondVector) {
  Profitability p = Vector(200, 3500, 65000, 0.05);
  Derive(p);
  EXPECT_NEAR(*p.btc_per_day, 1.142986796e-04, 5e-14);
  EXPECT_NEAR(*p.revenue, 7.429414175, 5e-10);
  EXPECT_NEAR(*p.daily_power_cost, 4.2, 1e-9);
  EXPECT_NEAR(*p.profit, 3.229414175, 5e-10);
  EXPECT_NEAR(*p.margin_percent, 43.46795183, 5e-9);
  EXPECT_NEAR(*p.break_even_price, 36745.83131, 5e-6);
}

TEST(Profit, VectorWithPoolFee) {
  Profitability p = Vector(110, 3245, 65000, 0.08);
  p.pool_fee_percent = 2;
  Derive(p);
  EXPECT_NEAR(*p.btc_per_day, 6.160698831e-05, 5e-15);
  EXPECT_NEAR(*p.revenue, 4.00445424, 5e-9);
  EXPECT_NEAR(*p.profit, -2.22594576, 5e-9);
  EXPECT_NEAR(*p.break_even_price, 101131.384, 5e-4);
}

TEST(Profit, VectorOfTheRecordingRules) {
  Profitability p = Vector(95, 3250, 100000, 0.10);
  p.difficulty = 126e12;
  p.pool_fee_percent = 2;
  Derive(p);
  EXPECT_NEAR(*p.revenue, 4.645, 5e-4);
  EXPECT_NEAR(*p.daily_power_cost, 7.80, 1e-9);
  EXPECT_NEAR(*p.profit, -3.16, 5e-3);
}

TEST(Profit, FeesOfABlockCountLikeTheSubsidy) {
  Profitability without = Vector(110, 3245, 65000, 0.08);
  Derive(without);
  Profitability with = Vector(110, 3245, 65000, 0.08);
  with.block_fees = 0.3125;
  Derive(with);
  EXPECT_NEAR(*with.btc_per_day, *without.btc_per_day * 1.1, 1e-15);
}

TEST(Profit, NothingIsInventedForWhatIsMissing) {
  Profitability p = Vector(110, 3245, 65000, 0.08);
  p.difficulty.reset();
  Derive(p);
  EXPECT_FALSE(p.btc_per_day);
  EXPECT_FALSE(p.revenue);
  EXPECT_FALSE(p.profit);
  EXPECT_FALSE(p.break_even_price);
  EXPECT_NEAR(*p.daily_power_cost, 6.2304, 1e-9) << "does not depend on it";
  p = Vector(110, 3245, 65000, 0.08);
  p.price.reset();
  Derive(p);
  EXPECT_TRUE(p.btc_per_day);
  EXPECT_TRUE(p.break_even_price);
  EXPECT_FALSE(p.revenue);
  EXPECT_FALSE(p.margin_percent);
  p = Vector(110, 3245, 65000, 0.08);
  p.power_watts.reset();
  Derive(p);
  EXPECT_TRUE(p.revenue);
  EXPECT_FALSE(p.daily_power_cost);
  EXPECT_FALSE(p.profit);
}

TEST(Profit, WithoutRevenueThereIsNoMarginAndNoBreakEven) {
  Profitability p = Vector(0, 90, 65000, 0.10);
  Derive(p);
  EXPECT_EQ(p.revenue, 0.0);
  EXPECT_NEAR(*p.profit, -0.216, 1e-9) << "idle power is charged";
  EXPECT_FALSE(p.margin_percent);
  EXPECT_FALSE(p.break_even_price);
  EXPECT_FALSE(p.joules_per_terahash);
}

TEST(Profit, TheSubsidyHalves) {
  EXPECT_EQ(SubsidyAt(0), 50);
  EXPECT_EQ(SubsidyAt(209'999), 50);
  EXPECT_EQ(SubsidyAt(210'000), 25);
  EXPECT_EQ(SubsidyAt(840'000), 3.125);
  EXPECT_EQ(SubsidyAt(1'049'999), 3.125);
  EXPECT_EQ(SubsidyAt(1'050'000), 1.5625);
  EXPECT_EQ(SubsidyAt(1e9), 0);
}

/// A fleet, a market and settings to compute with.
class FleetProfitTest : public ::testing::Test {
 protected:
  FleetProfitTest() {
    market_.price = MarketValue{65000, "static", {}, true};
    market_.difficulty = MarketValue{1.1e14, "static", {}, true};
    market_.subsidy = MarketValue{3.125, "height", {}, true};
    config_.profitability.tariff.price = 0.08;
  }
  MinerView& Add(const std::string& address, std::optional<double> ths,
                 std::optional<double> watts) {
    auto view = std::make_shared<MinerView>();
    view->facts.id = address;
    view->facts.address = *Ipv4::Parse(address);
    view->identity.algorithm = "sha256";
    auto reading = std::make_shared<Reading>();
    if (ths) reading->hashrate_hashes_per_second = *ths * 1e12;
    view->reading = reading;
    if (watts) view->power = Power{*watts, PowerSource::kReported};
    snapshot_.miners.push_back(view);
    return *view;
  }
  Profitability Fleet() {
    const TariffBook tariffs(config_.profitability);
    return FleetProfit(snapshot_, {config_, market_, tariffs, kNow});
  }

  Config config_;
  MarketData market_;
  Snapshot snapshot_;
};

TEST_F(FleetProfitTest, SumsMinersAndWeighsTheirTariffs) {
  Add("10.0.0.1", 60, 1000);
  Add("10.0.0.2", 50, 3000).facts.labels.power_price_per_kilowatt_hour = 0.16;
  const Profitability p = Fleet();
  EXPECT_EQ(p.miner_count, 2);
  EXPECT_NEAR(*p.hashrate_ths, 110, 1e-9);
  EXPECT_NEAR(*p.power_price, 0.14, 1e-12);
  EXPECT_NEAR(*p.daily_power_cost, 96 * 0.14, 1e-9);
  EXPECT_NEAR(*p.revenue, 4.086177796, 5e-10);
  EXPECT_TRUE(p.missing.empty());
}

TEST_F(FleetProfitTest, ADeadMinerEarnsNothingAndAnIdleOneCosts) {
  Add("10.0.0.1", 110, 3245);
  Add("10.0.0.2", 100, 3000).reading = nullptr;
  Add("10.0.0.3", 0, 90);
  const Profitability p = Fleet();
  EXPECT_EQ(p.miner_count, 2);
  EXPECT_EQ(p.not_answering, 1);
  EXPECT_NEAR(*p.hashrate_ths, 110, 1e-9);
  EXPECT_NEAR(*p.power_watts, 3335, 1e-9);
}

TEST_F(FleetProfitTest, OtherAlgorithmsAreLeftOutAndCounted) {
  Add("10.0.0.1", 110, 3245);
  Add("10.0.0.2", 9, 3400).identity.algorithm = "scrypt";
  Add("10.0.0.3", 1, 1).identity.algorithm = "";
  const Profitability p = Fleet();
  EXPECT_EQ(p.miner_count, 1);
  EXPECT_EQ(p.other_algorithm, 2);
  EXPECT_NEAR(*p.power_watts, 3245, 1e-9);
}

TEST_F(FleetProfitTest, AMinerOfUnknownPowerIsCounted) {
  Add("10.0.0.1", 110, 3245);
  Add("10.0.0.2", 10, std::nullopt);
  const Profitability p = Fleet();
  EXPECT_EQ(p.power_unknown, 1);
  EXPECT_NEAR(*p.hashrate_ths, 120, 1e-9);
  EXPECT_NEAR(*p.power_watts, 3245, 1e-9);
}

TEST_F(FleetProfitTest, WithoutAnAnswerNothingIsKnown) {
  Add("10.0.0.2", 100, 3000).reading = nullptr;
  const Profitability p = Fleet();
  EXPECT_FALSE(p.hashrate_ths);
  EXPECT_FALSE(p.profit);
  ASSERT_EQ(p.missing.size(), 1U);
  EXPECT_EQ(p.missing[0], "hashrate: no SHA-256 miner has answered lately");
}

TEST_F(FleetProfitTest, ValuesThatAreTooOldDoNotCount) {
  Add("10.0.0.1", 110, 3245);
  config_.alerts.market_age_seconds = 3600;
  market_.price = MarketValue{65000, "coingecko", kNow - seconds(3600), false};
  EXPECT_TRUE(Fleet().revenue) << "just young enough";
  market_.price->time = kNow - seconds(3601);
  const Profitability p = Fleet();
  EXPECT_FALSE(p.price);
  EXPECT_FALSE(p.revenue);
  EXPECT_TRUE(p.btc_per_day);
  EXPECT_EQ(p.price_age_seconds, 3601.0);
  ASSERT_EQ(p.missing.size(), 1U);
  EXPECT_EQ(p.missing[0], "price: 3601 s old, allowed are 3600 s (alerts.market_age_seconds)");
  market_.price.reset();
  market_.difficulty.reset();
  market_.subsidy.reset();
  EXPECT_EQ(Fleet().missing.size(), 3U);
}

TEST_F(FleetProfitTest, OneMinerAlone) {
  MinerView& miner = Add("10.0.0.1", 110, 3245);
  const TariffBook tariffs(config_.profitability);
  const Profitability p = MinerProfit(miner, {config_, market_, tariffs, kNow});
  EXPECT_EQ(p.miner, miner.facts.address);
  EXPECT_NEAR(*p.profit, -2.144222204, 5e-10);
}

}  // namespace
}  // namespace antx
