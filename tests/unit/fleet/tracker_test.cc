#include <gtest/gtest.h>

#include <algorithm>

#include "unit/fleet/tracker_fixture.h"

namespace antx {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_F(TrackerTest, UpFallsAtOnceButValuesStayForTwoAndAHalfIntervals) {
  Succeed();
  EXPECT_TRUE(View().up);
  NextPoll();
  Fail();
  EXPECT_FALSE(View().up);
  ASSERT_NE(View().reading, nullptr);
  clock_.Advance(seconds(45));
  tracker_.Tick();
  ASSERT_NE(View().reading, nullptr);  // 75 s is not older than 75 s.
  clock_.Advance(milliseconds(1));
  tracker_.Tick();
  EXPECT_EQ(View().reading, nullptr);
  EXPECT_FALSE(View().power);
  EXPECT_FALSE(View().mining_start);
  EXPECT_EQ(View().identity.model, "Antminer S19 Pro");
  EXPECT_TRUE(View().last_success);
}

TEST_F(TrackerTest, UnchangedMinersAreSharedBetweenSnapshots) {
  Succeed();
  const auto before = box_.Latest()->miners.at(0);
  clock_.Advance(seconds(1));
  tracker_.Tick();
  EXPECT_EQ(box_.Latest()->miners.at(0), before);
}

TEST_F(TrackerTest, EnergyIsIntegratedFromTheLastFigure) {
  Succeed();
  EXPECT_FALSE(View().counters.energy_estimated_seen);
  NextPoll();
  Succeed();
  EXPECT_NEAR(View().counters.energy_estimated_joules, 3000.0 * 30, 1e-6);
  EXPECT_FALSE(View().counters.energy_reported_seen);
}

TEST_F(TrackerTest, EnergyIsNotInventedForAGap) {
  Succeed();
  clock_.Advance(seconds(3600));
  *reading_.elapsed_seconds += 3600;
  Succeed();
  EXPECT_DOUBLE_EQ(View().counters.energy_estimated_joules, 0);
}

TEST_F(TrackerTest, StartTimeIsStickyAndRestartsAreCounted) {
  Succeed();
  const auto start = View().mining_start;
  NextPoll();
  *reading_.elapsed_seconds += 2;  // jitter of a second or two
  Succeed();
  EXPECT_EQ(View().mining_start, start);
  EXPECT_DOUBLE_EQ(View().counters.restarts, 0);
  clock_.Advance(seconds(30));
  reading_.elapsed_seconds = 12;
  Succeed();
  EXPECT_NE(View().mining_start, start);
  EXPECT_DOUBLE_EQ(View().counters.restarts, 1);
  EXPECT_EQ(Count(EventKind::kReboot), 1);
}

TEST_F(TrackerTest, ARestartDuringAnOutageIsCounted) {
  reading_.elapsed_seconds = 20;
  Succeed();
  clock_.Advance(seconds(330));
  reading_.elapsed_seconds = 300;  // Elapsed may lag a little.
  Succeed();
  EXPECT_DOUBLE_EQ(View().counters.restarts, 0);
  for (int i = 0; i < 10; ++i) {
    clock_.Advance(seconds(30));
    Fail();
  }
  reading_.elapsed_seconds = 310;  // More than before, and less than the time that passed.
  Succeed();
  EXPECT_DOUBLE_EQ(View().counters.restarts, 1);
}

TEST_F(TrackerTest, AnotherDeviceAtTheAddressIsLearnedAnew) {
  reading_.identity.mac = "02:00:00:00:00:01";
  for (int i = 0; i < 12; ++i) {
    Succeed();
    NextPoll();
  }
  const double energy = View().counters.energy_estimated_joules;
  reading_.identity.mac = "02:00:00:00:00:02";
  reading_.identity.model = "Antminer S9";
  reading_.hashrate_hashes_per_second = 13.5e12;
  reading_.elapsed_seconds = 400;
  Succeed();
  EXPECT_EQ(View().state, MinerState::kHashing);
  EXPECT_DOUBLE_EQ(*View().baseline_hashes_per_second, 13.5e12);
  EXPECT_DOUBLE_EQ(*View().hashrate_lost_hashes_per_second, 0);
  EXPECT_DOUBLE_EQ(View().counters.restarts, 0);
  EXPECT_DOUBLE_EQ(View().counters.energy_estimated_joules, energy) << "counters never go back";
  EXPECT_EQ(Count(EventKind::kBaselineReset), 1);
}

TEST_F(TrackerTest, ANameThatIsKnownBetterIsNoOtherDevice) {
  reading_.identity.mac = "02:00:00:00:00:01";
  Succeed();
  NextPoll();
  reading_.identity.model = "Antminer S19 Pro+";
  Succeed();
  EXPECT_EQ(View().baseline_samples, 2);
  EXPECT_EQ(Count(EventKind::kBaselineReset), 0);
}

TEST_F(TrackerTest, PoolSwitchesAreCountedBetweenUserPoolsOnly) {
  PoolReading pool;
  pool.host = "a.example:3333";
  pool.active = true;
  PoolReading fee = pool;
  fee.host = "fee.example:1";
  fee.dev_fee = true;
  reading_.pools = {fee, pool};
  Succeed();
  NextPoll();
  Succeed();
  EXPECT_DOUBLE_EQ(View().counters.pool_switches, 0);
  reading_.pools[1].host = "b.example:3333";
  NextPoll();
  Succeed();
  EXPECT_DOUBLE_EQ(View().counters.pool_switches, 1);
  EXPECT_EQ(Count(EventKind::kPoolChange), 1);
}

TEST_F(TrackerTest, AVersionThatTheWebSideTellsBetterIsNoChange) {
  reading_.identity.firmware = "braiins";
  reading_.identity.firmware_version = "boser-buildroot 1.0.0-0123abcd";
  Succeed();
  NextPoll();
  reading_.identity.firmware_version = "2025-08-06-0-3881c51d-25.07-plus";
  Succeed();
  EXPECT_EQ(Count(EventKind::kFirmwareChange), 0);
  NextPoll();
  reading_.identity.firmware_version = "2026-04-14-0-912d084c-26.04-plus";
  Succeed();
  EXPECT_EQ(Count(EventKind::kFirmwareChange), 1);
}

TEST_F(TrackerTest, WorkForSomebodyElseIsOneCriticalEventAndInTheView) {
  auto config = std::make_shared<Config>();
  config->pools.allowed_hosts = {"a.example"};
  tracker_.Apply(config);
  PoolReading pool;
  pool.host = "a.example:3333";
  pool.user = "account.rig7";
  pool.active = true;
  reading_.pools = {pool};
  Succeed();
  ASSERT_TRUE(View().pool_verdict);
  EXPECT_FALSE(View().pool_verdict->unexpected);
  reading_.pools[0].host = "thief.example:3333";
  events_.clear();
  for (int i = 0; i < 3; ++i) {
    NextPoll();
    Succeed();
  }
  EXPECT_TRUE(View().pool_verdict->unexpected);
  ASSERT_EQ(Count(EventKind::kPoolUnexpected), 1);
  for (const Event& event : events_) {
    EXPECT_EQ(event.message.find("account"), std::string::npos) << event.message;
    const bool theft = event.kind == EventKind::kPoolUnexpected;
    EXPECT_EQ(event.level == LogLevel::kCritical, theft) << event.message;
  }
}

TEST_F(TrackerTest, MaintenanceIsInTheViewsOfTheMinersItCovers) {
  Succeed();
  MaintenanceEntry entry;
  entry.miner = View().facts.id;
  const auto shared = std::make_shared<const MaintenanceEntry>(entry);
  tracker_.Maintain({shared});
  tracker_.Tick();
  EXPECT_EQ(View().maintenance, shared);
  entry.miner = "another";
  tracker_.Maintain({std::make_shared<const MaintenanceEntry>(entry)});
  tracker_.Tick();
  EXPECT_EQ(View().maintenance, nullptr);
}

TEST_F(TrackerTest, AMinerThatStaysDownIsLoggedOncePerState) {
  Succeed();
  events_.clear();
  for (int i = 0; i < 10; ++i) {
    NextPoll();
    Fail();
  }
  EXPECT_EQ(events_.size(), 1U);
  EXPECT_EQ(View().state, MinerState::kOffline);
  for (int i = 0; i < 30; ++i) {
    NextPoll();
    Fail();
  }
  EXPECT_EQ(View().state, MinerState::kLost);
  EXPECT_EQ(Count(EventKind::kLost), 1);
  EXPECT_EQ(events_.size(), 2U);
  NextPoll();
  Succeed();
  EXPECT_EQ(Count(EventKind::kRecovered), 1);
}

TEST_F(TrackerTest, AFailingCollectorIsToldOnce) {
  const auto poll = [this](bool pools_ok) {
    PollOutcome outcome = Outcome();
    outcome.reading = std::make_shared<const Reading>(reading_);
    outcome.collectors = {{Collector::kSummary, true}, {Collector::kPools, pools_ok}};
    if (!pools_ok) outcome.error = PollError{Reason::kParse, "pools: no JSON"};
    tracker_.Fold(outcome);
    tracker_.Tick();
    NextPoll();
  };
  poll(true);
  events_.clear();
  for (int i = 0; i < 5; ++i) poll(false);
  EXPECT_EQ(events_.size(), 1U);
  EXPECT_TRUE(View().up);
}

TEST_F(TrackerTest, CountersSurviveARestartOfTheExporter) {
  Succeed();
  NextPoll();
  Succeed();
  clock_.Advance(seconds(30));
  reading_.elapsed_seconds = 400;
  Succeed();
  PersistedMiner saved;
  saved.address = kMiner;
  tracker_.Save(saved);

  SnapshotBox box;
  Tracker next(config_, clock_, box, [](const Event&) {});
  MinerFacts facts;
  facts.id = "127.10.0.1";
  facts.address = kMiner;
  next.Upsert(facts);
  next.Restore(saved);
  next.Tick();
  const MinerView& view = *box.Latest()->miners.at(0);
  EXPECT_DOUBLE_EQ(view.counters.restarts, 1);
  EXPECT_GT(view.counters.energy_estimated_joules, 0);
  EXPECT_EQ(view.identity.firmware, "stock");
  EXPECT_TRUE(view.last_success);
  EXPECT_FALSE(view.up);
  EXPECT_EQ(view.reading, nullptr);
  EXPECT_FALSE(view.power);
  EXPECT_TRUE(view.counters_pending) << "not shown before a poll succeeds";
}

/// What a run that was killed had shown but not saved must not be undercut by the next one.
TEST_F(TrackerTest, EnergyBridgesTheGapOfARestart) {
  const auto run_after = [this](seconds gap) {
    PersistedMiner saved;
    saved.address = kMiner;
    tracker_.Save(saved);
    const double before = saved.counters.energy_estimated_joules;
    SnapshotBox box;
    Tracker next(config_, clock_, box, [](const Event&) {});
    MinerFacts facts;
    facts.address = kMiner;
    next.Upsert(facts);
    next.Restore(saved);
    PollOutcome outcome = Outcome();
    outcome.error = PollError{Reason::kTimeout, "timed out"};
    next.Fold(outcome);
    next.Tick();
    EXPECT_TRUE(box.Latest()->miners.at(0)->counters_pending);
    PersistedMiner again;
    again.address = kMiner;
    next.Save(again);
    EXPECT_EQ(again.last_power, saved.last_power) << "a second restart knows it, too";
    clock_.Advance(gap);
    outcome = Outcome();
    outcome.reading = std::make_shared<const Reading>(reading_);
    next.Fold(outcome);
    next.Tick();
    EXPECT_FALSE(box.Latest()->miners.at(0)->counters_pending);
    return box.Latest()->miners.at(0)->counters.energy_estimated_joules - before;
  };
  Succeed();
  NextPoll();
  Succeed();
  EXPECT_NEAR(run_after(seconds(90)), 3000.0 * 90, 1e-6);
  EXPECT_NEAR(run_after(seconds(7200)), 3000.0 * 600, 1e-6);
  clock_.system -= std::chrono::hours(48);
  EXPECT_NEAR(run_after(seconds(60)), 0, 1e-6);
}

TEST_F(TrackerTest, AMinerThatMovesKeepsWhatIsKnownOfIt) {
  Succeed();
  NextPoll();
  Succeed();
  clock_.Advance(seconds(30));
  reading_.elapsed_seconds = 400;
  Succeed();
  const MinerView before = View();
  const Ipv4 there = *Ipv4::Parse("127.10.0.9");
  MinerFacts facts;
  facts.id = "127.10.0.1";
  facts.address = there;
  tracker_.Upsert(facts);
  tracker_.Move(kMiner, there);
  tracker_.Upsert(facts);
  tracker_.Tick();
  ASSERT_EQ(box_.Latest()->miners.size(), 1U);
  EXPECT_EQ(View().facts.address, there);
  EXPECT_EQ(View().state, before.state);
  EXPECT_DOUBLE_EQ(View().counters.restarts, 1);
  EXPECT_DOUBLE_EQ(View().counters.energy_estimated_joules,
                   before.counters.energy_estimated_joules);
  EXPECT_EQ(View().baseline_samples, before.baseline_samples);
  tracker_.Move(kMiner, there);
  EXPECT_EQ(tracker_.size(), 1U) << "nobody is there any more";
}

TEST_F(TrackerTest, ABackwardClockJumpKeepsValuesFresh) {
  Succeed();
  clock_.system -= std::chrono::hours(24 * 365 * 50);
  clock_.steady += seconds(10);
  tracker_.Tick();
  EXPECT_NE(View().reading, nullptr);
}

TEST_F(TrackerTest, ARemovedMinerLeavesTheNextSnapshot) {
  Succeed();
  tracker_.Remove(kMiner);
  tracker_.Tick();
  EXPECT_TRUE(box_.Latest()->miners.empty());
}

TEST_F(TrackerTest, ModelOverrideShowsInTheView) {
  MinerFacts facts;
  facts.id = "127.10.0.1";
  facts.address = kMiner;
  facts.labels.model = "Antminer S19 XP";
  tracker_.Upsert(facts);
  Succeed();
  EXPECT_EQ(View().identity.model, "Antminer S19 XP");
}

}  // namespace
}  // namespace antx
