// Rows of the history as OpenMetrics with times, to back-fill a Prometheus that was down. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/history.h"

namespace antx {

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

}  // namespace antx
