#include "metrics/over_caps.h"

#include <gtest/gtest.h>

namespace antx {
namespace {

std::shared_ptr<const MinerView> WithSizes(std::size_t boards, std::size_t sensors,
                                           std::size_t pools) {
  auto reading = std::make_shared<Reading>();
  reading->boards.resize(boards);
  for (BoardReading& board : reading->boards) board.chip_celsius.resize(sensors);
  reading->pools.resize(pools);
  auto view = std::make_shared<MinerView>();
  view->reading = std::move(reading);
  return view;
}

TEST(DescribeOverCaps, NamesEachCapAndHowManyAreLeftOut) {
  MetricsConfig limits;
  limits.max_boards = 3;
  limits.max_sensors = 4;
  limits.max_pools = 2;
  Snapshot snapshot;
  snapshot.miners = {WithSizes(3, 4, 2), std::make_shared<MinerView>()};
  EXPECT_EQ(DescribeOverCaps(snapshot, limits), "");
  snapshot.miners = {WithSizes(4, 5, 2), WithSizes(6, 0, 3)};
  EXPECT_EQ(DescribeOverCaps(snapshot, limits),
            "4 boards over metrics.max_boards (3), 4 sensors over metrics.max_sensors (4), "
            "1 pools over metrics.max_pools (2)");
}

TEST(DescribeOverCaps, EmptySlotsAndFeePoolsDoNotCount) {
  auto reading = std::make_shared<Reading>();
  reading->boards.resize(5);
  for (BoardReading& board : reading->boards) board.present = false;
  reading->pools.resize(3);
  reading->pools[0].dev_fee = true;
  auto view = std::make_shared<MinerView>();
  view->reading = std::move(reading);
  Snapshot snapshot;
  snapshot.miners = {view};
  MetricsConfig limits;
  limits.max_boards = 1;
  limits.max_pools = 2;
  EXPECT_EQ(DescribeOverCaps(snapshot, limits), "");
}

}  // namespace
}  // namespace antx
