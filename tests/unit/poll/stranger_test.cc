// Polls of addresses outside of the inventory: one connection to each at once.
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "farm/server.h"
#include "poll/poller.h"

namespace antx {
namespace {

constexpr std::uint16_t kApiPort = 24428;
constexpr auto kBudget = std::chrono::seconds(5);

/// "127.A.B.1" of this process, so that tests can run side by side.
Ipv4 OwnAddress() {
  const auto number = static_cast<std::uint32_t>(getpid());
  return Ipv4{(127U << 24U) | ((90U + number / 250U % 50U) << 16U) | ((number % 250U) << 8U) | 1U};
}

class StrangerTest : public ::testing::Test {
 protected:
  StrangerTest() {
    fleet_.Add(*farm::FindProfile("s19pro"), OwnAddress(), 1);
    farm::ServerOptions options;
    options.port = kApiPort;
    options.control_port = 0;
    options.latency_min = options.latency_max = 0.02;
    server_ = std::make_unique<farm::Server>(io_, fleet_, options);
    PollingConfig polling;
    polling.interval = Seconds(10);
    polling.timeout = Seconds(5);
    poller_.Configure(polling, kApiPort);
    poller_.Start();
  }
  ~StrangerTest() override {
    poller_.Stop();
    RunUntil([this] { return poller_.Idle(); });
  }
  StrangerTest(const StrangerTest&) = delete;
  StrangerTest& operator=(const StrangerTest&) = delete;

  template <class Condition>
  void RunUntil(Condition condition) {
    while (!condition()) io_.run_one();
  }
  bool Ask(Ipv4 address = OwnAddress()) {
    return poller_.PollStranger(address, kBudget, [this](const PollOutcome& outcome) {
      ++answers_;
      if (outcome.reading) ++readings_;
    });
  }
  const farm::Counters& counters() { return fleet_.members().front().counters; }

  farm::Fleet fleet_;  // First: open connections count in it until the context goes.
  RealClock clock_;
  Logger log_{LogLevel::kCritical, LogFormat::kText, LogStream::kStderr};
  boost::asio::io_context io_{1};
  std::unique_ptr<farm::Server> server_;
  int polls_ = 0;
  int answers_ = 0;
  int readings_ = 0;
  Poller poller_{io_.get_executor(), clock_, log_,
                 PollerHooks{[this](const PollOutcome&) { ++polls_; }, {}, {}}};
};

TEST_F(StrangerTest, TwoThatAskForOneAddressShareOnePoll) {
  EXPECT_TRUE(Ask());
  EXPECT_TRUE(Ask());
  RunUntil([this] { return answers_ == 2; });
  EXPECT_EQ(readings_, 2);
  EXPECT_EQ(counters().most_open, 1);
  const auto connections = counters().connections;
  EXPECT_TRUE(Ask());
  RunUntil([this] { return answers_ == 3; });
  EXPECT_EQ(counters().connections, 2 * connections) << "the next one is a poll of its own";
}

TEST_F(StrangerTest, APollWaitsForTheEndWhenTheAddressEntersTheInventory) {
  EXPECT_TRUE(Ask());
  RunUntil([this] { return counters().open == 1; });
  poller_.Add("a", OwnAddress(), {});
  RunUntil([this] { return answers_ == 1 && polls_ == 1; });
  EXPECT_EQ(counters().most_open, 1);
}

TEST_F(StrangerTest, WaitsForItsTurn) {
  bool held = false;
  boost::asio::co_spawn(io_, poller_.Hold(OwnAddress()),
                        [&held](const std::exception_ptr&, bool result) { held = result; });
  RunUntil([&] { return held; });
  EXPECT_TRUE(Ask());
  const auto until = clock_.Steady() + std::chrono::milliseconds(60);
  RunUntil([&] { return clock_.Steady() >= until; });
  EXPECT_EQ(counters().connections, 0U);
  poller_.Release(OwnAddress());
  RunUntil([this] { return answers_ == 1; });
  EXPECT_EQ(readings_, 1);
}

TEST_F(StrangerTest, SixteenAddressesAtOnce) {
  for (std::uint32_t i = 0; i < 16; ++i) EXPECT_TRUE(Ask(Ipv4{OwnAddress().value + i}));
  EXPECT_FALSE(Ask(Ipv4{OwnAddress().value + 16}));
  EXPECT_TRUE(Ask()) << "one that is asked already costs nothing";
  RunUntil([this] { return answers_ == 17; });
  EXPECT_TRUE(Ask(Ipv4{OwnAddress().value + 16}));
  RunUntil([this] { return answers_ == 18; });
}

}  // namespace
}  // namespace antx
