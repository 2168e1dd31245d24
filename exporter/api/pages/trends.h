// The past as charts: the range that is asked for, and one chart per metric.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/pages/chart.h"
#include "api/pages/layout.h"
#include "api/query.h"

namespace antx::pages {

struct TrendRange {
  std::string_view name;  ///< Value of ?range=.
  std::chrono::seconds length;
};
/// Points and the time they are drawn over.
struct Trend {
  std::vector<HistoryPoint> points;
  ChartSpan span;
};
/// Reads one series. Where the history is younger than a quarter of the range, the span begins
/// with the first row: a new installation shows a line, not a dot.
[[nodiscard]] HistoryResult<Trend> ReadTrend(const View& view, SeriesQuery query);

/// ?range=: 1h, 6h, 24h (default), 7d or 30d; else the error.
[[nodiscard]] Parsed<TrendRange> ParseRange(const Query& query);
/// Links to the other ranges. `path` ends with '?' or '&'.
[[nodiscard]] Html RangeLinks(const TrendRange& chosen, const std::string& path);

/// Charts of the whole fleet.
[[nodiscard]] Html FleetTrends(const View& view, const TrendRange& range);
/// Charts of one miner.
[[nodiscard]] Html MinerTrends(const View& view, const TrendRange& range, const MinerView& miner);

}  // namespace antx::pages
