#include "history/columns.h"

#include <array>
#include <cmath>

namespace antx {
namespace {

constexpr double kIsRate = 0;

// In the order of the metric enums of model/history.h.
constexpr std::array<double, kFleetMetricCount> kFleetUnits = {1e9, 0.1, 0.1, 0.1, 0.1, 1,
                                                               1,   1,   1,   1,   1000};
constexpr std::array<double, kMinerMetricCount> kMinerUnits = {kIsRate, 0.1, 1, 0.1, 0.1, 1,    1,
                                                               1,       1,   1, 1,   1,   1000, 1};
constexpr std::array<double, kBoardMetricCount> kBoardUnits = {kIsRate, 0.1, 0.1, 1, 1, 1e5, 0.01};

struct AlgorithmUnit {
  std::string_view algorithm;
  std::int64_t unit;
};
constexpr std::array<AlgorithmUnit, 4> kRateUnits = {{
    {"sha256", 1'000'000'000},
    {"kheavyhash", 10'000'000},
    {"equihash", 1},
    {"scrypt", 10'000},
}};
constexpr std::int64_t kOtherRateUnit = 100'000;

double UnitOf(HistoryKind kind, std::size_t metric) {
  switch (kind) {
    case HistoryKind::kFleet:
      return kFleetUnits.at(metric);
    case HistoryKind::kMiner:
      return kMinerUnits.at(metric);
    case HistoryKind::kBoard:
      return kBoardUnits.at(metric);
  }
  return kIsRate;
}

}  // namespace

std::int64_t RateUnit(std::string_view algorithm) {
  for (const AlgorithmUnit& row : kRateUnits) {
    if (row.algorithm == algorithm) return row.unit;
  }
  return kOtherRateUnit;
}

double StoredUnit(HistoryKind kind, std::size_t metric, std::int64_t rate_unit) {
  const double unit = UnitOf(kind, metric);
  return unit == kIsRate ? static_cast<double>(rate_unit) : unit;
}

bool IsRate(HistoryKind kind, std::size_t metric) { return UnitOf(kind, metric) == kIsRate; }

std::int64_t ToStored(const std::optional<double>& value, double unit) {
  constexpr double kMost = 9e15;  // Whole numbers are exact up to here.
  if (!value || !std::isfinite(*value)) return kNoValue;
  const double scaled = *value / unit;
  if (scaled > kMost || scaled < -kMost) return kNoValue;
  return std::llround(scaled);
}

std::optional<double> FromStored(std::int64_t stored, double unit) {
  if (stored == kNoValue) return std::nullopt;
  return FromUnits(static_cast<double>(stored), unit);
}

double FromUnits(double stored, double unit) {
  // Dividing by the reciprocal of a tenth gives 63.1, multiplying by 0.1 gives 63.1000...01.
  return unit < 1 ? stored / std::round(1 / unit) : stored * unit;
}

std::string RawTable(HistoryKind kind) {
  switch (kind) {
    case HistoryKind::kFleet:
      return "raw_fleet";
    case HistoryKind::kMiner:
      return "raw_miner";
    case HistoryKind::kBoard:
      return "raw_board";
  }
  return {};
}

std::string ColumnList(HistoryKind kind) {
  std::string list;
  for (const HistoryMetricInfo& metric : HistoryMetrics(kind)) {
    if (!list.empty()) list += ',';
    list += metric.name;
  }
  return list;
}

}  // namespace antx
