#include "fleet/baseline.h"

#include <gtest/gtest.h>

namespace antx {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr std::size_t kWindow = 10;
constexpr double kRatio = 0.9;

class BaselineTest : public testing::Test {
 protected:
  Baseline::Effect Add(double rate) { return Add({rate, true, 1e6, {}, false}); }
  Baseline::Effect Add(const Baseline::Sample& sample) {
    now_ += seconds(30);
    return baseline_.Add(sample, kWindow, kRatio, now_);
  }
  void Fill(double rate) {
    for (std::size_t i = 0; i < kWindow; ++i) Add(rate);
  }
  Baseline baseline_;
  SteadyTime now_{};
};

TEST_F(BaselineTest, IsAbsentBeforeTheFirstSample) { EXPECT_FALSE(baseline_.Value()); }

TEST_F(BaselineTest, IsTheMedianOfTheWindow) {
  for (const double rate : {100., 101., 99., 180.}) Add(rate);
  EXPECT_DOUBLE_EQ(*baseline_.Value(), 100.5);
  Add(98);
  EXPECT_DOUBLE_EQ(*baseline_.Value(), 100);
}

TEST_F(BaselineTest, FreezesForAsLongAsADropLasts) {
  Fill(100);
  for (int i = 0; i < 1000; ++i) Add(85);  // 8 h 20 min: a mean would have sunk long ago.
  EXPECT_DOUBLE_EQ(*baseline_.Value(), 100);
  EXPECT_TRUE(baseline_.Frozen());
  Add(97);
  EXPECT_FALSE(baseline_.Frozen());
}

TEST_F(BaselineTest, IsReleasedAfterADay) {
  Fill(100);
  Add(80);
  for (const SteadyTime end = now_ + hours(24) - seconds(30); now_ < end;) {
    ASSERT_EQ(Add(80), Baseline::Effect::kNone);
  }
  EXPECT_EQ(Add(80), Baseline::Effect::kReset);
  EXPECT_EQ(baseline_.Samples(), 1U);
  EXPECT_DOUBLE_EQ(*baseline_.Value(), 80);
}

TEST_F(BaselineTest, IsNotReleasedByTimeInWhichThereWasNoDrop) {
  const Baseline::Sample stopped{0, false, 1e6, {}, false};
  Fill(100);
  Add(80);  // The rate of a miner that is being switched off.
  Add(stopped);
  now_ += hours(25);
  EXPECT_EQ(Add(100), Baseline::Effect::kNone);
  EXPECT_EQ(baseline_.Samples(), kWindow);
  Add(80);
  now_ += hours(25);  // No answer.
  EXPECT_EQ(Add(80), Baseline::Effect::kNone);
  EXPECT_DOUBLE_EQ(*baseline_.Value(), 100) << "a board died meanwhile";
  Add(stopped);
  EXPECT_FALSE(baseline_.Frozen());
}

TEST_F(BaselineTest, ABoardThatFallsOutIsNoOtherClock) {
  for (int i = 0; i < 10; ++i) {
    Add({100, true, 1e6, {{"1", 450e6}, {"2", 525e6}, {"3", 600e6}}, false});
  }
  EXPECT_EQ(Add({70, true, 1e6, {{"2", 525e6}, {"3", 600e6}}, false}), Baseline::Effect::kNone);
  EXPECT_DOUBLE_EQ(*baseline_.Value(), 100);
  EXPECT_EQ(Add({70, true, 1e6, {{"2", 490e6}, {"3", 560e6}}, false}), Baseline::Effect::kReset);
}

TEST_F(BaselineTest, LeavesOutUnhealthySamples) {
  Add({100, true, 299, {}, false});   // still ramping up
  Add({100, false, 1e6, {}, false});  // not mining
  Add(0);
  EXPECT_EQ(baseline_.Samples(), 0U);
  Add({100, true, 300, {}, false});
  EXPECT_EQ(baseline_.Samples(), 1U);
}

TEST_F(BaselineTest, StartsAnewOnAnotherWorkModeOrClock) {
  Fill(100);
  EXPECT_EQ(Add({70, true, 1e6, {}, true}), Baseline::Effect::kReset);
  EXPECT_DOUBLE_EQ(*baseline_.Value(), 70);
  Add({70, true, 1e6, {{"1", 500e6}}, false});
  EXPECT_EQ(Add({70, true, 1e6, {{"1", 520e6}}, false}), Baseline::Effect::kNone);  // 4 %: tuning
  EXPECT_EQ(Add({80, true, 1e6, {{"1", 560e6}}, false}), Baseline::Effect::kReset);
}

TEST_F(BaselineTest, SurvivesSaveAndRestore) {
  Fill(100);
  Baseline other;
  other.Restore(baseline_.Save());
  EXPECT_EQ(other.Samples(), kWindow);
  EXPECT_DOUBLE_EQ(*other.Value(), 100);
  other.Restore({-1, 0, 5});
  EXPECT_EQ(other.Samples(), 1U);
}

}  // namespace
}  // namespace antx
