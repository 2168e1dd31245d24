#include "control/run.h"

#include <gmock/gmock.h>

#include "unit/control/run_fixture.h"

namespace antx {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(RunTest, AStepIsInTheJournalBeforeItIsSent) {
  views_.resize(1);
  Publish();
  std::vector<StepState> seen;
  RunBook::Parts parts = BookParts(*journal_);
  parts.hooks.send = [&](CommandTarget, Command, std::function<bool()>,
                         std::function<void(CommandOutcome)> done) {
    seen.push_back(Report(1).steps[0].state);
    done(kDoneOutcome);
  };
  book_ = std::make_unique<RunBook>(std::move(parts));
  const std::int64_t id = Begin(RunFor(Verb::kBlink));
  EXPECT_THAT(seen, ElementsAre(StepState::kSending));
  const RunReport report = Report(id);
  EXPECT_EQ(report.state, RunState::kFinished);
  EXPECT_EQ(report.steps[0].verdict, CommandVerdict::kDone);
  EXPECT_THAT(Results(), ElementsAre("run requested ", "command requested ", "command outcome done",
                                     "run outcome finished"));
  auto db = Db::Open(folder_.Path("control.db"));
  ASSERT_TRUE(db.has_value());
  EXPECT_EQ(VerifyAudit(*db)->rows, 4);
}

TEST_F(RunTest, TheVerdictGoesThroughUnchanged) {
  const std::int64_t id = Begin(RunFor(Verb::kSleep));
  Run(seconds(1));
  ASSERT_EQ(sent_.size(), 4U);
  Answer({CommandVerdict::kNotVerified, true, "it still hashes\nwith 3 boards"});
  Answer({CommandVerdict::kDone, true, ""});
  const RunReport report = Report(id);
  EXPECT_EQ(report.steps[0].verdict, CommandVerdict::kNotVerified);
  EXPECT_EQ(report.steps[0].detail, "it still hashes\\x0awith 3 boards");
  EXPECT_EQ(report.steps[1].verdict, CommandVerdict::kDone);
  EXPECT_EQ(report.steps[2].state, StepState::kSending);
}

TEST_F(RunTest, CanariesGoFirstAndTheRestWaitsForThemToHashAgain) {
  RunReport run = RunFor(Verb::kRestart);
  run.limits.canary = 1;
  run.limits.canary_wait_seconds = 60;
  Begin(run);
  Run(minutes(2));
  ASSERT_EQ(sent_.size(), 1U);
  views_[0]->state = MinerState::kStarting;
  Answer(kDoneOutcome);
  Run(minutes(5));
  EXPECT_EQ(sent_.size(), 0U) << "verified, but it does not hash yet";
  views_[0]->state = MinerState::kHashing;
  Run(seconds(2));
  EXPECT_EQ(sent_.size(), 3U);
}

TEST_F(RunTest, AFailedCanaryEndsTheRun) {
  RunReport run = RunFor(Verb::kRestart);
  run.limits.canary = 1;
  const std::int64_t id = Begin(run);
  Answer(kRefusedOutcome);
  Run(minutes(5));
  EXPECT_TRUE(sent_.empty());
  const RunReport report = Report(id);
  EXPECT_EQ(report.state, RunState::kFailed);
  EXPECT_THAT(report.why, HasSubstr("canary"));
  EXPECT_TRUE(report.ended.has_value());
  EXPECT_EQ(report.steps[0].detail, "Access denied");
  EXPECT_EQ(report.steps[3].state, StepState::kCancelled);
}

TEST_F(RunTest, AMinerThatDoesNotComeBackCountsAsFailed) {
  config_->control.return_timeout = seconds(300);
  const std::int64_t id = Begin(RunFor(Verb::kRestart));
  Run(seconds(1));
  for (int i = 0; i < 4; ++i) Answer(kDoneOutcome);
  views_[2]->state = MinerState::kIdle;
  Run(seconds(200));
  EXPECT_EQ(Report(id).steps[0].back, BackState::kBack);
  EXPECT_EQ(Report(id).steps[2].back, BackState::kWaiting);
  Run(seconds(200));
  const RunReport report = Report(id);
  EXPECT_EQ(report.steps[2].back, BackState::kMissing);
  EXPECT_EQ(report.steps[2].verdict, CommandVerdict::kDone) << "what was seen stays";
  EXPECT_EQ(report.state, RunState::kFailed);
}

TEST_F(RunTest, OneActionPerMinerAtATime) {
  RunReport first = RunFor(Verb::kBlink);
  first.steps.resize(1);
  const std::int64_t id = Begin(first);
  const auto again = book_->Begin(Caller(), first, true);
  ASSERT_TRUE(again.has_error());
  EXPECT_EQ(again.error().kind, ControlFault::Kind::kConflict);
  const std::int64_t other = Begin(RunFor(Verb::kBlink));
  EXPECT_EQ(Report(other).steps[0].state, StepState::kSkipped);
  EXPECT_THAT(Report(other).steps[0].detail, HasSubstr("busy"));
  Run(seconds(1));
  EXPECT_EQ(sent_.size(), 4U);
  Answer(kDoneOutcome);
  EXPECT_EQ(Report(id).state, RunState::kFinished);
  Run(seconds(1));
  EXPECT_TRUE(book_->Begin(Caller(), first, true).has_value()) << "free again";
}

TEST_F(RunTest, ASingleCommandOverTheLimitIsToldWhenToComeBack) {
  config_->control.miners_per_second = 0.1;
  RunReport run = RunFor(Verb::kBlink);
  run.steps.resize(1);
  Begin(run);
  RunReport other = RunFor(Verb::kBlink);
  other.steps = {other.steps[1]};
  Pass(seconds(3));
  const auto refused = book_->Begin(Caller(), other, true);
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().kind, ControlFault::Kind::kTooMany);
  EXPECT_EQ(refused.error().retry_after_seconds, 7);
}

TEST_F(RunTest, TheSameKeyIsTheSameRun) {
  const std::int64_t id = Begin(RunFor(Verb::kBlink), Caller("k1", "body"));
  const auto again = book_->Begin(Caller("k1", "body"), RunFor(Verb::kBlink), false);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->run, id);
  EXPECT_TRUE(again->again);
  const auto other = book_->Begin(Caller("k1", "another body"), RunFor(Verb::kBlink), false);
  ASSERT_TRUE(other.has_error());
  EXPECT_EQ(other.error().kind, ControlFault::Kind::kConflict);
  ControlCaller stranger = Caller("k1", "another body");
  stranger.name = "token day-shift";
  EXPECT_FALSE(book_->Keyed(stranger)->has_value()) << "keys belong to their callers";
}

TEST_F(RunTest, TheKillSwitchEndsAllRunsAndRefusesNewOnes) {
  config_->control.miners_per_second = 1;
  const std::int64_t id = Begin(RunFor(Verb::kSleep));
  ASSERT_EQ(sent_.size(), 1U);
  EXPECT_FALSE(sent_[0].stopped());
  ASSERT_TRUE(book_->StopAll(Caller()).has_value());
  EXPECT_TRUE(sent_[0].stopped());
  Run(minutes(1));
  EXPECT_EQ(sent_.size(), 1U);
  EXPECT_EQ(Report(id).state, RunState::kStopped);
  EXPECT_EQ(Report(id).ended, std::nullopt) << "one is still under way";
  Answer({CommandVerdict::kCancelled, false, ""});
  EXPECT_TRUE(Report(id).ended.has_value());
  EXPECT_EQ(book_->Begin(Caller(), RunFor(Verb::kBlink), false).error().kind,
            ControlFault::Kind::kUnavailable);
  Open();
  EXPECT_TRUE(book_->stopped()) << "also after a restart";
  ASSERT_TRUE(book_->Resume(Caller()).has_value());
  EXPECT_TRUE(book_->Begin(Caller(), RunFor(Verb::kBlink), false).has_value());
}

TEST_F(RunTest, AStoppedRunBeginsNothingMoreAndStillVerifies) {
  config_->control.miners_per_second = 1;
  const std::int64_t id = Begin(RunFor(Verb::kSleep));
  ASSERT_TRUE(book_->StopRun(Caller(), id).has_value());
  EXPECT_FALSE(sent_[0].stopped());
  Answer(kDoneOutcome);
  const RunReport report = Report(id);
  EXPECT_EQ(report.state, RunState::kStopped);
  EXPECT_EQ(report.steps[0].verdict, CommandVerdict::kDone);
  EXPECT_EQ(report.steps[1].state, StepState::kCancelled);
  EXPECT_EQ(book_->StopRun(Caller(), id).error().kind, ControlFault::Kind::kConflict);
  EXPECT_EQ(book_->StopRun(Caller(), 99).error().kind, ControlFault::Kind::kUnknown);
}

TEST_F(RunTest, WhoWentOfflineOrIsUnderMaintenanceIsSkippedWhenItsTurnComes) {
  RunBook::Parts parts = BookParts(*journal_);
  parts.hooks.veto = [](const MinerView& miner) {
    return std::string(miner.facts.id == "127.0.0.3" ? "fans are changed" : "");
  };
  book_ = std::make_unique<RunBook>(std::move(parts));
  views_[1]->state = MinerState::kOffline;
  const RunReport run = RunFor(Verb::kSleep);
  views_.pop_back();
  Publish();
  const std::int64_t id = Begin(run);
  Run(seconds(1));
  EXPECT_EQ(sent_.size(), 1U);
  const RunReport report = Report(id);
  EXPECT_THAT(report.steps[1].detail, HasSubstr("offline"));
  EXPECT_THAT(report.steps[2].detail, HasSubstr("fans are changed"));
  EXPECT_THAT(report.steps[3].detail, HasSubstr("not known any more"));
  Answer(kDoneOutcome);
  EXPECT_EQ(Report(id).state, RunState::kFinished) << "skipped is not failed";
}

}  // namespace
}  // namespace antx
