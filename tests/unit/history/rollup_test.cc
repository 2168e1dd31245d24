// Buckets that are filled hour by hour: their means are those of all values, as added up here.
#include "history/rollup.h"

#include <gtest/gtest.h>

#include <vector>

#include "history/layout.h"

namespace antx {
namespace {

constexpr std::int64_t kStart = 1'772'323'200'000;  // The start of a day.
constexpr std::size_t kUp = static_cast<std::size_t>(FleetMetric::kMinersUp);
constexpr std::size_t kTemp = static_cast<std::size_t>(MinerMetric::kTempAvg);

/// An hour of rows, one a minute; `value` tells one metric by hour and minute, the others are not
/// told.
template <class Value>
Block Hour(HistoryKind kind, std::size_t metric, int hour, Value value) {
  Block raw(RawColumns(kind));
  for (int minute = 0; minute < 60; ++minute) {
    const std::size_t row = raw.Insert(kStart + hour * kHourMilliseconds + minute * 60'000);
    raw.values[kSpanColumn][row] = 60'000;
    raw.values[RawColumn(metric)][row] = value(hour, minute);
  }
  return raw;
}

/// One day, added hour by hour as compaction does.
template <class Value>
Block Day(HistoryKind kind, std::size_t metric, HistoryStep step, Value value) {
  Block rolled(RolledColumns(kind));
  for (int hour = 0; hour < 24; ++hour) {
    AddToBuckets(Hour(kind, metric, hour, value), kind, step, rolled);
  }
  return rolled;
}

TEST(RollupTest, TheMeanOfADayGoesDownAgain) {
  const auto day = [](auto value) {
    const Block rolled = Day(HistoryKind::kFleet, kUp, HistoryStep::kDay, value);
    return ReadBucket(rolled, 0, kUp, 1, HistoryStep::kDay)->mean;
  };
  EXPECT_NEAR(day([](int hour, int) { return hour == 0 ? 1 : 0; }), 1.0 / 24, 1e-9);
  EXPECT_NEAR(day([](int hour, int) { return hour == 0 ? 3 : 2; }), 2 + 1.0 / 24, 1e-9);
  EXPECT_NEAR(day([](int hour, int) { return hour == 0 ? 0 : 1; }), 23.0 / 24, 1e-9);
}

TEST(RollupTest, TheMeanOfACountNeedNotBeWhole) {
  for (const HistoryStep step : {HistoryStep::kFiveMinutes, HistoryStep::kHour}) {
    const Block rolled = Day(HistoryKind::kFleet, kUp, step,
                             [](int, int minute) { return minute % 5 == 0 ? 3 : 2; });
    EXPECT_NEAR(ReadBucket(rolled, 0, kUp, 1, step)->mean, 2.2, 1e-9) << HistoryStepName(step);
  }
}

TEST(RollupTest, SumsOfADayAreExactAlsoWhenRowsComeOneByOne) {
  Block rolled(RolledColumns(HistoryKind::kMiner));
  std::int64_t sum = 0;
  for (int i = 0; i < 1000; ++i) {
    Block raw(RawColumns(HistoryKind::kMiner));
    const std::size_t row = raw.Insert(kStart + i * 30'000);
    raw.values[kSpanColumn][row] = 30'000;
    raw.values[RawColumn(0)][row] = 110'000'000 + i * 7919 % 1013;
    sum += raw.values[RawColumn(0)][row];
    AddToBuckets(raw, HistoryKind::kMiner, HistoryStep::kDay, rolled);
  }
  EXPECT_EQ(ReadSum(rolled, 0, 0).sum, static_cast<double>(sum));
  EXPECT_EQ(ReadSum(rolled, 0, 0).samples, 1000);
}

/// Silent for 12 hours, then an hour at 90 and 11 at 60 degrees.
std::int64_t Silent(int hour, int /*minute*/) {
  return hour < 12 ? kNoValue : hour == 12 ? 900 : 600;
}

TEST(RollupTest, RowsWithoutAValueDoNotWeigh) {
  const Block rolled = Day(HistoryKind::kMiner, kTemp, HistoryStep::kDay, Silent);
  const auto point = ReadBucket(rolled, 0, kTemp, 0.1, HistoryStep::kDay);
  ASSERT_TRUE(point);
  EXPECT_NEAR(point->mean, 62.5, 1e-9);
  EXPECT_EQ(point->min, 60);
  EXPECT_EQ(point->max, 90);
  EXPECT_EQ(point->last, 60);
  EXPECT_EQ(point->samples, 720U);
  EXPECT_NEAR(point->coverage, 0.5, 1e-9);
  EXPECT_EQ(rolled.values[kSamplesColumn][0], 1440) << "rows";
  EXPECT_FALSE(ReadBucket(rolled, 0, kUp, 1, HistoryStep::kDay)) << "never told";
}

TEST(RollupTest, ValuesThatEndDoNotWeighOn) {
  const Block rolled = Day(HistoryKind::kMiner, kTemp, HistoryStep::kDay,
                           [](int hour, int minute) { return Silent(23 - hour, minute); });
  EXPECT_NEAR(ReadBucket(rolled, 0, kTemp, 0.1, HistoryStep::kDay)->mean, 62.5, 1e-9);
}

/// A chunk of layout 1: four columns a metric, the first one's here with a mean of 5 in 60 rows.
std::string FirstLayoutChunk(HistoryKind kind) {
  Block old(2 + 4 * HistoryMetrics(kind).size());
  const std::size_t row = old.Insert(kStart);
  old.values[kSamplesColumn][row] = 60;
  old.values[kCoveredColumn][row] = kHourMilliseconds;
  for (std::size_t metric = 0; metric < HistoryMetrics(kind).size(); ++metric) {
    const auto number = static_cast<std::int64_t>(metric);
    if (metric == 2) continue;  // Never told.
    old.values[2 + 4 * metric][row] = 5 + number;
    old.values[2 + 4 * metric + 1][row] = number + 1;
    old.values[2 + 4 * metric + 2][row] = number + 2;
    old.values[2 + 4 * metric + 3][row] = -number;
  }
  return BlockPacker().Pack(old);
}

TEST(RollupTest, ChunksOfTheFirstLayoutAreRead) {
  for (const HistoryKind kind : {HistoryKind::kFleet, HistoryKind::kMiner, HistoryKind::kBoard}) {
    const auto block = UnpackChunk(FirstLayoutChunk(kind), kind, HistoryStep::kDay);
    ASSERT_TRUE(block);
    ASSERT_EQ(block->values.size(), RolledColumns(kind));
    for (std::size_t metric = 0; metric < HistoryMetrics(kind).size(); ++metric) {
      const auto point = ReadBucket(*block, 0, metric, 1, HistoryStep::kDay);
      ASSERT_EQ(point.has_value(), metric != 2);
      if (!point) continue;
      const auto number = static_cast<double>(metric);
      EXPECT_EQ(point->mean, 5 + number);
      EXPECT_EQ(point->min, 4);
      EXPECT_EQ(point->max, 7 + 2 * number);
      EXPECT_EQ(point->last, 5);
      EXPECT_EQ(point->samples, 60U);
    }
  }
}

TEST(RollupTest, ABucketOfTheFirstLayoutGoesOn) {
  auto block =
      UnpackChunk(FirstLayoutChunk(HistoryKind::kFleet), HistoryKind::kFleet, HistoryStep::kDay);
  const std::size_t metric = static_cast<std::size_t>(FleetMetric::kBoardsUp);
  const auto more = Hour(HistoryKind::kFleet, metric, 1,
                         [](int, int minute) { return minute < 30 ? 0 : kNoValue; });
  AddToBuckets(more, HistoryKind::kFleet, HistoryStep::kDay, *block);
  const auto packed =
      UnpackChunk(BlockPacker().Pack(*block), HistoryKind::kFleet, HistoryStep::kDay);
  const auto point = ReadBucket(*packed, 0, metric, 1, HistoryStep::kDay);
  EXPECT_EQ(point->samples, 90U);
  EXPECT_NEAR(point->mean, (5.0 + static_cast<double>(metric)) * 60 / 90, 1e-9);
}

}  // namespace
}  // namespace antx
