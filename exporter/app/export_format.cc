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
