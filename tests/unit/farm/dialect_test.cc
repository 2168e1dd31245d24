#include "farm/dialect.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "farm/fleet.h"

namespace antx::farm {
namespace {

namespace json = boost::json;

VirtualMiner Machine(const char* profile) {
  return VirtualMiner(*FindProfile(profile), *Ipv4::Parse("127.0.0.9"), 1);
}
std::string Ask(const VirtualMiner& miner, const std::string& command) {
  return Answer(miner, miner.At(100), "{\"command\":\"" + command + "\"}");
}
bool IsJson(const std::string& text) {
  boost::system::error_code error;
  (void)json::parse(text, error);
  return !error;
}

TEST(Dialect, OldStatsLackTheirCommaAndNothingElse) {
  for (const char* profile : {"s9", "l3plus", "z11", "s9hiveon"}) {
    std::string stats = Ask(Machine(profile), "stats");
    EXPECT_FALSE(IsJson(stats)) << profile;
    stats.insert(stats.find("}{") + 1, ",");
    EXPECT_TRUE(IsJson(stats)) << profile;
  }
}

TEST(Dialect, EverythingElseIsValid) {
  for (const Profile& profile : AllProfiles()) {
    const VirtualMiner miner(profile, *Ipv4::Parse("127.0.0.9"), 1);
    for (const char* command : {"summary", "pools", "version", "devs", "config", "temps", "fans",
                                "power", "tunerstatus", "devdetails", "nonsense"}) {
      EXPECT_TRUE(IsJson(Ask(miner, command))) << profile.name << ' ' << command;
    }
    if (profile.dialect != Dialect::kLegacy) {
      EXPECT_TRUE(IsJson(Ask(miner, "stats"))) << profile.name;
    }
  }
}

TEST(Dialect, JoinsAreRefusedWhereRealOnesRefuse) {
  EXPECT_NE(Ask(Machine("s19pro"), "summary+stats").find("\"Code\":14"), std::string::npos);
  EXPECT_EQ(Ask(Machine("s9"), "summary+pools").substr(0, 12), "{\"summary\":[");
  EXPECT_TRUE(IsJson(Ask(Machine("s19braiins"), "summary+pools+devs+temps")));
}

TEST(Dialect, CommandsOutsideTheGroupAreDenied) {
  EXPECT_NE(Ask(Machine("s19pro"), "restart").find("\"Code\":45"), std::string::npos);
  EXPECT_NE(Ask(Machine("s19pro"), "frobnicate").find("\"Code\":14"), std::string::npos);
}

TEST(VirtualMiner, CountersGrowAndRestartWithAReboot) {
  VirtualMiner miner = Machine("s19pro");
  EXPECT_GT(miner.At(1000).accepted, miner.At(10).accepted);
  ASSERT_EQ(miner.SetFault("reboot", "", 1000), "");
  EXPECT_TRUE(miner.Refusing(1001));
  EXPECT_FALSE(miner.Refusing(1004));
  EXPECT_LT(miner.At(1010).elapsed, 10);
}

TEST(VirtualMiner, FaultsShow) {
  VirtualMiner miner = Machine("s19pro");
  ASSERT_EQ(miner.SetFault("dead_fan", "2", 0), "");
  ASSERT_EQ(miner.SetFault("dead_board", "3", 0), "");
  EXPECT_EQ(miner.At(5).fan_rpm[1], 0);
  EXPECT_EQ(miner.At(5).board_rate[2], 0);
  EXPECT_NE(miner.SetFault("dead_fan", "9", 0), "");
  EXPECT_NE(miner.SetFault("gremlins", "", 0), "");
  miner.Clear(0);
  EXPECT_GT(miner.At(5).fan_rpm[1], 0);
}

TEST(RunCommand, SaysWhatIsWrong) {
  Fleet fleet;
  fleet.Add(*FindProfile("s9"), *Ipv4::Parse("127.0.0.9"), 1);
  EXPECT_TRUE(IsJson(RunCommand(fleet, "get 127.0.0.9")));
  EXPECT_TRUE(IsJson(RunCommand(fleet, "stats")));
  for (const char* line : {"", "dance", "get 127.0.0.1", "fault 127.0.0.9 nothing"}) {
    EXPECT_EQ(RunCommand(fleet, line).substr(0, 6), "error:") << line;
  }
}

}  // namespace
}  // namespace antx::farm
