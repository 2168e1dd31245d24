// How rows of the history look in a file: OpenMetrics, CSV, NDJSON. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/history.h"

namespace antx {

enum class ExportFormat { kOpenMetrics, kCsv, kNdjson };
/// "openmetrics", "csv", "ndjson".
[[nodiscard]] std::optional<ExportFormat> ParseExportFormat(std::string_view text);

/// A family of the OpenMetrics form, with the name it has on the page of metrics where the page
/// has the same value; what only the history keeps begins with antminer_history_.
struct ExportFamily {
  std::string_view name;  ///< As a sample is named; counters end in _total.
  std::string_view type;  ///< "gauge" or "counter"
  std::string_view help;
  MinerMetric metric;
};
[[nodiscard]] const std::vector<ExportFamily>& ExportFamilies();

/// "# HELP" and "# TYPE" of a family.
[[nodiscard]] std::string OpenMetricsHead(const ExportFamily& family);
/// One sample with its time in seconds; "" when the miner did not tell the value.
[[nodiscard]] std::string OpenMetricsLine(const ExportFamily& family, const HistoryRow& row);

/// timestamp, miner, address and the metrics by name.
[[nodiscard]] std::string CsvHead();
/// An absent value is an empty field.
[[nodiscard]] std::string CsvLine(const HistoryRow& row);
/// One JSON object; absent values are null.
[[nodiscard]] std::string NdjsonLine(const HistoryRow& row);

}  // namespace antx
