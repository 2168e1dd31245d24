#include "api/pages/chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <span>

#include "api/pages/words.h"

namespace antx::pages {
namespace {

struct Scale {
  ChartSpan span;
  double low = 0, high = 1;
  double width = 96, height = 20;

  [[nodiscard]] double X(SystemTime time) const {
    const double all = UnixSeconds(span.to) - UnixSeconds(span.from);
    return (UnixSeconds(time) - UnixSeconds(span.from)) / std::max(all, 1.0) * width;
  }
  [[nodiscard]] double Y(double value) const {
    // One unit of room above and below for the thickness of the line.
    return 1 + (height - 2) * (1 - (value - low) / (high - low));
  }
};

Scale ScaleOf(const std::vector<HistoryPoint>& points, ChartSpan span, bool from_zero,
              std::optional<double> limit = std::nullopt) {
  Scale scale{span};
  scale.low = scale.high = points.front().mean;
  for (const HistoryPoint& point : points) {
    scale.low = std::min(scale.low, point.min);
    scale.high = std::max(scale.high, point.max);
  }
  if (from_zero) scale.low = std::min(scale.low, 0.0);
  // A limit far above stays out of sight rather than to press the line to the floor.
  const double reach = scale.high + std::max((scale.high - scale.low) * 1.5, scale.high * 0.3);
  if (limit && *limit <= reach) scale.high = std::max(scale.high, *limit);
  const double room = (scale.high - scale.low) * 0.06;
  scale.high += room;
  if (!from_zero) scale.low -= room;
  if (scale.high - scale.low < 1e-9) scale.high = scale.low + std::max(std::abs(scale.low), 1.0);
  return scale;
}

std::string Coordinate(double x, double y) {
  std::array<char, 48> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.1f %.1f", x, y);
  return {text.data(), static_cast<std::size_t>(std::clamp(size, 0, 47))};
}

/// The usual distance between points: what is much longer is a gap.
double UsualStep(const std::vector<HistoryPoint>& points) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < points.size(); ++i) {
    steps.push_back(UnixSeconds(points[i].time) - UnixSeconds(points[i - 1].time));
  }
  if (steps.empty()) return 0;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

/// Runs of points without a gap between them.
std::vector<std::span<const HistoryPoint>> RunsOf(const std::vector<HistoryPoint>& points) {
  const double gap = 3 * UsualStep(points);
  std::vector<std::span<const HistoryPoint>> runs;
  std::size_t first = 0;
  for (std::size_t i = 1; i <= points.size(); ++i) {
    const bool ends =
        i == points.size() || UnixSeconds(points[i].time) - UnixSeconds(points[i - 1].time) > gap;
    if (!ends) continue;
    runs.push_back(std::span(points).subspan(first, i - first));
    first = i;
  }
  return runs;
}

std::string LinePath(const std::vector<HistoryPoint>& points, const Scale& scale) {
  std::string path;
  for (const auto run : RunsOf(points)) {
    path += 'M';
    for (std::size_t i = 0; i < run.size(); ++i) {
      if (i > 0) path += 'L';
      path += Coordinate(scale.X(run[i].time), scale.Y(run[i].mean));
    }
    // A lonely point shows as a dot: a line of no length with round ends.
    if (run.size() == 1) path += "h0";
  }
  return path;
}

/// The area between lowest and highest of each bucket.
std::string BandPath(const std::vector<HistoryPoint>& points, const Scale& scale) {
  std::string path;
  for (const auto run : RunsOf(points)) {
    std::string back;
    char step = 'M';
    for (const HistoryPoint& point : run) {
      const double x = scale.X(point.time);
      path += step + Coordinate(x, scale.Y(point.max));
      back.insert(0, 'L' + Coordinate(x, scale.Y(point.min)));
      step = 'L';
    }
    path += back + 'Z';
  }
  return path;
}

bool HasBand(const std::vector<HistoryPoint>& points) {
  return std::any_of(points.begin(), points.end(),
                     [](const HistoryPoint& point) { return point.max > point.min; });
}

/// "10-09 08:53 UTC"
std::string ShortStamp(SystemTime time) {
  const std::string text = StampText(time);
  return text.size() < 16 ? text : text.substr(5, 11) + " UTC";
}

Html Plot(const std::vector<HistoryPoint>& points, ChartSpan span, const ChartStyle& style,
          const std::string& summary) {
  Scale scale = ScaleOf(points, span, style.from_zero, style.limit);
  scale.width = 600;
  scale.height = 140;
  Html html;
  html << "<svg class=\"plot\" viewBox=\"0 0 600 140\" preserveAspectRatio=\"none\" role=\"img\" "
          "aria-label=\""
       << style.title << ": " << summary << "\">";
  for (const double part : {0.25, 0.5, 0.75}) {
    html << "<path class=\"grid\" d=\"M" << Coordinate(0, 140 * part) << "L"
         << Coordinate(600, 140 * part) << "\"/>";
  }
  if (HasBand(points)) html << "<path class=\"band\" d=\"" << BandPath(points, scale) << "\"/>";
  html << "<path class=\"line\" d=\"" << LinePath(points, scale) << "\"/>";
  if (style.limit && *style.limit <= scale.high) {
    const double y = scale.Y(*style.limit);
    html << "<path class=\"limit\" d=\"M" << Coordinate(0, y) << "L" << Coordinate(600, y)
         << "\"/>";
  }
  html << "</svg><div class=\"axis\" aria-hidden=\"true\"><span>" << style.text(scale.high)
       << "</span><span>" << style.text(scale.low) << "</span></div>";
  return html;
}

}  // namespace

Html Sparkline(const std::vector<HistoryPoint>& points, ChartSpan span, std::string_view label,
               bool from_zero) {
  Html html;
  if (points.empty()) return html;
  const Scale scale = ScaleOf(points, span, from_zero);
  html << "<svg class=\"spark\" viewBox=\"0 0 96 20\" preserveAspectRatio=\"none\" role=\"img\" "
          "aria-label=\""
       << label << "\"><path d=\"" << LinePath(points, scale) << "\"/></svg>";
  return html;
}

Html Chart(const std::vector<HistoryPoint>& points, ChartSpan span, const ChartStyle& style) {
  Html html;
  html << "<figure class=\"chart\"><figcaption><span>" << style.title << "</span>";
  if (points.empty()) {
    html << "</figcaption><p class=\"empty\">Nothing stored in this time.</p></figure>";
    return html;
  }
  double low = points.front().min, high = points.front().max;
  for (const HistoryPoint& point : points) {
    low = std::min(low, point.min);
    high = std::max(high, point.max);
  }
  const std::string summary = style.text(low) + " to " + style.text(high);
  html << "<b>" << style.text(points.back().last) << "</b><small>" << summary;
  if (style.limit) html << ", " << style.limit_title << ' ' << style.text(*style.limit);
  html << "</small></figcaption><div class=\"canvas\">" << Plot(points, span, style, summary)
       << "</div><div class=\"times\" aria-hidden=\"true\"><span>" << ShortStamp(span.from)
       << "</span><span>" << ShortStamp(span.to) << "</span></div></figure>";
  return html;
}

}  // namespace antx::pages
