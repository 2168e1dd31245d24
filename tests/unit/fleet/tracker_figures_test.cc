// What the tracker works out of several polls: lost hashrate, the last share.
#include <gtest/gtest.h>

#include "unit/fleet/tracker_fixture.h"

namespace antx {
namespace {

using std::chrono::seconds;

TEST_F(TrackerTest, LostHashrateIsWhatIsMissingFromTheUsual) {
  reading_.hashrate_expected_hashes_per_second = 110e12;
  reading_.hashrate_hashes_per_second = 0;
  Succeed();  // Nothing healthy yet: the expected rate stands in.
  EXPECT_EQ(View().hashrate_lost_hashes_per_second, 110e12);
  reading_.hashrate_hashes_per_second = 100e12;
  for (int poll = 0; poll < 10; ++poll) {
    NextPoll();
    Succeed();
  }
  EXPECT_EQ(View().hashrate_lost_hashes_per_second, 0);
  NextPoll();
  reading_.hashrate_hashes_per_second = 70e12;
  Succeed();
  EXPECT_EQ(View().hashrate_lost_hashes_per_second, 30e12);
  NextPoll();
  reading_.hashrate_hashes_per_second = 104e12;
  Succeed();
  EXPECT_EQ(View().hashrate_lost_hashes_per_second, 0) << "more than usual is no loss";
  NextPoll();
  reading_.hashrate_hashes_per_second.reset();
  Succeed();
  EXPECT_FALSE(View().hashrate_lost_hashes_per_second) << "not told, so not known";
}

TEST_F(TrackerTest, AMinerThatIsOffLosesAllItUsuallyDoesAndOneThatSleepsNothing) {
  Succeed();
  NextPoll();
  Fail();
  EXPECT_EQ(View().hashrate_lost_hashes_per_second, 0) << "its last values still count";
  clock_.Advance(seconds(76));
  tracker_.Tick();
  EXPECT_EQ(View().hashrate_lost_hashes_per_second, 100e12);
  NextPoll();
  reading_.work_mode = "sleep";
  reading_.hashrate_hashes_per_second = 0;
  reading_.hashrate_expected_hashes_per_second = 110e12;
  Succeed();
  EXPECT_EQ(View().state, MinerState::kSleeping);
  EXPECT_EQ(View().hashrate_lost_hashes_per_second, 0);
}

TEST_F(TrackerTest, LastShareIsWhatThePoolsTell) {
  const SystemTime newest = clock_.Now() - seconds(20);
  reading_.pools.resize(3);
  reading_.pools[0].last_share = newest - seconds(500);
  reading_.pools[1].last_share = newest;
  reading_.pools[2].last_share = newest + seconds(10);
  reading_.pools[2].dev_fee = true;
  reading_.accepted = 100;
  Succeed();
  EXPECT_EQ(View().last_share, newest);
  NextPoll();
  *reading_.accepted += 1;
  Succeed();
  EXPECT_EQ(View().last_share, newest) << "what is told weighs more than what is counted";
}

TEST_F(TrackerTest, LastShareIsCountedWhereTheFirmwareDoesNotTellIt) {
  reading_.accepted = 0;
  Succeed();
  EXPECT_EQ(View().last_share, View().mining_start) << "none since then";
  NextPoll();
  *reading_.accepted = 3;
  Succeed();
  const SystemTime third = clock_.Now();
  EXPECT_EQ(View().last_share, third);
  for (int poll = 0; poll < 4; ++poll) {
    NextPoll();
    Succeed();
    EXPECT_EQ(View().last_share, third) << "the count stands still";
  }
  NextPoll();
  *reading_.accepted = 1;  // Started anew, and counts again.
  Succeed();
  EXPECT_EQ(View().last_share, clock_.Now());
  NextPoll();
  reading_.accepted.reset();
  Succeed();
  EXPECT_FALSE(View().last_share) << "neither told nor counted";
}

TEST_F(TrackerTest, LastShareOfAMinerThatWasNotWatchedIsNotOlderThanTheWatch) {
  reading_.accepted = 5000;
  Succeed();
  EXPECT_EQ(View().last_share, clock_.Now());
}

}  // namespace
}  // namespace antx
