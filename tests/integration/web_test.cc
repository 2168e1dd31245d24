// Exporter and simulator: what the web side of the miners adds, and what it must not do.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <string>

#include "integration/harness.h"

namespace antx::testing {
namespace {

namespace json = boost::json;

constexpr const char* kWebPort = "24080";

std::string State(const std::string& miner, const std::string& state) {
  return "antminer_state{miner=\"" + miner + "\",state=\"" + state + "\"}";
}
std::string Collector(const std::string& miner) {
  return "antminer_collector_success{miner=\"" + miner + "\",collector=\"web\"}";
}
std::string Of(const std::string& family, const std::string& miner) {
  return family + "{miner=\"" + miner + "\"}";
}

/// Settings of an exporter that asks the web side each second.
Environment Web(Environment more = {}) {
  more.insert({{"MINER_WEB_PORT", kWebPort},
               {"MINER_WEB_INTERVAL", "1"},
               {"MINER_WEB_TIMEOUT", "1"},
               {"CGMINER_TIMEOUT", "0.5"}});
  return more;
}
Environment WithLogin(const std::string& password) {
  return Web({{"MINER_USERNAME", "root"}, {"MINER_PASSWORD", password}});
}

class WebFarm {
 public:
  WebFarm(int miners, const std::string& base, const std::string& profile)
      : farm_(miners, base, {"--profile", profile, "--web-port", kWebPort}) {}
  [[nodiscard]] json::object Told(const std::string& address) const {
    return json::parse(farm_.Control({"web", address})).as_object();
  }
  [[nodiscard]] std::int64_t Requests(const std::string& address) const {
    return Told(address).at("requests").to_number<std::int64_t>();
  }
  const Farm& farm() const { return farm_; }

 private:
  Farm farm_;
};

TEST(Web, MacAndHostnameAppearOnTheMetrics) {
  const std::string miner = OwnNetwork() + "1";
  const WebFarm farm(1, miner, "s19pro");
  const Exporter exporter(miner, WithLogin("root"));
  ASSERT_TRUE(exporter.WaitForValue(Collector(miner), 1)) << exporter.Log();
  const std::string page = exporter.Get("/metrics").body;
  const auto info = page.find("antminer_miner_info{miner=\"" + miner + "\"");
  ASSERT_NE(info, std::string::npos);
  const std::string line = page.substr(info, page.find('\n', info) - info);
  EXPECT_NE(line.find("mac=\"02:00:7f:"), std::string::npos) << line;
  EXPECT_NE(line.find("hostname=\"miner-"), std::string::npos) << line;
  EXPECT_EQ(exporter.Value("antminer_work_mode{miner=\"" + miner + "\",mode=\"normal\"}"), 1);
  EXPECT_EQ(exporter.Value("antminer_component_ok{miner=\"" + miner + "\",component=\"fans\"}"), 1);
  EXPECT_EQ(exporter.Value(State(miner, "hashing")), 1);
  farm.farm().Fault(miner, "web_warn");
  EXPECT_TRUE(exporter.WaitForValue(
      "antminer_component_ok{miner=\"" + miner + "\",component=\"fans\"}", 0));
}

TEST(Web, ProbeShowsTheWebSideToo) {
  const std::string miner = OwnNetwork() + "1";
  const WebFarm farm(1, miner, "s19pro");
  const auto probe = [&](const std::string& password) {
    return antx::testing::Run({BuiltProgram("antminer_exporter"), "probe", miner},
                              WithLogin(password))
        .output;
  };
  const std::string good = probe("root");
  EXPECT_NE(good.find("Web side  stock"), std::string::npos) << good;
  EXPECT_NE(good.find("02:00:7f:"), std::string::npos) << good;
  const std::string bad = probe("not-the-password");
  EXPECT_NE(bad.find("  auth: "), std::string::npos) << bad;
  EXPECT_EQ(bad.find("not-the-password"), std::string::npos);
}

TEST(Web, AWrongPasswordIsShownOnceAndTold) {
  const std::string miner = OwnNetwork() + "1";
  const WebFarm farm(1, miner, "s19pro");
  const Exporter exporter(miner, WithLogin("wrong-guess"));
  ASSERT_TRUE(exporter.WaitForValue(Collector(miner), 0)) << exporter.Log();
  EXPECT_TRUE(WaitFor([&] {
    return exporter.Log().find("the web side refuses the login") != std::string::npos;
  })) << exporter.Log();
  // The miner goes on to be polled: more than enough passes to show it again.
  const double polls = exporter.Value(Of("antminer_scrapes_total", miner)).value_or(0);
  ASSERT_TRUE(WaitFor([&] {
    return exporter.Value(Of("antminer_scrapes_total", miner)).value_or(0) >= polls + 4;
  }));
  const json::object told = farm.Told(miner);
  EXPECT_EQ(told.at("refused_logins").to_number<int>(), 1);
  EXPECT_EQ(told.at("requests").to_number<int>(), 2) << "the challenge and one answer";
  EXPECT_EQ(exporter.Value(State(miner, "hashing")), 1) << "the API goes on";
  EXPECT_EQ(exporter.Log().find("wrong-guess"), std::string::npos);
  EXPECT_EQ(exporter.Get("/metrics").body.find("wrong-guess"), std::string::npos);
  // With the API away too, the refusal is the state.
  farm.farm().Fault(miner, "refuse");
  EXPECT_TRUE(exporter.WaitForValue(State(miner, "access_denied"), 1)) << exporter.Log();
  EXPECT_EQ(farm.Told(miner).at("refused_logins").to_number<int>(), 1);
}

TEST(Web, WithoutALoginNothingIsAskedThatNeedsOne) {
  const std::string miner = OwnNetwork() + "1";
  const WebFarm farm(1, miner, "s19pro");
  const Exporter exporter(miner, Web());
  ASSERT_TRUE(exporter.WaitForValue(Of("antminer_up", miner), 1)) << exporter.Log();
  ASSERT_TRUE(WaitFor(
      [&] { return exporter.Value(Of("antminer_scrapes_total", miner)).value_or(0) >= 4; }));
  EXPECT_EQ(farm.Requests(miner), 0);
  EXPECT_EQ(exporter.Value(Collector(miner)), std::nullopt);
}

TEST(Web, ItGivesTheWholeReadingWhereTheApiIsDown) {
  const std::string miner = OwnNetwork() + "1";
  const WebFarm farm(1, miner, "s19pro");
  const Exporter exporter(miner, WithLogin("root"));
  ASSERT_TRUE(exporter.WaitForValue(Collector(miner), 1)) << exporter.Log();
  farm.farm().Fault(miner, "refuse");
  EXPECT_TRUE(exporter.WaitForValue(State(miner, "api_down"), 1)) << exporter.Log();
  // Longer than readings are shown without a new one.
  const double polls = exporter.Value(Of("antminer_scrapes_total", miner)).value_or(0);
  ASSERT_TRUE(WaitFor([&] {
    return exporter.Value(Of("antminer_scrapes_total", miner)).value_or(0) >= polls + 4;
  }));
  EXPECT_GT(exporter.Value(Of("antminer_hashrate_hashes_per_second", miner)).value_or(0), 100e12);
  EXPECT_EQ(exporter.Value("antminer_board_up{miner=\"" + miner + "\",board=\"1\"}"), 1);
  EXPECT_EQ(exporter.Value(State(miner, "api_down")), 1);
  farm.farm().Clear(miner);
  EXPECT_TRUE(exporter.WaitForValue(State(miner, "hashing"), 1)) << exporter.Log();
}

TEST(Web, EpicIsReadByItsRestAlone) {
  const std::string miner = OwnNetwork() + "1";
  const WebFarm farm(1, miner, "s19epic");
  const Exporter exporter(miner, Web());
  EXPECT_TRUE(exporter.WaitForValue(State(miner, "hashing"), 1)) << exporter.Log();
  EXPECT_GT(exporter.Value(Of("antminer_hashrate_hashes_per_second", miner)).value_or(0), 130e12);
  EXPECT_GT(exporter.Value("antminer_power_watts{miner=\"" + miner + "\",source=\"reported\"}")
                .value_or(0),
            2000);
}

/// Hosts that want to hurt: the exporter says so and goes on with everybody else.
class HostileWeb : public ::testing::TestWithParam<const char*> {};

TEST_P(HostileWeb, HurtsNobody) {
  const std::string network = OwnNetwork();
  const std::string bad = network + "1";
  const std::string good = network + "2";
  const WebFarm farm(2, bad, "s19vnish");
  farm.farm().Fault(bad, GetParam());
  const Exporter exporter(bad + "," + good, Web());
  EXPECT_TRUE(exporter.WaitForValue(Collector(bad), 0)) << exporter.Log();
  EXPECT_TRUE(exporter.WaitForValue(Collector(good), 1)) << exporter.Log();
  EXPECT_EQ(exporter.Value(Of("antminer_up", bad)), 1) << "the API is not touched by it";
  EXPECT_EQ(exporter.Value(State(bad, "hashing")), 1);
  farm.farm().Clear(bad);
  EXPECT_TRUE(exporter.WaitForValue(Collector(bad), 1)) << exporter.Log();
}

INSTANTIATE_TEST_SUITE_P(Faults, HostileWeb,
                         ::testing::Values("web_garbage", "web_oversize", "web_slow_drip",
                                           "web_redirect", "web_error", "web_refuse"),
                         [](const auto& fault) { return std::string(fault.param); });

}  // namespace
}  // namespace antx::testing
