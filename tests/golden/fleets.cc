#include "golden/fleets.h"

#include <chrono>
#include <utility>

namespace antx {
namespace {

constexpr std::uint32_t kFirstAddress = 0x0a000101;  // 10.0.1.1

SystemTime At(std::int64_t unix_seconds) { return SystemTime(std::chrono::seconds(unix_seconds)); }

BoardReading FullBoard(int number) {
  BoardReading board;
  board.board = std::to_string(number);
  board.hashrate_hashes_per_second = (36500 + number) * 1e9;
  board.hashrate_expected_hashes_per_second = 36660e9;
  board.chips = 114;
  board.chips_expected = 114;
  board.chips_failed = number == 3 ? 1 : 0;
  board.hardware_errors = 10 + number;
  board.frequency_hertz = 675e6;
  board.voltage_volts = 13.7;
  board.power_watts = 1083;
  board.serial = "BOARD" + std::to_string(number);
  for (std::uint8_t i = 0; i < 4; ++i) {
    const auto step = static_cast<float>(i);
    board.chip_celsius.push_back({i, 65.3F + step});
    board.pcb_celsius.push_back({i, 55 + step});
  }
  return board;
}

PoolReading FullPool(int number) {
  PoolReading pool;
  pool.pool = number;
  pool.url = "stratum+tcp://pool" + std::to_string(number) + ".example:3333";
  pool.host = "pool" + std::to_string(number) + ".example:3333";
  pool.protocol = "stratum+tcp";
  pool.user = "customer.worker" + std::to_string(number);
  pool.status = number == 2 ? PoolStatus::kDead : PoolStatus::kAlive;
  pool.active = number == 0;
  pool.priority = number;
  pool.accepted = 4000 + number;
  pool.rejected = 4;
  pool.stale = 2;
  pool.difficulty_accepted = 4e8;
  pool.share_difficulty = 65536;
  pool.failures = 1;
  pool.last_share = At(1757620795);
  return pool;
}

MinerView WithReading(Ipv4 address, Reading reading) {
  MinerView miner = FullMiner(address);
  miner.identity = reading.identity;
  miner.power = reading.power;
  miner.hashrate_expected_hashes_per_second = reading.hashrate_expected_hashes_per_second;
  miner.baseline_hashes_per_second = reading.hashrate_hashes_per_second;
  miner.rated_joules_per_terahash = reading.rated_joules_per_terahash;
  miner.reading = std::make_shared<const Reading>(std::move(reading));
  return miner;
}

/// What the fleet leaves of a miner that has been silent for long.
MinerView Offline(Ipv4 address) {
  MinerView miner = FullMiner(address);
  miner.state = MinerState::kOffline;
  miner.up = false;
  miner.reading = nullptr;
  miner.power.reset();
  miner.rated_joules_per_terahash.reset();
  miner.mining_start.reset();
  miner.mining.reset();
  miner.last_share.reset();
  miner.hashrate_expected_hashes_per_second.reset();
  miner.baseline_hashes_per_second.reset();
  miner.baseline_samples = 0;
  miner.hashrate_lost_hashes_per_second = 1e14;
  miner.collectors = {{Collector::kSummary, false}};
  miner.counters.poll_failures = 40;
  return miner;
}

MinerView NeverPolled(Ipv4 address) {
  MinerView miner;
  miner.facts.address = address;
  miner.facts.id = address.ToString();
  return miner;
}

/// stats failed: no boards, no fans, no temperatures, yet a rate and pools.
MinerView Partial(Ipv4 address) {
  Reading reading = FullReading();
  reading.boards.clear();
  reading.fans.clear();
  reading.power.reset();
  reading.hardware_errors.reset();
  reading.hashrate_average_hashes_per_second.reset();
  MinerView miner = WithReading(address, reading);
  miner.state = MinerState::kDegraded;
  miner.collectors = {{Collector::kSummary, true}, {Collector::kStats, false}};
  return miner;
}

Fleet Offlines() {
  return {"offline",
          SnapshotOf({Offline(Ipv4{kFirstAddress}), NeverPolled(Ipv4{kFirstAddress + 1}),
                      Partial(Ipv4{kFirstAddress + 2})}),
          Config{}};
}

Fleet OtherAlgorithms() {
  Reading scrypt = FullReading();
  scrypt.identity = {
      "Antminer L7", "Antminer L7", "scrypt", "stock", "2023", "3.1", "", "", "", ""};
  scrypt.hashrate_hashes_per_second = 9.5e9;
  scrypt.hashrate_average_hashes_per_second = 9.48e9;
  scrypt.hashrate_expected_hashes_per_second = 9.5e9;
  scrypt.rated_joules_per_terahash.reset();
  scrypt.power = Power{3425, PowerSource::kReported};
  Reading equihash = scrypt;
  equihash.identity.model = "Antminer Z15";
  equihash.identity.algorithm = "equihash";
  equihash.hashrate_hashes_per_second = 420000.5;
  equihash.hashrate_average_hashes_per_second = 419800;
  equihash.hashrate_expected_hashes_per_second = 420000;
  equihash.power.reset();
  MinerView silent_power = WithReading(Ipv4{kFirstAddress + 1}, equihash);
  silent_power.counters.energy_reported_seen = false;
  return {"other_algorithms",
          SnapshotOf({WithReading(Ipv4{kFirstAddress}, scrypt), std::move(silent_power)}),
          Config{}};
}

Fleet Hydro() {
  Reading reading = FullReading();
  reading.identity.model = "Antminer S19 Pro+ Hyd.";
  reading.fans.clear();
  reading.fans_expected = 0;
  reading.fan_duty_ratio.reset();
  for (BoardReading& board : reading.boards) {
    board.inlet_celsius = 35;
    board.outlet_celsius = board.board == "2" ? 48.5 : 47;
  }
  return {"hydro", SnapshotOf({WithReading(Ipv4{kFirstAddress}, reading)}), Config{}};
}

Fleet Caps() {
  Reading reading = FullReading();
  reading.boards.clear();
  for (int i = 1; i <= 4; ++i) reading.boards.push_back(FullBoard(i));
  reading.boards[1].board = "1";      // Named twice: the second one must not give a series.
  reading.boards[2].present = false;  // An empty slot takes no place.
  reading.boards.push_back(FullBoard(5));
  reading.boards[0].chip_celsius.push_back({0, 99});  // A sensor named twice.
  reading.fans.clear();
  for (int i = 1; i <= 4; ++i) reading.fans.push_back({i, 0.0 + i});
  reading.pools.insert(reading.pools.begin(), FullPool(7));
  reading.pools.front().dev_fee = true;
  Fleet fleet{"caps", SnapshotOf({WithReading(Ipv4{kFirstAddress}, reading)}), Config{}};
  fleet.config.metrics.max_boards = 2;
  fleet.config.metrics.max_fans = 3;
  fleet.config.metrics.max_sensors = 2;
  fleet.config.metrics.max_pools = 1;
  return fleet;
}

Fleet Escaping() {
  Reading reading = FullReading();
  reading.identity.hostname = "a\"b\\c\nd";
  reading.identity.firmware_version = "bad \xff\xfe bytes";
  reading.boards.resize(1);
  reading.boards[0].serial = std::string(127, 'x') + "\xc3\xa9 cut inside a character";
  reading.pools.resize(1);
  reading.pools[0].user = "wallet}\"{,=";
  MinerView miner = WithReading(Ipv4{kFirstAddress}, reading);
  miner.facts.id = "row \"7\"";
  miner.facts.labels.site = "Reykjav\xc3\xadk";
  Fleet fleet{"escaping", SnapshotOf({miner}), Config{}};
  fleet.config.metrics.pool_workers = true;
  return fleet;
}

}  // namespace

Reading FullReading() {
  Reading reading;
  reading.identity = {
      "Antminer S19 Pro", "Antminer S19 Pro",  "sha256", "stock",  "2022-07-04", "3.1",
      "bmminer 2.0.0",    "02:00:00:00:00:01", "s19-01", "SERIAL1"};
  reading.elapsed_seconds = 36000;
  reading.hashrate_hashes_per_second = 110566.89e9;
  reading.hashrate_average_hashes_per_second = 109.8e12;
  reading.hashrate_expected_hashes_per_second = 110e12;
  reading.hashes = 3.96e18;
  reading.hardware_errors = 36;
  reading.accepted = 12003;
  reading.rejected = 12;
  reading.stale = 6;
  reading.difficulty_accepted = 1.2e9;
  reading.difficulty_rejected = 1e6;
  reading.difficulty_stale = 0;
  reading.blocks_found = 0;
  reading.best_share_difficulty = 1.5e12;
  reading.power = Power{3250, PowerSource::kReported};
  reading.ambient_celsius = 24.5;
  reading.fan_duty_ratio = 0.35;
  reading.fans_expected = 4;
  reading.boards_expected = 3;
  reading.rated_joules_per_terahash = 29.5;
  reading.work_mode = "normal";
  for (int i = 1; i <= 3; ++i) reading.boards.push_back(FullBoard(i));
  for (int i = 1; i <= 4; ++i) reading.fans.push_back({i, 5800.0 + 10 * i});
  reading.fans[3].rpm = 0;
  for (int i = 0; i < 3; ++i) reading.pools.push_back(FullPool(i));
  return reading;
}

MinerView FullMiner(Ipv4 address) {
  MinerView miner;
  miner.facts.address = address;
  miner.facts.id = address.ToString();
  miner.facts.labels.site = "north";
  miner.facts.labels.rack = "r1";
  Reading reading = FullReading();
  miner.identity = reading.identity;
  miner.state = MinerState::kHashing;
  miner.up = true;
  miner.polled = true;
  miner.power = reading.power;
  miner.rated_joules_per_terahash = reading.rated_joules_per_terahash;
  miner.last_success = At(1757620800);
  miner.last_poll_seconds = 0.125;
  miner.mining_start = At(1757584800);
  miner.mining = true;
  miner.hashrate_expected_hashes_per_second = reading.hashrate_expected_hashes_per_second;
  miner.baseline_hashes_per_second = 110e12;
  miner.last_share = At(1757620795);
  miner.baseline_samples = 10;
  miner.hashrate_lost_hashes_per_second = 1.5e12;
  for (int i = 0; i < kCollectorCount; ++i) {
    miner.collectors.push_back({static_cast<Collector>(i), true});
  }
  miner.counters.restarts = 2;
  miner.counters.pool_switches = 1;
  miner.counters.energy_reported_joules = 97500.5;
  miner.counters.energy_reported_seen = true;
  miner.counters.polls = 1200;
  miner.counters.poll_failures = 3;
  miner.thresholds.power_watts = 3400;
  miner.reading = std::make_shared<const Reading>(std::move(reading));
  return miner;
}

Snapshot SnapshotOf(std::vector<MinerView> miners) {
  Snapshot snapshot;
  snapshot.taken = At(1757620801);
  snapshot.sequence = 1;
  for (MinerView& miner : miners) {
    snapshot.miners.push_back(std::make_shared<const MinerView>(std::move(miner)));
  }
  return snapshot;
}

/// One miner works for somebody else while it is under maintenance, the other one does not.
Fleet Full() {
  MinerView robbed = FullMiner(Ipv4{kFirstAddress});
  robbed.pool_verdict =
      PoolVerdict{true, "thief.example:3333 (ro***.rig)", "pool0.example:3333 (cu***.worker0)"};
  robbed.maintenance = std::make_shared<const MaintenanceEntry>();
  MinerView other = FullMiner(Ipv4{kFirstAddress + 1});
  other.pool_verdict = PoolVerdict{false, "pool0.example:3333 (cu***.worker0)", ""};
  return {"full", SnapshotOf({robbed, other}), Config{}};
}

std::vector<Fleet> AllFleets() {
  std::vector<Fleet> fleets;
  fleets.push_back({"empty", Snapshot{}, Config{}});
  fleets.push_back(Full());
  fleets.push_back(Offlines());
  fleets.push_back(OtherAlgorithms());
  fleets.push_back(Hydro());
  fleets.push_back(Caps());
  fleets.push_back(Escaping());
  return fleets;
}

}  // namespace antx
