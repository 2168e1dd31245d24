#include <algorithm>
#include <iterator>

#include "history/blocks.h"
#include "history/columns.h"
#include "history/layout.h"
#include "history/reader.h"
#include "history/rollup.h"
#include "history/store.h"

namespace antx {
namespace {

HistoryKind KindOf(const SeriesQuery& query) {
  if (query.miner.empty()) return HistoryKind::kFleet;
  return query.board.empty() ? HistoryKind::kMiner : HistoryKind::kBoard;
}

/// The finest step that is kept since `from` and gives few enough points.
HistoryStep PickStep(const SeriesQuery& query, HistoryKind kind, const ReadSettings& settings,
                     std::int64_t now) {
  if (query.step) return *query.step;
  const std::int64_t from = Milliseconds(query.from);
  const std::int64_t length = Milliseconds(query.to) - from;
  for (int i = 0; i < kHistoryStepCount; ++i) {
    const auto step = static_cast<HistoryStep>(i);
    std::int64_t keep = settings.keep[static_cast<std::size_t>(i)];
    std::int64_t spacing = HistoryStepLength(step).count() * 1000;
    if (step == HistoryStep::kRaw) {
      spacing = std::max<std::int64_t>(1, settings.interval);
      if (kind == HistoryKind::kBoard) keep = kHourMilliseconds;
    }
    if (keep != 0 && now - keep > from) continue;
    if (length / spacing <= static_cast<std::int64_t>(query.most_points)) return step;
  }
  return HistoryStep::kDay;
}

std::vector<HistoryPoint> Points(const Block& block, HistoryStep step, std::size_t metric,
                                 double unit) {
  std::vector<HistoryPoint> points;
  points.reserve(block.size());
  for (std::size_t row = 0; row < block.size(); ++row) {
    if (step != HistoryStep::kRaw) {
      if (auto point = ReadBucket(block, row, metric, unit, step)) points.push_back(*point);
      continue;
    }
    const auto value = FromStored(block.values[RawColumn(metric)][row], unit);
    if (!value) continue;
    points.push_back({FromMilliseconds(block.times[row]), *value, *value, *value, *value, 1, 1});
  }
  return points;
}

/// A bucket that two algorithms share. Their rates do not add up: that with more samples stays.
HistoryPoint Join(const HistoryPoint& first, const HistoryPoint& second, bool is_rate) {
  if (is_rate) return second.samples > first.samples ? second : first;
  HistoryPoint point = first;
  const double total = static_cast<double>(first.samples) + static_cast<double>(second.samples);
  point.mean = (first.mean * first.samples + second.mean * second.samples) / total;
  point.min = std::min(first.min, second.min);
  point.max = std::max(first.max, second.max);
  point.last = second.last;
  point.samples += second.samples;
  point.coverage = std::min(1.0, first.coverage + second.coverage);
  return point;
}

/// Adds the points of a later series of the same machine.
void AddPoints(const std::vector<HistoryPoint>& more, bool is_rate,
               std::vector<HistoryPoint>& points) {
  if (points.empty() || more.empty()) {
    points.insert(points.end(), more.begin(), more.end());
    return;
  }
  std::vector<HistoryPoint> all;
  std::merge(points.begin(), points.end(), more.begin(), more.end(), std::back_inserter(all),
             [](const HistoryPoint& a, const HistoryPoint& b) { return a.time < b.time; });
  points.clear();
  for (const HistoryPoint& point : all) {
    if (points.empty() || points.back().time != point.time) {
      points.push_back(point);
    } else {
      points.back() = Join(points.back(), point, is_rate);
    }
  }
}

}  // namespace

HistoryResult<SeriesAnswer> DbReader::Series(const SeriesQuery& query) const {
  auto lease = Open();
  if (lease.has_error()) return lease.error();
  Db& db = **lease;
  const ReadTransaction transaction(db);
  const HistoryKind kind = KindOf(query);
  const auto series = FindSeries(db, kind, query.miner, query.board);
  if (series.has_error()) return series.error();
  SeriesAnswer answer;
  answer.step = PickStep(query, kind, *settings_.load(), Milliseconds(clock_.Now()));
  if (series->empty() || query.metric >= HistoryMetrics(kind).size()) return answer;
  answer.known = true;
  const TimeRange range{Milliseconds(query.from), Milliseconds(query.to)};
  for (const SeriesInfo& info : *series) {
    const auto block = ReadBlock(db, info, answer.step, range);
    if (block.has_error()) return HistoryError{block.error().detail};
    const double unit = StoredUnit(kind, query.metric, info.rate_unit);
    AddPoints(Points(*block, answer.step, query.metric, unit), IsRate(kind, query.metric),
              answer.points);
  }
  return answer;
}

}  // namespace antx
