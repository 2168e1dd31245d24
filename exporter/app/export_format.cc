#include "app/export_format.h"

#include <array>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <charconv>

#include "util/text.h"

namespace antx {
namespace {

std::string Number(double value) {
  std::array<char, 40> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string Quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string(ToValidUtf8(text)));
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

std::string CsvField(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + '"';
}

}  // namespace

std::optional<ExportFormat> ParseExportFormat(std::string_view text) {
  if (text == "openmetrics") return ExportFormat::kOpenMetrics;
  if (text == "csv") return ExportFormat::kCsv;
  if (text == "ndjson") return ExportFormat::kNdjson;
  return std::nullopt;
}

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
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(row.time.time_since_epoch()).count();
  std::string fraction = std::to_string(1000 + (milliseconds % 1000 + 1000) % 1000).substr(1);
  return line + "} " + Number(*value) + ' ' + std::to_string(milliseconds / 1000) + '.' + fraction +
         '\n';
}

std::string CsvHead() {
  std::string head = "timestamp,miner,address";
  for (const HistoryMetricInfo& metric : HistoryMetrics(HistoryKind::kMiner)) {
    head += ',' + std::string(metric.name);
  }
  return head + '\n';
}

std::string CsvLine(const HistoryRow& row) {
  std::string line = FormatUtc(row.time) + ',' + CsvField(row.miner) + ',' + row.address.ToString();
  for (const auto& value : row.values) line += ',' + (value ? Number(*value) : std::string());
  return line + '\n';
}

std::string NdjsonLine(const HistoryRow& row) {
  std::string line = "{\"timestamp\":\"" + FormatUtc(row.time) +
                     "\",\"miner\":" + Quoted(row.miner) + ",\"address\":\"" +
                     row.address.ToString() + '"';
  const auto& metrics = HistoryMetrics(HistoryKind::kMiner);
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    line += ",\"" + std::string(metrics[i].name) +
            "\":" + (row.values[i] ? Number(*row.values[i]) : std::string("null"));
  }
  return line + "}\n";
}

}  // namespace antx
