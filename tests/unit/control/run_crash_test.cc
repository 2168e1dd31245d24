// What a process finds that an earlier one left.
#include <gmock/gmock.h>

#include "unit/control/run_fixture.h"

namespace antx {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RunCrashTest : public RunTest {
 protected:
  /// A run over four miners whose process was killed while it sent to the second.
  std::int64_t KilledAtTheSecond(Verb verb) {
    config_->control.miners_per_second = 1;
    const std::int64_t id = Begin(RunFor(verb));
    Answer(kDoneOutcome);
    Run(std::chrono::milliseconds(1500));
    EXPECT_EQ(sent_.size(), 1U);
    EXPECT_EQ(sent_.empty() ? "" : sent_[0].miner, "127.0.0.2");
    sent_.clear();
    Open();
    return id;
  }
};

TEST_F(RunCrashTest, AfterACrashNothingIsSentTwiceAndTheRestGoesOn) {
  const std::int64_t id = KilledAtTheSecond(Verb::kSleep);
  EXPECT_EQ(Report(id).steps[1].state, StepState::kInterrupted);
  Run(seconds(10));
  std::vector<std::string> sent;
  for (const SentCommand& command : sent_) sent.push_back(command.miner);
  EXPECT_THAT(sent, ElementsAre("127.0.0.3", "127.0.0.4"));
  Answer(kDoneOutcome);
  Answer(kDoneOutcome);
  EXPECT_EQ(Report(id).ended, std::nullopt) << "the interrupted one is still looked for";
  views_[1]->state = MinerState::kSleeping;
  Run(seconds(2));
  const RunReport report = Report(id);
  EXPECT_EQ(report.state, RunState::kFinished);
  EXPECT_EQ(report.steps[1].verdict, CommandVerdict::kDone);
  EXPECT_EQ(report.steps[1].detail, "seen in a later poll");
}

TEST_F(RunTest, AfterAStartWhatIsNotPolledYetIsWaitedFor) {
  config_->control.enabled = false;
  const std::int64_t id = Begin(RunFor(Verb::kSleep));
  config_->control.enabled = true;
  const auto views = views_;
  views_ = {views[0], views[1]};
  views_[1]->polled = false;
  views_[1]->state = MinerState::kOffline;
  Publish();
  Open();
  Run(minutes(1));
  EXPECT_EQ(sent_.size(), 1U);
  views_[1]->polled = true;
  views_[1]->state = MinerState::kHashing;
  views_.push_back(views[2]);
  Run(seconds(2));
  EXPECT_EQ(sent_.size(), 3U);
  EXPECT_EQ(Report(id).steps[3].state, StepState::kPlanned);
  while (!sent_.empty()) Answer(kDoneOutcome);
  Run(minutes(5));
  EXPECT_THAT(Report(id).steps[3].detail, HasSubstr("not known any more"));
}

TEST_F(RunTest, WhatIsNeverSeenStaysInterrupted) {
  config_->control.return_timeout = seconds(60);
  RunReport run = RunFor(Verb::kSleep);
  run.steps.resize(1);
  const std::int64_t id = Begin(run);
  sent_.clear();
  Open();
  Run(minutes(3));
  EXPECT_TRUE(sent_.empty());
  const RunReport report = Report(id);
  EXPECT_EQ(report.steps[0].state, StepState::kInterrupted);
  EXPECT_EQ(report.steps[0].verdict, std::nullopt);
  EXPECT_EQ(report.state, RunState::kFailed);
  EXPECT_TRUE(report.ended.has_value());
}

TEST_F(RunCrashTest, ALightThatNoPollTellsOfIsNotWaitedFor) {
  const std::int64_t id = KilledAtTheSecond(Verb::kBlink);
  Run(seconds(10));
  ASSERT_EQ(sent_.size(), 2U);
  Answer(kDoneOutcome);
  Answer(kDoneOutcome);
  Run(seconds(1));
  const RunReport report = Report(id);
  EXPECT_EQ(report.state, RunState::kFinished);
  EXPECT_TRUE(report.ended.has_value());
  EXPECT_EQ(report.steps[1].state, StepState::kInterrupted);
  EXPECT_EQ(report.steps[1].verdict, std::nullopt);
}

TEST_F(RunTest, AfterALongTimeARunWaitsForSomebody) {
  config_->control.miners_per_second = 1;
  const std::int64_t id = Begin(RunFor(Verb::kSleep));
  Answer(kDoneOutcome);
  Pass(minutes(6));
  Open();
  Run(minutes(1));
  EXPECT_TRUE(sent_.empty());
  EXPECT_EQ(Report(id).state, RunState::kPaused);
  EXPECT_THAT(Report(id).why, HasSubstr("control.plan_seconds"));
  ASSERT_TRUE(book_->Continue(Caller(), id).has_value());
  Run(seconds(5));
  EXPECT_EQ(sent_.size(), 3U);
  EXPECT_EQ(book_->Continue(Caller(), id).error().kind, ControlFault::Kind::kConflict);
}

TEST_F(RunTest, TheLimitsRememberWhatWasBegunBeforeTheCrash) {
  config_->control.miners_per_second = 0.1;
  Begin(RunFor(Verb::kSleep));
  sent_.clear();
  Pass(seconds(4));
  Open();
  Run(seconds(5));
  EXPECT_TRUE(sent_.empty());
  Run(seconds(2));
  EXPECT_EQ(sent_.size(), 1U);
}

TEST_F(RunTest, ACancelledCommandThatWasSentIsLookedForInThePolls) {
  RunReport run = RunFor(Verb::kSleep);
  run.steps.resize(1);
  const std::int64_t id = Begin(run);
  ASSERT_TRUE(book_->StopAll(Caller()).has_value());
  Answer({CommandVerdict::kCancelled, true, "stopped while it was verified"});
  EXPECT_EQ(Report(id).steps[0].state, StepState::kInterrupted);
  views_[0]->state = MinerState::kSleeping;
  Run(seconds(2));
  EXPECT_EQ(Report(id).steps[0].verdict, CommandVerdict::kDone);
}

TEST_F(RunTest, AnOrderlyStopPutsBackWhatWasNotSent) {
  config_->control.miners_per_second = 50;
  const std::int64_t id = Begin(RunFor(Verb::kSleep));
  Run(seconds(1));
  ASSERT_EQ(sent_.size(), 4U);
  book_->Close();
  EXPECT_TRUE(sent_[0].stopped());
  Answer({CommandVerdict::kCancelled, false, "stopped before anything was sent"});
  Answer({CommandVerdict::kCancelled, true, "stopped while it was verified"});
  sent_.clear();
  Open();
  Run(seconds(1));
  ASSERT_EQ(sent_.size(), 1U);
  EXPECT_EQ(sent_[0].miner, "127.0.0.1");
  EXPECT_EQ(Report(id).steps[1].state, StepState::kInterrupted);
}

TEST_F(RunTest, NothingBeginsWhileControlIsOff) {
  config_->control.enabled = false;
  Begin(RunFor(Verb::kSleep));
  Run(minutes(1));
  EXPECT_TRUE(sent_.empty());
  config_->control.enabled = true;
  Run(seconds(1));
  EXPECT_EQ(sent_.size(), 4U);
}

TEST_F(RunTest, WhoWaitsIsToldOnceAllStepsAreDecided) {
  int told = 0;
  RunReport run = RunFor(Verb::kRestart);
  run.steps.resize(1);
  const std::int64_t id = Begin(run);
  book_->WhenDecided(id, [&told] { ++told; });
  EXPECT_EQ(told, 0);
  views_[0]->state = MinerState::kStarting;
  Publish();
  Answer(kDoneOutcome);
  EXPECT_EQ(told, 1) << "its return is not waited for";
  book_->WhenDecided(id, [&told] { ++told; });
  book_->WhenDecided(12345, [&told] { ++told; });
  EXPECT_EQ(told, 3);
}

}  // namespace
}  // namespace antx
