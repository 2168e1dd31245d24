#include "market/compose.h"

#include <gtest/gtest.h>

#include <chrono>

namespace antx {
namespace {

using std::chrono::seconds;

const SystemTime kNow{seconds(1'757'620'800)};

MarketData Fetched() {
  MarketData data;
  data.price = MarketValue{65000, "coingecko", kNow - seconds(60), false};
  data.difficulty = MarketValue{1.1e14, "blockchain", kNow - seconds(60), false};
  data.height = MarketValue{1'050'000, "mempool", kNow - seconds(60), false};
  data.fees = MarketValue{0.03, "mempool", kNow - seconds(60), false};
  return data;
}

TEST(Compose, FetchedValuesAndTheSubsidyOfTheirHeight) {
  const MarketData market = Compose(Fetched(), {}, kNow);
  EXPECT_EQ(market.price->source, "coingecko");
  EXPECT_EQ(market.subsidy->value, 1.5625);
  EXPECT_EQ(market.subsidy->source, "height");
  EXPECT_EQ(market.fees->value, 0.03);
}

TEST(Compose, SettingsWin) {
  ProfitabilityConfig config;
  config.static_price = 1;
  config.static_difficulty = 2;
  config.block_subsidy_btc = 3;
  config.block_fees_btc = 4;
  const MarketData market = Compose(Fetched(), config, kNow);
  EXPECT_EQ(market.price->value, 1);
  EXPECT_EQ(market.price->source, "static");
  EXPECT_TRUE(market.price->fixed);
  EXPECT_EQ(market.difficulty->value, 2);
  EXPECT_EQ(market.subsidy->value, 3);
  EXPECT_EQ(market.fees->value, 4);
}

TEST(Compose, TheSubsidyIsBuiltInUntilAHalvingCanCome) {
  const auto early = Compose({}, {}, kNow).subsidy;
  ASSERT_TRUE(early);
  EXPECT_EQ(early->value, 3.125);
  EXPECT_EQ(early->source, "built-in");
  const SystemTime late = std::chrono::sys_days(std::chrono::year(2028) / 1 / 1);
  EXPECT_FALSE(Compose({}, {}, late).subsidy) << "nothing is invented";
}

TEST(Compose, WithoutFetchingFeesAreNone) {
  ProfitabilityConfig config;
  EXPECT_FALSE(Compose({}, config, kNow).fees);
  config.fetch = false;
  EXPECT_EQ(Compose({}, config, kNow).fees->value, 0);
}

TEST(Gauges, ShowWhatMayBeUsed) {
  Config config;
  config.profitability.currency = "EUR";
  const MarketData market = Compose(Fetched(), config.profitability, kNow);
  const MarketGauges now = GaugesOf(market, config, 0.25, kNow);
  EXPECT_EQ(now.currency, "EUR");
  EXPECT_EQ(now.bitcoin_price, 65000.0);
  EXPECT_EQ(now.network_difficulty, 1.1e14);
  EXPECT_EQ(now.block_subsidy, 1.5625);
  EXPECT_EQ(now.electricity_price, 0.25);
  EXPECT_EQ(now.last_success.size(), 4U);
  EXPECT_EQ(now.last_success.at("price"), kNow - seconds(60));
  const MarketGauges later = GaugesOf(market, config, 0.25, kNow + seconds(3541));
  EXPECT_FALSE(later.bitcoin_price) << "older than alerts.market_age_seconds";
  EXPECT_FALSE(later.network_difficulty);
  EXPECT_TRUE(later.block_subsidy);
  EXPECT_TRUE(later.block_fees);
  EXPECT_EQ(later.last_success.size(), 4U) << "so that its age can be seen";
}

TEST(Gauges, WhatIsNotAskedForIsNotMissed) {
  Config config;
  config.profitability.block_subsidy_btc = 3.125;
  config.profitability.chain_sources = {"blockchain"};  // Knows no fees.
  const MarketGauges now =
      GaugesOf(Compose(Fetched(), config.profitability, kNow), config, 0.1, kNow);
  EXPECT_EQ(now.last_success.size(), 2U);
  EXPECT_EQ(now.last_success.count("price") + now.last_success.count("difficulty"), 2U);
}

TEST(Gauges, FixedValuesHaveNoTimeAndMoneyThatIsOffHasNothing) {
  Config config;
  config.profitability.static_price = 65000;
  config.profitability.fetch = false;
  MarketGauges now = GaugesOf(Compose({}, config.profitability, kNow), config, 0.1, kNow);
  EXPECT_EQ(now.bitcoin_price, 65000.0);
  EXPECT_TRUE(now.last_success.empty());
  config.profitability.enabled = false;
  now = GaugesOf(Compose({}, config.profitability, kNow), config, 0.1, kNow);
  EXPECT_FALSE(now.bitcoin_price || now.block_subsidy || now.electricity_price);
}

}  // namespace
}  // namespace antx
