#include "poll/schedule.h"

#include <gtest/gtest.h>

#include <map>

namespace antx {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const SteadyTime kStart{seconds(1000)};

TEST(Schedule, FirstPollIsDueAtOnce) {
  Schedule schedule(seconds(30));
  schedule.Add(Ipv4{1}, kStart);
  EXPECT_EQ(schedule.NextDue(), kStart);
  EXPECT_EQ(schedule.TakeDue(kStart), Ipv4{1});
  EXPECT_EQ(schedule.TakeDue(kStart), std::nullopt);
}

TEST(Schedule, PollsOncePerIntervalAtAFixedPhase) {
  Schedule schedule(seconds(30));
  schedule.Add(Ipv4{7}, kStart);
  ASSERT_TRUE(schedule.TakeDue(kStart));
  const SteadyTime second = *schedule.NextDue();
  EXPECT_LE(second - kStart, seconds(33));
  SteadyTime due = second;
  for (int round = 0; round < 5; ++round) {
    ASSERT_EQ(schedule.TakeDue(due + milliseconds(700)), Ipv4{7});  // Late wake-ups do not drift.
    EXPECT_EQ(*schedule.NextDue() - due, seconds(30));
    due = *schedule.NextDue();
  }
}

TEST(Schedule, SpreadsMinersEvenlyOverTheInterval) {
  Schedule schedule(seconds(30));
  std::map<long, int> per_second;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    const auto phase = schedule.PhaseAfter(Ipv4{0x0a000000U + i}, kStart) - kStart;
    ASSERT_GT(phase, seconds(0));
    ASSERT_LE(phase, seconds(30));
    ++per_second[std::chrono::duration_cast<seconds>(phase).count()];
  }
  for (const auto& [second, count] : per_second) {
    EXPECT_LT(count, 160) << "second " << second;  // 100 on average
  }
}

TEST(Schedule, ForgetsRemovedMiners) {
  Schedule schedule(seconds(30));
  schedule.Add(Ipv4{1}, kStart);
  schedule.Add(Ipv4{2}, kStart + seconds(1));
  schedule.Remove(Ipv4{1});
  EXPECT_EQ(schedule.TakeDue(kStart), std::nullopt);
  EXPECT_EQ(schedule.NextDue(), kStart + seconds(1));
}

TEST(Schedule, AddingAgainMovesTheNextPoll) {
  Schedule schedule(seconds(30));
  schedule.Add(Ipv4{1}, kStart + seconds(20));
  schedule.Add(Ipv4{1}, kStart);
  EXPECT_EQ(schedule.TakeDue(kStart), Ipv4{1});
  EXPECT_EQ(schedule.size(), 1U);
}

TEST(Schedule, AShorterIntervalAppliesAtOnce) {
  Schedule schedule(seconds(300));
  schedule.Add(Ipv4{1}, kStart);
  ASSERT_TRUE(schedule.TakeDue(kStart));
  schedule.SetInterval(seconds(10), kStart);
  EXPECT_LE(*schedule.NextDue() - kStart, seconds(10));
}

TEST(Schedule, TheFirstGapIsNotMuchLongerThanTheInterval) {
  Schedule schedule(seconds(30));
  for (std::uint32_t i = 1; i <= 1000; ++i) schedule.Add(Ipv4{i}, kStart);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(schedule.TakeDue(kStart));
  EXPECT_FALSE(schedule.TakeDue(kStart + milliseconds(400))) << "not twice at once";
  const SteadyTime latest = kStart + milliseconds(30500);
  int again = 0;
  while (schedule.TakeDue(latest)) ++again;
  EXPECT_EQ(again, 1000);
}

TEST(Schedule, IsEmptyWithoutMiners) {
  Schedule schedule(seconds(30));
  EXPECT_EQ(schedule.NextDue(), std::nullopt);
  EXPECT_EQ(schedule.TakeDue(kStart), std::nullopt);
}

}  // namespace
}  // namespace antx
