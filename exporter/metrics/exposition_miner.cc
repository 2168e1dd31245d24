#include <array>
#include <cmath>
#include <string>

#include "metrics/capped.h"
#include "metrics/exposition_fans.h"
#include "metrics/exposition_pools.h"
#include "metrics/family_writers.h"

namespace antx {
namespace {

template <std::optional<double> Reading::*member>
void FromReading(const MinerPage& at) {
  if (at.miner.reading) at.Put((*at.miner.reading).*member);
}

constexpr auto kAll = [](const auto& /*element*/) { return true; };

template <class Visit>
void EachBoard(const MinerPage& at, Visit visit) {
  if (!at.miner.reading) return;
  at.dropped.boards += EachCapped(
      at.miner.reading->boards, at.limits.max_boards,
      [](const BoardReading& board) { return board.present; },
      [](const BoardReading& board) -> const std::string& { return board.board; }, visit);
}

template <std::optional<double> BoardReading::*member>
void FromBoards(const MinerPage& at) {
  EachBoard(at, [&](const BoardReading& board) {
    if (board.*member) at.page.Sample({at.Miner(), {"board", board.board}}, *(board.*member));
  });
}

template <std::optional<int> BoardReading::*member>
void CountOfBoards(const MinerPage& at) {
  EachBoard(at, [&](const BoardReading& board) {
    if (board.*member) at.page.Sample({at.Miner(), {"board", board.board}}, *(board.*member));
  });
}

/// The sensors speak in tenths at best; 65.3F as a double would print as 65.30000305175781.
double Celsius(float celsius) { return std::round(static_cast<double>(celsius) * 1000) / 1000; }

template <std::vector<SensorReading> BoardReading::*member>
void Sensors(const MinerPage& at) {
  EachBoard(at, [&](const BoardReading& board) {
    at.dropped.sensors += EachCapped(
        board.*member, at.limits.max_sensors, kAll,
        [](const SensorReading& sensor) { return sensor.index; },
        [&](const SensorReading& sensor) {
          const NumberLabel index(sensor.index);
          at.page.Sample({at.Miner(), {"board", board.board}, {"sensor", index}},
                         Celsius(sensor.celsius));
        });
  });
}

template <class Visit>
void EachChipSensor(const MinerPage& at, Visit visit) {
  if (!at.miner.reading) return;
  for (const BoardReading& board : at.miner.reading->boards) {
    if (!board.present) continue;
    for (const SensorReading& sensor : board.chip_celsius) visit(sensor);
  }
}

void HottestChip(const MinerPage& at) {
  std::optional<float> hottest;
  EachChipSensor(at, [&](const SensorReading& sensor) {
    if (!hottest || sensor.celsius > *hottest) hottest = sensor.celsius;
  });
  if (hottest) at.Put(Celsius(*hottest));
}

void ChipSensors(const MinerPage& at) {
  int sensors = 0;
  EachChipSensor(at, [&](const SensorReading&) { ++sensors; });
  if (sensors > 0) at.Put(sensors);
}

void Info(const MinerPage& at) {
  const Identity& id = at.miner.identity;
  const MinerLabels& labels = at.miner.facts.labels;
  const std::string address = at.miner.facts.address.ToString();
  at.page.Sample({at.Miner(),
                  {"address", address},
                  {"mac", id.mac},
                  {"hostname", id.hostname.empty() ? labels.name : id.hostname},
                  {"model", id.model},
                  {"algorithm", id.algorithm},
                  {"firmware", id.firmware},
                  {"firmware_version", id.firmware_version},
                  {"api_version", id.api_version},
                  {"site", labels.site},
                  {"rack", labels.rack}},
                 1);
}

void CollectorSuccess(const MinerPage& at) {
  for (const CollectorResult& result : at.miner.collectors) {
    at.page.Sample({at.Miner(), {"collector", CollectorName(result.collector)}},
                   result.success ? 1 : 0);
  }
}

void State(const MinerPage& at) {
  if (!at.miner.polled) return;
  for (int i = 0; i < kMinerStateCount; ++i) {
    const auto state = static_cast<MinerState>(i);
    at.page.Sample({at.Miner(), {"state", MinerStateName(state)}}, state == at.miner.state ? 1 : 0);
  }
}

void WorkMode(const MinerPage& at) {
  if (!at.miner.reading || at.miner.reading->work_mode.empty()) return;
  for (const char* mode : {"normal", "sleep", "high", "low"}) {
    at.page.Sample({at.Miner(), {"mode", mode}}, at.miner.reading->work_mode == mode ? 1 : 0);
  }
}

void BootTime(const MinerPage& at) {
  const Reading* reading = at.miner.reading.get();
  if (reading != nullptr && reading->boot_time) at.Put(UnixSeconds(*reading->boot_time));
}

void Components(const MinerPage& at) {
  if (!at.miner.reading) return;
  for (const ComponentReading& part : at.miner.reading->components) {
    at.page.Sample({at.Miner(), {"component", ComponentName(part.component)}}, part.ok ? 1 : 0);
  }
}

void Coolant(const MinerPage& at) {
  // One sample per port: the boards share the loop, the warmest one counts.
  std::optional<double> inlet;
  std::optional<double> outlet;
  EachBoard(at, [&](const BoardReading& board) {
    if (board.inlet_celsius && board.inlet_celsius > inlet) inlet = board.inlet_celsius;
    if (board.outlet_celsius && board.outlet_celsius > outlet) outlet = board.outlet_celsius;
  });
  if (inlet) at.page.Sample({at.Miner(), {"port", "inlet"}}, *inlet);
  if (outlet) at.page.Sample({at.Miner(), {"port", "outlet"}}, *outlet);
}

void PowerWatts(const MinerPage& at) {
  if (!at.miner.power) return;
  at.page.Sample({at.Miner(), {"source", PowerSourceLabel(at.miner.power->source)}},
                 at.miner.power->watts);
}

/// A counter that outlives restarts of the exporter.
void PutOwned(const MinerPage& at, double value) {
  if (!at.miner.counters_pending) at.Put(value);
}

void Energy(const MinerPage& at) {
  if (at.miner.counters_pending) return;
  const OwnedCounters& counters = at.miner.counters;
  if (counters.energy_reported_seen) {
    at.page.Sample({at.Miner(), {"source", "reported"}}, counters.energy_reported_joules);
  }
  if (counters.energy_estimated_seen) {
    at.page.Sample({at.Miner(), {"source", "estimated"}}, counters.energy_estimated_joules);
  }
}

constexpr auto kUp = [](const MinerPage& at) {
  if (at.miner.polled) at.page.Sample({at.Miner()}, at.miner.up ? 1 : 0);
};

const std::array kWriters = {
    FamilyWriter{Family::kUp, kUp},
    FamilyWriter{Family::kMinerInfo, Info},
    FamilyWriter{Family::kLastSuccessTimestampSeconds,
                 [](const MinerPage& at) {
                   if (at.miner.last_success) at.Put(UnixSeconds(*at.miner.last_success));
                 }},
    FamilyWriter{Family::kScrapeDurationSeconds,
                 [](const MinerPage& at) { at.Put(at.miner.last_poll_seconds); }},
    FamilyWriter{Family::kScrapesTotal,
                 [](const MinerPage& at) { at.Put(static_cast<double>(at.miner.counters.polls)); }},
    FamilyWriter{Family::kScrapeFailuresTotal,
                 [](const MinerPage& at) {
                   at.Put(static_cast<double>(at.miner.counters.poll_failures));
                 }},
    FamilyWriter{Family::kCollectorSuccess, CollectorSuccess},
    FamilyWriter{Family::kMiningStartTimeSeconds,
                 [](const MinerPage& at) {
                   if (at.miner.mining_start) at.Put(UnixSeconds(*at.miner.mining_start));
                 }},
    FamilyWriter{Family::kBootTimeSeconds, BootTime},
    FamilyWriter{Family::kRestartsTotal,
                 [](const MinerPage& at) { PutOwned(at, at.miner.counters.restarts); }},
    FamilyWriter{Family::kMining,
                 [](const MinerPage& at) {
                   if (at.miner.mining) at.Put(*at.miner.mining ? 1 : 0);
                 }},
    FamilyWriter{Family::kState, State},
    FamilyWriter{Family::kWorkMode, WorkMode},
    FamilyWriter{Family::kMaintenance,
                 [](const MinerPage& at) {
                   if (at.miner.maintenance) at.Put(1);
                 }},
    FamilyWriter{Family::kComponentOk, Components},
    FamilyWriter{Family::kHashrateHashesPerSecond,
                 FromReading<&Reading::hashrate_hashes_per_second>},
    FamilyWriter{Family::kHashrateAverageHashesPerSecond,
                 FromReading<&Reading::hashrate_average_hashes_per_second>},
    FamilyWriter{
        Family::kHashrateExpectedHashesPerSecond,
        [](const MinerPage& at) { at.Put(at.miner.hashrate_expected_hashes_per_second); }},
    FamilyWriter{Family::kHashrateBaselineHashesPerSecond,
                 [](const MinerPage& at) { at.Put(at.miner.baseline_hashes_per_second); }},
    FamilyWriter{Family::kHashrateBaselineSamples,
                 [](const MinerPage& at) {
                   if (at.miner.reading) at.Put(at.miner.baseline_samples);
                 }},
    FamilyWriter{Family::kHashrateLostHashesPerSecond,
                 [](const MinerPage& at) { at.Put(at.miner.hashrate_lost_hashes_per_second); }},
    FamilyWriter{Family::kHashesTotal, FromReading<&Reading::hashes>},
    FamilyWriter{Family::kHardwareErrorsTotal, FromReading<&Reading::hardware_errors>},
    FamilyWriter{Family::kSharesAcceptedTotal, FromReading<&Reading::accepted>},
    FamilyWriter{Family::kSharesRejectedTotal, FromReading<&Reading::rejected>},
    FamilyWriter{Family::kSharesStaleTotal, FromReading<&Reading::stale>},
    FamilyWriter{Family::kDifficultyAcceptedTotal, FromReading<&Reading::difficulty_accepted>},
    FamilyWriter{Family::kDifficultyRejectedTotal, FromReading<&Reading::difficulty_rejected>},
    FamilyWriter{Family::kDifficultyStaleTotal, FromReading<&Reading::difficulty_stale>},
    FamilyWriter{Family::kBlocksFoundTotal, FromReading<&Reading::blocks_found>},
    FamilyWriter{Family::kBestShareDifficulty, FromReading<&Reading::best_share_difficulty>},
    FamilyWriter{Family::kChipTemperatureCelsius, Sensors<&BoardReading::chip_celsius>},
    FamilyWriter{Family::kChipTemperatureMaxCelsius, HottestChip},
    FamilyWriter{Family::kChipTemperatureSensors, ChipSensors},
    FamilyWriter{Family::kPcbTemperatureCelsius, Sensors<&BoardReading::pcb_celsius>},
    FamilyWriter{Family::kCoolantTemperatureCelsius, Coolant},
    FamilyWriter{Family::kAmbientTemperatureCelsius, FromReading<&Reading::ambient_celsius>},
    FamilyWriter{Family::kFanRpm, fan_families::Each},
    FamilyWriter{Family::kFans, fan_families::Count},
    FamilyWriter{Family::kFanMinRpm, fan_families::Slowest},
    FamilyWriter{Family::kFanMaxRpm, fan_families::Fastest},
    FamilyWriter{Family::kFanDutyRatio, FromReading<&Reading::fan_duty_ratio>},
    FamilyWriter{Family::kFansExpected,
                 [](const MinerPage& at) {
                   if (at.miner.reading && at.miner.reading->fans_expected) {
                     at.Put(*at.miner.reading->fans_expected);
                   }
                 }},
    FamilyWriter{Family::kPowerWatts, PowerWatts},
    FamilyWriter{Family::kEnergyJoulesTotal, Energy},
    FamilyWriter{
        Family::kMinerElectricityPricePerKilowattHour,
        [](const MinerPage& at) { at.Put(at.miner.facts.labels.power_price_per_kilowatt_hour); }},
    FamilyWriter{Family::kEfficiencyRatedJoulesPerHash,
                 [](const MinerPage& at) {
                   if (at.miner.rated_joules_per_terahash) {
                     at.Put(*at.miner.rated_joules_per_terahash / 1e12);
                   }
                 }},
    FamilyWriter{Family::kBoards,
                 [](const MinerPage& at) {
                   const auto& reading = at.miner.reading;
                   // No board list at all (stats failed): unknown, not zero.
                   if (reading && !reading->boards.empty()) at.Put(reading->BoardsPresent());
                 }},
    FamilyWriter{Family::kBoardsExpected,
                 [](const MinerPage& at) {
                   if (at.miner.reading && at.miner.reading->boards_expected) {
                     at.Put(*at.miner.reading->boards_expected);
                   }
                 }},
    FamilyWriter{Family::kBoardUp,
                 [](const MinerPage& at) {
                   EachBoard(at, [&](const BoardReading& board) {
                     at.page.Sample({at.Miner(), {"board", board.board}}, board.Up() ? 1 : 0);
                   });
                 }},
    FamilyWriter{Family::kBoardInfo,
                 [](const MinerPage& at) {
                   EachBoard(at, [&](const BoardReading& board) {
                     if (board.serial.empty()) return;
                     at.page.Sample(
                         {at.Miner(), {"board", board.board}, {"serial", board.serial}}, 1);
                   });
                 }},
    FamilyWriter{Family::kBoardHashrateHashesPerSecond,
                 FromBoards<&BoardReading::hashrate_hashes_per_second>},
    FamilyWriter{Family::kBoardHashrateExpectedHashesPerSecond,
                 FromBoards<&BoardReading::hashrate_expected_hashes_per_second>},
    FamilyWriter{Family::kBoardChips, CountOfBoards<&BoardReading::chips>},
    FamilyWriter{Family::kBoardChipsExpected, CountOfBoards<&BoardReading::chips_expected>},
    FamilyWriter{Family::kBoardChipsFailed, CountOfBoards<&BoardReading::chips_failed>},
    FamilyWriter{Family::kBoardHardwareErrorsTotal, FromBoards<&BoardReading::hardware_errors>},
    FamilyWriter{Family::kBoardFrequencyHertz, FromBoards<&BoardReading::frequency_hertz>},
    FamilyWriter{Family::kBoardVoltageVolts, FromBoards<&BoardReading::voltage_volts>},
    FamilyWriter{Family::kBoardPowerWatts, FromBoards<&BoardReading::power_watts>},
    FamilyWriter{Family::kPoolUp, pool_families::Up},
    FamilyWriter{Family::kPoolActive, pool_families::Active},
    FamilyWriter{Family::kPoolPriority, pool_families::Priority},
    FamilyWriter{Family::kPoolActiveRank, pool_families::ActiveRank},
    FamilyWriter{Family::kPoolsUp, pool_families::CountUp},
    FamilyWriter{Family::kPoolInfo, pool_families::Facts},
    FamilyWriter{Family::kPoolSharesAcceptedTotal, pool_families::Accepted},
    FamilyWriter{Family::kPoolSharesRejectedTotal, pool_families::Rejected},
    FamilyWriter{Family::kPoolSharesStaleTotal, pool_families::Stale},
    FamilyWriter{Family::kPoolDifficultyAcceptedTotal, pool_families::DifficultyAccepted},
    FamilyWriter{Family::kPoolLastShareTimestampSeconds, pool_families::LastShare},
    FamilyWriter{Family::kLastShareTimestampSeconds,
                 [](const MinerPage& at) {
                   if (at.miner.last_share) at.Put(UnixSeconds(*at.miner.last_share));
                 }},
    FamilyWriter{Family::kPoolShareDifficulty, pool_families::ShareDifficulty},
    FamilyWriter{Family::kPoolFailuresTotal, pool_families::Failures},
    FamilyWriter{Family::kPoolSwitchesTotal,
                 [](const MinerPage& at) { PutOwned(at, at.miner.counters.pool_switches); }},
    FamilyWriter{Family::kPoolUnexpected, pool_families::Unexpected},
    FamilyWriter{Family::kPoolUnexpectedTargetInfo, pool_families::UnexpectedInfo},
    FamilyWriter{Family::kPoolWorkerInfo, pool_families::Workers},
    FamilyWriter{Family::kThresholdChipTemperatureCelsius,
                 [](const MinerPage& at) {
                   const Thresholds& limits = at.miner.thresholds;
                   at.page.Sample({at.Miner(), {"severity", "warning"}},
                                  limits.chip_warning_celsius);
                   at.page.Sample({at.Miner(), {"severity", "critical"}},
                                  limits.chip_critical_celsius);
                 }},
    FamilyWriter{Family::kThresholdHashrateRatio,
                 [](const MinerPage& at) { at.Put(at.miner.thresholds.hashrate_ratio); }},
    FamilyWriter{Family::kThresholdPowerWatts,
                 [](const MinerPage& at) { at.Put(at.miner.thresholds.power_watts); }},
    FamilyWriter{Family::kThresholdFanRpm,
                 [](const MinerPage& at) { at.Put(at.miner.thresholds.fan_rpm); }},
};

}  // namespace

std::span<const FamilyWriter> MinerFamilies() { return kWriters; }

}  // namespace antx
