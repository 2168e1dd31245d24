#include "api/pages/trends.h"

#include <array>
#include <utility>

#include "api/pages/words.h"

namespace antx::pages {
namespace {

constexpr std::size_t kChartPoints = 300;
constexpr std::array<TrendRange, 5> kRanges = {{{"1h", std::chrono::hours(1)},
                                                {"6h", std::chrono::hours(6)},
                                                {"24h", std::chrono::hours(24)},
                                                {"7d", std::chrono::hours(7 * 24)},
                                                {"30d", std::chrono::hours(30 * 24)}}};

ChartSpan SpanOf(const View& view, const TrendRange& range) {
  return {view.now - range.length, view.now};
}

void AddChart(Html& html, const View& view, SeriesQuery query, const ChartStyle& style) {
  query.most_points = kChartPoints;
  const auto trend = ReadTrend(view, query);
  if (trend.has_error()) {
    html << "<figure class=\"chart\"><figcaption><span>" << style.title
         << "</span></figcaption><p class=\"empty\">Cannot be read: " << trend.error().detail
         << "</p></figure>";
    return;
  }
  html << Chart(trend->points, trend->span, style);
}

std::string Rpm(double value) { return Count(value) + " rpm"; }

Html NoHistory() {
  Html html;
  html << "<p class=\"empty\">There is no history: the database is off or cannot be opened.</p>";
  return html;
}

}  // namespace

HistoryResult<Trend> ReadTrend(const View& view, SeriesQuery query) {
  auto answer = view.context.history->Series(query);
  if (answer.has_error()) return answer.error();
  const auto young = (query.to - query.from) / 4;
  if (!answer->points.empty() && query.to - answer->points.front().time < young) {
    query.from = answer->points.front().time;
    answer = view.context.history->Series(query);
    if (answer.has_error()) return answer.error();
    if (!answer->points.empty()) query.from = answer->points.front().time;
  }
  return Trend{std::move(answer->points), {query.from, query.to}};
}

Parsed<TrendRange> ParseRange(const Query& query) {
  const std::string asked = query.Get("range").value_or("24h");
  std::string error = "range: \"" + asked + "\" is none of";
  for (const TrendRange& range : kRanges) {
    if (range.name == asked) return {range, ""};
    error += ' ' + std::string(range.name);
  }
  return {std::nullopt, error};
}

Html RangeLinks(const TrendRange& chosen, const std::string& path) {
  Html html;
  html << "<ul class=\"ranges\" aria-label=\"Time shown\">";
  for (const TrendRange& range : kRanges) {
    html << "<li><a href=\"" << path << "range=" << range.name << "\"";
    if (range.name == chosen.name) html << " aria-current=\"true\"";
    html << ">" << range.name << "</a></li>";
  }
  html << "</ul>";
  return html;
}

Html FleetTrends(const View& view, const TrendRange& range) {
  if (!view.context.history) return NoHistory();
  const ChartSpan span = SpanOf(view, range);
  SeriesQuery query;
  query.from = span.from;
  query.to = span.to;
  Html html;
  html << "<div class=\"charts\">";
  const auto add = [&](FleetMetric metric, const ChartStyle& style) {
    query.metric = static_cast<std::size_t>(metric);
    AddChart(html, view, query, style);
  };
  add(FleetMetric::kHashrate,
      {"Hashrate", [](double value) { return RateText(value); }, true, {}, ""});
  add(FleetMetric::kPower, {"Power", PowerText, true, {}, ""});
  add(FleetMetric::kTempMax, {"Hottest chip", CelsiusText, false, {}, ""});
  add(FleetMetric::kMinersHashing, {"Miners that hash", Count, true, {}, ""});
  html << "</div>";
  return html;
}

Html MinerTrends(const View& view, const TrendRange& range, const MinerView& miner) {
  if (!view.context.history) return NoHistory();
  const ChartSpan span = SpanOf(view, range);
  SeriesQuery query;
  query.miner = miner.facts.id;
  query.from = span.from;
  query.to = span.to;
  Html html;
  html << "<div class=\"charts\">";
  const auto add = [&](MinerMetric metric, const ChartStyle& style) {
    query.metric = static_cast<std::size_t>(metric);
    AddChart(html, view, query, style);
  };
  const std::string algorithm = miner.identity.algorithm;
  add(MinerMetric::kHashrate,
      {"Hashrate", [algorithm](double value) { return RateText(value, algorithm); }, true,
       miner.hashrate_expected_hashes_per_second, "expected"});
  add(MinerMetric::kTempMax,
      {"Hottest chip", CelsiusText, false, miner.thresholds.chip_critical_celsius, "limit"});
  add(MinerMetric::kPower, {"Power", PowerText, true, miner.thresholds.power_watts, "limit"});
  const double fan = miner.thresholds.fan_rpm;
  add(MinerMetric::kFanMin,
      {"Slowest fan", Rpm, true, fan > 0 ? std::optional(fan) : std::nullopt, "lowest good"});
  html << "</div>";
  return html;
}

}  // namespace antx::pages
