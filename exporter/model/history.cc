#include "model/history.h"

#include <stdexcept>

namespace antx {

const std::vector<HistoryMetricInfo>& HistoryMetrics(HistoryKind kind) {
  static const std::vector<HistoryMetricInfo> kFleet = {
      {"hashrate", "H/s", "Sum of the SHA-256 miners that answer."},
      {"power", "W", "Sum of the miners that answer, reported or estimated."},
      {"power_estimated", "W", "The part of power that is estimated."},
      {"temp_avg", "Celsius", "Mean over the miners of their board means."},
      {"temp_max", "Celsius", "Hottest sensor of all miners."},
      {"fan_avg", "rpm", "Mean over the miners of their turning fans."},
      {"miners_known", "", "Miners in the inventory."},
      {"miners_up", "", "Miners whose last poll succeeded."},
      {"miners_hashing", "", "Miners in the state hashing."},
      {"boards_up", "", "Hashboards that hash."},
      {"energy", "J", "Energy of all miners, integrated by the exporter."},
  };
  static const std::vector<HistoryMetricInfo> kMiner = {
      {"hashrate", "H/s", "Short window, in hashes or solutions of the miner's algorithm."},
      {"power", "W", "Reported, else estimated."},
      {"power_reported", "", "1: power is reported by the firmware; 0: estimated."},
      {"temp_avg", "Celsius", "Mean over boards of the hottest chip, else board sensor."},
      {"temp_max", "Celsius", "Hottest chip sensor, else board sensor."},
      {"fan_avg", "rpm", "Mean of the fans that turn."},
      {"fan_min", "rpm", "Slowest fan; 0 when one stands still."},
      {"accepted", "", "Accepted shares since the mining process started."},
      {"rejected", "", "Rejected shares since the mining process started."},
      {"hardware_errors", "", "Hardware errors since the mining process started."},
      {"boards_up", "", "Hashboards that hash."},
      {"elapsed", "s", "Time since the mining process started."},
      {"energy", "J", "Energy integrated by the exporter."},
      {"state", "", "State as a number: hashing 0, degraded 1, starting 2, ..."},
  };
  static const std::vector<HistoryMetricInfo> kBoard = {
      {"hashrate", "H/s", "Hashrate of the board."},
      {"chip_max", "Celsius", "Hottest chip sensor of the board."},
      {"pcb_max", "Celsius", "Hottest sensor on the board itself."},
      {"chips", "", "Chips found."},
      {"hardware_errors", "", "Hardware errors since the mining process started."},
      {"frequency", "Hz", "Chip frequency."},
      {"voltage", "V", "Chain voltage."},
  };
  switch (kind) {
    case HistoryKind::kFleet:
      return kFleet;
    case HistoryKind::kMiner:
      return kMiner;
    case HistoryKind::kBoard:
      return kBoard;
  }
  throw std::logic_error("no such kind of history");
}

std::optional<std::size_t> FindHistoryMetric(HistoryKind kind, std::string_view name) {
  const auto& metrics = HistoryMetrics(kind);
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (metrics[i].name == name) return i;
  }
  return std::nullopt;
}

std::string_view HistoryStepName(HistoryStep step) {
  switch (step) {
    case HistoryStep::kRaw:
      return "raw";
    case HistoryStep::kFiveMinutes:
      return "5m";
    case HistoryStep::kHour:
      return "1h";
    case HistoryStep::kDay:
      return "1d";
  }
  return "raw";
}

std::optional<HistoryStep> ParseHistoryStep(std::string_view text) {
  for (int i = 0; i < kHistoryStepCount; ++i) {
    const auto step = static_cast<HistoryStep>(i);
    if (HistoryStepName(step) == text) return step;
  }
  return std::nullopt;
}

std::chrono::seconds HistoryStepLength(HistoryStep step) {
  switch (step) {
    case HistoryStep::kRaw:
      return std::chrono::seconds(0);
    case HistoryStep::kFiveMinutes:
      return std::chrono::minutes(5);
    case HistoryStep::kHour:
      return std::chrono::hours(1);
    case HistoryStep::kDay:
      return std::chrono::hours(24);
  }
  return std::chrono::seconds(0);
}

void throw_exception_from_error(const HistoryError& error,
                                const boost::source_location& /*where*/) {
  throw std::logic_error("unchecked HistoryError: " + error.detail);
}

}  // namespace antx
