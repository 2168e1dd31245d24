// Rounds through a real SQLite file: written, compacted, read back, compared with figures that
// the test computes by itself.
#include "history/store.h"

#include <map>

#include "unit/history/store_fixture.h"

namespace antx {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// What the test wrote of one miner: time ▶ hashrate.
using Written = std::map<SystemTime, double>;

class StoreTest : public StoreFixture {
 protected:
  static double Rate(int miner, int round) {
    return 100e12 + miner * 1e12 + (round * 37 % 101) * 10e9;
  }

  /// Writes rounds of miners 1 and 2; miner 2 is silent in rounds that `skip` accepts.
  template <class Skip>
  void Rounds(int count, Skip skip) {
    for (int i = 0; i < count; ++i, ++round_) {
      clock_.Pass(kInterval);
      std::vector<std::shared_ptr<MinerView>> miners = {
          Miner(1, clock_.system, Rate(1, round_)),
          Miner(2, skip(round_) ? last_seen_ : clock_.system, Rate(2, round_))};
      if (!skip(round_)) last_seen_ = clock_.system;
      written_[1][clock_.system] = Rate(1, round_);
      if (!skip(round_)) written_[2][clock_.system] = Rate(2, round_);
      const auto rows = store_->WriteRound(*Fleet(miners), Now(), kInterval);
      ASSERT_TRUE(rows.has_value()) << rows.error().detail;
    }
  }

  void ExpectAllRowsOnce() {
    for (const int miner : {1, 2}) {
      RowsQuery query;
      query.miners = {"10.1.0." + std::to_string(miner)};
      const auto rows = Rows(query);
      ASSERT_EQ(rows.size(), written_[miner].size()) << "miner " << miner;
      auto expected = written_[miner].begin();
      for (const HistoryRow& row : rows) {
        EXPECT_EQ(row.time, expected->first);
        EXPECT_NEAR(At(row.values, MinerMetric::kHashrate).value(), expected->second, 0.5e9);
        ++expected;
      }
    }
  }

  /// Compares one step with what the test computes from what it wrote.
  void ExpectBuckets(int miner, HistoryStep step) {
    SeriesQuery query;
    query.miner = "10.1.0." + std::to_string(miner);
    query.from = SystemTime(seconds(0));
    query.to = clock_.system + hours(48);
    query.step = step;
    const auto answer = reader_.Series(query);
    ASSERT_TRUE(answer.has_value());
    ASSERT_TRUE(answer->known);
    const auto length = HistoryStepLength(step);
    std::map<SystemTime, std::vector<double>> buckets;
    for (const auto& [time, rate] : written_[miner]) {
      const auto since = time.time_since_epoch();
      buckets[SystemTime(since - since % length)].push_back(rate);
    }
    ASSERT_EQ(answer->points.size(), buckets.size());
    auto expected = buckets.begin();
    for (const HistoryPoint& point : answer->points) {
      const auto& values = expected->second;
      double sum = 0;
      for (const double value : values) sum += value;
      EXPECT_EQ(point.time, expected->first);
      EXPECT_EQ(point.samples, values.size());
      EXPECT_NEAR(point.mean, sum / static_cast<double>(values.size()), 1.1e9);
      EXPECT_NEAR(point.min, *std::min_element(values.begin(), values.end()), 0.6e9);
      EXPECT_NEAR(point.max, *std::max_element(values.begin(), values.end()), 0.6e9);
      EXPECT_NEAR(point.last, values.back(), 0.6e9);
      const double covered =
          static_cast<double>(values.size()) * 30 / static_cast<double>(length.count());
      EXPECT_NEAR(point.coverage, std::min(1.0, covered), 1e-9);
      ++expected;
    }
  }

  std::map<int, Written> written_;
  SystemTime last_seen_;
  int round_ = 0;
};

bool Never(int /*round*/) { return false; }

TEST_F(StoreTest, ARoundIsOneRowForEachNewReading) {
  Rounds(1, Never);
  const auto snapshot = Fleet({Miner(1, clock_.system, 1e14), Miner(2, clock_.system, 1e14)});
  EXPECT_EQ(store_->WriteRound(*snapshot, Now(), kInterval).value(), 1U) << "only the fleet";
  clock_.Pass(kInterval);
  auto silent = Miner(2, clock_.system, 1e14);
  silent->reading = nullptr;
  EXPECT_EQ(store_->WriteRound(*Fleet({silent}), Now(), kInterval).value(), 1U);
}

TEST_F(StoreTest, RowsKeepWhatTheMinerTold) {
  Rounds(1, Never);
  const auto rows = Rows({});
  ASSERT_EQ(rows.size(), 2U);
  const MinerValues& values = rows[0].values;
  EXPECT_EQ(rows[0].address.ToString(), "10.1.0.1");
  EXPECT_DOUBLE_EQ(At(values, MinerMetric::kPower).value(), 3250.4);
  EXPECT_EQ(At(values, MinerMetric::kPowerReported), 0.0);
  EXPECT_EQ(At(values, MinerMetric::kTempMax), 70.5);
  EXPECT_EQ(At(values, MinerMetric::kFanAvg), 5500.0) << "of the fans that turn";
  EXPECT_EQ(At(values, MinerMetric::kFanMin), 0.0);
  EXPECT_FALSE(At(values, MinerMetric::kRejected)) << "not told is not 0";
  EXPECT_EQ(At(values, MinerMetric::kEnergy), 5e6);
}

TEST_F(StoreTest, EveryRowIsThereOnceBeforeDuringAndAfterCompaction) {
  Rounds(400, [](int round) { return round > 0 && round % 50 < 7; });
  ExpectAllRowsOnce();
  ASSERT_TRUE(CompactSome(store_->db(), Milliseconds(clock_.system), 100).value().more);
  ExpectAllRowsOnce();
  Compact();
  ExpectAllRowsOnce();
  EXPECT_LE(store_->db().Number("SELECT count(*) FROM raw_miner").value(), 2 * 170)
      << "only the hour that is not over stays";
}

TEST_F(StoreTest, BucketsAgreeWithAnIndependentComputation) {
  Rounds(1000, [](int round) { return round > 0 && round % 90 < 41; });
  Compact();
  Rounds(30, Never);
  store_ = OpenStore();  // A restart in between.
  Rounds(77, Never);
  for (const HistoryStep step :
       {HistoryStep::kFiveMinutes, HistoryStep::kHour, HistoryStep::kDay}) {
    for (const int miner : {1, 2}) ExpectBuckets(miner, step);
  }
  Compact();
  for (const int miner : {1, 2}) ExpectBuckets(miner, HistoryStep::kHour);
}

TEST_F(StoreTest, ARestartForgetsNeitherRowsNorTheNewestOnes) {
  Rounds(3, Never);
  ASSERT_FALSE(store_->SaveLatest().has_error());
  Rounds(2, Never);
  store_ = OpenStore();
  ASSERT_EQ(store_->latest()->size(), 2U);
  EXPECT_EQ(store_->latest()->front().time, clock_.system) << "newer than the last save";
  EXPECT_EQ(store_->latest()->front().model, "Antminer S19 Pro");
  Rounds(2, Never);
  ExpectAllRowsOnce();
}

TEST_F(StoreTest, AClockSetBackNeitherLosesNorDoublesRows) {
  Rounds(300, Never);
  Compact();
  const auto before = written_[1].size();
  clock_.system -= hours(2);  // Into an hour that is compacted already.
  for (int i = 0; i < 130; ++i) {
    clock_.Pass(kInterval);
    ASSERT_TRUE(store_->WriteRound(*Fleet({Miner(1, clock_.system + milliseconds(1), 1e14)}), Now(),
                                   kInterval));
  }
  clock_.system += hours(5);
  RowsQuery query;
  query.miners = {"10.1.0.1"};
  EXPECT_EQ(Rows(query).size(), before + 130);
  Compact();
  const auto rows = Rows(query);
  EXPECT_EQ(rows.size(), before + 130);
  for (std::size_t i = 1; i < rows.size(); ++i) EXPECT_LT(rows[i - 1].time, rows[i].time);
}

TEST_F(StoreTest, RowsOfAClockThatWasNotSetMoveToWhereTheyBelong) {
  const SystemTime right = clock_.system;
  clock_.system = SystemTime(seconds(100));  // 1970: no battery, no NTP yet.
  for (int i = 0; i < 3; ++i) {
    clock_.Pass(kInterval);
    ASSERT_TRUE(store_->WriteRound(*Fleet({Miner(1, clock_.system, 1e14)}), Now(), kInterval));
  }
  clock_.system = right + 4 * kInterval;
  clock_.steady += kInterval;
  ASSERT_TRUE(store_->WriteRound(*Fleet({Miner(1, clock_.system, 1e14)}), Now(), kInterval));
  const auto rows = Rows({});
  ASSERT_EQ(rows.size(), 4U);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(rows[static_cast<std::size_t>(i)].time, right + (i + 1) * kInterval);
  }
}

TEST_F(StoreTest, NewestFirstTurnsTheOrderRound) {
  Rounds(250, Never);
  Compact();
  auto forward = Rows({});
  RowsQuery query;
  query.newest_first = true;
  const auto backward = Rows(query);
  ASSERT_EQ(forward.size(), 500U);
  ASSERT_EQ(backward.size(), 500U);
  std::reverse(forward.begin(), forward.end());
  for (std::size_t i = 0; i < forward.size(); ++i) {
    EXPECT_EQ(forward[i].time, backward[i].time);
    EXPECT_EQ(forward[i].miner, backward[i].miner);
  }
}

TEST_F(StoreTest, TheSinkStopsTheRows) {
  Rounds(20, Never);
  int taken = 0;
  const auto done = reader_.Rows({}, [&](const HistoryRow&) { return ++taken < 5; });
  EXPECT_FALSE(done.value());
  EXPECT_EQ(taken, 5);
}

TEST_F(StoreTest, RangesIncludeTheStartAndExcludeTheEnd) {
  const SystemTime start = clock_.system;
  Rounds(10, Never);
  RowsQuery query;
  query.miners = {"10.1.0.2"};
  query.from = start + 3 * kInterval;
  query.to = start + 6 * kInterval;
  const auto rows = Rows(query);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows.front().time, start + 3 * kInterval);
}

TEST_F(StoreTest, MeansOfAWindowAgreeWithAnIndependentComputation) {
  Rounds(500, [](int round) { return round > 0 && round % 60 < 11; });
  Compact();
  Rounds(40, Never);
  // Windows that begin in the raw tables, in a chunk of raw rows, and hours ago.
  reader_.SetLatest(store_->latest());
  for (const auto window : {seconds(600), seconds(5000), seconds(14'000)}) {
    const SystemTime from = clock_.system - window;
    const auto means = reader_.Means(from, {});
    ASSERT_TRUE(means.has_value());
    ASSERT_EQ(means->size(), 2U);
    for (const WindowMeans& mean : *means) {
      const int miner = mean.miner == "10.1.0.1" ? 1 : 2;
      double sum = 0;
      std::uint64_t count = 0;
      for (const auto& [time, rate] : written_[miner]) {
        if (time < from) continue;
        sum += rate;
        ++count;
      }
      EXPECT_EQ(mean.samples, count);
      EXPECT_NEAR(At(mean.means, MinerMetric::kHashrate).value(), sum / static_cast<double>(count),
                  1e9);
      EXPECT_EQ(mean.last_seen, written_[miner].rbegin()->first);
    }
  }
}

TEST_F(StoreTest, RowsWithoutATemperatureDoNotWeighInItsMean) {
  for (int i = 0; i < 240; ++i) {  // An hour without, half an hour at 90, half an hour at 60.
    auto miner = Miner(1, clock_.system, 1e14);
    auto reading = std::make_shared<Reading>(*miner->reading);
    reading->boards[0].chip_celsius.clear();
    if (i >= 120) reading->boards[0].chip_celsius = {{0, i < 180 ? 90.0F : 60.0F}};
    miner->reading = reading;
    ASSERT_TRUE(store_->WriteRound(*Fleet({miner}), Now(), kInterval));
    clock_.Pass(kInterval);
  }
  const SystemTime from = clock_.system - hours(2);
  clock_.Pass(hours(2));
  Compact();
  const auto means = reader_.Means(from, {});
  ASSERT_EQ(means->size(), 1U);
  EXPECT_EQ(means->front().samples, 240U);
  EXPECT_NEAR(At(means->front().means, MinerMetric::kTempAvg).value(), 75, 1e-9);
  RowsQuery query;
  query.step = HistoryStep::kDay;
  const auto days = Rows(query);
  ASSERT_EQ(days.size(), 1U);
  EXPECT_NEAR(At(days[0].values, MinerMetric::kTempAvg).value(), 75, 1e-9);
}

TEST_F(StoreTest, BoardsAndTheFleetHaveSeriesToo) {
  Rounds(200, Never);
  Compact();
  SeriesQuery query;
  query.from = SystemTime(seconds(0));
  query.to = clock_.system + hours(1);
  query.step = HistoryStep::kHour;
  auto fleet = reader_.Series(query);
  ASSERT_TRUE(fleet->known);
  ASSERT_EQ(fleet->points.size(), 2U);
  EXPECT_NEAR(fleet->points[0].max, 203e12 + 1010e9 * 2, 30e9);
  query.miner = "10.1.0.1";
  query.board = "1";
  const auto board = reader_.Series(query);
  ASSERT_TRUE(board->known);
  EXPECT_EQ(board->points.size(), 2U);
  query.board = "9";
  EXPECT_FALSE(reader_.Series(query)->known);
}

TEST_F(StoreTest, TheStepFollowsRangeAndRetention) {
  Rounds(10, Never);
  ReadSettings settings;
  settings.path = path_;
  settings.keep = {7 * 86'400'000LL, 90 * 86'400'000LL, 0, 0};
  reader_.Configure(settings, false);
  SeriesQuery query;
  query.miner = "10.1.0.1";
  query.to = clock_.system;
  const auto step_for = [&](std::chrono::hours back, std::size_t most) {
    query.from = clock_.system - back;
    query.most_points = most;
    return reader_.Series(query)->step;
  };
  EXPECT_EQ(step_for(hours(24), 3000), HistoryStep::kRaw);
  EXPECT_EQ(step_for(hours(24), 1000), HistoryStep::kFiveMinutes);
  EXPECT_EQ(step_for(hours(24 * 8), 100'000), HistoryStep::kFiveMinutes);
  EXPECT_EQ(step_for(hours(24 * 100), 100'000), HistoryStep::kHour);
  EXPECT_EQ(step_for(hours(24 * 400), 1000), HistoryStep::kDay);
}

TEST_F(StoreTest, EventsAndErrorsComeBackNewestFirst) {
  Rounds(1, Never);
  ASSERT_FALSE(store_
                   ->WriteEvents({{0, clock_.system, "reboot", LogLevel::kInfo, "10.1.0.1", "fleet",
                                   "it's back"},
                                  {0, clock_.system + seconds(1), "lost", LogLevel::kWarning,
                                   "10.1.0.2", "fleet", "gone"}})
                   .has_error());
  ASSERT_FALSE(store_
                   ->WriteErrors({{0, clock_.system, LogLevel::kError, "http", "", "no port",
                                   "{\"port\":1}"}})
                   .has_error());
  LogQuery query;
  auto events = reader_.Events(query).value();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].message, "gone");
  query.miner = "10.1.0.1";
  EXPECT_EQ(reader_.Events(query).value().at(0).message, "it's back");
  query.miner = "";
  query.level = LogLevel::kWarning;
  EXPECT_EQ(reader_.Events(query).value().size(), 1U);
  query.level.reset();
  query.since = clock_.system + seconds(1);
  EXPECT_EQ(reader_.Events(query).value().size(), 1U);
  query.since.reset();
  query.before_id = events[0].id;
  EXPECT_EQ(reader_.Events(query).value().at(0).message, "it's back");
  EXPECT_EQ(reader_.Errors({}).value().at(0).context, "{\"port\":1}");
}

TEST_F(StoreTest, AnUnreadableChunkCostsOnlyItself) {
  Rounds(300, Never);
  Compact();
  ASSERT_FALSE(store_->db()
                   .Execute("UPDATE chunks SET data = x'0102' WHERE id = (SELECT min(id) + 1 FROM "
                            "chunks)")
                   .has_error());
  EXPECT_LT(Rows({}).size(), 600U);
  EXPECT_GT(Rows({}).size(), 300U);
}

}  // namespace
}  // namespace antx
