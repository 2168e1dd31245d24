// Inventory and tracker together: whose counters are whose when miners change places.
#include "app/track_change.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "unit/fleet/tracker_fixture.h"

namespace antx {
namespace {

using std::chrono::seconds;

const Ipv4 kFirst = *Ipv4::Parse("127.10.0.1");
const Ipv4 kSecond = *Ipv4::Parse("127.10.0.2");
const Ipv4 kThird = *Ipv4::Parse("127.10.0.3");

struct Device {
  std::string mac;
  double watts = 0;
  std::string pool;
  double hashrate = 100e12;
};

class TrackChangeTest : public testing::Test {
 protected:
  TrackChangeTest() {
    Config config;
    config.discovery.identity = IdentityKind::kMac;
    Apply(inventory_.Configure(config, clock_.Now()));
  }
  void Apply(const InventoryChange& change) {
    TrackChange(
        change, [](MinerFacts facts) { return facts; }, tracker_);
  }
  static Identity IdentityOf(const Device& device) {
    Identity identity;
    identity.firmware = "luxos";
    identity.mac = device.mac;
    return identity;
  }
  void Find(Ipv4 address, const Device& device, bool hint = false) {
    Apply(inventory_.Found(address, IdentityOf(device), DiscoverySource::kTcp, clock_.Now(), hint));
  }
  void Poll(Ipv4 address, const Device& device) {
    Find(address, device);
    Reading reading;
    reading.hashrate_hashes_per_second = device.hashrate;
    reading.elapsed_seconds =
        10'000 + std::chrono::duration<double>(clock_.steady - begin_).count();
    reading.power = Power{device.watts, PowerSource::kReported};
    PoolReading pool;
    pool.host = device.pool;
    pool.active = true;
    reading.pools = {pool};
    PollOutcome outcome;
    outcome.address = address;
    outcome.started = clock_.Now();
    outcome.finished = clock_.Steady();
    outcome.connected = true;
    outcome.identity = IdentityOf(device);
    outcome.reading = std::make_shared<const Reading>(reading);
    tracker_.Fold(outcome);
  }
  /// A round of polls after which no counter may have gone down.
  void Round(const std::map<Ipv4, Device>& there) {
    clock_.Advance(seconds(30));
    for (const auto& [address, device] : there) {
      Poll(address, device);
      LookAtEnergy();
    }
  }
  void LookAtEnergy() {
    tracker_.Tick();
    for (const auto& miner : box_.Latest()->miners) {
      double& before = energy_[miner->facts.id];
      EXPECT_GE(miner->counters.energy_reported_joules, before) << miner->facts.id;
      before = miner->counters.energy_reported_joules;
    }
  }
  std::shared_ptr<const MinerView> View(const Device& device) {
    for (const auto& miner : box_.Latest()->miners) {
      if (miner->facts.id == device.mac) return miner;
    }
    return nullptr;
  }
  long Count(EventKind kind) const {
    return std::count_if(events_.begin(), events_.end(),
                         [kind](const Event& event) { return event.kind == kind; });
  }

  const Device big_{"02:00:00:00:00:01", 3000, "big.example:1"};
  const Device small_{"02:00:00:00:00:02", 800, "small.example:1", 30e12};
  const Device third_{"02:00:00:00:00:03", 100, "third.example:1"};
  ManualClock clock_;
  const SteadyTime begin_ = clock_.steady;
  SnapshotBox box_;
  std::vector<Event> events_;
  Inventory inventory_;
  Tracker tracker_{std::make_shared<const Config>(), clock_, box_,
                   [this](const Event& event) { events_.push_back(event); }};
  std::map<std::string, double> energy_;
};

TEST_F(TrackChangeTest, TwoThatSwapAddressesKeepTheirOwnCounters) {
  for (int i = 0; i < 20; ++i) Round({{kFirst, big_}, {kSecond, small_}});
  const auto big = View(big_)->counters.energy_reported_joules;
  const auto small = View(small_)->counters.energy_reported_joules;
  EXPECT_DOUBLE_EQ(big, 19 * 30 * 3000.0);
  Round({{kFirst, small_}, {kSecond, big_}});
  // Each has its id after one round of polls, and the energy of its own power.
  ASSERT_EQ(box_.Latest()->miners.size(), 2U);
  EXPECT_EQ(View(big_)->facts.address, kSecond);
  EXPECT_EQ(View(small_)->facts.address, kFirst);
  EXPECT_DOUBLE_EQ(View(big_)->counters.energy_reported_joules, big + 30 * 3000.0);
  EXPECT_EQ(View(big_)->baseline_hashes_per_second, big_.hashrate);
  EXPECT_EQ(View(small_)->baseline_hashes_per_second, small_.hashrate);
  for (int i = 0; i < 5; ++i) Round({{kFirst, small_}, {kSecond, big_}});
  EXPECT_DOUBLE_EQ(View(big_)->counters.energy_reported_joules, big + 6 * 30 * 3000.0);
  // The first to be asked told of itself while the other still had its id.
  EXPECT_GE(View(small_)->counters.energy_reported_joules, small + 5 * 30 * 800.0);
  EXPECT_LE(View(small_)->counters.energy_reported_joules, small + 6 * 30 * 800.0);
  EXPECT_EQ(Count(EventKind::kPoolChange), 0);
}

TEST_F(TrackChangeTest, ASweepThatSeesBothMacsSwapsThemAtOnce) {
  for (int i = 0; i < 5; ++i) Round({{kFirst, big_}, {kSecond, small_}});
  Find(kFirst, small_);
  Find(kSecond, big_);
  LookAtEnergy();
  EXPECT_EQ(View(big_)->facts.address, kSecond);
  EXPECT_EQ(View(small_)->facts.address, kFirst);
  EXPECT_DOUBLE_EQ(View(small_)->counters.energy_reported_joules, 4 * 30 * 800.0);
}

TEST_F(TrackChangeTest, ARingOfThreeKeepsItsCounters) {
  for (int i = 0; i < 5; ++i) Round({{kFirst, big_}, {kSecond, small_}, {kThird, third_}});
  for (int i = 0; i < 5; ++i) Round({{kFirst, small_}, {kSecond, third_}, {kThird, big_}});
  EXPECT_EQ(box_.Latest()->miners.size(), 3U);
  EXPECT_EQ(View(big_)->facts.address, kThird);
  EXPECT_EQ(View(third_)->facts.address, kSecond);
  EXPECT_GE(View(big_)->counters.energy_reported_joules, 8 * 30 * 3000.0);
  EXPECT_EQ(Count(EventKind::kPoolChange), 0);
}

TEST_F(TrackChangeTest, ASwapWhileTheExporterWasOffIsSeenToo) {
  InventoryRecord first;
  first.facts.address = kFirst;
  first.identity = IdentityOf(big_);
  InventoryRecord second;
  second.facts.address = kSecond;
  second.identity = IdentityOf(small_);
  Apply(inventory_.Restore({first, second}, clock_.Now()));
  for (const auto& [address, joules] : {std::pair{kFirst, 2.28e6}, {kSecond, 0.6e6}}) {
    PersistedMiner saved;
    saved.address = address;
    saved.counters.energy_reported_joules = joules;
    tracker_.Restore(saved);
  }
  LookAtEnergy();
  for (int i = 0; i < 3; ++i) Round({{kFirst, small_}, {kSecond, big_}});
  EXPECT_GE(View(big_)->counters.energy_reported_joules, 2.28e6);
  EXPECT_LT(View(small_)->counters.energy_reported_joules, 1e6);
}

TEST_F(TrackChangeTest, ADeviceThatTakesAnotherOnesPlaceBeginsAnew) {
  for (int i = 0; i < 5; ++i) Round({{kFirst, big_}});
  for (int i = 0; i < 2; ++i) Round({{kFirst, small_}});
  EXPECT_DOUBLE_EQ(View(small_)->counters.energy_reported_joules, 30 * 800.0);
  // The old one comes back elsewhere and goes on from where it was.
  Round({{kFirst, small_}, {kSecond, big_}});
  EXPECT_GE(View(big_)->counters.energy_reported_joules, 4 * 30 * 3000.0);
}

TEST_F(TrackChangeTest, AMacThatIsLearnedLaterKeepsTheCounters) {
  const Device unnamed{"", big_.watts, big_.pool};
  for (int i = 0; i < 5; ++i) Round({{kFirst, unnamed}});
  Round({{kFirst, big_}});
  EXPECT_DOUBLE_EQ(View(big_)->counters.energy_reported_joules, 5 * 30 * 3000.0);
}

}  // namespace
}  // namespace antx
