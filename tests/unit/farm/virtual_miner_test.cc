#include "farm/virtual_miner.h"

#include <gtest/gtest.h>

#include "farm/dialect.h"

namespace antx::farm {
namespace {

VirtualMiner Machine(const char* profile) {
  return VirtualMiner(*FindProfile(profile), *Ipv4::Parse("127.0.0.9"), 1);
}

TEST(VirtualMiner, AHijackSetsOtherPoolsUntilItIsCleared) {
  VirtualMiner miner = Machine("s19pro");
  const std::string own = miner.pools()[0].url;
  ASSERT_EQ(miner.SetFault("pool_hijack", "evil.example:1", 0), "");
  ASSERT_EQ(miner.SetFault("pool_hijack", "", 0), "");
  ASSERT_EQ(miner.pools().size(), 1U);
  EXPECT_EQ(miner.pools()[0].url, "stratum+tcp://thief.example:3333");
  EXPECT_EQ(miner.Active(0), std::vector<std::string>{"pool_hijack"});
  EXPECT_EQ(miner.Clear("pool_hijack", 0), "");
  EXPECT_EQ(miner.pools().size(), 3U);
  EXPECT_EQ(miner.pools()[0].url, own);
}

TEST(VirtualMiner, EveryCounterGrows) {
  for (const Profile& profile : AllProfiles()) {
    const VirtualMiner miner(profile, *Ipv4::Parse("127.0.0.9"), 7);
    Moment before = miner.At(0);
    for (double now = 3; now < 600; now += 7) {
      const Moment moment = miner.At(now);
      EXPECT_GT(moment.elapsed, before.elapsed) << profile.name;
      EXPECT_GE(moment.accepted, before.accepted) << profile.name;
      EXPECT_GE(moment.rejected, before.rejected) << profile.name;
      EXPECT_GE(moment.stale, before.stale) << profile.name;
      EXPECT_GE(moment.difficulty_accepted, before.difficulty_accepted) << profile.name;
      EXPECT_GE(moment.hardware_errors, before.hardware_errors) << profile.name;
      before = moment;
    }
    EXPECT_GT(before.accepted, miner.At(0).accepted) << profile.name;
  }
}

TEST(VirtualMiner, ValuesMoveAndRepeat) {
  const VirtualMiner miner = Machine("s19pro");
  EXPECT_NE(miner.At(0).rate, miner.At(60).rate);
  EXPECT_EQ(miner.At(60).rate, Machine("s19pro").At(60).rate);
  const VirtualMiner other(*FindProfile("s19pro"), *Ipv4::Parse("127.0.0.9"), 2);
  EXPECT_NE(miner.At(60).rate, other.At(60).rate);
}

TEST(VirtualMiner, ARebootRefusesAndBeginsCountersAnew) {
  VirtualMiner miner = Machine("s19pro");
  EXPECT_GT(miner.At(1000).accepted, miner.At(10).accepted);
  ASSERT_EQ(miner.SetFault("reboot", "", 1000), "");
  EXPECT_TRUE(miner.Refusing(1001));
  EXPECT_FALSE(miner.Refusing(1004));
  EXPECT_LT(miner.At(1010).elapsed, 10);
  EXPECT_EQ(miner.At(1010).accepted, 0);
}

TEST(VirtualMiner, DeadPartsShowAndComeBack) {
  VirtualMiner miner = Machine("s19pro");
  ASSERT_EQ(miner.SetFault("dead_fan", "2", 0), "");
  ASSERT_EQ(miner.SetFault("dead_board", "3", 0), "");
  ASSERT_EQ(miner.SetFault("pool_dead", "0", 0), "");
  EXPECT_EQ(miner.At(5).fan_rpm[1], 0);
  EXPECT_EQ(miner.At(5).board_rate[2], 0);
  EXPECT_EQ(miner.At(5).active_pool, 1);
  EXPECT_EQ(miner.Active(5), (std::vector<std::string>{"dead_fan", "dead_board", "pool_dead"}));

  ASSERT_EQ(miner.Clear("dead_fan", 5), "");
  EXPECT_GT(miner.At(5).fan_rpm[1], 0);
  EXPECT_EQ(miner.At(5).board_rate[2], 0);
  ASSERT_EQ(miner.Clear("", 5), "");
  EXPECT_GT(miner.At(5).board_rate[2], 0);
  EXPECT_EQ(miner.At(5).active_pool, 0);
  EXPECT_TRUE(miner.Active(5).empty());
}

TEST(VirtualMiner, SlotsCountAsTheFirmwareCounts) {
  VirtualMiner miner = Machine("s9");
  EXPECT_EQ(miner.SetFault("dead_board", "6", 0), "");
  EXPECT_EQ(miner.At(5).board_rate[0], 0);
  for (const char* slot : {"5", "9", "first"}) {
    EXPECT_NE(miner.SetFault("dead_board", slot, 0), "") << slot;
  }
}

TEST(VirtualMiner, OtherFaultsChangeTheirValues) {
  VirtualMiner miner = Machine("s19pro");
  const Moment healthy = miner.At(5);
  ASSERT_EQ(miner.SetFault("overheated", "", 0), "");
  EXPECT_EQ(miner.At(5).chip_celsius[0], healthy.chip_celsius[0] + 25);
  ASSERT_EQ(miner.SetFault("rate_drop", "0.5", 0), "");
  EXPECT_DOUBLE_EQ(miner.At(5).rate, healthy.rate / 2);
  ASSERT_EQ(miner.SetFault("sleep", "", 0), "");
  EXPECT_EQ(miner.At(5).rate, 0);
  EXPECT_NE(miner.SetFault("rate_drop", "2", 0), "");
  EXPECT_NE(miner.SetFault("gremlins", "", 0), "");
  EXPECT_NE(miner.Clear("gremlins", 0), "");
}

TEST(VirtualMiner, EveryFaultCanBeSetAndCleared) {
  for (const std::string& fault : FaultNames()) {
    VirtualMiner miner = Machine("s19pro");
    EXPECT_EQ(miner.SetFault(fault, "", 0), "") << fault;
    EXPECT_EQ(miner.Active(1), std::vector<std::string>{fault});
    EXPECT_EQ(miner.Clear(fault, 1), "") << fault;
    EXPECT_TRUE(miner.Active(1).empty()) << fault;
  }
}

TEST(VirtualMiner, ValuesCanBeFixed) {
  VirtualMiner miner = Machine("s19pro");
  ASSERT_EQ(miner.SetValue("chip_celsius", "95", 0), "");
  ASSERT_EQ(miner.SetValue("fan_rpm", "3000", 0), "");
  ASSERT_EQ(miner.SetValue("elapsed", "120", 50), "");
  EXPECT_EQ(miner.At(60).chip_celsius, std::vector<int>(3, 95));
  EXPECT_EQ(miner.At(60).fan_rpm, std::vector<int>(4, 3000));
  EXPECT_EQ(miner.At(60).elapsed, 130);
  EXPECT_NE(miner.SetValue("chip_celsius", "warm", 0), "");
  EXPECT_NE(miner.SetValue("colour", "5", 0), "");
}

}  // namespace
}  // namespace antx::farm
