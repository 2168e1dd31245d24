// Every fault of the simulator: what the exporter says of the miner, and that it goes on
// with everything else. Each test has its own loopback network.
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "integration/harness.h"

namespace antx::testing {
namespace {

std::string Up(const std::string& miner) { return "antminer_up{miner=\"" + miner + "\"}"; }
std::string State(const std::string& miner, const std::string& state) {
  return "antminer_state{miner=\"" + miner + "\",state=\"" + state + "\"}";
}
std::string Errors(const std::string& reason) {
  return "antminer_exporter_poll_errors_total{reason=\"" + reason + "\"}";
}

/// A fault that makes polls fail, and what must be counted and said.
struct Failure {
  const char* fault;
  const char* reason;
  const char* state;
};
void PrintTo(const Failure& failure, std::ostream* out) { *out << failure.fault; }

class FailureTest : public ::testing::TestWithParam<Failure> {};

TEST_P(FailureTest, IsCountedByReasonAndTheOtherMinerIsServed) {
  const std::string fault = GetParam().fault;
  const std::string reason = GetParam().reason;
  const std::string state = GetParam().state;
  const std::string network = OwnNetwork();
  const std::string bad = network + "1";
  const std::string good = network + "2";
  const Farm farm(2, bad, {"--profile", "s19pro"});
  const Exporter exporter(bad + "," + good, {{"CGMINER_TIMEOUT", "0.5"}});
  ASSERT_TRUE(exporter.WaitForValue(Up(bad), 1)) << exporter.Log();
  const double before = exporter.Value(Errors(reason)).value_or(-1);
  ASSERT_GE(before, 0) << "the counter starts at 0";
  farm.Fault(bad, fault);
  EXPECT_TRUE(exporter.WaitForValue(Up(bad), 0)) << exporter.Get("/metrics").body;
  EXPECT_TRUE(WaitFor([&] { return exporter.Value(Errors(reason)).value_or(0) > before; }))
      << exporter.Get("/metrics").body;
  EXPECT_TRUE(exporter.WaitForValue(State(bad, state), 1)) << exporter.Log();
  // Values go after 2.5 intervals, up and info stay.
  const std::string rate = "antminer_hashrate_hashes_per_second{miner=\"" + bad + "\"}";
  EXPECT_TRUE(WaitFor([&] { return !exporter.Value(rate); }));
  EXPECT_EQ(exporter.Value(Up(bad)), 0);
  EXPECT_NE(exporter.Get("/metrics").body.find("antminer_miner_info{miner=\"" + bad),
            std::string::npos);
  EXPECT_EQ(exporter.Value(Up(good)), 1);
  farm.Clear(bad);
  EXPECT_TRUE(exporter.WaitForValue(Up(bad), 1)) << exporter.Log();
  EXPECT_TRUE(WaitFor([&] { return exporter.Value(rate).has_value(); }));
}

INSTANTIATE_TEST_SUITE_P(All, FailureTest,
                         ::testing::Values(Failure{"hang", "timeout", "api_down"},
                                           Failure{"refuse", "refused", "api_down"},
                                           Failure{"truncate", "parse", "api_down"},
                                           Failure{"garbage", "parse", "api_down"},
                                           Failure{"slow_drip", "timeout", "api_down"},
                                           Failure{"oversize", "oversize", "api_down"},
                                           Failure{"reset", "reset", "api_down"}),
                         [](const auto& failure) { return std::string(failure.param.fault); });

TEST(Faults, ADeadBoardShowsAsABoardThatIsDown) {
  const std::string miner = OwnNetwork() + "1";
  const Farm farm(1, miner, {"--profile", "s19pro"});
  const Exporter exporter(miner);
  const std::string up = "antminer_board_up{miner=\"" + miner + "\",board=\"2\"}";
  ASSERT_TRUE(exporter.WaitForValue(up, 1)) << exporter.Log();
  farm.Fault(miner, "dead_board", "2");
  EXPECT_TRUE(WaitFor([&] {
    return exporter.Value(up).value_or(0) == 0 && exporter.Value(State(miner, "degraded")) == 1;
  })) << exporter.Get("/metrics").body;
  EXPECT_EQ(exporter.Value(Up(miner)), 1);
}

TEST(Faults, ADeadFanIsExportedAsZero) {
  const std::string miner = OwnNetwork() + "1";
  const Farm farm(1, miner, {"--profile", "s19pro"});
  const Exporter exporter(miner);
  ASSERT_TRUE(exporter.WaitForValue(Up(miner), 1)) << exporter.Log();
  farm.Fault(miner, "dead_fan", "2");
  EXPECT_TRUE(exporter.WaitForValue("antminer_fan_rpm{miner=\"" + miner + "\",fan=\"2\"}", 0))
      << exporter.Get("/metrics").body;
}

TEST(Faults, ARateDropDegrades) {
  const std::string miner = OwnNetwork() + "1";
  const Farm farm(1, miner, {"--profile", "s19pro"});
  const Exporter exporter(miner);
  ASSERT_TRUE(exporter.WaitForValue(State(miner, "hashing"), 1)) << exporter.Log();
  farm.Fault(miner, "rate_drop", "0.5");
  EXPECT_TRUE(exporter.WaitForValue(State(miner, "degraded"), 1)) << exporter.Get("/metrics").body;
}

TEST(Faults, OverheatingShowsAboveTheLimit) {
  const std::string miner = OwnNetwork() + "1";
  const Farm farm(1, miner, {"--profile", "s19pro"});
  const Exporter exporter(miner);
  ASSERT_TRUE(exporter.WaitForValue(Up(miner), 1)) << exporter.Log();
  const auto hottest = [&] {
    double max = 0;
    for (const auto& [series, value] : exporter.Metrics()) {
      if (series.starts_with("antminer_chip_temperature_celsius{")) max = std::max(max, value);
    }
    return max;
  };
  EXPECT_LT(hottest(), 80);
  farm.Fault(miner, "overheated");
  EXPECT_TRUE(WaitFor([&] { return hottest() > 80; })) << exporter.Get("/metrics").body;
}

TEST(Faults, ADeadPoolIsDown) {
  const std::string miner = OwnNetwork() + "1";
  const Farm farm(1, miner, {"--profile", "s19pro"});
  const Exporter exporter(miner);
  const std::string up = "antminer_pool_up{miner=\"" + miner + "\",pool=\"0\"}";
  ASSERT_TRUE(exporter.WaitForValue(up, 1)) << exporter.Log();
  farm.Fault(miner, "pool_dead", "0");
  EXPECT_TRUE(exporter.WaitForValue(up, 0)) << exporter.Get("/metrics").body;
}

TEST(Faults, ARebootIsCountedAsARestart) {
  const std::string miner = OwnNetwork() + "1";
  const Farm farm(1, miner, {"--profile", "s19pro"});
  const Exporter exporter(miner);
  const std::string restarts = "antminer_restarts_total{miner=\"" + miner + "\"}";
  ASSERT_TRUE(exporter.WaitForValue(restarts, 0)) << exporter.Log();
  farm.Fault(miner, "reboot");
  EXPECT_TRUE(exporter.WaitForValue(restarts, 1)) << exporter.Log();
}

TEST(Faults, AFailureIsLoggedOncePerChange) {
  const std::string miner = OwnNetwork() + "1";
  const Farm farm(1, miner, {"--profile", "s19pro"});
  const Exporter exporter(miner);
  ASSERT_TRUE(exporter.WaitForValue(Up(miner), 1)) << exporter.Log();
  farm.Fault(miner, "garbage");
  const std::string failures = "antminer_scrape_failures_total{miner=\"" + miner + "\"}";
  ASSERT_TRUE(WaitFor([&] { return exporter.Value(failures).value_or(0) >= 4; }));
  const std::string log = exporter.Log();
  const auto first = log.find("api_down");
  ASSERT_NE(first, std::string::npos) << log;
  EXPECT_EQ(log.find("api_down", first + 1), std::string::npos) << log;
}

}  // namespace
}  // namespace antx::testing
