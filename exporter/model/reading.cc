#include "model/reading.h"

#include <algorithm>

namespace antx {
namespace {

void TakeHottest(const std::vector<SensorReading>& sensors, std::optional<double>& hottest) {
  for (const SensorReading& sensor : sensors) {
    const double celsius = sensor.celsius;
    hottest = hottest ? std::max(*hottest, celsius) : celsius;
  }
}

}  // namespace

std::string_view PowerSourceName(PowerSource source) {
  switch (source) {
    case PowerSource::kReported:
      return "reported";
    case PowerSource::kOverride:
      return "override";
    case PowerSource::kTable:
      return "table";
    case PowerSource::kDefault:
      return "default";
  }
  return "unknown";
}

std::string_view PowerSourceLabel(PowerSource source) {
  return source == PowerSource::kReported ? "reported" : "estimated";
}

std::string_view PoolStatusName(PoolStatus status) {
  switch (status) {
    case PoolStatus::kAlive:
      return "alive";
    case PoolStatus::kDead:
      return "dead";
    case PoolStatus::kDisabled:
      return "disabled";
    case PoolStatus::kRejecting:
      return "rejecting";
    case PoolStatus::kUnknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view ComponentName(Component component) {
  switch (component) {
    case Component::kRate:
      return "rate";
    case Component::kNetwork:
      return "network";
    case Component::kFans:
      return "fans";
    case Component::kTemperature:
      break;
  }
  return "temp";
}

std::string_view CollectorName(Collector collector) {
  switch (collector) {
    case Collector::kSummary:
      return "summary";
    case Collector::kStats:
      return "stats";
    case Collector::kPools:
      return "pools";
    case Collector::kDevs:
      return "devs";
    case Collector::kWeb:
      return "web";
  }
  return "unknown";
}

bool BoardReading::Up() const {
  if (!present || (chips && *chips == 0)) return false;
  if (hashrate_hashes_per_second) return *hashrate_hashes_per_second > 0;
  // No rate told (S7): a chip that answers is the best evidence there is.
  if (chips && chips_failed) return *chips_failed < *chips;
  return chips.value_or(0) > 0;
}

int Reading::BoardsPresent() const {
  return static_cast<int>(
      std::count_if(boards.begin(), boards.end(), [](const auto& b) { return b.present; }));
}

std::optional<double> Reading::HottestChipCelsius() const {
  std::optional<double> hottest;
  for (const BoardReading& board : boards) TakeHottest(board.chip_celsius, hottest);
  if (hottest) return hottest;
  for (const BoardReading& board : boards) TakeHottest(board.pcb_celsius, hottest);
  return hottest;
}

}  // namespace antx
