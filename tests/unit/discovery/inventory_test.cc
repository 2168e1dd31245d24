#include "discovery/inventory.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace antx {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const SystemTime kNow{std::chrono::seconds(1'757'600'000)};
const Ipv4 kA = *Ipv4::Parse("10.0.0.1");
const Ipv4 kB = *Ipv4::Parse("10.0.0.2");

Identity WithMac(const char* mac) {
  Identity identity;
  identity.firmware = "luxos";
  identity.mac = mac;
  return identity;
}

TEST(Inventory, AddsAMinerOnce) {
  Inventory inventory;
  inventory.Configure({}, kNow);
  EXPECT_EQ(inventory.Found(kA, {}, DiscoverySource::kTcp, kNow).added.size(), 1U);
  EXPECT_TRUE(inventory.Found(kA, {}, DiscoverySource::kMdns, kNow).added.empty());
  EXPECT_EQ(inventory.records().at(kA).facts.source, DiscoverySource::kBoth);
}

TEST(Inventory, KeepsWhatASweepMissesUntilItIsForgotten) {
  Config config;
  config.discovery.forget_after = Seconds(3600);
  Inventory inventory;
  inventory.Configure(config, kNow);
  inventory.Found(kA, {}, DiscoverySource::kTcp, kNow);
  inventory.Found(kB, {}, DiscoverySource::kTcp, kNow);
  inventory.Seen(kB, kNow + hours(2));
  EXPECT_TRUE(inventory.Forget(kNow + std::chrono::minutes(59)).removed.empty());
  const auto change = inventory.Forget(kNow + hours(2));
  EXPECT_EQ(change.removed, (std::vector<Ipv4>{kA}));
  EXPECT_EQ(change.events.at(0).kind, EventKind::kForgotten);
}

TEST(Inventory, StaticMinersAreNeverForgotten) {
  Config config;
  InventoryEntry entry;
  entry.address = kA;
  entry.is_static = true;
  config.discovery.inventory = {entry};
  config.discovery.forget_after = Seconds(60);
  Inventory inventory;
  EXPECT_EQ(inventory.Configure(config, kNow).added.size(), 1U);
  EXPECT_TRUE(inventory.Forget(kNow + hours(100)).removed.empty());
}

bool HasMove(const InventoryChange& change) {
  return std::any_of(change.events.begin(), change.events.end(),
                     [](const Event& event) { return event.kind == EventKind::kAddressChange; });
}

TEST(Inventory, NoticesThatAMinerMoved) {
  Inventory inventory;
  inventory.Configure({}, kNow);
  inventory.Found(kA, WithMac("02:00:00:00:00:01"), DiscoverySource::kTcp, kNow);
  const auto change =
      inventory.Found(kB, WithMac("02:00:00:00:00:01"), DiscoverySource::kTcp, kNow + minutes(2));
  EXPECT_EQ(change.removed, (std::vector<Ipv4>{kA}));
  EXPECT_EQ(change.added.at(0).id, "10.0.0.2");
  EXPECT_TRUE(change.moved.empty()) << "another id is another miner to its readers";
  EXPECT_TRUE(HasMove(change));
  EXPECT_EQ(inventory.records().at(kB).first_seen, kNow);
}

TEST(Inventory, IdentityByMacKeepsTheIdOverAMove) {
  Config config;
  config.discovery.identity = IdentityKind::kMac;
  Inventory inventory;
  inventory.Configure(config, kNow);
  inventory.Found(kA, WithMac("02:00:00:00:00:01"), DiscoverySource::kTcp, kNow);
  const auto change =
      inventory.Found(kB, WithMac("02:00:00:00:00:01"), DiscoverySource::kTcp, kNow + minutes(2));
  EXPECT_EQ(change.added.at(0).id, "02:00:00:00:00:01");
  ASSERT_EQ(change.moved.size(), 1U);
  EXPECT_EQ(change.moved[0], std::make_pair(kA, kB));
}

TEST(Inventory, AJumpOfTheClockMakesNobodyOld) {
  Config config;
  config.discovery.forget_after = Seconds(3600);
  Inventory inventory;
  inventory.Configure(config, kNow);
  const SteadyTime steady{hours(5)};
  inventory.FollowClock(kNow, steady);
  inventory.Found(kA, {}, DiscoverySource::kTcp, kNow);
  inventory.FollowClock(kNow + minutes(30), steady + minutes(30));
  // Forward by a year: half an hour is still all that has passed.
  const SystemTime later = kNow + hours(24 * 365) + minutes(31);
  inventory.FollowClock(later, steady + minutes(31));
  EXPECT_TRUE(inventory.Forget(later).removed.empty());
  EXPECT_EQ(inventory.Forget(later + minutes(30)).removed.size(), 1U);
}

TEST(Inventory, AJumpBackKeepsTheAgesToo) {
  Config config;
  config.discovery.forget_after = Seconds(3600);
  Inventory inventory;
  inventory.Configure(config, kNow);
  const SteadyTime steady{hours(5)};
  inventory.FollowClock(kNow, steady);
  inventory.Found(kA, {}, DiscoverySource::kTcp, kNow);
  inventory.Found(kB, {}, DiscoverySource::kTcp, kNow);
  const SystemTime before = kNow - hours(24 * 365);
  inventory.Seen(kB, before + minutes(40));  // Between the jump and its notice.
  inventory.FollowClock(before + minutes(40), steady + minutes(40));
  EXPECT_TRUE(inventory.Forget(before + minutes(59)).removed.empty());
  EXPECT_EQ(inventory.Forget(before + minutes(61)).removed, (std::vector<Ipv4>{kA}));
}

TEST(Inventory, TwoThatAnswerWithOneMacAreClonesAndBothStay) {
  Config config;
  config.discovery.identity = IdentityKind::kMac;
  Inventory inventory;
  inventory.Configure(config, kNow);
  for (int minute = 0; minute < 20; ++minute) {
    for (const Ipv4 address : {kA, kB}) {
      const auto change = inventory.Found(address, WithMac("02:00:00:00:00:01"),
                                          DiscoverySource::kTcp, kNow + minutes(minute));
      inventory.Seen(kA, kNow + minutes(minute) + std::chrono::seconds(40));
      inventory.Seen(kB, kNow + minutes(minute) + std::chrono::seconds(40));
      EXPECT_FALSE(HasMove(change));
    }
  }
  EXPECT_EQ(inventory.records().at(kA).facts.id, "02:00:00:00:00:01");
  EXPECT_EQ(inventory.records().at(kB).facts.id, "10.0.0.2");
  // One is switched off: it is offline, and has not moved to where its twin always was.
  for (int minute = 20; minute < 30; ++minute) inventory.Seen(kA, kNow + minutes(minute));
  const auto change =
      inventory.Found(kA, WithMac("02:00:00:00:00:01"), DiscoverySource::kTcp, kNow + minutes(30));
  EXPECT_FALSE(HasMove(change));
  EXPECT_TRUE(change.removed.empty());
  EXPECT_TRUE(inventory.Contains(kB));
}

TEST(Inventory, TwinsBySerialStayWhenOneIsSwitchedOff) {
  Inventory inventory;
  inventory.Configure({}, kNow);
  Identity twin = WithMac("");
  twin.serial = "COPIED";
  inventory.Found(kA, twin, DiscoverySource::kTcp, kNow);
  inventory.Found(kB, twin, DiscoverySource::kTcp, kNow);
  for (int minute = 1; minute < 60; ++minute) {
    inventory.Seen(kA, kNow + minutes(minute));
    if (minute < 50) inventory.Seen(kB, kNow + minutes(minute));
  }
  EXPECT_FALSE(HasMove(inventory.Found(kA, twin, DiscoverySource::kTcp, kNow + hours(1))));
  EXPECT_TRUE(inventory.Contains(kB));
}

TEST(Inventory, AMoveToAKnownAddressIsNoticedByALaterSweep) {
  Inventory inventory;
  inventory.Configure({}, kNow);
  inventory.Found(kA, WithMac("02:00:00:00:00:01"), DiscoverySource::kTcp, kNow);
  inventory.Found(kB, WithMac("02:00:00:00:00:02"), DiscoverySource::kTcp, kNow);
  inventory.Seen(kA, kNow + minutes(9));
  const auto moved = WithMac("02:00:00:00:00:01");
  // Too soon to know whether it has left the old address.
  EXPECT_FALSE(HasMove(inventory.Found(kB, moved, DiscoverySource::kTcp,
                                       kNow + minutes(9) + std::chrono::seconds(20))));
  inventory.Seen(kB, kNow + minutes(15));
  const auto change = inventory.Found(kB, moved, DiscoverySource::kTcp, kNow + minutes(20));
  EXPECT_TRUE(HasMove(change));
  EXPECT_EQ(change.removed, (std::vector<Ipv4>{kA}));
}

TEST(Inventory, AJumpOfTheClockMakesNoMoveOfATwinThatIsOff) {
  Inventory inventory;
  inventory.Configure({}, kNow);
  const auto twin = WithMac("02:00:00:00:00:01");
  inventory.FollowClock(kNow, SteadyTime{hours(5)});
  inventory.Found(kA, twin, DiscoverySource::kTcp, kNow - minutes(3));
  inventory.Found(kB, twin, DiscoverySource::kTcp, kNow - minutes(3));
  inventory.Seen(kB, kNow - minutes(1));
  const SystemTime before = kNow - minutes(2);
  inventory.FollowClock(before, SteadyTime{hours(5)});
  EXPECT_FALSE(HasMove(inventory.Found(kA, twin, DiscoverySource::kTcp, before + minutes(5))));
}

TEST(Inventory, TwinsOfTheLastRunBothStay) {
  Inventory inventory;
  inventory.Configure({}, kNow);
  InventoryRecord a;
  a.facts.address = kA;
  a.identity = WithMac("02:00:00:00:00:01");
  a.last_seen = kNow - minutes(1);
  InventoryRecord b = a;
  b.facts.address = kB;
  inventory.Restore({a, b}, kNow);
  for (int minute = 0; minute < 20; ++minute) {
    EXPECT_FALSE(
        HasMove(inventory.Found(kA, a.identity, DiscoverySource::kTcp, kNow + minutes(minute))));
  }
  EXPECT_TRUE(inventory.Contains(kB));
}

TEST(Inventory, AfterARestartEachMayAnswerBeforeOneCountsAsMoved) {
  Inventory inventory;
  inventory.Configure({}, kNow);
  InventoryRecord a;
  a.facts.address = kA;
  a.identity = WithMac("02:00:00:00:00:01");
  a.last_seen = kNow - hours(5);
  inventory.Restore({a}, kNow);
  EXPECT_FALSE(
      HasMove(inventory.Found(kB, WithMac("02:00:00:00:00:01"), DiscoverySource::kTcp, kNow)));
  EXPECT_TRUE(HasMove(
      inventory.Found(kB, WithMac("02:00:00:00:00:01"), DiscoverySource::kTcp, kNow + minutes(5))));
  EXPECT_FALSE(inventory.Contains(kA));
}

TEST(Inventory, AStaticAddressIsNotGivenUpForAMove) {
  Config config;
  InventoryEntry entry;
  entry.address = kA;
  entry.is_static = true;
  config.discovery.inventory = {entry};
  Inventory inventory;
  inventory.Configure(config, kNow);
  inventory.Found(kA, WithMac("02:00:00:00:00:01"), DiscoverySource::kTcp, kNow);
  inventory.Found(kB, WithMac("02:00:00:00:00:01"), DiscoverySource::kTcp, kNow + hours(1));
  EXPECT_TRUE(inventory.Contains(kA));
  EXPECT_TRUE(inventory.Contains(kB));
}

TEST(Inventory, ASweepTakesNothingAwayThatAPollHasLearned) {
  Config config;
  config.discovery.identity = IdentityKind::kHostname;
  Inventory inventory;
  inventory.Configure(config, kNow);
  Identity polled = WithMac("02:00:00:00:00:01");
  polled.hostname = "rack1-07";
  polled.model = "Antminer S19 Pro";
  inventory.Found(kA, polled, DiscoverySource::kTcp, kNow);
  Identity swept;
  swept.firmware = "luxos";
  EXPECT_TRUE(inventory.Found(kA, swept, DiscoverySource::kTcp, kNow).updated.empty());
  EXPECT_EQ(inventory.records().at(kA).identity, polled);
}

TEST(Inventory, AnotherDeviceAtAnAddressInheritsNothing) {
  Inventory inventory;
  inventory.Configure({}, kNow);
  Identity old = WithMac("02:00:00:00:00:01");
  old.hostname = "rack1-07";
  inventory.Found(kA, old, DiscoverySource::kTcp, kNow);
  inventory.Found(kA, WithMac("02:00:00:00:00:02"), DiscoverySource::kTcp, kNow);
  EXPECT_EQ(inventory.records().at(kA).identity, WithMac("02:00:00:00:00:02"));
}

TEST(Inventory, TheNeighbourTableNeverOverrulesTheMiner) {
  Inventory inventory;
  inventory.Configure({}, kNow);
  const Identity bridge = WithMac("02:00:00:00:00:99");
  const Identity real = WithMac("02:00:00:00:00:01");
  inventory.Found(kA, bridge, DiscoverySource::kTcp, kNow, true);
  inventory.Found(kA, real, DiscoverySource::kTcp, kNow);
  EXPECT_EQ(inventory.records().at(kA).identity.mac, real.mac);
  inventory.Found(kA, bridge, DiscoverySource::kTcp, kNow, true);
  EXPECT_EQ(inventory.records().at(kA).identity.mac, real.mac);
}

TEST(Inventory, ANewerHintTellsOfAnotherDevice) {
  Inventory inventory;
  inventory.Configure({}, kNow);
  Identity old = WithMac("02:00:00:00:00:01");
  old.hostname = "rack1-07";
  inventory.Found(kA, old, DiscoverySource::kTcp, kNow, true);
  inventory.Found(kA, old, DiscoverySource::kTcp, kNow);  // The poller repeats what it was taught.
  inventory.Found(kA, WithMac("02:00:00:00:00:02"), DiscoverySource::kTcp, kNow, true);
  EXPECT_EQ(inventory.records().at(kA).identity, WithMac("02:00:00:00:00:02"));
}

TEST(Inventory, AnIdIsFreeAgainWhenItsMinerIsForgotten) {
  Config config;
  config.discovery.identity = IdentityKind::kMac;
  config.discovery.forget_after = Seconds(3600);
  Inventory inventory;
  inventory.Configure(config, kNow);
  inventory.Found(kA, WithMac("02:00:00:00:00:01"), DiscoverySource::kTcp, kNow);
  EXPECT_EQ(inventory.Forget(kNow + hours(2)).removed.size(), 1U);
  const auto change =
      inventory.Found(kB, WithMac("02:00:00:00:00:01"), DiscoverySource::kTcp, kNow + hours(2));
  EXPECT_EQ(change.added.at(0).id, "02:00:00:00:00:01");
  EXPECT_FALSE(HasMove(change));
}

TEST(Inventory, AReplyWithoutMacDoesNotUnlearnIt) {
  Config config;
  config.discovery.identity = IdentityKind::kMac;
  Inventory inventory;
  inventory.Configure(config, kNow);
  inventory.Found(kA, WithMac("02:00:00:00:00:01"), DiscoverySource::kTcp, kNow);
  EXPECT_TRUE(inventory.Found(kA, WithMac(""), DiscoverySource::kTcp, kNow).updated.empty());
  EXPECT_EQ(inventory.records().at(kA).facts.id, "02:00:00:00:00:01");
}

TEST(Inventory, LabelsComeByAddressOrMac) {
  Config config;
  InventoryEntry entry;
  entry.mac = "02:00:00:00:00:01";
  entry.labels.site = "hall 1";
  config.discovery.inventory = {entry};
  Inventory inventory;
  inventory.Configure(config, kNow);
  const auto change =
      inventory.Found(kA, WithMac("02:00:00:00:00:01"), DiscoverySource::kTcp, kNow);
  EXPECT_EQ(change.added.at(0).labels.site, "hall 1");
  config.discovery.inventory[0].labels.site = "hall 2";
  EXPECT_EQ(inventory.Configure(config, kNow).updated.at(0).labels.site, "hall 2");
}

TEST(Inventory, StopsAtItsLimit) {
  Config config;
  config.metrics.max_miners = 1;
  Inventory inventory;
  inventory.Configure(config, kNow);
  inventory.Found(kA, {}, DiscoverySource::kTcp, kNow);
  const auto change = inventory.Found(kB, {}, DiscoverySource::kTcp, kNow);
  EXPECT_TRUE(change.added.empty());
  EXPECT_EQ(change.over_limit, 1);
}

TEST(Inventory, ARestoredMinerFromTheFutureStillAges) {
  Config config;
  config.discovery.forget_after = Seconds(3600);
  Inventory inventory;
  inventory.Configure(config, kNow);
  InventoryRecord record;
  record.facts.address = kA;
  record.last_seen = kNow + hours(24 * 365 * 20);
  inventory.Restore({record}, kNow);
  EXPECT_EQ(inventory.Forget(kNow + hours(2)).removed.size(), 1U);
}

}  // namespace
}  // namespace antx
