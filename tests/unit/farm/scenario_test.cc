#include "farm/scenario.h"

#include <gtest/gtest.h>

namespace antx::farm {
namespace {

TEST(ParseScenario, OrdersSteps) {
  std::vector<std::string> faults;
  const auto scenario = ParseScenario(
      "# demo\nat 2m clear all  # all good\nat 20s fault 127.10.0.3 dead_fan 2\nrepeat 300s\n",
      faults);
  EXPECT_TRUE(faults.empty());
  ASSERT_EQ(scenario.steps.size(), 2U);
  EXPECT_EQ(scenario.steps[0].at, 20);
  EXPECT_EQ(scenario.steps[0].command, "fault 127.10.0.3 dead_fan 2");
  EXPECT_EQ(scenario.steps[1].command, "clear all");
  EXPECT_EQ(scenario.repeat, 300);
}

TEST(ParseScenario, NamesTheLineOfAFault) {
  std::vector<std::string> faults;
  (void)ParseScenario("at 5s clear all\nat soon clear all\nrepeat 0\n", faults);
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[0].substr(0, 7), "line 2:");
  EXPECT_EQ(faults[1].substr(0, 7), "line 3:");
}

TEST(ParseScenario, KeepsTheLineOfAStep) {
  std::vector<std::string> faults;
  const auto scenario = ParseScenario("\n# two\nat 2m quit\nat 1m freeze", faults);
  ASSERT_TRUE(faults.empty());
  ASSERT_EQ(scenario.steps.size(), 2U);
  EXPECT_EQ(scenario.steps[0].line, 4);
  EXPECT_EQ(scenario.steps[1].line, 3);
}

TEST(ParseScenario, ARoundHoldsItsSteps) {
  std::vector<std::string> faults;
  (void)ParseScenario("repeat 10s\nat 11s clear all\n", faults);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].substr(0, 7), "line 1:");
}

}  // namespace
}  // namespace antx::farm
