// Real sockets on loopback: the simulator's machines and small servers of the test.
#include "discovery/sweep.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <map>

#include "discovery/identify_sweep.h"
#include "unit/discovery/loopback_farm.h"

namespace antx {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;
using testing::AddMiners;
using testing::Addresses;
using testing::FixedReply;
using testing::OwnNetwork;

class SweepTest : public ::testing::Test {
 protected:
  using OnResult = std::function<void()>;

  void AddMachines(int count, const farm::ServerOptions& options = {}) {
    server_ = AddMiners(io_, fleet_, count, options);
  }
  template <class Coroutine>
  void RunToTheEnd(Coroutine coroutine) {
    asio::co_spawn(io_, std::move(coroutine), [this](const std::exception_ptr& thrown) {
      EXPECT_FALSE(thrown);
      ended_ = true;
      io_.stop();
    });
    io_.run();
    EXPECT_TRUE(ended_);
  }
  std::map<Reach, int> Sweep(std::vector<Target> targets, SweepLimits limits,
                             const OnResult& on_result = {}) {
    limits.port = testing::kPort;
    std::map<Reach, int> counts;
    RunToTheEnd(ConnectSweep(
        std::move(targets), limits,
        [&](const Target&, Reach reach) {
          ++counts[reach];
          if (on_result) on_result();
        },
        stop_));
    return counts;
  }
  std::map<Verdict, int> Identify(std::vector<Target> targets, IdentifyLimits limits = {}) {
    limits.port = testing::kPort;
    std::map<Verdict, int> verdicts;
    RunToTheEnd(IdentifySweep(
        std::move(targets), limits,
        [&](const Target&, Verdict verdict, const Identity& identity) {
          ++verdicts[verdict];
          if (verdict == Verdict::kMiner) model_ = identity.model;
        },
        stop_));
    return verdicts;
  }
  /// Sets the stop flag once the condition holds.
  void StopWhen(std::function<bool()> condition) {
    asio::post(io_, [this, condition] {
      if (!condition()) return StopWhen(condition);
      *stop_ = true;
    });
  }

  farm::Fleet fleet_;  // First: open connections count in it until the context goes.
  asio::io_context io_{1};
  std::unique_ptr<farm::Server> server_;
  StopFlag stop_ = std::make_shared<bool>(false);
  std::string model_;
  bool ended_ = false;
};

TEST_F(SweepTest, TellsOpenFromRefused) {
  AddMachines(10);
  const auto counts = Sweep(Addresses(200), {});
  EXPECT_EQ(counts.at(Reach::kOpen), 10);
  EXPECT_EQ(counts.at(Reach::kRefused), 190);
}

TEST_F(SweepTest, SilentHostsEndWithTheDeadline) {
  farm::ServerOptions options;
  options.silent_percent = 100;
  AddMachines(5, options);
  SweepLimits limits;
  limits.timeout = std::chrono::milliseconds(200);
  const auto counts = Sweep(Addresses(5), limits);
  EXPECT_EQ(counts.at(Reach::kSilent), 5);
}

long OpenDescriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

TEST_F(SweepTest, NeverHasMoreInFlightThanAllowed) {
  farm::ServerOptions options;
  options.silent_percent = 100;
  AddMachines(40, options);
  SweepLimits limits;
  limits.timeout = std::chrono::milliseconds(50);
  limits.concurrent = 8;
  const long before = OpenDescriptors();
  long most = 0;
  const auto counts =
      Sweep(Addresses(40), limits, [&] { most = std::max(most, OpenDescriptors() - before); });
  EXPECT_EQ(counts.at(Reach::kSilent), 40);
  EXPECT_LE(most, 8);
  EXPECT_GE(most, 4);  // And it does ask many at once.
}

TEST_F(SweepTest, NeverAsksFasterThanAllowed) {
  SweepLimits limits;
  limits.per_second = 500;
  const auto begin = steady_clock::now();
  int asked = 0;
  Sweep(Addresses(100), limits, [&] {
    const std::chrono::duration<double> passed = steady_clock::now() - begin;
    EXPECT_LE(++asked, passed.count() * 500 + 1);
  });
  EXPECT_EQ(asked, 100);
}

TEST_F(SweepTest, StopsBeforeTheFirstProbe) {
  *stop_ = true;
  EXPECT_TRUE(Sweep(Addresses(100), {}).empty());
}

TEST_F(SweepTest, StopsWhileAllAreSilent) {
  farm::ServerOptions options;
  options.silent_percent = 100;
  AddMachines(5, options);
  SweepLimits limits;
  limits.timeout = std::chrono::hours(1);
  int turns = 0;
  StopWhen([&] { return ++turns > 100; });
  EXPECT_TRUE(Sweep(Addresses(5), limits).empty());
}

TEST_F(SweepTest, OnlyMinersAreIdentified) {
  AddMachines(2);
  const FixedReply garbage(io_, 3, "{\"STATUS\":[{");
  auto verdicts = Identify(Addresses(4));
  EXPECT_EQ(verdicts[Verdict::kMiner], 2);
  EXPECT_EQ(verdicts[Verdict::kNotAMiner], 1);
  EXPECT_EQ(verdicts[Verdict::kError], 1);  // Nothing listens on the fourth address.
  EXPECT_EQ(model_, "Antminer S19 Pro");
}

TEST_F(SweepTest, OthersThatListenThereAreNoMinersOfOurs) {
  const FixedReply web(io_, 1, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  const FixedReply other_make(
      io_, 2,
      R"({"STATUS":[{"STATUS":"S","Msg":"CGMiner versions","Description":"whatsminer v1.3"}],)"
      R"("VERSION":[{"CGMiner":"4.9.2","API":"3.7"}],"id":1})");
  const FixedReply binary(io_, 3, std::string("\0\1\2\3\xff", 5));
  const FixedReply empty_object(io_, 4, "{}");
  auto verdicts = Identify(Addresses(4));
  EXPECT_EQ(verdicts[Verdict::kMiner], 0);
  EXPECT_EQ(verdicts[Verdict::kNotAMiner], 4);
}

TEST_F(SweepTest, StopsWhileSomebodyHangs) {
  farm::ServerOptions options;
  options.hung_percent = 100;
  AddMachines(2, options);
  IdentifyLimits limits;
  limits.step = std::chrono::hours(1);
  StopWhen([this] {
    return std::all_of(fleet_.members().begin(), fleet_.members().end(),
                       [](const auto& member) { return member.counters.connections > 0; });
  });
  EXPECT_TRUE(Identify(Addresses(2), limits).empty());
}

}  // namespace
}  // namespace antx
