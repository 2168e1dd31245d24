// The web side: what each dialect's pages say, how that joins the reading of the API, the tables of
// pages, and pages that a hostile host could send.
#include "antminer/web.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <set>

namespace antx {
namespace {

namespace json = boost::json;

constexpr std::int64_t kNow = 1'790'000'000;

DecodeContext Context(const std::string& firmware = "") {
  DecodeContext context;
  context.received = SystemTime(std::chrono::seconds(kNow));
  context.known.firmware = firmware;
  return context;
}

// --- Pages written for these tests ------------------------------------------------------

TEST(WebStock, SummaryJudgesAndStatsGiveTheWholeReading) {
  const std::vector<RawReply> replies = {
      {"summary", std::string(R"({"STATUS":{"STATUS":"S","when":1,"Msg":"summary"},"INFO":{},
        "SUMMARY":[{"elapsed":100,"rate_5s":200123.5,"rate_avg":199000,"rate_ideal":200000,
        "rate_unit":"GH/s","hw_all":3,"bestshare":9,"status":[
        {"type":"rate","status":"s","code":0,"msg":""},
        {"type":"fans","status":"e","code":2,"msg":"F:1"},
        {"type":"moon","status":"e","code":2,"msg":""}]}]})")},
      {"system_info", std::string("\n\n{\"minertype\":\"Antminer S21\",\"hostname\":\"r1\","
                                  "\"macaddr\":\"AA:bb:CC:00:11:22\",\"serinum\":\"Unknown\"}")},
      {"stats", std::string(R"({"STATUS":{"STATUS":"S"},"STATS":[{"elapsed":100,"rate_5s":200123.5,
        "rate_unit":"GH/s","fan_num":1,"fan":[6000],"miner-mode":0,"chain":[{"index":0,
        "asic_num":108,"rate_real":66000,"rate_ideal":66666,"temp_pcb":[50,51,60,61],
        "temp_chip":[60,61,70,71],"hw":1,"sn":"B1"}]}]})")},
      {"miner_conf", std::string(R"({"pools":[{"url":"u","user":"w","pass":"geheim"}],
        "bitmain-work-mode":"2"})")}};
  const WebDecoded decoded = DecodeWeb(WebDialect::kStock, replies, Context());
  const Reading& reading = decoded.reading;
  ASSERT_TRUE(decoded.whole);
  EXPECT_DOUBLE_EQ(reading.hashrate_hashes_per_second.value(), 200123.5e9);
  EXPECT_EQ(reading.identity.mac, "aa:bb:cc:00:11:22");
  EXPECT_EQ(reading.identity.firmware, "stock");
  EXPECT_EQ(reading.identity.serial, "");
  EXPECT_EQ(reading.work_mode, "high");
  ASSERT_EQ(reading.components.size(), 2U);
  EXPECT_EQ(reading.components[1], (ComponentReading{Component::kFans, false}));
  ASSERT_EQ(reading.boards.size(), 1U);
  EXPECT_EQ(reading.boards[0].board, "1");
  EXPECT_EQ(reading.fans.size(), 1U);
}

TEST(WebStock, TheUnitOnThePageCounts) {
  const std::vector<RawReply> replies = {
      {"summary", std::string(R"({"STATUS":{"STATUS":"S"},"SUMMARY":[{"elapsed":1,"rate_5s":9.5,
        "rate_unit":"TH/s"}]})")}};
  EXPECT_DOUBLE_EQ(
      DecodeWeb(WebDialect::kStock, replies, Context()).reading.hashrate_hashes_per_second.value(),
      9.5e12);
}

TEST(WebStockOld, TheFlattenedRecordIsReadLikeThatOfTheApi) {
  const std::vector<RawReply> replies = {
      {"system_info", std::string(R"({"minertype":"Antminer S9","macaddr":"02:00:00:00:00:09"})")},
      {"miner_status", std::string(R"({"summary":{"elapsed":"1d2h3m4s","ghs5s":"13,650.25",
        "ghsav":"13500","accepted":"12","rejected":"1","hw":"7"},
        "pools":[{"index":"0","url":"stratum+tcp://p.example:3333","user":"w","status":"Alive",
        "priority":"0","accepted":"12","rejected":"1","stale":"0","diff":"65.5K",
        "lstime":"0:00:06"}],
        "devs":[{"index":"6","chain_acn":"63","temp":"60","temp2":"75","hw":"7","rate":"4550.1",
        "chain_acs":" oooooooo oxoooooo","freq":"fan_num=2,fan3=5400,fan6=5280,freq_avg6=650.0"}]
        })")},
      {"miner_conf", std::string(R"({"bitmain-freq":"650","bitmain-work-mode":"1"})")}};
  const WebDecoded decoded = DecodeWeb(WebDialect::kStockOld, replies, Context());
  const Reading& reading = decoded.reading;
  ASSERT_TRUE(decoded.whole);
  EXPECT_DOUBLE_EQ(reading.hashrate_hashes_per_second.value(), 13650.25e9);
  EXPECT_DOUBLE_EQ(reading.elapsed_seconds.value(), 93784);
  EXPECT_EQ(reading.identity.model, "Antminer S9");
  ASSERT_EQ(reading.boards.size(), 1U);
  EXPECT_EQ(reading.boards[0].board, "6");
  EXPECT_EQ(reading.boards[0].chips, 63);
  EXPECT_EQ(reading.boards[0].chips_failed, 1);
  EXPECT_DOUBLE_EQ(reading.boards[0].frequency_hertz.value(), 650e6);
  EXPECT_EQ(reading.fans.size(), 2U);
  ASSERT_EQ(reading.pools.size(), 1U);
  EXPECT_EQ(reading.pools[0].accepted, 12);
  EXPECT_DOUBLE_EQ(reading.pools[0].share_difficulty.value(), 65500);
  EXPECT_EQ(reading.pools[0].last_share, SystemTime(std::chrono::seconds(kNow - 6)));
  EXPECT_EQ(reading.work_mode, "") << "1 means a clock on this model, not sleep";
}

TEST(WebVnish, AWholeReading) {
  const std::vector<RawReply> replies = {
      {"info", std::string(R"({"miner":"Antminer S19","fw_version":"1.2.6","hr_measure":"GH/s",
        "system":{"network_status":{"mac":"02:00:00:00:00:01","hostname":"v1"},
        "uptime":"3 days, 2:05"}})")},
      {"summary", std::string(R"({"miner":{"miner_status":{"miner_state":"mining"},
        "hr_realtime":95123.0,"hr_average":95000,"hr_nominal":96000,"power_usage":3250,
        "cooling":{"fan_duty":75,"fans":[{"id":0,"rpm":4200},{"id":1,"rpm":0}]},
        "pools":[{"id":0,"url":"stratum+tcp://p:1","pool_type":"UserPool","status":"working",
        "accepted":5,"rejected":1,"stale":0,"diff":"65.5K"},
        {"id":1,"url":"DevFee","pool_type":"DevFee","status":"active","accepted":70,"rejected":0,
        "stale":0}],
        "chains":[{"id":1,"hashrate_rt":31700,"hashrate_ideal":32000,"frequency":545,
        "voltage":12625,"power_consumption":1080,"hw_errors":2,"pcb_temp":{"min":40,"max":55},
        "chip_temp":{"min":55,"max":70}}]}})")}};
  const WebDecoded decoded = DecodeWeb(WebDialect::kVnish, replies, Context());
  const Reading& reading = decoded.reading;
  ASSERT_TRUE(decoded.whole);
  EXPECT_DOUBLE_EQ(reading.hashrate_hashes_per_second.value(), 95123e9);
  EXPECT_DOUBLE_EQ(reading.power.value().watts, 3250);
  EXPECT_EQ(reading.accepted, 5) << "without the fee pool";
  EXPECT_EQ(reading.fans.size(), 2U);
  EXPECT_DOUBLE_EQ(reading.boards.at(0).voltage_volts.value(), 12.625);
  EXPECT_EQ(reading.boot_time,
            SystemTime(std::chrono::seconds(kNow - 3 * 86400 - 2 * 3600 - 5 * 60)));
}

TEST(WebMarathon, ReadsTheBriefInTerahashes) {
  const std::vector<RawReply> replies = {
      {"brief", std::string(R"({"status":"Mining","hashrate_realtime":101.5,"elapsed":500,
        "power_consumption_estimated":3010})")},
      {"overview", std::string(R"({"model":"Antminer S19 Pro","mac":"02-00-00-00-00-0A",
        "version_firmware":"1.0.7"})")},
      {"details", std::string(R"({"hashboard_infos":[{"index":0,"hashrate_avg":33800,
        "asic_num":114,"voltage":13.1,"frequency_avg":520,"serial_number":"SN0"}]})")},
      {"hashboards", std::string(R"({"hashboards":[{"temperature_pcb":[50,52]}]})")},
      {"fans", std::string(R"({"fans":[{"current_speed":5000}]})")}};
  const WebDecoded decoded = DecodeWeb(WebDialect::kMarathon, replies, Context());
  const Reading& reading = decoded.reading;
  ASSERT_TRUE(decoded.whole);
  EXPECT_DOUBLE_EQ(reading.hashrate_hashes_per_second.value(), 101.5e12);
  EXPECT_EQ(reading.identity.mac, "02:00:00:00:00:0a");
  EXPECT_EQ(reading.identity.firmware, "marathon");
  EXPECT_DOUBLE_EQ(reading.power.value().watts, 3010);
  EXPECT_EQ(reading.boards.at(0).pcb_celsius.size(), 2U);
  EXPECT_EQ(reading.fans.size(), 1U);
}

TEST(WebInfoPort, PowerIsTakenInBothForms) {
  const auto watts = [](const std::string& body) {
    return DecodeWeb(WebDialect::kStock, {{"info_power", body}}, Context("stock")).reading.power;
  };
  EXPECT_EQ(watts("power:3520\n"), (Power{3520, PowerSource::kReported}));
  EXPECT_EQ(watts("miner power:3520"), (Power{3520, PowerSource::kReported}));
  EXPECT_FALSE(watts("error 6060 cmd"));
  EXPECT_FALSE(watts("power:-3"));
  EXPECT_FALSE(watts("power:100000"));
  EXPECT_FALSE(watts(""));
}

// --- Merging ----------------------------------------------------------------------------

TEST(WebFacts, WhatTheApiToldStays) {
  Reading api;
  api.identity.firmware = "stock";
  api.identity.firmware_version = "Mon";
  api.hashrate_hashes_per_second = 1;
  api.power = Power{100, PowerSource::kReported};
  Reading web;
  web.identity.firmware_version = "FR-1";
  web.identity.mac = "02:00:00:00:00:01";
  web.hashrate_hashes_per_second = 2;
  web.power = Power{200, PowerSource::kReported};
  web.work_mode = "high";
  web.components = {{Component::kFans, false}};
  AddWebFacts(web, api);
  EXPECT_EQ(api.hashrate_hashes_per_second, 1);
  EXPECT_EQ(api.power->watts, 100);
  EXPECT_EQ(api.identity.firmware_version, "Mon");
  EXPECT_EQ(api.identity.mac, "02:00:00:00:00:01");
  EXPECT_EQ(api.work_mode, "high");
  EXPECT_EQ(api.components.size(), 1U);
}

TEST(WebFacts, AnotherDeviceAtTheAddressKeepsNoNameOfTheOld) {
  Identity known;
  known.mac = "02:00:00:00:00:01";
  known.serial = "SX";
  known.hostname = "old";
  Identity web;
  web.mac = "02:00:00:00:00:02";
  web.serial = "SY";
  Identity merged = known;
  AddWebIdentity(web, merged);
  EXPECT_EQ(merged.mac, web.mac);
  EXPECT_EQ(merged.serial, "SY");
  web.serial.clear();
  merged = known;
  AddWebIdentity(web, merged);
  EXPECT_EQ(merged.serial, "") << "that of the device before";
  EXPECT_EQ(merged.hostname, "");
  web.mac = known.mac;
  merged = known;
  AddWebIdentity(web, merged);
  EXPECT_EQ(merged.serial, "SX");
}

TEST(WebFacts, PagesOfAnotherDeviceAreNotGivenTheOldSerial) {
  const auto told = [](const std::string& page) {
    DecodeContext context = Context("stock");
    context.known.mac = "02:00:00:00:00:01";
    context.known.serial = "SX";
    return DecodeWeb(WebDialect::kStock, {{"system_info", page}}, context).reading.identity;
  };
  EXPECT_EQ(told(R"({"macaddr":"02:00:00:00:00:02","serinum":"SY"})").serial, "SY");
  EXPECT_EQ(told(R"({"macaddr":"02:00:00:00:00:02","serinum":"Unknown"})").serial, "");
  EXPECT_EQ(told(R"({"macaddr":"02:00:00:00:00:01"})").serial, "SX");
  EXPECT_EQ(told(R"({"hostname":"h"})").serial, "SX");
}

TEST(WebFacts, AMachineThatHashesNowDoesNotSleep) {
  Reading web;
  web.work_mode = "sleep";
  Reading hashing;
  hashing.hashrate_hashes_per_second = 1e12;
  AddWebFacts(web, hashing);
  EXPECT_EQ(hashing.work_mode, "");
  Reading silent;
  silent.hashrate_hashes_per_second = 0;
  AddWebFacts(web, silent);
  EXPECT_EQ(silent.work_mode, "sleep");
}

TEST(WebFacts, TheReleaseOfBraiinsOutranksItsProgram) {
  Identity identity;
  identity.firmware = "braiins";
  identity.firmware_version = "boser 0.1.0";
  Identity web;
  web.firmware_version = "2025-04-07-0-424f9a7f-25.03-plus";
  AddWebIdentity(web, identity);
  EXPECT_EQ(identity.firmware_version, web.firmware_version);
}

// --- Tables -------------------------------------------------------------------------------

TEST(WebPlans, EveryDialectHasPagesWithDistinctNames) {
  for (const auto dialect :
       {WebDialect::kStock, WebDialect::kStockOld, WebDialect::kVnish, WebDialect::kBraiinsRest,
        WebDialect::kBraiinsGraphql, WebDialect::kEpic, WebDialect::kMarathon}) {
    const WebPlan& plan = WebPlanOf(dialect);
    EXPECT_EQ(plan.dialect, dialect);
    std::set<std::string_view> names;
    for (const WebRequest& request : plan.requests) {
      EXPECT_TRUE(names.insert(request.name).second) << request.name;
      EXPECT_TRUE(request.path.starts_with('/')) << request.path;
      EXPECT_FALSE(request.login && plan.auth == WebAuth::kNone) << request.name;
      if (!request.body.empty()) {
        EXPECT_NO_THROW((void)json::parse(request.body)) << request.name;
        EXPECT_EQ(std::count(request.body.begin(), request.body.end(), '{'),
                  std::count(request.body.begin(), request.body.end(), '}'))
            << request.name;
      }
    }
    EXPECT_FALSE(plan.requests.empty());
  }
}

TEST(WebPlans, AnUnknownHostIsRecognisedByItsStartPage) {
  EXPECT_EQ(RecogniseWeb("Digest realm=\"antMiner Configuration\"", ""), WebDialect::kStock);
  EXPECT_EQ(RecogniseWeb("", "<meta name=\"AnthillOS\">"), WebDialect::kVnish);
  EXPECT_EQ(RecogniseWeb("", "<title>Braiins OS</title>"), WebDialect::kBraiinsRest);
  EXPECT_EQ(RecogniseWeb("", "<title>Miner Web Dashboard</title>"), WebDialect::kEpic);
  EXPECT_EQ(RecogniseWeb("Basic realm=\"printer\"", "<title>Printer</title>"), WebDialect::kNone);
}

TEST(WebLogins, ATokenBecomesAHeaderUnlessItBreaksTheLine) {
  const auto request = LoginRequestFor(WebAuth::kBraiinsToken, "ro\"ot", "p\\w");
  ASSERT_TRUE(request);
  EXPECT_EQ(json::parse(request->body),
            (json::value{{"username", "ro\"ot"}, {"password", "p\\w"}}));
  EXPECT_EQ(LoginHeaderFrom(WebAuth::kBraiinsToken, R"({"token":"abc","timeout_s":3600})"),
            "Authorization: abc");
  for (const char* bad :
       {R"({"token":"a\r\nX: y"})", R"({"token":""})", R"({"message":"no"})", "[]", "<html>", ""}) {
    EXPECT_EQ(LoginHeaderFrom(WebAuth::kBraiinsToken, bad), std::nullopt) << bad;
  }
}

TEST(WebLogins, ASessionIsGoodWhenItsMutationIs) {
  EXPECT_EQ(LoginHeaderFrom(WebAuth::kBraiinsSession, R"({"data":{"auth":{"login":{"void":""}}}})"),
            "");
  EXPECT_EQ(LoginHeaderFrom(WebAuth::kBraiinsSession, R"({"data":null,"errors":["no"]})"),
            std::nullopt);
  EXPECT_EQ(LoginRequestFor(WebAuth::kDigest, "a", "b"), std::nullopt);
}

// --- Hostile pages --------------------------------------------------------------------------

class HostilePageTest : public ::testing::TestWithParam<std::string> {};

TEST_P(HostilePageTest, IsAnErrorOfItsPageAndNothingElse) {
  for (const auto dialect :
       {WebDialect::kStock, WebDialect::kStockOld, WebDialect::kVnish, WebDialect::kBraiinsRest,
        WebDialect::kBraiinsGraphql, WebDialect::kEpic, WebDialect::kMarathon}) {
    std::vector<RawReply> replies;
    for (const WebRequest& request : WebPlanOf(dialect).requests) {
      replies.push_back({std::string(request.name), GetParam()});
    }
    const WebDecoded decoded = DecodeWeb(dialect, replies, Context());
    EXPECT_FALSE(decoded.whole) << WebDialectName(dialect);
    EXPECT_EQ(decoded.pages.size(), replies.size());
    EXPECT_TRUE(decoded.reading.boards.empty());
    EXPECT_FALSE(decoded.reading.power);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Pages, HostilePageTest,
    ::testing::Values("", "\n\n", "<html>401</html>", "Socket connect failed: Connection refused",
                      "[]", "{}", "[1,2,3]", "null", "{\"a\":", std::string(4096, '['),
                      std::string("\xff\xfe\x00{}", 5),
                      R"({"SUMMARY":7,"STATS":"x","miner":[],"data":{"bos":3,"bosminer":[]}})",
                      R"({"miner_stats":{"real_hashrate":{"last_5s":[]}},"HBs":{"Index":{}}})"));

TEST(WebErrors, APageThatFailedKeepsItsReason) {
  const WebDecoded decoded = DecodeWeb(
      WebDialect::kStock,
      {{"summary", PollError{Reason::kTimeout, "no answer"}}, {"system_info", std::string("x")}},
      Context());
  ASSERT_EQ(decoded.pages.size(), 2U);
  EXPECT_EQ(decoded.pages[0].error.value().reason, Reason::kTimeout);
  EXPECT_EQ(decoded.pages[1].error.value().reason, Reason::kParse);
}

}  // namespace
}  // namespace antx
