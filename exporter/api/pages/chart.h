// Lines over time as SVG, drawn on the server: small ones for rows, large ones with a scale.
// Colours come from classes of the style sheet. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/pages/html.h"
#include "model/history.h"

namespace antx::pages {

struct ChartSpan {
  SystemTime from, to;
};

/// A line of 96 x 20 without scale, from 0 (or the lowest value, when `from_zero` is false) to
/// the highest. Empty without points. Gaps of more than three times the usual step stay open.
[[nodiscard]] Html Sparkline(const std::vector<HistoryPoint>& points, ChartSpan span,
                             std::string_view label, bool from_zero = true);

struct ChartStyle {
  std::string title;
  std::function<std::string(double)> text;  ///< Writes a value with its unit.
  bool from_zero = true;
  std::optional<double> limit;  ///< A dashed line.
  std::string limit_title;
};
/// A figure with heading, last value, lowest and highest, and the time below. Says so when there
/// is nothing to draw.
[[nodiscard]] Html Chart(const std::vector<HistoryPoint>& points, ChartSpan span,
                         const ChartStyle& style);

}  // namespace antx::pages
