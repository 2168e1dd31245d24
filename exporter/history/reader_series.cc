#include <algorithm>

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

}  // namespace

HistoryResult<SeriesAnswer> DbReader::Series(const SeriesQuery& query) const {
  auto lease = Open();
  if (lease.has_error()) return lease.error();
  Db& db = **lease;
  const ReadTransaction transaction(db);
  const HistoryKind kind = KindOf(query);
  const auto info = FindSeries(db, kind, query.miner, query.board);
  if (info.has_error()) return info.error();
  SeriesAnswer answer;
  answer.step = PickStep(query, kind, *settings_.load(), Milliseconds(clock_.Now()));
  if (!*info || query.metric >= HistoryMetrics(kind).size()) return answer;
  answer.known = true;
  const auto block =
      ReadBlock(db, **info, answer.step, {Milliseconds(query.from), Milliseconds(query.to)});
  if (block.has_error()) return HistoryError{block.error().detail};
  answer.points =
      Points(*block, answer.step, query.metric, StoredUnit(kind, query.metric, (*info)->rate_unit));
  return answer;
}

}  // namespace antx
