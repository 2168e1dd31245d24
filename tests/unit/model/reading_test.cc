#include "model/reading.h"

#include <gtest/gtest.h>

namespace antx {
namespace {

TEST(BoardReading, IsUpWithRateAndChips) {
  BoardReading board;
  board.chips = 63;
  board.hashrate_hashes_per_second = 4.5e12;
  EXPECT_TRUE(board.Up());
  board.hashrate_hashes_per_second = 0;
  EXPECT_FALSE(board.Up());
}

TEST(BoardReading, WithoutRateIsJudgedByItsChips) {
  BoardReading board;
  EXPECT_FALSE(board.Up());
  board.chips = 45;
  EXPECT_TRUE(board.Up());
  board.chips_failed = 45;
  EXPECT_FALSE(board.Up());
}

TEST(Reading, HottestPrefersChipsOverBoards) {
  Reading reading;
  EXPECT_FALSE(reading.HottestChipCelsius());
  reading.boards.resize(2);
  reading.boards[0].pcb_celsius = {{0, 90}};
  EXPECT_DOUBLE_EQ(*reading.HottestChipCelsius(), 90);
  reading.boards[1].chip_celsius = {{0, 70}, {1, 75}};
  EXPECT_DOUBLE_EQ(*reading.HottestChipCelsius(), 75);
}

TEST(Reading, CountsOnlyPresentBoards) {
  Reading reading;
  reading.boards.resize(3);
  reading.boards[1].present = false;
  EXPECT_EQ(reading.BoardsPresent(), 2);
}

TEST(PowerSourceLabel, CallsEveryEstimateAnEstimate) {
  EXPECT_EQ(PowerSourceLabel(PowerSource::kReported), "reported");
  for (const auto source : {PowerSource::kOverride, PowerSource::kTable, PowerSource::kDefault}) {
    EXPECT_EQ(PowerSourceLabel(source), "estimated");
  }
}

}  // namespace
}  // namespace antx
