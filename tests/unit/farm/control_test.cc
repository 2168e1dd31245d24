#include "farm/control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace antx::farm {
namespace {

namespace json = boost::json;

Fleet FourMachines() {
  Fleet fleet;
  FillFleet({4, "127.0.0.9", 1, "s19pro"}, fleet);
  fleet.Freeze();
  return fleet;
}
json::value Ask(Fleet& fleet, const std::string& line) {
  return json::parse(RunCommand(fleet, line));
}

TEST(RunCommand, SaysWhatIsWrong) {
  Fleet fleet = FourMachines();
  for (const char* line :
       {"", "dance", "get", "get 127.0.0.1", "fault 127.0.0.9 nothing", "fault", "fault 127.0.0.9",
        "clear 127.0.0.1", "clear 127.0.0.9 nothing", "set 127.0.0.9 colour 1",
        "fault 127.0.0.10-127.0.0.9 hang", "fault 127.0.0.9- hang", "fault all dead_fan 9"}) {
    EXPECT_THAT(RunCommand(fleet, line), testing::StartsWith("error: ")) << line;
  }
}

TEST(RunCommand, AddressesOneARangeOrAll) {
  Fleet fleet = FourMachines();
  EXPECT_EQ(Ask(fleet, "fault 127.0.0.10 hang").at("miners"), 1);
  EXPECT_EQ(Ask(fleet, "fault 127.0.0.10-127.0.0.11 hang").at("miners"), 2);
  EXPECT_FALSE(fleet.members()[0].miner.faults().hang);
  EXPECT_TRUE(fleet.members()[1].miner.faults().hang);
  EXPECT_TRUE(fleet.members()[2].miner.faults().hang);
  EXPECT_FALSE(fleet.members()[3].miner.faults().hang);
  EXPECT_EQ(Ask(fleet, "clear all").at("miners"), 4);
  EXPECT_FALSE(fleet.members()[1].miner.faults().hang);
}

TEST(RunCommand, ClearsOneFaultByName) {
  Fleet fleet = FourMachines();
  (void)Ask(fleet, "fault 127.0.0.9 hang");
  (void)Ask(fleet, "fault 127.0.0.9 dead_fan 2");
  (void)Ask(fleet, "clear 127.0.0.9 hang");
  EXPECT_EQ(Ask(fleet, "get 127.0.0.9").at("faults"), json::array{"dead_fan"});
}

TEST(RunCommand, GetTellsTheTruth) {
  Fleet fleet = FourMachines();
  (void)Ask(fleet, "set 127.0.0.9 chip_celsius 91");
  const auto truth = Ask(fleet, "get 127.0.0.9");
  const Moment moment = fleet.members()[0].miner.At(fleet.Now());
  EXPECT_EQ(truth.at("hashrate").to_number<double>(), moment.rate * 1e9);
  EXPECT_EQ(truth.at("accepted").to_number<double>(), moment.accepted);
  EXPECT_EQ(truth.at("chip_celsius"), (json::array{91, 91, 91}));
  EXPECT_EQ(truth.at("fan_rpm").as_array().size(), 4U);
}

TEST(RunCommand, StatsCountByCommandUnderACap) {
  Fleet fleet = FourMachines();
  Counters& counters = fleet.members()[0].counters;
  counters.Count("stats");
  counters.Count("stats");
  counters.Count("\"><script>");
  for (int i = 0; i < 100; ++i)
    counters.Count(std::string(static_cast<std::size_t>(i) % 60 + 1, 'a'));
  EXPECT_LE(counters.by_command.size(), Counters::kMostCommands);
  fleet.members()[3].counters.Count("stats");
  const auto stats = Ask(fleet, "stats");
  EXPECT_EQ(stats.at("requests"), 104);
  EXPECT_EQ(stats.at("requests_by_command").at("stats"), 3);
}

TEST(RunCommand, FreezeStopsTime) {
  Fleet fleet;
  FillFleet({1, "127.0.0.9", 1, "s9"}, fleet);
  fleet.SetSpeed(1e6);
  (void)Ask(fleet, "freeze");
  const double now = fleet.Now();
  EXPECT_EQ(fleet.Now(), now);
  (void)Ask(fleet, "unfreeze");
  EXPECT_GE(fleet.Now(), now);
}

TEST(RunCommand, QuitIsAWish) {
  Fleet fleet = FourMachines();
  EXPECT_FALSE(fleet.quitting());
  (void)Ask(fleet, "quit");
  EXPECT_TRUE(fleet.quitting());
}

TEST(CheckScenario, NamesTheLinesThatWouldFail) {
  const Fleet fleet = FourMachines();
  std::vector<std::string> faults;
  const auto scenario = ParseScenario(
      "at 1s fault all hang\n\nat 2s fault 127.0.0.9 gremlins\nat 3s clear 127.9.9.9\n"
      "at 4s quit\n",
      faults);
  ASSERT_TRUE(faults.empty());
  const ScenarioFaults found = CheckScenario(fleet, scenario);
  ASSERT_EQ(found.wrong.size(), 1U);
  EXPECT_THAT(found.wrong[0], testing::StartsWith("line 3: unknown fault"));
  ASSERT_EQ(found.missing.size(), 1U);
  EXPECT_THAT(found.missing[0], testing::StartsWith("line 4: no such miner"));
  EXPECT_FALSE(fleet.members()[0].miner.faults().hang) << "only a rehearsal";
  EXPECT_FALSE(fleet.quitting());
}

}  // namespace
}  // namespace antx::farm
