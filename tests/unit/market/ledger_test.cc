// The ledger and the file it is kept in: what is written can be computed again from its inputs.
#include "market/ledger.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "config/tariff.h"
#include "market/store.h"

namespace antx {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

SystemTime At(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                               std::chrono::day(day)) +
         hours(hour) + minutes(minute);
}

class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() {
    std::string name = (std::filesystem::temp_directory_path() / "antx-ledger-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    config_.profitability.tariff = {0.10, "UTC", {}};
    market_.price = MarketValue{60000, "coingecko", now_, false};
    market_.difficulty = MarketValue{1.1e14, "blockchain", now_, false};
    market_.subsidy = MarketValue{3.125, "height", {}, true};
    market_.fees = MarketValue{0.025, "mempool", now_, false};
    Miner("10.0.0.1", 100e12);
  }
  ~LedgerTest() override { std::filesystem::remove_all(folder_); }

  MinerView& Miner(const std::string& address, double rate) {
    auto view = std::make_shared<MinerView>();
    view->facts.id = address;
    view->facts.address = *Ipv4::Parse(address);
    view->identity.algorithm = "sha256";
    auto reading = std::make_shared<Reading>();
    reading->hashrate_hashes_per_second = rate;
    view->reading = reading;
    views_.push_back(view);
    return *view;
  }
  /// A step of time in which each miner drew `watts`.
  void Pass(Ledger& ledger, seconds span, double watts = 3000) {
    now_ += span;
    for (const auto& view : views_) {
      view->counters.energy_reported_joules += watts * static_cast<double>(span.count());
    }
    Add(ledger, span);
  }
  void Add(Ledger& ledger, seconds span) {
    if (market_.price) market_.price->time = now_;
    if (market_.difficulty) market_.difficulty->time = now_;
    Snapshot snapshot;
    snapshot.miners.assign(views_.begin(), views_.end());
    const TariffBook tariffs(config_.profitability);
    ledger.Add(snapshot, {config_, market_, tariffs, now_}, static_cast<double>(span.count()));
  }
  std::unique_ptr<MarketStore> Open() {
    auto store = MarketStore::Open(folder_ + "/metrics.market.db");
    EXPECT_FALSE(store.has_error()) << store.error().detail;
    return std::move(*store);
  }

  std::string folder_;
  Config config_;
  MarketData market_;
  SystemTime now_ = At(2025, 9, 11, 8);
  std::vector<std::shared_ptr<MinerView>> views_;
};

TEST_F(LedgerTest, ADayIsTheSumOfItsSteps) {
  Ledger ledger;
  Add(ledger, seconds(0));  // First sight: the counters so far are of the past.
  for (int i = 0; i < 360; ++i) Pass(ledger, seconds(10));
  const auto days = ledger.TakeChanged();
  ASSERT_EQ(days.size(), 1U);
  EXPECT_EQ(days[0].inputs.day, "2025-09-11");
  EXPECT_NEAR(days[0].inputs.seconds, 3600, 1e-6);
  ASSERT_EQ(days[0].entries.size(), 1U);
  const LedgerEntry& entry = days[0].entries[0];
  EXPECT_NEAR(entry.hashes, 100e12 * 3600, 1e6);
  EXPECT_NEAR(entry.result.kwh, 3, 1e-9);
  EXPECT_NEAR(entry.result.cost, 0.3, 1e-9);
  EXPECT_NEAR(*entry.result.btc, 100e12 * 3600 * 3.15 / (1.1e14 * 4294967296.0), 1e-15);
  EXPECT_NEAR(*entry.result.revenue, *entry.result.btc * 60000, 1e-9);
  EXPECT_NEAR(*entry.result.profit, *entry.result.revenue - 0.3, 1e-9);
  EXPECT_EQ(entry.inputs.price_source, "coingecko");
  EXPECT_EQ(entry.inputs.difficulty_source, "blockchain");
  EXPECT_TRUE(ledger.TakeChanged().empty()) << "nothing has passed since";
}

TEST_F(LedgerTest, PricesCountForAsLongAsTheyHeld) {
  Ledger ledger;
  Add(ledger, seconds(0));
  Pass(ledger, seconds(600));
  market_.price = MarketValue{66000, "mempool", now_, false};
  Pass(ledger, seconds(300));
  market_.price.reset();
  Pass(ledger, seconds(900));
  const LedgerInputs inputs = ledger.TakeChanged().at(0).inputs;
  EXPECT_NEAR(*inputs.price, 62000, 1e-6);
  EXPECT_NEAR(inputs.price_seconds, 900, 1e-6);
  EXPECT_NEAR(inputs.seconds, 1800, 1e-6);
  EXPECT_EQ(inputs.price_source, "coingecko,mempool");
}

TEST_F(LedgerTest, EnergyIsPaidAtThePriceOfItsTime) {
  config_.profitability.tariff.periods = ParseTariff("daily 07:00-09:00 0.30").value();
  now_ = At(2025, 9, 11, 8, 50);
  Ledger ledger;
  Add(ledger, seconds(0));
  Pass(ledger, seconds(1200));  // Ten minutes at 0.30, ten at 0.10.
  const LedgerEntry entry = ledger.TakeChanged().at(0).entries.at(0);
  ASSERT_EQ(entry.energy.size(), 2U);
  EXPECT_EQ(entry.energy[0].price, 0.10);
  EXPECT_NEAR(entry.energy[0].kwh, 0.5, 1e-9);
  EXPECT_NEAR(entry.energy[1].kwh, 0.5, 1e-9);
  EXPECT_NEAR(entry.result.cost, 0.2, 1e-9);
}

TEST_F(LedgerTest, ADayEndsAtMidnightOfTheTariffsZone) {
  config_.profitability.tariff.time_zone = "Europe/Berlin";
  now_ = At(2025, 9, 11, 21, 50);  // 23:50 there.
  Ledger ledger;
  Add(ledger, seconds(0));
  Pass(ledger, seconds(1800));
  const auto days = ledger.TakeChanged();
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days[0].inputs.day, "2025-09-11");
  EXPECT_NEAR(days[0].entries.at(0).hashing_seconds, 600, 1e-6);
  EXPECT_EQ(days[1].inputs.day, "2025-09-12");
  EXPECT_NEAR(days[1].entries.at(0).hashing_seconds, 1200, 1e-6);
  EXPECT_NEAR(days[0].entries.at(0).result.kwh + days[1].entries.at(0).result.kwh, 1.5, 1e-9);
}

TEST_F(LedgerTest, OnlyWhoAnswersEarnsAndIdlePowerCosts) {
  views_[0]->reading = nullptr;
  Miner("10.0.0.2", 0);
  Miner("10.0.0.3", 5e9).identity.algorithm = "scrypt";
  Ledger ledger;
  Add(ledger, seconds(0));
  Pass(ledger, seconds(3600), 100);
  const auto day = ledger.TakeChanged().at(0);
  ASSERT_EQ(day.entries.size(), 2U) << "the Scrypt machine is left out";
  EXPECT_EQ(day.entries[0].hashes, 0);
  EXPECT_EQ(day.entries[0].hashing_seconds, 0);
  EXPECT_NEAR(day.entries[0].result.cost, 0.01, 1e-9) << "its counter went on";
  EXPECT_EQ(day.entries[1].result.btc, 0.0);
  EXPECT_NEAR(*day.entries[1].result.profit, -0.01, 1e-9);
}

TEST_F(LedgerTest, WithoutAPriceThereIsNoRevenue) {
  market_.price.reset();
  Ledger ledger;
  Add(ledger, seconds(0));
  Pass(ledger, seconds(60));
  const LedgerEntry entry = ledger.TakeChanged().at(0).entries.at(0);
  EXPECT_TRUE(entry.result.btc);
  EXPECT_FALSE(entry.result.revenue);
  EXPECT_FALSE(entry.result.profit);
  EXPECT_TRUE(Agrees(entry));
}

TEST_F(LedgerTest, WhatIsStoredCanBeComputedAgain) {
  config_.profitability.tariff.periods = ParseTariff("daily 08:30-09:30 0.27").value();
  config_.profitability.pool_fee_percent = 1.5;
  Miner("10.0.0.2", 87.3e12);
  Ledger ledger;
  Add(ledger, seconds(0));
  for (int i = 0; i < 500; ++i) {
    market_.price->value += 7.25;
    Pass(ledger, seconds(13), 3101.7);
  }
  const auto store = Open();
  for (const LedgerDay& day : ledger.TakeChanged()) {
    ASSERT_FALSE(store->SaveDay(day).has_error());
  }
  const auto rows = store->Entries(std::nullopt, "2025-01-01", 100);
  ASSERT_FALSE(rows.has_error());
  ASSERT_EQ(rows->size(), 2U);
  for (const LedgerEntry& row : *rows) {
    EXPECT_TRUE(Agrees(row)) << row.miner;
    EXPECT_EQ(row.energy.size(), 2U);
    EXPECT_TRUE(row.inputs.price_age_seconds);
  }
  // A figure that somebody changed is found out, be it an input or a result.
  for (const char* change :
       {"UPDATE ledger SET cost = cost + 0.01 WHERE miner = '10.0.0.2'",
        "UPDATE ledger_day SET price = price * 1.0001", "UPDATE ledger SET energy = '0.1:1'",
        "UPDATE ledger SET revenue = NULL", "UPDATE ledger SET hashes = hashes * 2"}) {
    const auto copy = folder_ + "/changed.db";
    std::filesystem::remove(copy);
    {
      auto db = Db::Open(folder_ + "/metrics.market.db");
      ASSERT_FALSE(db.has_error());
      ASSERT_FALSE(db->BackupTo(copy).has_error());
      auto other = Db::Open(copy);
      ASSERT_FALSE(other.has_error());
      ASSERT_FALSE(other->Execute(change).has_error());
    }
    auto changed = MarketStore::Open(copy);
    ASSERT_FALSE(changed.has_error());
    const auto read = (*changed)->Entries(Ipv4::Parse("10.0.0.2"), "2025-01-01", 100);
    ASSERT_FALSE(read.has_error());
    ASSERT_EQ(read->size(), 1U);
    EXPECT_FALSE(Agrees(read->at(0))) << change;
  }
}

TEST_F(LedgerTest, ARestartGoesOnWithTheDay) {
  const auto store = Open();
  {
    Ledger ledger;
    Add(ledger, seconds(0));
    Pass(ledger, seconds(1800));
    ASSERT_FALSE(store->SaveDay(ledger.TakeChanged().at(0)).has_error());
  }
  Ledger ledger;
  const auto today = store->LoadDay("2025-09-11", "USD");
  ASSERT_FALSE(today.has_error());
  ledger.Resume(*today);
  market_.price->value = 30000;
  Add(ledger, seconds(0));
  Pass(ledger, seconds(1800));
  const auto day = ledger.TakeChanged().at(0);
  EXPECT_NEAR(*day.inputs.price, 45000, 1e-6);
  EXPECT_NEAR(day.entries.at(0).result.kwh, 3, 1e-9);
  EXPECT_NEAR(day.entries.at(0).hashing_seconds, 3600, 1e-6);
  EXPECT_TRUE(Agrees(day.entries.at(0)));
}

TEST_F(LedgerTest, AnotherCurrencyIsAnotherBook) {
  Ledger ledger;
  Add(ledger, seconds(0));
  Pass(ledger, seconds(60));
  market_.currency = "EUR";
  market_.price->value = 50000;
  Pass(ledger, seconds(60));
  const auto days = ledger.TakeChanged();
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days[0].inputs.currency, "EUR");
  EXPECT_NEAR(*days[0].inputs.price, 50000, 1e-6);
  EXPECT_NEAR(*days[1].inputs.price, 60000, 1e-6);
}

TEST_F(LedgerTest, KeepsTheLastGoodValuesOfTheMarket) {
  market_.history = {{At(2025, 9, 10), 61000.5}, {At(2025, 9, 11), 60000}};
  market_.history_time = now_;
  market_.subsidy.reset();
  ASSERT_FALSE(Open()->SaveMarket(market_).has_error());
  const auto store = Open();
  EXPECT_EQ(store->LoadMarket("USD").value(), market_);
  EXPECT_FALSE(store->LoadMarket("EUR")->price) << "another currency, another price";
}

TEST_F(LedgerTest, KeepsSnapshotsOfProfit) {
  const auto store = Open();
  EXPECT_FALSE(store->LastFleetProfit());
  Profitability profit;
  profit.hashrate_ths = 110;
  profit.profit = -2.144222204;
  profit.miner_count = 3;
  profit.price_source = "static";
  for (int i = 0; i < 5; ++i) {
    profit.time = now_ + minutes(15 * i);
    ASSERT_FALSE(store->AddProfit(profit).has_error());
  }
  profit.miner = Ipv4::Parse("10.0.0.1");
  ASSERT_FALSE(store->AddProfit(profit).has_error());
  EXPECT_EQ(store->LastFleetProfit(), now_ + minutes(60));
  const auto fleet = store->Profits(std::nullopt, now_ + minutes(15), 3);
  ASSERT_FALSE(fleet.has_error());
  ASSERT_EQ(fleet->size(), 3U) << "the newest three";
  EXPECT_EQ(fleet->at(0).time, now_ + minutes(30));
  EXPECT_EQ(fleet->at(2).profit, -2.144222204);
  EXPECT_EQ(fleet->at(2).miner_count, 3);
  EXPECT_FALSE(fleet->at(2).price);
  EXPECT_EQ(store->Profits(profit.miner, now_, 10)->size(), 1U);
}

TEST_F(LedgerTest, AFileOfAnotherKindIsLeftAlone) {
  const std::string path = folder_ + "/metrics.market.db";
  ASSERT_FALSE(Open()->SaveMarket(market_).has_error());
  {
    auto db = Db::Open(path);
    ASSERT_FALSE(db->Execute("PRAGMA user_version=99").has_error());
  }
  const auto store = MarketStore::Open(path);
  ASSERT_TRUE(store.has_error());
  EXPECT_NE(store.error().detail.find("version 99"), std::string::npos);
}

}  // namespace
}  // namespace antx
