// What commands become as text, and what is made of the answers; settings of real machines where
// the recordings are there.
#include "antminer/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>

#include "antminer/commands_stock.h"
#include "antminer/commands_web.h"
#include "antminer/families/family.h"
#include "antminer/tolerant_json.h"
#include "unit/antminer/recorded_devices.h"

namespace antx {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

const std::vector<PoolEntry> kPools = {{"stratum+tcp://a.example:3333", "acct.one", "pw1"},
                                       {"stratum+tcp://b.example:3333", "acct.two", "pw2"}};

TEST(Commands, EveryFamilyHasItsRow) {
  for (const Family& family : AllFamilies()) {
    Identity identity;
    identity.firmware = std::string(family.name);
    const bool known = CommandRouteOf(identity) != CommandRoute::kNone;
    EXPECT_EQ(known, family.name != "unknown") << family.name;
  }
}

TEST(Commands, StatusMayBeAListAnObjectOrAText) {
  const ApiAnswer denied = ReadApiAnswer(
      R"({"STATUS":[{"STATUS":"E","When":1,"Code":45,"Msg":"Access denied to 'restart' command"}],"id":1})");
  EXPECT_TRUE(denied.understood);
  EXPECT_FALSE(denied.good);
  EXPECT_TRUE(denied.denied());
  const ApiAnswer added =
      ReadApiAnswer(R"({"STATUS":{"STATUS":"S","Code":55,"Msg":"Added pool 3"}})");
  EXPECT_TRUE(added.good);
  EXPECT_EQ(added.code, 55);
  EXPECT_TRUE(ReadApiAnswer(R"({"STATUS":"RESTART"})").good);
  for (const char* none : {"", "{", "[]", "{}", R"({"STATUS":[]})", R"({"STATUS":[1]})",
                           R"({"STATUS":null})", "<html>"}) {
    EXPECT_FALSE(ReadApiAnswer(none).understood) << none;
    EXPECT_FALSE(ReadApiAnswer(none).good) << none;
  }
}

TEST(Commands, RequestsFitIntoWhatAMinerReads) {
  EXPECT_EQ(ApiRequest("restart").text, R"({"command":"restart"})");
  EXPECT_TRUE(ApiRequest("addpool", std::string(4000, 'a')).good());
  const CommandBody large = ApiRequest("addpool", std::string(4095, 'a'));
  EXPECT_FALSE(large.good());
  EXPECT_THAT(large.fault, HasSubstr("4095"));
  EXPECT_TRUE(large.text.empty());
}

TEST(Commands, PoolsAreComparedByHostUserAndOrder) {
  std::vector<PoolReading> shown(2);
  SetPoolUrl("stratum+tcp://B.example:3333#xnsub", shown[0]);
  shown[0].user = "acct.two";
  shown[0].priority = 1;
  SetPoolUrl("a.example:3333", shown[1]);
  shown[1].user = "acct.one";
  shown[1].priority = 0;
  EXPECT_TRUE(ShowsPools(shown, kPools));
  PoolReading fee;
  fee.dev_fee = true;
  fee.host = "DevFee";
  shown.push_back(fee);
  shown.emplace_back();  // An empty slot of stock.
  EXPECT_TRUE(ShowsPools(shown, kPools));
  shown[1].user = "acct.ONE";
  EXPECT_FALSE(ShowsPools(shown, kPools));
  shown[1].user = "acct.one";
  shown[1].priority = 2;
  EXPECT_FALSE(ShowsPools(shown, kPools)) << "another order";
  EXPECT_EQ(PoolHosts(shown), "B.example:3333, a.example:3333");
  EXPECT_EQ(PoolHosts({}), "no pool");
}

TEST(StockSettings, KeepWhatIsNotChangedInTheSpellingThatWasRead) {
  const std::string conf =
      "\n\n{\"pools\":[{\"url\":\"u\",\"user\":\"w\",\"pass\":\"x\"}],\"algo\":\"ks5_2382\","
      "\"miner-mode\":\"0\",\"freq-level\":\"90\",\"bitmain-hashrate-percent\":\"80\"}";
  StockChange change;
  change.mode = 3;
  const CommandBody body = StockSettingsJson(conf, change);
  ASSERT_TRUE(body.good()) << body.fault;
  EXPECT_EQ(
      body.text,
      "{\"pools\":[{\"url\":\"u\",\"user\":\"w\",\"pass\":\"x\"},"
      "{\"url\":\"\",\"user\":\"\",\"pass\":\"\"},{\"url\":\"\",\"user\":\"\",\"pass\":\"\"}],"
      "\"algo\":\"ks5_2382\",\"miner-mode\":\"3\",\"freq-level\":\"90\","
      "\"bitmain-hashrate-percent\":\"80\"}");
}

TEST(StockSettings, BadOnesGiveAFaultAndNothingToSend) {
  StockChange pools;
  pools.pools = &kPools;
  for (const char* conf : {"", "[]", "{}", "<html>404</html>", R"({"pools":3})"}) {
    EXPECT_FALSE(StockSettingsJson(conf, pools).good()) << conf;
    EXPECT_FALSE(StockSettingsForm(conf, pools).good()) << conf;
  }
  const char* blank = R"({"pools":[{"url":"u","user":"two words","pass":"x"}]})";
  EXPECT_FALSE(StockSettingsJson(blank, {}).good());
  EXPECT_FALSE(StockSettingsForm(blank, {}).good());
  EXPECT_TRUE(StockSettingsJson(blank, pools).good()) << "it goes";
  EXPECT_THAT(StockSettingsJson(R"({"pools":[],"algo":"two words"})", pools).fault,
              HasSubstr("blank"));
  EXPECT_THAT(StockSettingsJson(R"({"pools":[],"algo":"a\"b"})", pools).fault, HasSubstr("quote"));
  const char* masked = R"({"pools":[{"url":"u","user":"w","pass":"******"}]})";
  EXPECT_THAT(StockSettingsJson(masked, {}).fault, HasSubstr("masks"));
  EXPECT_THAT(StockSettingsForm(masked, {}).fault, HasSubstr("masks"));
  StockChange sleep;
  sleep.mode = 254;
  EXPECT_THAT(StockSettingsForm(R"({"pools":[]})", sleep).fault, HasSubstr("no work mode"));
}

TEST(StockSettings, AnswersOfThePage) {
  EXPECT_TRUE(ReadStockAnswer(R"(

{"stats":"success","code":"M000","msg":"OK!"})")
                  .good);
  const StockAnswer busy =
      ReadStockAnswer(R"({"stats":"error","code":"M001","msg":"request busy"})");
  EXPECT_FALSE(busy.good);
  EXPECT_TRUE(busy.busy);
  EXPECT_EQ(busy.words, "M001 request busy");
  EXPECT_FALSE(ReadStockAnswer("Socket connect failed").good);
  EXPECT_TRUE(ReadOldStockAnswer("ok\n").good);
  EXPECT_TRUE(ReadOldStockAnswer("\n").busy);
  EXPECT_FALSE(ReadOldStockAnswer("<html>").good);
  EXPECT_EQ(StockBlinks(R"({"code":"B000"})"), true);
  EXPECT_EQ(StockBlinks(R"({"code":"B100"})"), false);
  EXPECT_EQ(StockBlinks(R"({"isBlinking":true})"), true);
  EXPECT_EQ(StockBlinks(R"({"code":"B001"})"), std::nullopt);
}

TEST(StockSettings, ModesByNameAndNumber) {
  EXPECT_EQ(StockModeNumber("High", true), 2);
  EXPECT_EQ(StockModeNumber("low", false), 3);
  EXPECT_EQ(StockModeNumber("1", true), std::nullopt) << "that is sleep";
  EXPECT_EQ(StockModeNumber("1", false), 1);
  EXPECT_EQ(StockModeNumber("254", false), std::nullopt) << "that is sleep";
  EXPECT_EQ(StockModeNumber("-1", false), std::nullopt);
  EXPECT_EQ(StockModeNumber("", false), std::nullopt);
  EXPECT_EQ(WattsOfMode("3000W"), 3000);
  EXPECT_EQ(WattsOfMode("99"), std::nullopt);
}

TEST(WebCommands, RefusalsInTheirOwnWords) {
  EXPECT_EQ(RefusalIn(R"({"err":"Cgminer err"})"), "Cgminer err");
  EXPECT_EQ(RefusalIn(R"({"result":false,"error":"Incorrect Password"})"), "Incorrect Password");
  EXPECT_EQ(RefusalIn(R"({"error":true,"msg":"bad request"})"), "bad request");
  EXPECT_EQ(RefusalIn(R"({"success":false})"), "false");
  for (const char* good : {"", "true", "{}", R"({"error":false,"msg":"success"})",
                           R"({"result":true,"error":null})", R"({"restart_required":true})"}) {
    EXPECT_EQ(RefusalIn(good), "") << good;
  }
  EXPECT_EQ(GraphqlRefusal(R"({"data":{"bos":{"reboot":{"__typename":"VoidResult"}}}})"), "");
  EXPECT_EQ(GraphqlRefusal(R"({"data":{"a":[{"__typename":"BosError","message":"no"}]}})"), "no");
  EXPECT_EQ(GraphqlRefusal(R"({"data":null,"errors":[{"message":"Unauthorized"}]})"),
            "Unauthorized");
  EXPECT_NE(GraphqlRefusal("<html>"), "");
}

TEST(WebCommands, TokensThatWouldEndTheLineAreNone) {
  EXPECT_EQ(VnishTokenHeader(R"({"token":"abc"})"), "Authorization: Bearer abc");
  EXPECT_EQ(VnishTokenHeader(R"({"token":"a\r\nX: y"})"), std::nullopt);
  EXPECT_EQ(VnishTokenHeader(R"({"token":""})"), std::nullopt);
  EXPECT_EQ(VnishTokenHeader("nonsense"), std::nullopt);
  EXPECT_EQ(LuxosSessionFrom(R"({"SESSION":[{"SessionID":"a,b"}]})"), "");
}

/// Recorded settings of real machines: nothing but what shall change does change.
class RecordedSettingsTest : public ::testing::TestWithParam<std::string> {};

TEST_P(RecordedSettingsTest, OnlyThePoolsChange) {
  const auto file = RecordingsFolder() / GetParam() / "web_get_miner_conf.json";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no recorded settings";
  const std::string conf = ReadWholeFile(file);
  StockChange change;
  change.pools = &kPools;
  const CommandBody body = StockSettingsJson(conf, change);
  ASSERT_TRUE(body.good()) << body.fault;
  RepairCounts repairs{};
  const auto before = ParseTolerant(conf, 16, {}, repairs).value().get_object();
  const auto after = json::parse(body.text).get_object();
  for (const auto& [key, value] : before) {
    if (key != "pools") {
      EXPECT_EQ(json::serialize(after.at(key)), json::serialize(value)) << key;
    }
  }
  for (const auto& [key, value] : after) {
    const bool alias = key == "miner-mode" || key == "freq-level";
    EXPECT_TRUE(alias || before.contains(key)) << key;
  }
  EXPECT_EQ(json::serialize(after.at("pools").get_array().front()),
            R"({"url":"stratum+tcp://a.example:3333","user":"acct.one","pass":"pw1"})");
  EXPECT_TRUE(StockSettingsForm(conf, {}).good()) << StockSettingsForm(conf, {}).fault;
  EXPECT_TRUE(StockSettingsJson(conf, {}).good()) << StockSettingsJson(conf, {}).fault;
}

/// Those whose settings were recorded; {"none"} without recordings.
std::vector<std::string> DevicesWithSettings() {
  std::vector<std::string> devices = RecordedDevices();
  std::erase_if(devices, [](const std::string& device) {
    return !std::filesystem::exists(RecordingsFolder() / device / "web_get_miner_conf.json");
  });
  if (devices.empty()) devices.emplace_back("none");
  return devices;
}

INSTANTIATE_TEST_SUITE_P(Devices, RecordedSettingsTest, ::testing::ValuesIn(DevicesWithSettings()),
                         [](const auto& row) { return DeviceName(row.param); });

}  // namespace
}  // namespace antx
