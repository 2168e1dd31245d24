#include "model/miner_values.h"

#include <algorithm>
#include <cstddef>

namespace antx {
namespace {

/// A mean of what was told; absent when nothing was.
class Mean {
 public:
  void Add(const std::optional<double>& value) {
    if (!value) return;
    sum_ += *value;
    ++count_;
  }
  [[nodiscard]] std::optional<double> value() const {
    if (count_ == 0) return std::nullopt;
    return sum_ / count_;
  }

 private:
  double sum_ = 0;
  int count_ = 0;
};

std::optional<double> Hottest(const std::vector<SensorReading>& sensors) {
  std::optional<double> most;
  for (const SensorReading& sensor : sensors) {
    const double celsius = static_cast<double>(sensor.celsius);
    if (!most || celsius > *most) most = celsius;
  }
  return most;
}

std::optional<double> MeanBoardCelsius(const Reading& reading) {
  Mean mean;
  for (const BoardReading& board : reading.boards) {
    if (!board.present) continue;
    const auto chip = Hottest(board.chip_celsius);
    mean.Add(chip ? chip : Hottest(board.pcb_celsius));
  }
  return mean.value();
}

template <class Metric>
std::size_t Index(Metric metric) {
  return static_cast<std::size_t>(metric);
}

void AddTo(std::optional<double>& sum, const std::optional<double>& value) {
  if (value) sum = sum.value_or(0) + *value;
}

void AddFans(const Reading& reading, MinerValues& values) {
  Mean turning;
  std::optional<double> slowest;
  for (const FanReading& fan : reading.fans) {
    if (fan.rpm > 0) turning.Add(fan.rpm);
    slowest = slowest ? std::min(*slowest, fan.rpm) : fan.rpm;
  }
  values[Index(MinerMetric::kFanAvg)] = turning.value();
  values[Index(MinerMetric::kFanMin)] = slowest;
}

void AddReading(const Reading& reading, MinerValues& values) {
  values[Index(MinerMetric::kHashrate)] = reading.hashrate_hashes_per_second;
  values[Index(MinerMetric::kTempAvg)] = MeanBoardCelsius(reading);
  values[Index(MinerMetric::kTempMax)] = reading.HottestChipCelsius();
  AddFans(reading, values);
  values[Index(MinerMetric::kAccepted)] = reading.accepted;
  values[Index(MinerMetric::kRejected)] = reading.rejected;
  values[Index(MinerMetric::kHardwareErrors)] = reading.hardware_errors;
  values[Index(MinerMetric::kElapsed)] = reading.elapsed_seconds;
  if (reading.boards.empty()) return;
  values[Index(MinerMetric::kBoardsUp)] =
      static_cast<double>(std::count_if(reading.boards.begin(), reading.boards.end(),
                                        [](const BoardReading& board) { return board.Up(); }));
}

std::optional<double> Energy(const OwnedCounters& counters) {
  if (!counters.energy_reported_seen && !counters.energy_estimated_seen) return std::nullopt;
  return counters.energy_reported_joules + counters.energy_estimated_joules;
}

}  // namespace

MinerValues ValuesOf(const MinerView& view) {
  MinerValues values;
  if (view.reading) AddReading(*view.reading, values);
  if (view.power) {
    values[Index(MinerMetric::kPower)] = view.power->watts;
    values[Index(MinerMetric::kPowerReported)] =
        view.power->source == PowerSource::kReported ? 1 : 0;
  }
  values[Index(MinerMetric::kEnergy)] = Energy(view.counters);
  values[Index(MinerMetric::kState)] = static_cast<double>(view.state);
  return values;
}

BoardValues ValuesOf(const BoardReading& board) {
  BoardValues values;
  values[Index(BoardMetric::kHashrate)] = board.hashrate_hashes_per_second;
  values[Index(BoardMetric::kChipMax)] = Hottest(board.chip_celsius);
  values[Index(BoardMetric::kPcbMax)] = Hottest(board.pcb_celsius);
  if (board.chips) values[Index(BoardMetric::kChips)] = *board.chips;
  values[Index(BoardMetric::kHardwareErrors)] = board.hardware_errors;
  values[Index(BoardMetric::kFrequency)] = board.frequency_hertz;
  values[Index(BoardMetric::kVoltage)] = board.voltage_volts;
  return values;
}

FleetValues ValuesOf(const Snapshot& snapshot) {
  FleetValues values;
  Mean temperature, fan;
  double up = 0, hashing = 0;
  const auto sum = [&values](FleetMetric metric) -> std::optional<double>& {
    return values[Index(metric)];
  };
  for (const auto& view : snapshot.miners) {
    AddTo(sum(FleetMetric::kEnergy), Energy(view->counters));
    if (!view->up || !view->reading) continue;
    const MinerValues miner = ValuesOf(*view);
    up += 1;
    if (view->state == MinerState::kHashing) hashing += 1;
    if (view->reading->IsSha256())
      AddTo(sum(FleetMetric::kHashrate), At(miner, MinerMetric::kHashrate));
    const auto& power = At(miner, MinerMetric::kPower);
    AddTo(sum(FleetMetric::kPower), power);
    if (power && view->power->source != PowerSource::kReported) {
      AddTo(sum(FleetMetric::kPowerEstimated), power);
    }
    temperature.Add(At(miner, MinerMetric::kTempAvg));
    fan.Add(At(miner, MinerMetric::kFanAvg));
    const auto& hottest = At(miner, MinerMetric::kTempMax);
    auto& most = sum(FleetMetric::kTempMax);
    if (hottest && (!most || *hottest > *most)) most = hottest;
    AddTo(sum(FleetMetric::kBoardsUp), At(miner, MinerMetric::kBoardsUp));
  }
  sum(FleetMetric::kTempAvg) = temperature.value();
  sum(FleetMetric::kFanAvg) = fan.value();
  sum(FleetMetric::kMinersKnown) = static_cast<double>(snapshot.miners.size());
  sum(FleetMetric::kMinersUp) = up;
  sum(FleetMetric::kMinersHashing) = hashing;
  return values;
}

}  // namespace antx
