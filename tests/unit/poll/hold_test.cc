// Holds of the poller: while a command talks to a miner, no poll does.
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "farm/server.h"
#include "poll/poller.h"

namespace antx {
namespace {

constexpr std::uint16_t kApiPort = 24328;
constexpr std::uint16_t kWebPort = 24380;

/// "127.A.B.1" of this process, so that tests can run side by side.
Ipv4 OwnAddress() {
  const auto number = static_cast<std::uint32_t>(getpid());
  return Ipv4{(127U << 24U) | ((30U + number / 250U % 50U) << 16U) | ((number % 250U) << 8U) | 1U};
}

class HoldTest : public ::testing::Test {
 protected:
  HoldTest() {
    fleet_.Add(*farm::FindProfile("s19pro"), OwnAddress(), 1);
    farm::ServerOptions options;
    options.port = kApiPort;
    options.web_port = kWebPort;
    options.control_port = 0;
    server_ = std::make_unique<farm::Server>(io_, fleet_, options);
    poller_ =
        std::make_unique<Poller>(io_.get_executor(), clock_, log_,
                                 PollerHooks{[this](const PollOutcome&) { ++polls_; }, {}, {}});
    PollingConfig polling;
    polling.interval = Seconds(0.02);
    polling.timeout = Seconds(5);
    poller_->Configure(polling, kApiPort);
    MinersConfig miners;
    miners.web_port = kWebPort;
    miners.web_username = "root";
    miners.web_password = "root";
    miners.web_interval = Seconds(0.01);
    poller_->ConfigureWeb(miners, client_);
    poller_->Add("a", OwnAddress(), {});
    poller_->Start();
  }
  ~HoldTest() override {
    poller_->Stop();
    RunUntil([this] { return poller_->Idle(); });
  }
  HoldTest(const HoldTest&) = delete;
  HoldTest& operator=(const HoldTest&) = delete;

  template <class Condition>
  void RunUntil(Condition condition) {
    io_.restart();
    while (!condition()) io_.run_one();
  }
  void Hold(std::optional<bool>& held) {
    boost::asio::co_spawn(io_, poller_->Hold(OwnAddress()),
                          [&held](const std::exception_ptr& thrown, bool result) {
                            EXPECT_FALSE(thrown);
                            held = result;
                          });
  }
  farm::Fleet::Member& member() { return fleet_.members().front(); }
  /// Connections to the machine so far, by API and web.
  std::uint64_t Talk() { return member().counters.connections + member().web.requests; }

  const HttpRuntime runtime_;
  RealClock clock_;
  Logger log_{LogLevel::kCritical, LogFormat::kText, LogStream::kStderr};
  boost::asio::io_context io_{1};
  WebClient client_;
  farm::Fleet fleet_;
  std::unique_ptr<farm::Server> server_;
  std::unique_ptr<Poller> poller_;
  int polls_ = 0;
};

TEST_F(HoldTest, NothingTalksToAHeldMinerAndItsPollComesAfterwards) {
  for (int round = 0; round < 20; ++round) {
    const int before = polls_;
    RunUntil([&] { return polls_ > before; });
    std::optional<bool> held;
    Hold(held);
    RunUntil([&] { return held.has_value(); });
    EXPECT_TRUE(*held);
    const auto talk = Talk();
    const int polls = polls_;
    // Several intervals of polls and passes.
    const auto until = clock_.Steady() + std::chrono::milliseconds(60);
    RunUntil([&] { return clock_.Steady() >= until; });
    EXPECT_EQ(Talk(), talk) << "round " << round;
    EXPECT_EQ(polls_, polls);
    poller_->Release(OwnAddress());
    RunUntil([&] { return polls_ > polls; });
  }
}

TEST_F(HoldTest, AProbeWaitsForTheEndOfTheHold) {
  RunUntil([this] { return polls_ > 0; });
  std::optional<bool> held;
  Hold(held);
  RunUntil([&] { return held.has_value(); });
  bool probed = false;
  const auto talk = Talk();
  poller_->PollNow(OwnAddress(), [&probed](const PollOutcome&) { probed = true; });
  const auto until = clock_.Steady() + std::chrono::milliseconds(60);
  RunUntil([&] { return clock_.Steady() >= until; });
  EXPECT_FALSE(probed);
  EXPECT_EQ(Talk(), talk);
  poller_->Release(OwnAddress());
  RunUntil([&] { return probed; });
}

TEST_F(HoldTest, HoldersTakeTurns) {
  std::optional<bool> first;
  std::optional<bool> second;
  Hold(first);
  Hold(second);
  RunUntil([&] { return first.has_value(); });
  const auto until = clock_.Steady() + std::chrono::milliseconds(60);
  RunUntil([&] { return clock_.Steady() >= until; });
  EXPECT_FALSE(second.has_value());
  poller_->Release(OwnAddress());
  RunUntil([&] { return second.has_value(); });
  EXPECT_TRUE(*second);
  poller_->Release(OwnAddress());
}

TEST_F(HoldTest, AMinerThatLeavesTheInventoryCanBeHeldAndComesBack) {
  RunUntil([this] { return polls_ > 0; });
  std::optional<bool> held;
  Hold(held);
  RunUntil([&] { return held.has_value(); });
  poller_->Remove(OwnAddress());
  poller_->Add("a", OwnAddress(), {});
  const auto talk = Talk();
  const auto until = clock_.Steady() + std::chrono::milliseconds(60);
  RunUntil([&] { return clock_.Steady() >= until; });
  EXPECT_EQ(Talk(), talk);
  const int polls = polls_;
  poller_->Release(OwnAddress());
  RunUntil([&] { return polls_ > polls; });
}

TEST_F(HoldTest, TryingTakesNothingFromOthers) {
  RunUntil([this] { return poller_->InFlight() == 1; });
  EXPECT_FALSE(poller_->TryHold(OwnAddress())) << "a poll is in flight";
  RunUntil([this] { return poller_->TryHold(OwnAddress()); });
  EXPECT_FALSE(poller_->TryHold(OwnAddress()));
  const auto talk = Talk();
  const auto until = clock_.Steady() + std::chrono::milliseconds(60);
  RunUntil([&] { return clock_.Steady() >= until; });
  EXPECT_EQ(Talk(), talk);
  const int polls = polls_;
  poller_->Release(OwnAddress());
  RunUntil([&] { return polls_ > polls; });
}

TEST_F(HoldTest, WhatIsInFlightWhenAMinerLeavesStillCounts) {
  RunUntil([this] { return member().counters.open == 1; });
  poller_->Remove(OwnAddress());
  std::optional<bool> held;
  Hold(held);
  poller_->Add("a", OwnAddress(), {});
  RunUntil([&] { return held.has_value(); });
  EXPECT_EQ(member().counters.open, 0);
  const int polls = polls_;
  poller_->Release(OwnAddress());
  RunUntil([&] { return polls_ > polls; });
  EXPECT_EQ(member().counters.most_open, 1);
}

TEST_F(HoldTest, TheEndOfThePollerEndsTheWait) {
  std::optional<bool> first;
  std::optional<bool> second;
  Hold(first);
  Hold(second);
  RunUntil([&] { return first.has_value(); });
  poller_->Stop();
  RunUntil([&] { return second.has_value(); });
  EXPECT_FALSE(*second);
  poller_->Release(OwnAddress());
  poller_->Release(OwnAddress());
}

}  // namespace
}  // namespace antx
