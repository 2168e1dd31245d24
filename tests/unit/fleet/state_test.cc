#include "fleet/state.h"

#include <gtest/gtest.h>

namespace antx {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class StateTest : public testing::Test {
 protected:
  StateTest() {
    reading_.hashrate_hashes_per_second = 110e12;
    reading_.elapsed_seconds = 50000;
    reading_.boards_expected = 3;
    reading_.boards.resize(3);
    for (BoardReading& board : reading_.boards) {
      board.chips = 114;
      board.hashrate_hashes_per_second = 36e12;
    }
    reading_.fans = {{1, 6000}, {2, 5880}};
    input_.reading = &reading_;
    input_.interval = seconds(30);
    input_.expected_hashes_per_second = 110e12;
  }
  void Fail(Reason reason, const char* detail, bool connected) {
    input_.reading = nullptr;
    input_.error = PollError{reason, detail};
    input_.connected = connected;
  }
  MinerState State() const { return DeriveState(input_); }
  Reading reading_;
  StateInput input_;
};

TEST_F(StateTest, AHealthyMinerHashes) { EXPECT_EQ(State(), MinerState::kHashing); }

TEST_F(StateTest, ALowRateDegrades) {
  reading_.hashrate_hashes_per_second = 90e12;
  EXPECT_EQ(State(), MinerState::kDegraded);
  input_.baseline_hashes_per_second = 95e12;  // The baseline counts more than the nominal rate.
  EXPECT_EQ(State(), MinerState::kHashing);
}

TEST_F(StateTest, MissingHardwareDegrades) {
  reading_.boards[1].hashrate_hashes_per_second = 0;
  EXPECT_EQ(State(), MinerState::kDegraded);
  reading_.boards.pop_back();
  reading_.boards[1].hashrate_hashes_per_second = 50e12;
  EXPECT_EQ(State(), MinerState::kDegraded);
}

TEST_F(StateTest, AStoppedFanDegrades) {
  reading_.fans[1].rpm = 0;
  EXPECT_EQ(State(), MinerState::kDegraded);
}

TEST_F(StateTest, AFanThatNobodyWatchesDoesNot) {
  reading_.fans[1].rpm = 0;
  input_.thresholds.fan_rpm = 0;
  EXPECT_EQ(State(), MinerState::kHashing);
  input_.thresholds.fan_rpm = 2000;
  reading_.fans_expected = 0;  // Hydro, immersion.
  EXPECT_EQ(State(), MinerState::kHashing);
}

TEST_F(StateTest, AReadingOfTheWebSideDoesNotHideThatTheApiIsDown) {
  reading_.by_web = true;
  input_.error = PollError{Reason::kRefused, "connect: refused"};
  EXPECT_EQ(State(), MinerState::kApiDown);
  input_.error = PollError{Reason::kTimeout, "no answer"};
  EXPECT_EQ(State(), MinerState::kApiDown) << "the host answers on its web side";
  input_.error = PollError{Reason::kAuth, "closed without a byte"};
  EXPECT_EQ(State(), MinerState::kAccessDenied);
  reading_.identity.firmware = "epic";  // Has no other API.
  input_.error.reset();
  EXPECT_EQ(State(), MinerState::kHashing);
}

TEST_F(StateTest, ARefusedLoginIsTheStateOnlyWhereTheApiGivesNothing) {
  input_.web_denied = true;
  EXPECT_EQ(State(), MinerState::kHashing);
  Fail(Reason::kRefused, "connect: refused", false);
  EXPECT_EQ(State(), MinerState::kAccessDenied);
}

TEST_F(StateTest, AYoungProcessIsStarting) {
  reading_.hashrate_hashes_per_second = 0;
  reading_.elapsed_seconds = 20;
  EXPECT_EQ(State(), MinerState::kStarting);
  reading_.elapsed_seconds = 300;
  EXPECT_EQ(State(), MinerState::kIdle);
  reading_.starting = true;
  EXPECT_EQ(State(), MinerState::kStarting);
}

TEST_F(StateTest, SleepIsNotIdle) {
  reading_.hashrate_hashes_per_second = 0;
  EXPECT_EQ(State(), MinerState::kIdle);
  reading_.work_mode = "sleep";
  EXPECT_EQ(State(), MinerState::kSleeping);
}

TEST_F(StateTest, AMinerThatSaysItDoesNotMineIsIdle) {
  reading_.mining = false;
  EXPECT_EQ(State(), MinerState::kIdle);
}

TEST_F(StateTest, DeniedAccessIsNotOffline) {
  Fail(Reason::kAuth, "closed without a byte", true);
  EXPECT_EQ(State(), MinerState::kAccessDenied);
  Fail(Reason::kApi, "summary: Access denied to 'summary' command", true);
  EXPECT_EQ(State(), MinerState::kAccessDenied);
}

TEST_F(StateTest, AHostThatAnswersWithoutApiIsApiDown) {
  Fail(Reason::kRefused, "refused", false);
  EXPECT_EQ(State(), MinerState::kApiDown);
  Fail(Reason::kTimeout, "no reply", true);
  EXPECT_EQ(State(), MinerState::kApiDown);
}

TEST_F(StateTest, SilenceIsOfflineThenLost) {
  Fail(Reason::kTimeout, "connect", false);
  input_.silent = minutes(9);
  EXPECT_EQ(State(), MinerState::kOffline);
  input_.silent = minutes(10);
  EXPECT_EQ(State(), MinerState::kLost);
  input_.interval = minutes(5);  // Ten polls are fifty minutes then.
  EXPECT_EQ(State(), MinerState::kOffline);
}

}  // namespace
}  // namespace antx
