// Commands of the simulated API that change something, as cgminer answers them.
#include "farm/api_write.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "farm/control.h"
#include "farm/dialect.h"

namespace antx::farm {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ApiWriteTest : public ::testing::Test {
 protected:
  ApiWriteTest() {
    FillFleet({1, "127.0.0.9", 1, "s9"}, fleet_);
    fleet_.Freeze();
    (void)member().miner.SetValue("api_write", "1", 0);
  }
  Fleet::Member& member() { return fleet_.members().front(); }
  std::string Say(const std::string& command, const std::string& parameter = {}) {
    json::object request{{"command", command}};
    if (!parameter.empty()) request["parameter"] = parameter;
    const auto reply = AnswerApiWrite(member(), fleet_.Now(), json::serialize(request));
    return reply ? reply->text : "";
  }
  std::vector<std::string> Urls() {
    std::vector<std::string> urls;
    for (const PoolSetting& pool : member().miner.pools()) urls.push_back(pool.url);
    return urls;
  }
  int Active() { return member().miner.At(fleet_.Now()).active_pool; }

  Fleet fleet_;
};

TEST_F(ApiWriteTest, OnlyWhereTheApiGrantsIt) {
  EXPECT_THAT(Say("privileged"), HasSubstr("\"Code\":46"));
  (void)member().miner.SetValue("api_write", "0", 0);
  EXPECT_EQ(Say("privileged"), "");
  EXPECT_THAT(AnswerCommand(member().miner, member().miner.At(0), "privileged"),
              HasSubstr("\"Code\":45"));
}

TEST_F(ApiWriteTest, ValuesEndAtCommasThatAreNotEscaped) {
  EXPECT_THAT(ParametersOf(R"({"command":"addpool","parameter":"a\\,b,c\\\\,d"})"),
              ElementsAre("a,b", "c\\", "d"));
  EXPECT_THAT(Say("addpool", "only,two"), HasSubstr("\"Code\":53"));
  EXPECT_THAT(Say("addpool"), HasSubstr("\"Code\":52"));
  EXPECT_EQ(Urls().size(), 3U);
}

TEST_F(ApiWriteTest, PoolsAreAddedLastPutFirstAndRemoved) {
  EXPECT_THAT(Say("addpool", "stratum+tcp://new:1,u,p"), HasSubstr("\"Code\":55"));
  EXPECT_EQ(Active(), 0) << "it is the last choice";
  EXPECT_THAT(Say("removepool", "0"), HasSubstr("\"Code\":67"));
  EXPECT_THAT(Say("poolpriority", "3,0,1,2"), HasSubstr("\"Code\":73"));
  EXPECT_EQ(Active(), 3);
  EXPECT_THAT(Say("poolpriority", "3,3"), HasSubstr("\"Code\":74"));
  for (int i = 0; i < 3; ++i) EXPECT_THAT(Say("removepool", "0"), HasSubstr("\"Code\":68"));
  EXPECT_THAT(Urls(), ElementsAre("stratum+tcp://new:1"));
  EXPECT_THAT(Say("removepool", "0"), HasSubstr("\"Code\":66"));
  EXPECT_THAT(Say("removepool", "7"), HasSubstr("\"Code\":26"));
  EXPECT_THAT(Say("switchpool", "x"), HasSubstr("\"Code\":26"));
}

TEST_F(ApiWriteTest, WhatIsNotSavedIsLostWithARestart) {
  EXPECT_THAT(Say("addpool", "stratum+tcp://new:1,u,p"), HasSubstr("\"Code\":55"));
  EXPECT_EQ(Say("restart"), R"({"STATUS":"RESTART"})");
  EXPECT_EQ(Urls().size(), 3U);
  EXPECT_TRUE(member().miner.Refusing(fleet_.Now()));
  EXPECT_THAT(Say("addpool", "stratum+tcp://new:1,u,p"), HasSubstr("\"Code\":55"));
  EXPECT_THAT(Say("save"), HasSubstr("\"Code\":44"));
  (void)Say("restart");
  EXPECT_EQ(Urls().size(), 4U);
}

TEST_F(ApiWriteTest, EveryWriteIsToldWithItsTimeAndBytes) {
  (void)Say("addpool", "stratum+tcp://new:1,u,p");
  (void)Say("removepool", "9");  // Changes nothing.
  const auto told = json::parse(RunCommand(fleet_, "writes all")).as_object();
  const auto& writes = told.at("127.0.0.9").at("writes").as_array();
  ASSERT_EQ(writes.size(), 1U);
  EXPECT_EQ(writes[0].at("method"), "API");
  EXPECT_EQ(writes[0].at("path"), "addpool");
  EXPECT_EQ(writes[0].at("body"), R"({"command":"addpool","parameter":"stratum+tcp://new:1,u,p"})");
  EXPECT_DOUBLE_EQ(writes[0].at("at").to_number<double>(), fleet_.Now());
  EXPECT_THAT(RunCommand(fleet_, "writes 127.0.0.1"), ::testing::StartsWith("error: "));
}

TEST_F(ApiWriteTest, FaultsOfWritesHoldForTheApiToo) {
  member().web.SetFault("web_ignored");
  EXPECT_THAT(Say("addpool", "stratum+tcp://new:1,u,p"), HasSubstr("\"Code\":55"));
  EXPECT_EQ(Urls().size(), 3U);
  member().web.Clear("");
  member().web.SetFault("web_late");
  (void)Say("addpool", "stratum+tcp://new:1,u,p");
  EXPECT_EQ(Urls().size(), 3U);
  member().Settle(fleet_.Now() + 4);
  EXPECT_EQ(Urls().size(), 4U);
  member().web.Clear("");
  member().web.SetFault("web_die");
  const auto reply = AnswerApiWrite(member(), fleet_.Now(), R"({"command":"save"})");
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->die);
}

}  // namespace
}  // namespace antx::farm
