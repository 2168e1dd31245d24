#include "metrics/self_metrics.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "golden/page_text.h"
#include "unit/metrics/render.h"

namespace antx {
namespace {

PageText Written(const SelfMetrics& self) {
  const std::string text = Render(Format::kText, [&](Page& page) { self.Write({}, page); });
  PageText page = ReadPage(text, Format::kText);
  EXPECT_EQ(page.faults, std::vector<std::string>{});
  return page;
}

TEST(SelfMetrics, ClosedSetsStartAtZero) {
  const PageText page = Written(SelfMetrics{});
  for (const Reason reason : kExportedReasons) {
    EXPECT_EQ(page.Value("antminer_exporter_poll_errors_total", "reason", ReasonName(reason)), "0");
  }
  EXPECT_EQ(page.Named("antminer_exporter_poll_errors_total").size(), kExportedReasons.size());
  for (int i = 0; i < kRepairCount; ++i) {
    EXPECT_EQ(page.Value("antminer_exporter_parse_warnings_total", "kind",
                         RepairName(static_cast<Repair>(i))),
              "0");
  }
  for (int i = 0; i < kEventKindCount; ++i) {
    EXPECT_EQ(page.Value("antminer_exporter_events_total", "kind",
                         EventKindName(static_cast<EventKind>(i))),
              "0");
  }
  for (const char* reason : {"boards", "fans", "sensors", "pools", "miners"}) {
    EXPECT_EQ(page.Value("antminer_exporter_series_dropped_total", "reason", reason), "0");
  }
  EXPECT_EQ(page.Value("antminer_exporter_poll_cycles_total"), "0");
  EXPECT_EQ(page.Value("antminer_exporter_ready"), "0");
  EXPECT_EQ(page.Value("antminer_exporter_database_last_write_timestamp_seconds"), "")
      << "never written is absent, not 1970";
  EXPECT_TRUE(page.Named("antminer_market_bitcoin_price").empty());
}

TEST(SelfMetrics, APollCountsItsErrorsAndRepairs) {
  SelfMetrics self;
  PollOutcome outcome;
  outcome.duration = std::chrono::milliseconds(300);
  outcome.error = PollError{Reason::kTimeout, "summary: slow"};
  outcome.command_errors = {{Reason::kTimeout, "summary: slow"},
                            {Reason::kTimeout, "stats: slow"},
                            {Reason::kApi, "pools: access denied"},
                            {Reason::kCancelled, "stopping"}};
  outcome.repairs.at(static_cast<std::size_t>(Repair::kNul)) = 3;
  self.PollEnded(outcome);
  const PageText page = Written(self);
  const auto errors = [&](const char* reason) {
    return page.Value("antminer_exporter_poll_errors_total", "reason", reason);
  };
  EXPECT_EQ(errors("timeout"), "2");
  EXPECT_EQ(errors("api"), "1");
  EXPECT_EQ(errors("cancelled"), "") << "our own stop is no fault of a miner";
  EXPECT_EQ(page.Value("antminer_exporter_parse_warnings_total", "kind", "nul"), "3");
  const auto bucket = [&](const char* le) {
    return page.Value("antminer_exporter_poll_duration_seconds_bucket", "le", le);
  };
  EXPECT_EQ(bucket("0.25"), "0");
  EXPECT_EQ(bucket("0.5"), "1");
  EXPECT_EQ(bucket("+Inf"), "1");
  EXPECT_EQ(page.Value("antminer_exporter_poll_duration_seconds_sum"), "0.3");
  EXPECT_EQ(page.Value("antminer_exporter_poll_duration_seconds_count"), "1");
}

TEST(SelfMetrics, APollWithoutAReadingCountsThoughEveryCommandAnswered) {
  SelfMetrics self;
  PollOutcome outcome;
  outcome.error = PollError{Reason::kParse, "no reply held a hashrate"};
  self.PollEnded(outcome);
  EXPECT_EQ(Written(self).Value("antminer_exporter_poll_errors_total", "reason", "parse"), "1");
}

TEST(SelfMetrics, AReloadReplacesTheTariff) {
  SelfMetrics self;
  Config config;
  config.profitability.currency = "USD";
  config.profitability.pool_fee_percent = 2.5;
  self.Configured(config);
  EXPECT_EQ(Written(self).Value("antminer_pool_fee_ratio"), "0.025");
  config.profitability.currency = "EUR";
  config.profitability.tariff.price = 0.3;
  self.Configured(config);
  PageText page = Written(self);
  ASSERT_EQ(page.Named("antminer_electricity_price_per_kilowatt_hour").size(), 1U);
  EXPECT_EQ(page.Value("antminer_electricity_price_per_kilowatt_hour", "currency", "EUR"), "0.3");
  config.profitability.enabled = false;
  self.Configured(config);
  page = Written(self);
  EXPECT_TRUE(page.Named("antminer_electricity_price_per_kilowatt_hour").empty());
  EXPECT_TRUE(page.Named("antminer_pool_fee_ratio").empty());
  EXPECT_EQ(page.Value("antminer_exporter_poll_interval_seconds"), "30");
}

TEST(SelfMetrics, MarketSeriesAreThoseThatAreKnown) {
  SelfMetrics self;
  self.Configured(Config{});
  MarketGauges now;
  now.currency = "USD";
  now.bitcoin_price = 65000;
  now.network_difficulty = 1.1e14;
  now.block_subsidy = 3.125;
  now.block_fees = 0.03;
  now.electricity_price = 0.25;
  now.last_success = {{"price", SystemTime(std::chrono::seconds(1000))},
                      {"difficulty", SystemTime(std::chrono::seconds(900))}};
  self.Market(now);
  PageText page = Written(self);
  EXPECT_EQ(page.Value("antminer_market_bitcoin_price", "currency", "USD"), "65000");
  EXPECT_EQ(page.Value("antminer_market_network_difficulty"), "110000000000000");
  EXPECT_EQ(page.Value("antminer_market_block_subsidy_bitcoins"), "3.125");
  EXPECT_EQ(page.Value("antminer_market_block_fees_bitcoins"), "0.03");
  EXPECT_EQ(page.Value("antminer_electricity_price_per_kilowatt_hour", "currency", "USD"), "0.25");
  EXPECT_EQ(page.Value("antminer_market_last_success_timestamp_seconds", "source", "difficulty"),
            "900");
  now.currency = "EUR";
  now.bitcoin_price.reset();
  now.block_fees.reset();
  now.last_success.erase("price");
  self.Market(now);
  page = Written(self);
  EXPECT_TRUE(page.Named("antminer_market_bitcoin_price").empty()) << "unknown is no series";
  EXPECT_TRUE(page.Named("antminer_market_block_fees_bitcoins").empty());
  EXPECT_EQ(page.Named("antminer_market_last_success_timestamp_seconds").size(), 1U);
  ASSERT_EQ(page.Named("antminer_electricity_price_per_kilowatt_hour").size(), 1U);
  EXPECT_EQ(page.Value("antminer_electricity_price_per_kilowatt_hour", "currency", "EUR"), "0.25");
}

TEST(SelfMetrics, SitesWithATariffOfTheirOwnHaveASeries) {
  const std::string family = "antminer_site_electricity_price_per_kilowatt_hour";
  SelfMetrics self;
  MarketGauges now;
  now.currency = "USD";
  now.site_prices = {{"hall-a", 0.06}, {"hall-b", 0.08}};
  self.Market(now);
  PageText page = Written(self);
  EXPECT_EQ(page.Named(family).size(), 2U);
  EXPECT_EQ(page.Value(family, "site", "hall-a"), "0.06");
  EXPECT_EQ(page.Value(family, "currency", "USD"), "0.06");
  EXPECT_EQ(page.Value(family, "site", "hall-b"), "0.08");
  now.currency = "EUR";
  now.site_prices.erase("hall-a");
  self.Market(now);
  page = Written(self);
  ASSERT_EQ(page.Named(family).size(), 1U) << "neither the other site nor the other currency";
  EXPECT_EQ(page.Value(family, "currency", "EUR"), "0.08");
}

TEST(SelfMetrics, AReloadLeavesAPriceByTimeOfUseToTheMarket) {
  SelfMetrics self;
  Config config;
  config.profitability.tariff.periods = {{0x7F, 0, 720, 0.3}};
  self.Configured(config);
  EXPECT_TRUE(Written(self).Named("antminer_electricity_price_per_kilowatt_hour").empty())
      << "not the flat price for a moment";
  MarketGauges now;
  now.currency = "USD";
  now.electricity_price = 0.3;
  self.Market(now);
  self.Configured(config);
  EXPECT_EQ(Written(self).Value("antminer_electricity_price_per_kilowatt_hour", "currency", "USD"),
            "0.3");
}

TEST(SelfMetrics, ABadReloadKeepsTheStampOfTheGoodOne) {
  SelfMetrics self;
  self.Reloaded(true, SystemTime(std::chrono::seconds(1000)));
  self.Reloaded(false, SystemTime(std::chrono::seconds(2000)));
  const PageText page = Written(self);
  EXPECT_EQ(page.Value("antminer_exporter_config_last_reload_successful"), "0");
  EXPECT_EQ(page.Value("antminer_exporter_config_last_reload_success_timestamp_seconds"), "1000");
}

TEST(SelfMetrics, ThePushCountsFromZeroOnceItIsSetUp) {
  SelfMetrics self;
  EXPECT_TRUE(Written(self).Named("antminer_exporter_push_records_sent_total").empty());
  const std::vector<std::string_view> failures = {"connect", "http_5xx"};
  const std::vector<std::string_view> drops = {"queue_full"};
  self.PushEnabled(failures, drops);
  PageText page = Written(self);
  EXPECT_EQ(page.Value("antminer_exporter_push_records_sent_total"), "0");
  EXPECT_EQ(page.Value("antminer_exporter_push_request_failures_total", "reason", "connect"), "0");
  EXPECT_EQ(page.Value("antminer_exporter_push_records_dropped_total", "reason", "queue_full"),
            "0");
  EXPECT_EQ(page.Value("antminer_exporter_push_last_success_timestamp_seconds"), "");
  self.PushSent(3, SystemTime(std::chrono::seconds(1000)));
  self.PushFailed("http_5xx");
  self.PushDropped("queue_full", 2);
  self.PushQueue(5, SystemTime(std::chrono::seconds(900)));
  page = Written(self);
  EXPECT_EQ(page.Value("antminer_exporter_push_records_sent_total"), "3");
  EXPECT_EQ(page.Value("antminer_exporter_push_last_success_timestamp_seconds"), "1000");
  EXPECT_EQ(page.Value("antminer_exporter_push_request_failures_total", "reason", "http_5xx"), "1");
  EXPECT_EQ(page.Value("antminer_exporter_push_records_dropped_total", "reason", "queue_full"),
            "2");
  EXPECT_EQ(page.Value("antminer_exporter_push_queue_records"), "5");
  EXPECT_EQ(page.Value("antminer_exporter_push_queue_oldest_timestamp_seconds"), "900");
  self.PushQueue(0, std::nullopt);
  page = Written(self);
  EXPECT_EQ(page.Value("antminer_exporter_push_queue_records"), "0");
  EXPECT_EQ(page.Value("antminer_exporter_push_queue_oldest_timestamp_seconds"), "")
      << "nothing waits: absent, not 1970";
}

TEST(SelfMetrics, WritesNothingForOtherGroups) {
  const SelfMetrics self;
  ExpositionRequest request;
  request.groups = {"boards"};
  EXPECT_EQ(Render(Format::kText, [&](Page& page) { self.Write(request, page); }), "");
}

TEST(SelfMetrics, ManyThreadsLoseNothing) {
  SelfMetrics self;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&self] {
      Config config;
      for (int n = 0; n < 250; ++n) {
        self.HttpRequest("/metrics", 200, std::chrono::milliseconds(1));
        self.SeriesDropped("fans", 2);
        if (n % 50 == 0) self.Configured(config);
        if (n % 50 == 25) (void)Written(self);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const PageText page = Written(self);
  EXPECT_EQ(page.Value("antminer_exporter_http_requests_total", "code", "200"), "1000");
  EXPECT_EQ(page.Value("antminer_exporter_http_request_duration_seconds_count"), "1000");
  EXPECT_EQ(page.Value("antminer_exporter_series_dropped_total", "reason", "fans"), "2000");
}

}  // namespace
}  // namespace antx
