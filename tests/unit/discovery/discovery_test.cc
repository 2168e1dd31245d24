// The whole discovery on loopback: what it reports and when it sweeps.
#include "discovery/discovery.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "config/load.h"
#include "unit/discovery/loopback_farm.h"

namespace antx {
namespace {

namespace asio = boost::asio;
using testing::AddMiners;
using testing::FixedReply;
using testing::OwnNetwork;

/// A network of this process: the addresses `first` to `first` + 15.
AddressRange Block(std::uint32_t first) {
  std::string fault;
  std::string warning;
  return ParseRange(Ipv4{OwnNetwork() + first}.ToString() + "/28", fault, warning).value();
}

class DiscoveryTest : public ::testing::Test {
 protected:
  DiscoveryTest() {
    config_.automatic = false;
    config_.interval = Seconds(0);
    config_.miner_port = testing::kPort;
    config_.ranges = {Block(0)};
    discovery_.Configure(config_);
  }
  DiscoveryReport RunOnce() {
    DiscoveryReport report;
    asio::co_spawn(io_, discovery_.RunOnce(),
                   [&](const std::exception_ptr& thrown, DiscoveryReport done) {
                     EXPECT_FALSE(thrown);
                     report = std::move(done);
                     io_.stop();
                   });
    io_.run();
    return report;
  }
  /// Runs until so many sweeps have been reported.
  void RunUntilSweeps(std::size_t count) {
    while (reports_.size() < count) io_.run_one();
  }

  farm::Fleet fleet_;  // First: open connections count in it until the context goes.
  asio::io_context io_{1};
  RealClock clock_;
  Logger log_{LogLevel::kCritical, LogFormat::kText};
  DiscoveryConfig config_;
  std::vector<DiscoveryReport> reports_;
  Discovery discovery_{io_.get_executor(), clock_, log_, [] { return std::set<Ipv4>(); },
                       [this](const DiscoveryReport& report) { reports_.push_back(report); }};
};

TEST_F(DiscoveryTest, ReportsExactlyWhatEachRangeHolds) {
  const auto server = AddMiners(io_, fleet_, 3);
  const FixedReply other(io_, 9, "HTTP/1.1 400 Bad Request\r\n\r\n");
  config_.ranges = {Block(0), Block(16)};
  discovery_.Configure(config_);
  const DiscoveryReport report = RunOnce();
  EXPECT_TRUE(report.complete);
  EXPECT_FALSE(report.mdns_asked);  // Never for loopback alone.
  EXPECT_EQ(report.probed, 28U);
  ASSERT_EQ(report.ranges.size(), 2U);
  EXPECT_EQ(report.ranges[0].probed, 14U);
  EXPECT_EQ(report.ranges[0].identified, 3U);
  EXPECT_EQ(report.ranges[0].not_a_miner, 1U);
  EXPECT_EQ(report.ranges[0].refused, 10U);
  EXPECT_EQ(report.ranges[1].refused, 14U);
  EXPECT_EQ(report.ranges[1].silent + report.ranges[1].errors, 0U);
  ASSERT_EQ(report.found.size(), 3U);
  EXPECT_EQ(report.found[0].source, DiscoverySource::kTcp);
}

TEST_F(DiscoveryTest, WithoutARangeNothingIsComplete) {
  config_.ranges.clear();
  discovery_.Configure(config_);
  const DiscoveryReport report = RunOnce();
  EXPECT_FALSE(report.complete);
  EXPECT_EQ(report.probed, 0U);
}

TEST_F(DiscoveryTest, SweepsAtStartAndWhenAsked) {
  const auto server = AddMiners(io_, fleet_, 2);
  discovery_.Start();
  RunUntilSweeps(1);
  EXPECT_EQ(reports_[0].found.size(), 2U);
  discovery_.Rescan();
  RunUntilSweeps(2);
  EXPECT_EQ(reports_[1].found.size(), 2U);
}

TEST_F(DiscoveryTest, NewRangesAreSweptAtOnce) {
  const auto server = AddMiners(io_, fleet_, 2);
  config_.ranges = {Block(32)};
  discovery_.Configure(config_);
  discovery_.Start();
  RunUntilSweeps(1);
  EXPECT_TRUE(reports_[0].found.empty());
  config_.ranges = {Block(0)};
  discovery_.Configure(config_);
  RunUntilSweeps(2);
  EXPECT_EQ(reports_[1].found.size(), 2U);
}

TEST_F(DiscoveryTest, StopEndsItWithoutAReport) {
  farm::ServerOptions options;
  options.silent_percent = 100;
  const auto server = AddMiners(io_, fleet_, 5, options);
  config_.connect_timeout = Seconds(3600);
  discovery_.Configure(config_);
  discovery_.Start();
  io_.run_one();
  EXPECT_FALSE(discovery_.Idle());
  discovery_.Stop();
  while (!discovery_.Idle()) io_.run_one();
  EXPECT_TRUE(reports_.empty());
}

}  // namespace
}  // namespace antx
