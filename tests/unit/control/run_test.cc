#include "control/run.h"

#include <gmock/gmock.h>

#include <random>

#include "unit/control/control_fixture.h"

namespace antx {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RunTest : public ControlTest {
 protected:
  RunTest() {
    for (int i = 1; i <= 4; ++i) Add("127.0.0." + std::to_string(i));
    Publish();
    Open();
  }
  /// A process that begins; what an earlier one wrote is there.
  void Open(const std::string& path = "") {
    book_.reset();
    journal_.reset();
    journal_ = std::make_unique<Journal>(
        std::move(*Journal::Open(path.empty() ? folder_.Path("control.db") : path)));
    book_ = std::make_unique<RunBook>(BookParts(*journal_));
    ASSERT_TRUE(book_->Restore().has_value());
  }
  std::int64_t Begin(const RunReport& run, const ControlCaller& caller = Caller()) {
    const auto begun = book_->Begin(caller, run, false);
    EXPECT_TRUE(begun.has_value()) << begun.error().text;
    (void)book_->Tick();
    return begun->run;
  }
  /// Ticks for so long, as the thread would.
  void Run(std::chrono::nanoseconds time) {
    const SteadyTime end = clock_.Steady() + time;
    while (clock_.Steady() < end) {
      const SteadyTime next = book_->Tick();
      clock_.passed += std::max<std::chrono::nanoseconds>(std::min(next, end) - clock_.Steady(),
                                                          std::chrono::nanoseconds(1));
      Publish();
    }
    (void)book_->Tick();
  }
  void Answer(const CommandOutcome& outcome) {
    ASSERT_FALSE(sent_.empty());
    SentCommand sent = std::move(sent_.front());
    sent_.pop_front();
    sent.done(outcome);
    (void)book_->Tick();
  }
  RunReport Report(std::int64_t id) { return **journal_->Run(id); }
  std::vector<std::string> Results() {
    std::vector<std::string> results;
    auto rows = *journal_->AuditRows(0, 1000);
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      results.push_back(row->action + ' ' + row->phase + ' ' + row->result);
    }
    return results;
  }
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<RunBook> book_;
};

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
  EXPECT_EQ(
      VerifyAudit(*std::make_unique<Db>(std::move(*Db::Open(folder_.Path("control.db")))))->rows,
      4);
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

// --- After a crash ----------------------------------------------------------------------------

TEST_F(RunTest, AfterACrashNothingIsSentTwiceAndTheRestGoesOn) {
  config_->control.miners_per_second = 1;
  const std::int64_t id = Begin(RunFor(Verb::kSleep));
  Answer(kDoneOutcome);
  Run(std::chrono::milliseconds(1500));
  ASSERT_EQ(sent_.size(), 1U);
  EXPECT_EQ(sent_[0].miner, "127.0.0.2");
  sent_.clear();  // The process was killed here.
  Open();
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

// --- Two thousand miners -------------------------------------------------------------------------

TEST_F(RunTest, EveryWindowHoldsForTwoThousandMiners) {
  views_.clear();
  for (int i = 0; i < 2000; ++i) {
    Add("127.1." + std::to_string(i / 200) + '.' + std::to_string(i % 200 + 1),
        i < 1000 ? "north" : "south", "r" + std::to_string(i / 20 % 50));
  }
  Open(":memory:");
  Publish();
  config_->control.miners_per_second = 7;
  config_->control.kilowatts_per_minute = 900;  // 300 miners.
  config_->control.max_share_of_rack = 0.2;     // 4 of 20.
  config_->control.max_share_of_site = 0.1;     // 100 of 1000.
  config_->control.canary = 5;
  config_->control.canary_wait = seconds(30);
  const std::int64_t id = Begin(RunFor(Verb::kRestart));
  std::minstd_rand random(1);
  std::vector<SteadyTime> starts;
  struct Away {
    SteadyTime answers, hashes;
    SentCommand command;
    bool answered = false;
  };
  std::map<std::string, Away> away;
  std::map<std::string, int> times;
  std::map<std::string, std::size_t> row;
  for (std::size_t i = 0; i < views_.size(); ++i) row[views_[i]->facts.id] = i;
  const auto places = [&](auto key) {
    std::map<std::string, int> count;
    for (const auto& [miner, gone] : away) ++count[key(*views_[row[miner]])];
    int most = 0;
    for (const auto& [place, number] : count) most = std::max(most, number);
    return most;
  };
  int most_of_site = 0;
  int most_of_rack = 0;
  std::size_t before_gate = 0;
  SteadyTime polled = clock_.Steady();
  for (int turn = 0; turn < 40000 && (starts.size() < 2000 || !away.empty()); ++turn) {
    const SteadyTime next = book_->Tick();
    while (!sent_.empty()) {
      SentCommand command = std::move(sent_.front());
      sent_.pop_front();
      starts.push_back(command.when);
      ++times[command.miner];
      const SteadyTime answers = command.when + std::chrono::milliseconds(random() % 9000);
      const std::string miner = command.miner;
      away.emplace(miner, Away{answers, answers + seconds(random() % 60), std::move(command)});
    }
    most_of_site = std::max(most_of_site,
                            places([](const MinerView& view) { return view.facts.labels.site; }));
    most_of_rack = std::max(most_of_rack, places([](const MinerView& view) {
                              return view.facts.labels.site + view.facts.labels.rack;
                            }));
    if (clock_.passed < seconds(30)) before_gate = starts.size();
    clock_.passed += std::clamp<std::chrono::nanoseconds>(next - clock_.Steady(),
                                                          std::chrono::nanoseconds(1), seconds(1));
    for (auto miner = away.begin(); miner != away.end();) {
      Away& gone = miner->second;
      MinerView& view = *views_[row[miner->first]];
      if (!gone.answered && clock_.Steady() >= gone.answers) {
        gone.answered = true;
        view.state = MinerState::kStarting;
        gone.command.done(kDoneOutcome);
      }
      const bool hashes = gone.answered && clock_.Steady() >= gone.hashes;
      if (hashes) view.state = MinerState::kHashing;
      miner = hashes ? away.erase(miner) : std::next(miner);
    }
    if (clock_.Steady() - polled < seconds(1)) continue;
    polled = clock_.Steady();
    Publish();
  }
  Pass(seconds(1));
  Publish();
  (void)book_->Tick();
  EXPECT_EQ(starts.size(), 2000U);
  EXPECT_EQ(times.size(), 2000U) << "each exactly once";
  EXPECT_EQ(before_gate, 5U) << "the canaries alone";
  const auto most_in = [&starts](std::chrono::nanoseconds window) {
    std::size_t most = 0;
    std::size_t first = 0;
    for (std::size_t i = 0; i < starts.size(); ++i) {
      while (starts[i] - starts[first] > window) ++first;
      most = std::max(most, i - first + 1);
    }
    return most;
  };
  EXPECT_LE(most_in(seconds(1)), 7U);
  EXPECT_LE(most_in(minutes(1)), 300U);
  EXPECT_LE(most_of_site, 100);
  EXPECT_LE(most_of_rack, 4);
  EXPECT_GE(most_of_rack, 3) << "the limit was felt at all";
  const RunReport report = Report(id);
  EXPECT_EQ(report.state, RunState::kFinished);
  for (const StepReport& step : report.steps) EXPECT_EQ(step.back, BackState::kBack);
}

}  // namespace
}  // namespace antx
