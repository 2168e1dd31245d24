#include "control/limits.h"

#include <gmock/gmock.h>

#include <random>

#include "unit/control/control_fixture.h"

namespace antx {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

RunLimits Loose() { return {50, 1e6, 1, 1, 0, 0, 100}; }

PacedStep Step(const std::string& miner, double kilowatts = 3, const std::string& site = "",
               const std::string& rack = "") {
  return {miner, site, rack, kilowatts, true};
}

/// The most starts in any stretch of `window`, both ends included.
std::size_t MostIn(const std::vector<SteadyTime>& starts, std::chrono::nanoseconds window) {
  std::size_t most = 0;
  std::size_t first = 0;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    while (starts[i] - starts[first] > window) ++first;
    most = std::max(most, i - first + 1);
  }
  return most;
}

TEST(Pacer, NoSecondSeesMoreThanTheRate) {
  for (const double rate : {0.2, 1.0, 1.5, 7.0, 50.0}) {
    Pacer pacer;
    pacer.SetSizes({{"", 100000}}, {});
    RunLimits limits = Loose();
    limits.miners_per_second = rate;
    std::vector<SteadyTime> starts;
    std::minstd_rand random(7);
    SteadyTime now(std::chrono::hours(1));
    for (int i = 0; i < 2000; ++i) {
      const PacedStep step = Step(std::to_string(i));
      const Admission admission = pacer.MayBegin(step, limits, now);
      if (admission.now) {
        pacer.Begin(step, now);
        starts.push_back(now);
        now += milliseconds(random() % 40);
      } else {
        ASSERT_TRUE(admission.at.has_value());
        ASSERT_GT(*admission.at, now);
        now = *admission.at;
      }
    }
    const auto window = std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::duration<double>(rate >= 1 ? 1 : 0.999 / rate));
    EXPECT_LE(MostIn(starts, window), static_cast<std::size_t>(std::max(1.0, rate))) << rate;
    EXPECT_GT(starts.size(), 900U) << rate;
  }
}

TEST(Pacer, ARunWithTighterLimitsWaitsForTheStartsOfOthers) {
  Pacer pacer;
  pacer.SetSizes({{"", 100}}, {});
  const SteadyTime now(std::chrono::hours(1));
  pacer.Begin(Step("a"), now);
  RunLimits slow = Loose();
  slow.miners_per_second = 0.1;
  const Admission admission = pacer.MayBegin(Step("b"), slow, now + seconds(1));
  EXPECT_FALSE(admission.now);
  EXPECT_EQ(*admission.at, now + seconds(10));
  EXPECT_TRUE(pacer.MayBegin(Step("b"), Loose(), now + seconds(1)).now);
}

TEST(Pacer, PowerOfAMinuteIsLimitedButOneMinerAlwaysGoes) {
  Pacer pacer;
  pacer.SetSizes({{"", 100}}, {});
  RunLimits limits = Loose();
  limits.kilowatts_per_minute = 7;
  const SteadyTime now(std::chrono::hours(1));
  ASSERT_TRUE(pacer.MayBegin(Step("large", 50), limits, now).now);
  pacer.Begin(Step("a"), now);
  pacer.Begin(Step("b"), now + seconds(10));
  const Admission third = pacer.MayBegin(Step("c"), limits, now + seconds(20));
  EXPECT_FALSE(third.now);
  EXPECT_EQ(third.why, "kilowatts_per_minute");
  EXPECT_EQ(third.at->time_since_epoch() - now.time_since_epoch(),
            seconds(60) + std::chrono::nanoseconds(1));
  EXPECT_TRUE(pacer.MayBegin(Step("c"), limits, *third.at).now);
  EXPECT_TRUE(pacer.MayBegin({"light", "", "", 0, false}, limits, now + seconds(20)).now);
}

TEST(Pacer, AShareOfARackAndOfASiteIsAwayAtOnce) {
  Pacer pacer;
  pacer.SetSizes({{"north", 40}, {"south", 3}}, {{Pacer::RackKey("north", "r1"), 20}});
  RunLimits limits = Loose();
  limits.max_share_of_rack = 0.1;
  limits.max_share_of_site = 0.1;
  SteadyTime now(std::chrono::hours(1));
  const auto begins = [&](const PacedStep& step) {
    now += seconds(1);
    const Admission admission = pacer.MayBegin(step, limits, now);
    if (admission.now) pacer.Begin(step, now);
    return admission.why;
  };
  EXPECT_EQ(begins(Step("a", 3, "north", "r1")), "");
  EXPECT_EQ(begins(Step("b", 3, "north", "r1")), "");
  EXPECT_THAT(begins(Step("c", 3, "north", "r1")), HasSubstr("rack r1"));
  EXPECT_EQ(begins(Step("d", 3, "north")), "");
  EXPECT_EQ(begins(Step("e", 3, "north")), "");
  EXPECT_THAT(begins(Step("f", 3, "north")), HasSubstr("site north"));
  EXPECT_EQ(begins(Step("g", 3, "south")), "") << "one miner of a small site may always go";
  EXPECT_NE(begins(Step("h", 3, "south")), "");
  EXPECT_FALSE(pacer.MayBegin(Step("c", 3, "north", "r1"), limits, now).at) << "no time helps";
  pacer.Back("a");
  pacer.Back("a");
  EXPECT_EQ(begins(Step("c", 3, "north", "r1")), "");
}

TEST(LimitsFor, ARequestMayOnlyBeStricter) {
  ControlConfig config;
  LimitsAsked asked;
  asked.miners_per_second = 0.5;
  asked.canary = 3;
  const auto stricter = LimitsFor(asked, config);
  ASSERT_TRUE(stricter.has_value());
  EXPECT_EQ(stricter->miners_per_second, 0.5);
  EXPECT_EQ(stricter->canary, 3);
  EXPECT_EQ(stricter->max_share_of_site, config.max_share_of_site);
  const auto fault = [&config](auto set) {
    LimitsAsked wrong;
    set(wrong);
    const auto limits = LimitsFor(wrong, config);
    return limits.has_error() ? limits.error().text : "";
  };
  EXPECT_THAT(fault([](auto& a) { a.miners_per_second = 2.0; }),
              HasSubstr("limits.miners_per_second: control.miners_per_second allows at most 1"));
  EXPECT_THAT(fault([](auto& a) { a.miners_per_second = 0.0; }), HasSubstr("must be from"));
  EXPECT_THAT(fault([](auto& a) { a.canary = 0; }), HasSubstr("asks for at least 1"));
  EXPECT_THAT(fault([](auto& a) { a.max_share_of_rack = 0.9; }), HasSubstr("max_share_of_rack"));
  EXPECT_THAT(fault([](auto& a) { a.stop_when_failed_percent = 50.0; }), HasSubstr("at most 10"));
}

RunReport RunOf(std::size_t steps, int canary) {
  RunReport run;
  run.steps.resize(steps);
  run.limits = Loose();
  run.limits.canary = canary;
  run.limits.canary_wait_seconds = 30;
  run.limits.stop_when_failed_percent = 10;
  return run;
}

void End(StepReport& step, CommandVerdict verdict, SystemTime when) {
  step.state = StepState::kFinished;
  step.verdict = verdict;
  step.ended = when;
}

TEST(CanaryGate, OpensWhenAllCanariesAreBackAndTheWaitIsOver) {
  const SystemTime now{seconds(1000)};
  RunReport run = RunOf(5, 2);
  EXPECT_EQ(GateOf(run, now).open_steps, 2U);
  run.steps[0].state = StepState::kSkipped;
  EXPECT_EQ(GateOf(run, now).open_steps, 3U) << "a skipped miner is no canary";
  End(run.steps[1], CommandVerdict::kDone, now);
  End(run.steps[2], CommandVerdict::kDone, now);
  run.steps[2].back = BackState::kWaiting;
  EXPECT_EQ(GateOf(run, now + seconds(60)).open_steps, 3U) << "it does not hash yet";
  run.steps[2].back = BackState::kBack;
  EXPECT_EQ(GateOf(run, now + seconds(29)).open_steps, 3U);
  EXPECT_EQ(GateOf(run, now + seconds(29)).opens, now + seconds(30));
  EXPECT_EQ(GateOf(run, now + seconds(30)).open_steps, 5U);
}

TEST(TooManyFailed, CountsOfWhatHasEnded) {
  const SystemTime now{seconds(1000)};
  RunReport run = RunOf(100, 0);
  End(run.steps[0], CommandVerdict::kRefused, now);
  EXPECT_FALSE(TooManyFailed(run)) << "1 of 10 is not more than 10 %";
  End(run.steps[1], CommandVerdict::kDone, now);
  run.steps[1].back = BackState::kMissing;
  EXPECT_TRUE(TooManyFailed(run));
  for (std::size_t i = 2; i < 20; ++i) End(run.steps[i], CommandVerdict::kDone, now);
  EXPECT_FALSE(TooManyFailed(run)) << "2 of 20";
  run.steps[30].state = StepState::kInterrupted;
  run.steps[30].back = BackState::kWaiting;
  EXPECT_FALSE(TooManyFailed(run)) << "it is still looked for";
  run.steps[30].back = BackState::kNever;
  EXPECT_FALSE(TooManyFailed(run)) << "no poll can tell";
  run.steps[30].back = BackState::kMissing;
  EXPECT_TRUE(TooManyFailed(run));

  RunReport careful = RunOf(100, 1);
  End(careful.steps[0], CommandVerdict::kNotVerified, now);
  EXPECT_TRUE(TooManyFailed(careful)) << "a canary";
}

}  // namespace
}  // namespace antx
