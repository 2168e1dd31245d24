#include "farm/dialect.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>
#include <string>

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

TEST(Dialect, DenialComesFromTheGroupAndNotFromTheTable) {
  EXPECT_NE(Ask(Machine("s19pro"), "config").find("\"Code\":45"), std::string::npos);
  EXPECT_NE(Ask(Machine("s19kluxos"), "config").find("\"OS\":\"LuxOS\""), std::string::npos);
  EXPECT_NE(Ask(Machine("s19kluxos"), "groups").find("\"Code\":324"), std::string::npos);
  EXPECT_NE(Ask(Machine("s19vnish"), "version").find("\"Code\":14"), std::string::npos);
}

TEST(Dialect, AJoinTellsEachMemberOnce) {
  const std::string reply = Ask(Machine("s9"), "summary+pools+summary");
  EXPECT_EQ(reply.find("\"summary\":["), reply.rfind("\"summary\":["));
  EXPECT_TRUE(json::parse(reply).at("pools").at(0).as_object().contains("POOLS"));
}

TEST(Dialect, NumbersAreTheTruthOfTheMoment) {
  const VirtualMiner miner = Machine("s19pro");
  const Moment moment = miner.At(100);
  const auto summary = json::parse(AnswerCommand(miner, moment, "summary"));
  const auto& values = summary.at("SUMMARY").at(0);
  EXPECT_NEAR(values.at("GHS 5s").to_number<double>(), moment.rate, 0.01);
  EXPECT_EQ(values.at("Accepted").to_number<double>(), moment.accepted);
  const auto stats = json::parse(AnswerCommand(miner, moment, "stats")).at("STATS").at(1);
  EXPECT_EQ(stats.at("fan2").to_number<int>(), moment.fan_rpm[1]);
  EXPECT_NEAR(std::stod(stats.at("chain_rate3").as_string().c_str()), moment.board_rate[2], 0.01);
}

TEST(Dialect, OldControlBoardsNumberTheirChainsFromSix) {
  std::string stats = Ask(Machine("s9"), "stats");
  stats.insert(stats.find("}{") + 1, ",");
  const auto machine = json::parse(stats).at("STATS").at(1);
  EXPECT_EQ(machine.at("chain_acn6").to_number<int>(), 63);
  EXPECT_EQ(machine.at("chain_acn1").to_number<int>(), 0);
  EXPECT_GT(machine.at("fan5").to_number<int>(), 0);
  EXPECT_TRUE(machine.at("GHS 5s").is_string());
}

TEST(Dialect, VnishListsItsFeePool) {
  const auto pools = json::parse(Ask(Machine("s19vnish"), "pools")).at("POOLS").as_array();
  ASSERT_EQ(pools.size(), 4U);
  EXPECT_EQ(pools[3].at("URL").as_string(), "DevFee");
  EXPECT_EQ(pools[3].at("Type").to_number<int>(), 1);
}

TEST(Dialect, TextIsAnsweredWithText) {
  const VirtualMiner miner = Machine("s19pro");
  const std::string summary = Answer(miner, miner.At(100), "summary");
  EXPECT_EQ(summary.find("STATUS=S,When="), 0U) << summary;
  EXPECT_NE(summary.find("Code=11,Msg=Summary,"), std::string::npos) << summary;
  EXPECT_NE(summary.find("|SUMMARY,Elapsed="), std::string::npos) << summary;
  EXPECT_EQ(summary.back(), '|');
  const std::string pools = Answer(miner, miner.At(100), "pools\n");
  EXPECT_NE(pools.find("|POOL=1,URL=stratum+tcp://pool1.example:3333,"), std::string::npos)
      << pools;
  const std::string denied = Answer(miner, miner.At(100), "switchpool|1");
  EXPECT_NE(denied.find("Code=45"), std::string::npos) << denied;
  const std::string web = Answer(miner, miner.At(100), "GET / HTTP/1.0\r\n\r\n");
  EXPECT_NE(web.find("STATUS=E"), std::string::npos) << web;
}

TEST(CommandOf, SurvivesRequestsThatAreNone) {
  EXPECT_EQ(CommandOf("{\"command\":\"stats\",\"new_api\":true}"), "stats");
  EXPECT_EQ(CommandOf("{ \"command\" : \"pools\" }"), "pools");
  EXPECT_EQ(CommandOf("switchpool|1"), "switchpool");
  for (const char* broken : {"", "{", "{}", "{\"command\"", "{\"command\":", "{\"command\":\"",
                             "{\"command\":\"st", "{\"command\":1}"}) {
    EXPECT_EQ(CommandOf(broken), "") << broken;
  }
}

}  // namespace
}  // namespace antx::farm
