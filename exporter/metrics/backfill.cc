#include "metrics/backfill.h"

#include <array>
#include <charconv>
#include <chrono>

#include "util/text.h"

namespace antx {
namespace {

std::string Number(double value) {
  std::array<char, 40> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

/// In OpenMetrics only these three are escaped.
std::string LabelValue(std::string_view text) {
  std::string value;
  for (const char c : ToValidUtf8(text)) {
    if (c == '\\' || c == '"') value += '\\';
    if (c == '\n') {
      value += "\\n";
    } else {
      value += c;
    }
  }
  return value;
}

}  // namespace

const std::vector<ExportFamily>& ExportFamilies() {
  static const std::vector<ExportFamily> kFamilies = {
      {"antminer_hashrate_hashes_per_second", "gauge", "Hashrate, short window.",
       MinerMetric::kHashrate},
      {"antminer_power_watts", "gauge", "Power, reported or estimated.", MinerMetric::kPower},
      {"antminer_shares_accepted_total", "counter", "Accepted shares.", MinerMetric::kAccepted},
      {"antminer_shares_rejected_total", "counter", "Rejected shares.", MinerMetric::kRejected},
      {"antminer_hardware_errors_total", "counter", "Hardware errors.",
       MinerMetric::kHardwareErrors},
      {"antminer_history_temperature_mean_celsius", "gauge",
       "Mean over boards of the hottest sensor.", MinerMetric::kTempAvg},
      {"antminer_history_temperature_max_celsius", "gauge", "Hottest sensor.",
       MinerMetric::kTempMax},
      {"antminer_history_fan_mean_rpm", "gauge", "Mean of the fans that turn.",
       MinerMetric::kFanAvg},
      {"antminer_history_fan_min_rpm", "gauge", "Slowest fan.", MinerMetric::kFanMin},
      {"antminer_history_boards_up", "gauge", "Hashboards that hash.", MinerMetric::kBoardsUp},
      {"antminer_history_energy_joules_total", "counter", "Energy, reported and estimated.",
       MinerMetric::kEnergy},
  };
  return kFamilies;
}

std::string OpenMetricsHead(const ExportFamily& family) {
  std::string name(family.name);
  if (name.ends_with("_total")) name.resize(name.size() - 6);
  return "# HELP " + name + ' ' + std::string(family.help) + "\n# TYPE " + name + ' ' +
         std::string(family.type) + '\n';
}

std::string OpenMetricsLine(const ExportFamily& family, const HistoryRow& row) {
  const auto& value = At(row.values, family.metric);
  if (!value) return {};
  std::string line = std::string(family.name) + "{miner=\"" + LabelValue(row.miner) + '"';
  if (family.metric == MinerMetric::kPower) {
    const bool reported = At(row.values, MinerMetric::kPowerReported).value_or(0) > 0;
    line += reported ? ",source=\"reported\"" : ",source=\"estimated\"";
  }
  const std::int64_t milliseconds = Milliseconds(row.time);
  std::string fraction = std::to_string(1000 + (milliseconds % 1000 + 1000) % 1000).substr(1);
  return line + "} " + Number(*value) + ' ' + std::to_string(milliseconds / 1000) + '.' + fraction +
         '\n';
}

}  // namespace antx
