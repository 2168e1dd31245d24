// Discovery and poller wired as in the app: one connection to a miner at once.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "config/load.h"
#include "discovery/discovery.h"
#include "farm/server.h"
#include "poll/poller.h"

namespace antx {
namespace {

constexpr std::uint16_t kApiPort = 24528;

/// "127.A.B.1" of this process, so that tests can run side by side.
Ipv4 OwnAddress() {
  const auto number = static_cast<std::uint32_t>(getpid());
  return Ipv4{(127U << 24U) | ((150U + number / 250U % 50U) << 16U) | ((number % 250U) << 8U) | 1U};
}

/// Our own connections to the miner, seen from the side that opens them.
int Connections() {
  constexpr int kDescriptors = 256;
  int count = 0;
  for (int descriptor = 3; descriptor < kDescriptors; ++descriptor) {
    sockaddr_in peer{};
    socklen_t size = sizeof(peer);
    if (getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
    if (peer.sin_family == AF_INET && ntohl(peer.sin_addr.s_addr) == OwnAddress().value &&
        ntohs(peer.sin_port) == kApiPort) {
      ++count;
    }
  }
  return count;
}

class SweepAndPollTest : public ::testing::Test {
 protected:
  SweepAndPollTest() {
    PollingConfig polling;
    polling.interval = Seconds(0.02);
    polling.timeout = Seconds(5);
    poller_.Configure(polling, kApiPort);
    std::string fault;
    std::string warning;
    DiscoveryConfig discovery;
    discovery.automatic = false;
    discovery.interval = Seconds(0);
    discovery.miner_port = kApiPort;
    discovery.ranges = {ParseRange(OwnAddress().ToString(), fault, warning).value()};
    discovery_.Configure(discovery);
  }
  ~SweepAndPollTest() override {
    discovery_.Stop();
    poller_.Stop();
    RunUntil([this] { return poller_.Idle() && discovery_.Idle(); });
  }
  SweepAndPollTest(const SweepAndPollTest&) = delete;
  SweepAndPollTest& operator=(const SweepAndPollTest&) = delete;

  void AddMiner(farm::ServerOptions options) {
    fleet_.Add(*farm::FindProfile("s19pro"), OwnAddress(), 1);
    options.port = kApiPort;
    options.control_port = 0;
    server_ = std::make_unique<farm::Server>(io_, fleet_, options);
  }
  /// Looks at the connections after every step of the one thread.
  template <class Condition>
  void RunUntil(Condition condition) {
    while (!condition()) {
      io_.run_one();
      most_ = std::max(most_, Connections());
    }
  }

  farm::Fleet fleet_;  // First: open connections count in it until the context goes.
  RealClock clock_;
  Logger log_{LogLevel::kCritical, LogFormat::kText, LogStream::kStderr};
  boost::asio::io_context io_{1};
  std::unique_ptr<farm::Server> server_;
  int polls_ = 0;
  int sweeps_ = 0;
  int sweeps_wanted_ = 1;
  int most_ = 0;
  DiscoveryReport report_;
  Poller poller_{io_.get_executor(), clock_, log_,
                 PollerHooks{[this](const PollOutcome&) { ++polls_; }, {}, {}}};
  Discovery discovery_{io_.get_executor(),
                       clock_,
                       log_,
                       [] { return std::set<Ipv4>{OwnAddress()}; },
                       [this](const DiscoveryReport& report) {
                         ++sweeps_;
                         report_ = report;
                         if (sweeps_ < sweeps_wanted_) discovery_.Rescan();
                       },
                       {[this](Ipv4 address) { return poller_.TryHold(address); },
                        [this](Ipv4 address) { return poller_.Hold(address); },
                        [this](Ipv4 address) { poller_.Release(address); }}};
};

TEST_F(SweepAndPollTest, AMinerIsSweptAndPolledInTurn) {
  farm::ServerOptions options;
  options.latency_min = 0.001;
  options.latency_max = 0.01;
  AddMiner(options);
  sweeps_wanted_ = 30;
  poller_.Add("a", OwnAddress(), {});
  poller_.Start();
  discovery_.Start();
  RunUntil([this] {
    EXPECT_TRUE(sweeps_ == 0 || report_.found.size() == 1) << "sweep " << sweeps_;
    return (sweeps_ >= sweeps_wanted_ && polls_ >= 10) || HasFailure();
  });
  EXPECT_EQ(most_, 1);
}

TEST_F(SweepAndPollTest, ASweepWaitsForTheEndOfACommand) {
  AddMiner({});
  ASSERT_TRUE(poller_.TryHold(OwnAddress()));
  discovery_.Start();
  const auto until = clock_.Steady() + std::chrono::milliseconds(100);
  RunUntil([&] { return clock_.Steady() >= until; });
  EXPECT_EQ(fleet_.members().front().counters.connections, 0U);
  EXPECT_EQ(sweeps_, 0);
  poller_.Release(OwnAddress());
  RunUntil([this] { return sweeps_ > 0; });
  EXPECT_EQ(report_.ranges.at(0).identified, 1U);
  EXPECT_EQ(report_.ranges.at(0).probed, 1U);
}

TEST_F(SweepAndPollTest, WhoIsAwayAndBusyCountsAsSilent) {
  ASSERT_TRUE(poller_.TryHold(OwnAddress()));
  discovery_.Start();
  const auto until = clock_.Steady() + std::chrono::milliseconds(20);
  RunUntil([&] { return clock_.Steady() >= until; });
  poller_.Release(OwnAddress());
  RunUntil([this] { return sweeps_ > 0; });
  EXPECT_EQ(report_.ranges.at(0).silent, 1U);
  EXPECT_EQ(report_.ranges.at(0).errors, 0U);
}

}  // namespace
}  // namespace antx
