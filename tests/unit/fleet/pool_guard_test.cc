#include "fleet/pool_guard.h"

#include <gtest/gtest.h>

namespace antx {
namespace {

PoolReading Pool(int index, std::string host, std::string user = "acme.rig7") {
  PoolReading pool;
  pool.pool = index;
  pool.host = std::move(host);
  pool.user = std::move(user);
  pool.priority = index;
  pool.status = PoolStatus::kAlive;
  pool.active = index == 0;
  return pool;
}

class PoolGuardTest : public ::testing::Test {
 protected:
  PoolGuardTest() {
    lists_.allowed_hosts = {"pool.example", "*.pool.example"};
    lists_.allowed_accounts = {"acme"};
    reading_.pools = {Pool(0, "pool.example:3333"), Pool(1, "eu.pool.example:3333")};
  }
  /// The event of one more poll; "" when there is none.
  std::string Poll() { return guard_.Fold(reading_, lists_).value_or(""); }
  bool Unexpected() const { return guard_.verdict() && guard_.verdict()->unexpected; }

  PoolsConfig lists_;
  Reading reading_;
  PoolGuard guard_;
};

TEST_F(PoolGuardTest, WithoutAListNothingIsJudged) {
  lists_ = {};
  EXPECT_EQ(Poll(), "");
  EXPECT_FALSE(guard_.verdict());
}

TEST_F(PoolGuardTest, AFirstChoiceElsewhereIsToldAtOnceAndOnce) {
  EXPECT_EQ(Poll(), "");
  ASSERT_TRUE(guard_.verdict());
  EXPECT_FALSE(Unexpected());
  reading_.pools[0] = Pool(0, "evil.test:3333", "thief99.x");
  EXPECT_EQ(Poll(),
            "works for evil.test:3333 (th***.x), which is not on the list of allowed pools; "
            "before: pool.example:3333 (ac***.rig7)");
  EXPECT_TRUE(Unexpected());
  EXPECT_EQ(guard_.verdict()->target, "evil.test:3333 (th***.x)");
  EXPECT_EQ(guard_.verdict()->before, "pool.example:3333 (ac***.rig7)");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Poll(), "");
  reading_.pools[0].host = "evil2.test:3333";
  EXPECT_EQ(Poll(),
            "works for evil2.test:3333 (th***.x), which is not on the list of allowed pools; "
            "before: evil.test:3333 (th***.x)");
  reading_.pools[0] = Pool(0, "pool.example:3333");
  EXPECT_EQ(Poll(),
            "is back at an allowed pool: pool.example:3333 (ac***.rig7); "
            "before: evil2.test:3333 (th***.x)");
  EXPECT_FALSE(Unexpected());
}

TEST_F(PoolGuardTest, TheAccountCountsAtTheRightHostToo) {
  reading_.pools[0].user = "thief99.rig7";
  EXPECT_EQ(Poll(),
            "works for pool.example:3333 (th***.rig7), which is not on the list of allowed pools; "
            "before: not known");
}

TEST_F(PoolGuardTest, AFirstChoiceThatDoesNotWorkYetIsToldToo) {
  reading_.pools[0] = Pool(0, "evil.test:3333");
  reading_.pools[0].active = false;
  reading_.pools[0].status = PoolStatus::kDead;
  reading_.pools[1].active = true;
  EXPECT_EQ(Poll().substr(0, 37), "is set to work for evil.test:3333 (ac");
  EXPECT_TRUE(Unexpected());
}

TEST_F(PoolGuardTest, ABackupElsewhereCountsOnlyOnceItWorksInTwoPolls) {
  reading_.pools[1].host = "evil.test:3333";
  EXPECT_EQ(Poll(), "");
  EXPECT_FALSE(Unexpected());
  reading_.pools[0].active = false;
  reading_.pools[0].status = PoolStatus::kDead;
  reading_.pools[1].active = true;
  EXPECT_EQ(Poll(), "");
  EXPECT_FALSE(Unexpected());
  EXPECT_EQ(Poll().substr(0, 29), "works for evil.test:3333 (ac*");
  EXPECT_TRUE(Unexpected());
}

TEST_F(PoolGuardTest, ShortWorkForAnUnmarkedFeePoolIsNotTold) {
  reading_.pools.push_back(Pool(2, "fee.test:1"));
  for (int i = 0; i < 6; ++i) {
    reading_.pools[0].active = i % 2 == 0;
    reading_.pools[2].active = i % 2 == 1;
    EXPECT_EQ(Poll(), "") << i;
    EXPECT_FALSE(Unexpected()) << i;
  }
}

TEST_F(PoolGuardTest, FeePoolsThatTheFirmwareMarksAreLeftOut) {
  PoolReading fee = Pool(-1, "fee.test:1", "devfee.x");  // Even as the very first choice.
  fee.dev_fee = fee.active = true;
  reading_.pools.insert(reading_.pools.begin(), fee);
  EXPECT_EQ(Poll(), "");
  EXPECT_EQ(Poll(), "");
  EXPECT_FALSE(Unexpected());
}

TEST_F(PoolGuardTest, AThiefWhoCallsHimselfDevfeeIsStillOne) {
  reading_.pools[0] = Pool(0, "evil.test:3333", "devfee.thief");
  reading_.pools[0].dev_fee = reading_.pools[0].fee_by_name = true;
  EXPECT_NE(Poll(), "");
  EXPECT_TRUE(Unexpected());
}

TEST_F(PoolGuardTest, AnAddressThatCanBeReadInTwoWaysIsNotAllowed) {
  reading_.pools[0].odd_url = true;
  EXPECT_EQ(Poll().substr(0, 50), "works for an address that can be read in two ways,");
  EXPECT_TRUE(Unexpected());
}

TEST_F(PoolGuardTest, AMinerWithoutPoolsIsNotElsewhere) {
  reading_.pools = {Pool(0, "", ""), Pool(1, "", ""), Pool(2, "", "")};
  EXPECT_EQ(Poll(), "");
  EXPECT_FALSE(guard_.verdict());
}

TEST_F(PoolGuardTest, AllPoolsDeadIsNotElsewhere) {
  for (PoolReading& pool : reading_.pools) {
    pool.active = false;
    pool.status = PoolStatus::kDead;
  }
  EXPECT_EQ(Poll(), "");
  EXPECT_EQ(Poll(), "");
  EXPECT_FALSE(Unexpected());
}

TEST_F(PoolGuardTest, ADisabledPoolIsNoFirstChoice) {
  reading_.pools.insert(reading_.pools.begin(), Pool(-1, "evil.test:3333"));
  reading_.pools[0].status = PoolStatus::kDisabled;
  EXPECT_EQ(Poll(), "");
  EXPECT_FALSE(Unexpected());
}

TEST_F(PoolGuardTest, PoolsThatAreNotToldLeaveTheVerdict) {
  reading_.pools[0].host = "evil.test:3333";
  EXPECT_NE(Poll(), "");
  reading_.pools.clear();
  EXPECT_EQ(Poll(), "");
  EXPECT_TRUE(Unexpected());
}

TEST_F(PoolGuardTest, AnAccountThatIsNotToldIsNotWrong) {
  reading_.pools[0].user.clear();
  EXPECT_EQ(Poll(), "");
  EXPECT_FALSE(Unexpected());
  lists_.allowed_hosts.clear();
  EXPECT_EQ(PoolAllowed(lists_, reading_.pools[0]), std::nullopt);
}

TEST_F(PoolGuardTest, WhereItWorkedBeforeARestartIsKnownByItsHost) {
  guard_.Restore("eu.pool.example:3333");
  reading_.pools[0].host = "evil.test:3333";
  (void)Poll();
  ASSERT_TRUE(guard_.verdict());
  EXPECT_EQ(guard_.verdict()->before, "eu.pool.example:3333");
}

TEST_F(PoolGuardTest, AChangedListIsAChange) {
  EXPECT_EQ(Poll(), "");
  lists_.allowed_hosts = {"other.example"};
  EXPECT_NE(Poll(), "");
  lists_ = {};
  EXPECT_EQ(Poll(), "");
  EXPECT_FALSE(guard_.verdict());
}

}  // namespace
}  // namespace antx
