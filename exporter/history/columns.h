// How values become integers on disk: every metric is stored as a whole number of its unit.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "model/history.h"

namespace antx {

/// "Not told" inside blocks of integers; SQL columns use NULL.
inline constexpr std::int64_t kNoValue = std::numeric_limits<std::int64_t>::min();

/// H/s that one stored unit of hashrate stands for: 1 GH/s for SHA-256, less for slower
/// algorithms, so that five digits are kept. Part of the series: never changes afterwards.
[[nodiscard]] std::int64_t RateUnit(std::string_view algorithm);

/// The unit of a metric in the metric's own base unit, e.g. 0.1 (Celsius).
[[nodiscard]] double StoredUnit(HistoryKind kind, std::size_t metric, std::int64_t rate_unit);

/// A rate in hashes or solutions of the algorithm: rates of two algorithms do not add up.
[[nodiscard]] bool IsRate(HistoryKind kind, std::size_t metric);

/// kNoValue for absent and for what is no finite number.
[[nodiscard]] std::int64_t ToStored(const std::optional<double>& value, double unit);
[[nodiscard]] std::optional<double> FromStored(std::int64_t stored, double unit);
/// A number of units, e.g. a mean, which need not be whole.
[[nodiscard]] double FromUnits(double stored, double unit);

/// "raw_miner", ...
[[nodiscard]] std::string RawTable(HistoryKind kind);
/// "hashrate,power,..." in the order of the metrics.
[[nodiscard]] std::string ColumnList(HistoryKind kind);

}  // namespace antx
