#include "metrics/exposition.h"

#include <gtest/gtest.h>

#include <set>

#include "golden/fleets.h"
#include "golden/page_text.h"
#include "unit/metrics/render.h"

namespace antx {
namespace {

constexpr Ipv4 kAddress{0x0a000101};

PageText Written(const Snapshot& snapshot, const ExpositionRequest& request = {},
                 const Config& config = {}) {
  const std::string text =
      Render(Format::kText, [&](Page& page) { (void)WriteFleet(snapshot, config, request, page); });
  PageText page = ReadPage(text, Format::kText);
  EXPECT_EQ(page.faults, std::vector<std::string>{});
  return page;
}

std::set<std::string> Names(const PageText& page) {
  std::set<std::string> names;
  for (const PageFamily& family : page.families) names.insert(family.name);
  return names;
}

MinerView WithReading(const Reading& reading) {
  MinerView miner = FullMiner(kAddress);
  miner.reading = std::make_shared<const Reading>(reading);
  return miner;
}

TEST(Exposition, OneSnapshotGivesTheSameBytesTwice) {
  const Snapshot snapshot = SnapshotOf({FullMiner(kAddress)});
  const auto write = [&](Page& page) { (void)WriteFleet(snapshot, Config{}, {}, page); };
  EXPECT_EQ(Render(Format::kOpenMetrics, write), Render(Format::kOpenMetrics, write));
}

TEST(Exposition, AWithheldReadingTakesItsValuesWithIt) {
  MinerView miner = FullMiner(kAddress);
  miner.up = false;
  miner.reading = nullptr;
  miner.power.reset();
  miner.rated_joules_per_terahash.reset();
  miner.mining_start.reset();
  miner.mining.reset();
  miner.last_share.reset();
  miner.hashrate_expected_hashes_per_second.reset();
  miner.baseline_hashes_per_second.reset();
  EXPECT_EQ(Names(Written(SnapshotOf({miner}))),
            (std::set<std::string>{
                "antminer_up", "antminer_miner_info", "antminer_last_success_timestamp_seconds",
                "antminer_scrape_duration_seconds", "antminer_scrapes_total",
                "antminer_scrape_failures_total", "antminer_collector_success",
                "antminer_restarts_total", "antminer_state", "antminer_energy_joules_total",
                "antminer_pool_switches_total", "antminer_threshold_chip_temperature_celsius",
                "antminer_threshold_hashrate_ratio", "antminer_threshold_power_watts",
                "antminer_threshold_fan_rpm", "antminer_hashrate_lost_hashes_per_second"}));
}

TEST(Exposition, AReadingThatSaysNothingGivesNoZeros) {
  Reading reading;
  MinerView miner = FullMiner(kAddress);
  miner.reading = std::make_shared<const Reading>(reading);
  const std::set<std::string> names = Names(Written(SnapshotOf({miner})));
  for (const char* name :
       {"antminer_hashrate_hashes_per_second", "antminer_hashes_total", "antminer_boards",
        "antminer_fan_rpm", "antminer_fans_expected", "antminer_board_up", "antminer_pool_up",
        "antminer_work_mode", "antminer_coolant_temperature_celsius",
        "antminer_hardware_errors_total"}) {
    EXPECT_FALSE(names.contains(name)) << name;
  }
  EXPECT_TRUE(names.contains("antminer_up"));
}

TEST(Exposition, ZeroIsAValue) {
  Reading reading = FullReading();
  reading.hashrate_hashes_per_second = 0;
  reading.fans_expected = 0;
  reading.boards[0].hashrate_hashes_per_second = 0;
  const PageText page = Written(SnapshotOf({WithReading(reading)}));
  EXPECT_EQ(page.Value("antminer_hashrate_hashes_per_second"), "0");
  EXPECT_EQ(page.Value("antminer_fans_expected"), "0");
  EXPECT_EQ(page.Value("antminer_fan_rpm", "fan", "4"), "0");
  EXPECT_EQ(page.Value("antminer_board_up", "board", "1"), "0");
  EXPECT_EQ(page.Value("antminer_board_up", "board", "2"), "1");
}

TEST(Exposition, PowerSaysWhereItComesFrom) {
  MinerView miner = FullMiner(kAddress);
  miner.power = Power{3100, PowerSource::kTable};
  miner.counters.energy_reported_seen = false;
  miner.counters.energy_estimated_joules = 77;
  miner.counters.energy_estimated_seen = true;
  const PageText page = Written(SnapshotOf({miner}));
  EXPECT_EQ(page.Value("antminer_power_watts", "source", "estimated"), "3100");
  EXPECT_EQ(page.Named("antminer_power_watts").size(), 1U);
  EXPECT_EQ(page.Value("antminer_energy_joules_total", "source", "estimated"), "77");
  EXPECT_EQ(page.Named("antminer_energy_joules_total").size(), 1U);
}

TEST(Exposition, APriceOfItsOwnStaysWhileTheMinerIsOff) {
  const std::string family = "antminer_miner_electricity_price_per_kilowatt_hour";
  MinerView miner = FullMiner(kAddress);
  miner.reading = nullptr;
  EXPECT_TRUE(Written(SnapshotOf({miner})).Named(family).empty()) << "it pays what all pay";
  miner.facts.labels.power_price_per_kilowatt_hour = 0.09;
  EXPECT_EQ(Written(SnapshotOf({miner})).Value(family), "0.09");
}

TEST(Exposition, ExactlyOneStateIsTrue) {
  for (int i = 0; i < kMinerStateCount; ++i) {
    MinerView miner = FullMiner(kAddress);
    miner.state = static_cast<MinerState>(i);
    const PageText page = Written(SnapshotOf({miner}));
    ASSERT_EQ(page.Named("antminer_state").size(), static_cast<std::size_t>(kMinerStateCount));
    int ones = 0;
    for (const PageSample& sample : page.Named("antminer_state")) ones += sample.value == "1";
    EXPECT_EQ(ones, 1);
    EXPECT_EQ(page.Value("antminer_state", "state", MinerStateName(miner.state)), "1");
  }
}

TEST(Exposition, FeePoolsAreNobodysPools) {
  Reading reading = FullReading();
  reading.pools[0].dev_fee = true;
  const PageText page = Written(SnapshotOf({WithReading(reading)}));
  EXPECT_EQ(page.Named("antminer_pool_up").size(), 2U);
  EXPECT_EQ(page.Value("antminer_pool_up", "pool", "0"), "");
  EXPECT_EQ(page.Value("antminer_pool_up", "pool", "1"), "1") << "the index stays";
}

TEST(Exposition, APoolOfUnknownStatusIsNeitherUpNorDown) {
  Reading reading = FullReading();
  reading.pools[1].status = PoolStatus::kUnknown;
  const PageText page = Written(SnapshotOf({WithReading(reading)}));
  EXPECT_EQ(page.Value("antminer_pool_up", "pool", "1"), "");
  EXPECT_EQ(page.Value("antminer_pool_up", "pool", "2"), "0");
  EXPECT_EQ(page.Value("antminer_pool_active", "pool", "1"), "0");
}

TEST(Exposition, APoolThatTheUserSwitchedOffIsNotDown) {
  Reading reading = FullReading();
  reading.pools[1].status = PoolStatus::kDisabled;
  EXPECT_EQ(Written(SnapshotOf({WithReading(reading)})).Value("antminer_pool_up", "pool", "1"), "");
  for (PoolReading& pool : reading.pools) pool.status = PoolStatus::kDisabled;
  const PageText none = Written(SnapshotOf({WithReading(reading)}));
  EXPECT_EQ(none.Value("antminer_pool_up", "pool", "1"), "0") << "the miner has no pool left";
}

TEST(Exposition, APoolVerdictIsToldAndItsTargetsOnlyWhileItIsBad) {
  MinerView miner = FullMiner(kAddress);
  PageText page = Written(SnapshotOf({miner}));
  EXPECT_TRUE(page.Named("antminer_pool_unexpected").empty()) << "no list, no verdict";
  miner.pool_verdict = PoolVerdict{false, "pool.example:3333", ""};
  page = Written(SnapshotOf({miner}));
  ASSERT_EQ(page.Named("antminer_pool_unexpected").size(), 1U);
  EXPECT_EQ(page.Named("antminer_pool_unexpected")[0].value, "0");
  EXPECT_TRUE(page.Named("antminer_pool_unexpected_target_info").empty());
  miner.pool_verdict = PoolVerdict{true, "thief.example:1 (ro***.x)", "pool.example:3333"};
  page = Written(SnapshotOf({miner}));
  EXPECT_EQ(page.Named("antminer_pool_unexpected")[0].value, "1");
  EXPECT_EQ(
      page.Value("antminer_pool_unexpected_target_info", "target", "thief.example:1 (ro***.x)"),
      "1");
  EXPECT_EQ(page.Value("antminer_pool_unexpected_target_info", "before", "pool.example:3333"), "1");
}

TEST(Exposition, MaintenanceIsTheOneSeriesOfItsMiner) {
  MinerView miner = FullMiner(kAddress);
  EXPECT_TRUE(Written(SnapshotOf({miner})).Named("antminer_maintenance").empty());
  miner.maintenance = std::make_shared<const MaintenanceEntry>();
  EXPECT_EQ(Written(SnapshotOf({miner})).Named("antminer_maintenance").size(), 1U);
}

TEST(Exposition, WorkersOnlyWhenAskedFor) {
  const Snapshot snapshot = SnapshotOf({FullMiner(kAddress)});
  const auto text = [&](const Config& config) {
    return Render(Format::kText, [&](Page& page) { (void)WriteFleet(snapshot, config, {}, page); });
  };
  EXPECT_EQ(text(Config{}).find("customer"), std::string::npos);
  Config config;
  config.metrics.pool_workers = true;
  EXPECT_NE(text(config).find("worker=\"customer.worker0\""), std::string::npos);
}

TEST(Exposition, LimitsCutAndCount) {
  Reading reading = FullReading();
  reading.fans.assign(20, FanReading{});
  for (int i = 0; i < 20; ++i) reading.fans[static_cast<std::size_t>(i)].fan = i;
  Config config;
  config.metrics.max_boards = 1;
  config.metrics.max_sensors = 3;
  config.metrics.max_pools = 2;
  const Snapshot snapshot = SnapshotOf({WithReading(reading)});
  Dropped dropped;
  const std::string text =
      Render(Format::kText, [&](Page& page) { dropped = WriteFleet(snapshot, config, {}, page); });
  const PageText page = ReadPage(text, Format::kText);
  EXPECT_EQ(page.Named("antminer_board_up").size(), 1U);
  EXPECT_EQ(page.Named("antminer_chip_temperature_celsius").size(), 3U);
  EXPECT_EQ(page.Named("antminer_fan_rpm").size(), 16U);
  EXPECT_EQ(page.Named("antminer_pool_up").size(), 2U);
  EXPECT_EQ(dropped.fans, 4U);
  EXPECT_EQ(dropped.sensors, 2U) << "one chip and one board sensor of the board that is left";
  EXPECT_GT(dropped.boards, 0U);
  EXPECT_GT(dropped.pools, 0U);
  EXPECT_EQ(dropped.Total(), dropped.boards + dropped.fans + dropped.sensors + dropped.pools);
}

TEST(Exposition, NothingIsDroppedBelowTheLimits) {
  const Snapshot snapshot = SnapshotOf({FullMiner(kAddress)});
  (void)Render(Format::kText, [&](Page& page) {
    EXPECT_EQ(WriteFleet(snapshot, Config{}, {}, page).Total(), 0U);
  });
}

TEST(Exposition, ARepeatedElementGivesNoSecondSeries) {
  Reading reading = FullReading();
  reading.boards.push_back(reading.boards[0]);
  reading.fans.push_back(reading.fans[0]);
  reading.pools.push_back(reading.pools[0]);
  reading.boards[1].pcb_celsius.push_back(reading.boards[1].pcb_celsius[0]);
  Dropped dropped;
  const std::string text = Render(Format::kText, [&](Page& page) {
    dropped = WriteFleet(SnapshotOf({WithReading(reading)}), Config{}, {}, page);
  });
  EXPECT_EQ(ReadPage(text, Format::kText).faults, std::vector<std::string>{});
  EXPECT_EQ(dropped.fans, 1U);
  EXPECT_EQ(dropped.sensors, 1U);
}

TEST(Exposition, HottestChipAndCountsAreThoseOfTheSeries) {
  Reading reading = FullReading();
  reading.boards[0].chip_celsius = {{0, 65.3F}, {1, 71.9F}};
  reading.boards[1].chip_celsius = {{0, 70.0F}};
  reading.boards[2].chip_celsius.clear();
  reading.fans = {{1, 5400}, {2, 0}, {2, 5300}};
  const PageText page = Written(SnapshotOf({WithReading(reading)}));
  EXPECT_EQ(page.Value("antminer_chip_temperature_max_celsius"), "71.9");
  EXPECT_EQ(page.Value("antminer_chip_temperature_sensors"), "3");
  EXPECT_EQ(page.Value("antminer_fans"), "2") << "a fan named twice is one";
  // A board that is gone tells nothing, and without any sensor nothing is known.
  reading.boards[0].present = false;
  EXPECT_EQ(Written(SnapshotOf({WithReading(reading)})).Value("antminer_chip_temperature_sensors"),
            "1");
  reading.boards[1].chip_celsius.clear();
  reading.fans.clear();
  const PageText bare = Written(SnapshotOf({WithReading(reading)}));
  for (const char* name : {"antminer_chip_temperature_max_celsius",
                           "antminer_chip_temperature_sensors", "antminer_fans"}) {
    EXPECT_TRUE(bare.Named(name).empty()) << name;
  }
}

PoolReading Pool(int number, int priority, bool active, PoolStatus status) {
  PoolReading pool;
  pool.pool = number;
  pool.host = "pool.example:3333";
  pool.priority = priority;
  pool.active = active;
  pool.status = status;
  return pool;
}

TEST(Exposition, RankOfThePoolThatWorksLeavesOutWhatIsNotInUse) {
  Reading reading = FullReading();
  reading.pools = {Pool(0, 4, false, PoolStatus::kAlive), Pool(1, 7, true, PoolStatus::kAlive),
                   Pool(2, 8, false, PoolStatus::kAlive)};
  const auto rank = [&] {
    return Written(SnapshotOf({WithReading(reading)})).Named("antminer_pool_active_rank");
  };
  ASSERT_EQ(rank().size(), 1U) << "of the one that works only";
  EXPECT_EQ(rank()[0].LabelValue("pool"), "1");
  EXPECT_EQ(rank()[0].value, "1");
  reading.pools[0].status = PoolStatus::kDisabled;
  EXPECT_EQ(rank()[0].value, "0") << "switched off by the user";
  reading.pools[0].status = PoolStatus::kDead;
  reading.pools[0].host.clear();
  EXPECT_EQ(rank()[0].value, "0") << "an empty slot";
  reading.pools[0].host = "fee.example:3333";
  reading.pools[0].dev_fee = true;
  EXPECT_EQ(rank()[0].value, "0") << "the pool of the firmware's maker";
  reading.pools[1].priority.reset();
  EXPECT_TRUE(rank().empty()) << "no order is told";
}

TEST(Exposition, PoolsOfAMinerInOneNumber) {
  Reading reading = FullReading();
  reading.pools = {Pool(0, 0, true, PoolStatus::kAlive), Pool(1, 1, false, PoolStatus::kAlive),
                   Pool(2, 2, false, PoolStatus::kDead), Pool(3, 3, false, PoolStatus::kDisabled)};
  EXPECT_EQ(Written(SnapshotOf({WithReading(reading)})).Value("antminer_pools_up"), "2");
  for (PoolReading& pool : reading.pools) pool.status = PoolStatus::kDead;
  EXPECT_EQ(Written(SnapshotOf({WithReading(reading)})).Value("antminer_pools_up"), "0");
  for (PoolReading& pool : reading.pools) pool.status = PoolStatus::kUnknown;
  EXPECT_TRUE(Written(SnapshotOf({WithReading(reading)})).Named("antminer_pools_up").empty())
      << "not told, so not known";
}

TEST(Exposition, SlowestAndFastestFanAreThoseOfTheModel) {
  Reading reading = FullReading();
  reading.fans = {{1, 5400}, {2, 0}, {3, 5300}};
  reading.fans_expected.reset();
  PageText page = Written(SnapshotOf({WithReading(reading)}));
  EXPECT_EQ(page.Value("antminer_fan_min_rpm"), "0");
  EXPECT_EQ(page.Value("antminer_fan_max_rpm"), "5400");
  reading.fans_expected = 0;
  page = Written(SnapshotOf({WithReading(reading)}));
  EXPECT_TRUE(page.Named("antminer_fan_min_rpm").empty()) << "cooled by water";
  EXPECT_TRUE(page.Named("antminer_fan_max_rpm").empty());
  reading.fans_expected = 4;
  reading.fans.clear();
  EXPECT_TRUE(Written(SnapshotOf({WithReading(reading)})).Named("antminer_fan_min_rpm").empty());
}

TEST(Exposition, GroupsSelectFamilies) {
  const Snapshot snapshot = SnapshotOf({FullMiner(kAddress)});
  std::size_t parts = 0;
  for (const std::string_view group : AllGroups()) {
    ExpositionRequest request;
    request.groups = {std::string(group)};
    parts += Written(snapshot, request).Series();
  }
  EXPECT_EQ(parts, Written(snapshot).Series()) << "each series is in one group";
  ExpositionRequest two;
  two.groups = {"fans", "pools"};
  const std::set<std::string> names = Names(Written(snapshot, two));
  EXPECT_TRUE(names.contains("antminer_fan_rpm"));
  EXPECT_TRUE(names.contains("antminer_pool_up"));
  EXPECT_FALSE(names.contains("antminer_up"));
}

TEST(Exposition, ShardsAreAPartitionThatStays) {
  std::vector<MinerView> miners;
  for (std::uint32_t i = 0; i < 1000; ++i) miners.push_back(FullMiner(Ipv4{0x0a000000 + i}));
  const Snapshot snapshot = SnapshotOf(std::move(miners));
  std::set<std::string> seen;
  for (std::uint32_t i = 0; i < 3; ++i) {
    ExpositionRequest request;
    request.groups = {"fans"};
    request.shard = Shard{i, 3};
    const auto part = Written(snapshot, request).Named("antminer_fan_duty_ratio");
    EXPECT_GT(part.size(), 250U) << "no part is left almost empty";
    for (const PageSample& sample : part) {
      EXPECT_TRUE(seen.insert(sample.LabelValue("miner")).second) << "in two parts";
    }
  }
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(Exposition, AProbeIsTheMinersPartOfThePage) {
  const MinerView miner = FullMiner(kAddress);
  const std::string fleet = Render(Format::kText, [&](Page& page) {
    (void)WriteFleet(SnapshotOf({miner}), Config{}, {}, page);
  });
  const std::string probe =
      Render(Format::kText, [&](Page& page) { (void)WriteMiner(miner, Config{}, {}, page); });
  EXPECT_EQ(probe, fleet);
}

}  // namespace
}  // namespace antx
