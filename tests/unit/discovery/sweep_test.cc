// Real sockets on loopback: the simulator's machines and small servers of the test.
#include "discovery/sweep.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <optional>

#include "discovery/identify_sweep.h"
#include "farm/server.h"

namespace antx {
namespace {

namespace asio = boost::asio;

constexpr std::uint16_t kPort = 24028;

/// "127.A.B.0" of this process, so that tests can run side by side.
std::uint32_t OwnNetwork() {
  const auto number = static_cast<std::uint32_t>(getpid());
  return (127U << 24U) | ((200U + number / 250U % 50U) << 16U) | ((number % 250U) << 8U);
}

std::vector<Target> Addresses(std::uint32_t count) {
  std::vector<Target> targets;
  for (std::uint32_t i = 1; i <= count; ++i) targets.push_back({Ipv4{OwnNetwork() + i}, 0});
  return targets;
}

class SweepTest : public testing::Test {
 protected:
  /// Machines on the first `count` addresses.
  void AddMiners(int count, int silent_percent = 0) {
    for (int i = 1; i <= count; ++i) {
      fleet_.Add(*farm::FindProfile("s19pro"), Ipv4{OwnNetwork() + static_cast<std::uint32_t>(i)},
                 1);
    }
    farm::ServerOptions options;
    options.port = kPort;
    options.control_port = 0;
    options.silent_percent = silent_percent;
    server_.emplace(io_, fleet_, options);
  }
  std::map<Reach, int> Sweep(std::vector<Target> targets, SweepLimits limits) {
    limits.port = kPort;
    std::map<Reach, int> counts;
    asio::co_spawn(io_,
                   ConnectSweep(
                       std::move(targets), limits,
                       [&](const Target&, Reach reach) { ++counts[reach]; }, stop_),
                   [this](const std::exception_ptr& thrown) {
                     EXPECT_FALSE(thrown);
                     io_.stop();
                   });
    io_.run();
    return counts;
  }

  farm::Fleet fleet_;  // Outlives the connections, which the io_context holds.
  asio::io_context io_{1};
  std::optional<farm::Server> server_;
  StopFlag stop_ = std::make_shared<bool>(false);
};

TEST_F(SweepTest, TellsOpenFromRefused) {
  AddMiners(10);
  const auto counts = Sweep(Addresses(200), {});
  EXPECT_EQ(counts.at(Reach::kOpen), 10);
  EXPECT_EQ(counts.at(Reach::kRefused), 190);
}

TEST_F(SweepTest, SilentHostsEndWithTheDeadline) {
  AddMiners(5, 100);
  SweepLimits limits;
  limits.timeout = std::chrono::milliseconds(200);
  const auto counts = Sweep(Addresses(5), limits);
  EXPECT_EQ(counts.at(Reach::kSilent), 5);
}

TEST_F(SweepTest, NeverHasMoreInFlightThanAllowed) {
  AddMiners(20);
  SweepLimits limits;
  limits.concurrent = 1;
  EXPECT_EQ(Sweep(Addresses(20), limits).at(Reach::kOpen), 20);
}

TEST_F(SweepTest, StopsWhenTold) {
  *stop_ = true;
  EXPECT_TRUE(Sweep(Addresses(100), {}).empty());
}

TEST_F(SweepTest, OnlyMinersAreIdentified) {
  AddMiners(3);
  ASSERT_EQ(farm::RunCommand(fleet_, "fault " + Ipv4{OwnNetwork() + 2}.ToString() + " garbage"),
            "{\"ok\":true,\"miners\":1}");
  IdentifyLimits limits;
  limits.port = kPort;
  std::map<Verdict, int> verdicts;
  std::string model;
  asio::co_spawn(io_,
                 IdentifySweep(
                     Addresses(4), limits,
                     [&](const Target&, Verdict verdict, const Identity& identity) {
                       ++verdicts[verdict];
                       if (verdict == Verdict::kMiner) model = identity.model;
                     },
                     stop_),
                 [this](const std::exception_ptr& thrown) {
                   EXPECT_FALSE(thrown);
                   io_.stop();
                 });
  io_.run();
  EXPECT_EQ(verdicts[Verdict::kMiner], 2);
  EXPECT_EQ(verdicts[Verdict::kNotAMiner], 1);
  EXPECT_EQ(verdicts[Verdict::kError], 1);  // Nothing listens on the fourth address.
  EXPECT_EQ(model, "Antminer S19 Pro");
}

}  // namespace
}  // namespace antx
