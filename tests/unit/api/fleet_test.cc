// Answers about all miners.
#include "unit/api/api_fixture.h"

namespace antx {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
namespace json = boost::json;

TEST_F(ApiTest, SummaryWithoutMinersIsZeros) {
  Start();
  const json::value all = Json("/api/summary");
  EXPECT_EQ(all.at("source"), "none");
  for (const char* key : {"total_power", "total_hashrate", "total_uptime", "avg_temp",
                          "avg_fan_speed", "total_workers"}) {
    EXPECT_EQ(all.at(key).to_number<double>(), 0) << key;
  }
  EXPECT_TRUE(all.at("log").as_array().empty());
}

TEST_F(ApiTest, SummaryAddsWhatMinersTell) {
  AddMiner("127.1.0.1", seconds(1));
  AddMiner("127.1.0.2", seconds(2)).facts.source = DiscoverySource::kMdns;
  Start();
  const json::value all = Json("/api/summary");
  EXPECT_EQ(all.at("source"), "live");
  EXPECT_EQ(all.at("total_hashrate").to_number<double>(), 200);
  EXPECT_EQ(all.at("total_power").to_number<double>(), 6000);
  EXPECT_EQ(all.at("total_uptime").to_number<int>(), 3600);
  EXPECT_EQ(all.at("avg_temp").to_number<double>(), 60);         // The hottest chip of a board.
  EXPECT_EQ(all.at("avg_fan_speed").to_number<double>(), 4000);  // A fan that stands is left out.
  EXPECT_EQ(all.at("log").at(1).at("discovery"), "mdns");
  EXPECT_EQ(Json("/api/summary?mdns=false").at("total_workers").to_number<int>(), 1);
  const json::value one = Json("/api/summary?ip=127.1.0.2");
  EXPECT_EQ(one.at("total_workers").to_number<int>(), 1);
  EXPECT_EQ(one.at("log").at(0).at("discovery"), "manual");
}

TEST_F(ApiTest, SummaryOfAnUnknownAddressIsNone) {
  AddMiner("127.1.0.1", seconds(1));
  Start();
  const json::value all = Json("/api/summary?ip=127.9.9.9");
  EXPECT_EQ(all.at("source"), "none");
  EXPECT_EQ(all.at("total_workers").to_number<int>(), 0);
  EXPECT_EQ(Fault("/api/summary?ip=notanip").substr(0, 4), "ip: ");
}

TEST_F(ApiTest, SummaryFallsBackToWhatIsStored) {
  AddMiner("127.1.0.1", seconds(1));
  MinerView& silent = AddMiner("127.1.0.2", seconds(90));
  silent.up = false;
  silent.reading = nullptr;
  silent.power.reset();
  LatestRow stored{"127.1.0.2", *Ipv4::Parse("127.1.0.2"), "Antminer S9", true, {}, {}};
  stored.time = clock_.now - seconds(90);
  stored.values[static_cast<std::size_t>(MinerMetric::kHashrate)] = 13e12;
  history_->latest.push_back(stored);
  Start();
  const json::value all = Json("/api/summary");
  EXPECT_EQ(all.at("source"), "mixed");
  EXPECT_EQ(all.at("log").at(1).at("source"), "db_fallback");
  EXPECT_EQ(all.at("log").at(1).at("timestamp"), "2025-09-11T19:58:30.000Z");
  EXPECT_EQ(all.at("total_hashrate").to_number<double>(), 113);
  EXPECT_EQ(Json("/api/summary?live=false").at("source"), "db_fallback");
}

TEST_F(ApiTest, RatesOfOtherAlgorithmsAreNotAdded) {
  AddMiner("127.1.0.1", seconds(1)).identity.algorithm = "scrypt";
  Start();
  const json::value all = Json("/api/summary");
  EXPECT_EQ(all.at("total_hashrate").to_number<double>(), 0);
  EXPECT_EQ(all.at("log").at(0).at("hash").to_number<double>(), 100);
}

TEST_F(ApiTest, ASmallRateIsNotRoundedToNothing) {
  Reading reading;
  reading.hashrate_hashes_per_second = 504e6;
  MinerView& miner = AddMiner("127.1.0.1", seconds(1));
  miner.identity.algorithm = "scrypt";
  miner.reading = std::make_shared<const Reading>(reading);
  Start();
  EXPECT_DOUBLE_EQ(Json("/api/summary").at("log").at(0).at("hash").to_number<double>(), 0.000504);
}

TEST_F(ApiTest, AQueryThatIsTooLargeIsRefused) {
  Start();
  std::string path = "/api/summary?";
  for (int i = 0; i < 256; ++i) path += "a=1&";
  EXPECT_EQ(Fault(path + "live=maybe"), "the query has more than 256 parameters");
}

TEST_F(ApiTest, AListOf1024AddressesIsTaken) {
  AddMiner("127.1.0.1", seconds(1));
  Start();
  std::string path = "/api/miners/current?ips=";
  for (int i = 0; i < 1023; ++i) path += "255.255.255.255%2C";
  EXPECT_EQ(Json(path + "127.1.0.1").as_array().size(), 1U);
  EXPECT_EQ(Fault(path + "127.1.0.1&fresh_within=abc").substr(0, 14), "fresh_within: ");
}

TEST_F(ApiTest, CurrentHidesStaleMinersUnlessTold) {
  AddMiner("127.1.0.9", minutes(30));
  AddMiner("127.1.0.10", minutes(31));
  Start();
  EXPECT_EQ(Json("/api/miners/current").as_array().size(), 1U);
  EXPECT_EQ(Json("/api/miners/current?active_only=1").as_array().size(), 1U);
  const json::value all = Json("/api/miners/current?active_only=FALSE");
  ASSERT_EQ(all.as_array().size(), 2U);
  EXPECT_EQ(all.at(0).at("ip"), "127.1.0.9");  // By number, not as text.
  EXPECT_EQ(Json("/api/miners/current?fresh_within=31").as_array().size(), 2U);
  EXPECT_EQ(Json("/api/miners/current?active_only=no&ips=127.1.0.10").as_array().size(), 1U);
  EXPECT_EQ(Fault("/api/miners/current?fresh_within=0").substr(0, 14), "fresh_within: ");
}

TEST_F(ApiTest, WhatAMinerDoesNotTellIsNull) {
  auto& view = AddMiner("127.1.0.1", seconds(1));
  view.reading = std::make_shared<Reading>();
  view.power.reset();
  Start();
  const json::value row = Json("/api/miners/current").at(0);
  for (const char* key : {"hashrate_ths", "power_w", "avg_temp_c", "avg_fan_rpm"}) {
    EXPECT_TRUE(row.at(key).is_null()) << key;
  }
}

WindowMeans MeansOf(const char* address, SystemTime seen, double ths) {
  WindowMeans means{address, *Ipv4::Parse(address), seen, 3, {}};
  means.means[static_cast<std::size_t>(MinerMetric::kHashrate)] = ths * 1e12;
  return means;
}

TEST_F(ApiTest, MeansAreSortedByLastSeenThenAddress) {
  const SystemTime now = clock_.now;
  history_->means = {
      MeansOf("127.1.0.10", now - seconds(5), 10), MeansOf("127.1.0.9", now - seconds(5), 9),
      MeansOf("127.1.0.1", now - seconds(1), 1), MeansOf("127.1.0.2", now - minutes(31), 2)};
  Start();
  const json::value rows = Json("/api/miners/summary?window_min=60");
  EXPECT_EQ(history_->means_from, now - minutes(60));
  ASSERT_EQ(rows.as_array().size(), 3U);
  EXPECT_EQ(rows.at(0).at("ip"), "127.1.0.1");
  EXPECT_EQ(rows.at(1).at("ip"), "127.1.0.9");
  EXPECT_EQ(rows.at(1).at("hashrate_ths").to_number<double>(), 9);
  EXPECT_EQ(Json("/api/miners/summary?active_only=off").as_array().size(), 4U);
  (void)Json("/api/miners/summary?window_min=60&since=2h");
  EXPECT_EQ(history_->means_from, now - std::chrono::hours(2));
}

TEST_F(ApiTest, StatusFollowsThePollInterval) {
  config_->polling.interval = Seconds(10);
  AddMiner("127.1.0.1", seconds(20));
  AddMiner("127.1.0.2", seconds(21));
  AddMiner("127.1.0.3", seconds(51));
  AddMiner("127.1.0.4", seconds(-5));
  Start();
  const json::value items = Json("/api/miners");
  EXPECT_EQ(items.at(0).at("status"), "Active");
  EXPECT_EQ(items.at(1).at("status"), "Lagging");
  EXPECT_EQ(items.at(2).at("status"), "Stale");
  EXPECT_TRUE(items.at(2).at("is_stale").as_bool());
  EXPECT_EQ(items.at(3).at("age_sec").to_number<int>(), 0);
  EXPECT_EQ(Json("/dashboard/api/miners").at("miners"), items);
}

}  // namespace
}  // namespace antx
