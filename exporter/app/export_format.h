// How rows of the history look in a file: CSV and NDJSON here, OpenMetrics in
// metrics/backfill.h. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/history.h"

namespace antx {

enum class ExportFormat { kOpenMetrics, kCsv, kNdjson };
/// "openmetrics", "csv", "ndjson".
[[nodiscard]] std::optional<ExportFormat> ParseExportFormat(std::string_view text);

/// timestamp, miner, address and the metrics by name.
[[nodiscard]] std::string CsvHead();
/// An absent value is an empty field.
[[nodiscard]] std::string CsvLine(const HistoryRow& row);
/// One JSON object; absent values are null.
[[nodiscard]] std::string NdjsonLine(const HistoryRow& row);

}  // namespace antx
