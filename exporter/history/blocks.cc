#include "history/blocks.h"

#include <algorithm>

#include "history/compaction.h"
#include "history/layout.h"
#include "history/rollup.h"

namespace antx {
namespace {

std::int64_t Floor(std::int64_t time, HistoryStep step) {
  const std::int64_t length = HistoryStepLength(step).count() * 1000;
  return length == 0 ? time : BucketStart(time, length);
}

std::size_t Columns(HistoryKind kind, HistoryStep step) {
  return step == HistoryStep::kRaw ? RawColumns(kind) : RolledColumns(kind);
}

}  // namespace

DbResult<Block> ReadHotRows(Db& db, const SeriesInfo& series, TimeRange range) {
  // The fleet's rows name the rounds; each is one look-up by (ts, series).
  auto rows = db.Prepare("SELECT f.ts,r.span," +
                         [&] {
                           std::string list;
                           for (const HistoryMetricInfo& metric : HistoryMetrics(series.kind)) {
                             list += (list.empty() ? "r." : ",r.") + std::string(metric.name);
                           }
                           return list;
                         }() +
                         " FROM raw_fleet f CROSS JOIN " + RawTable(series.kind) +
                         " r ON r.ts = f.ts AND r.series = ? WHERE f.ts >= ? AND f.ts < ?"
                         " ORDER BY f.ts");
  if (rows.has_error()) return rows.error();
  rows->Bind(1, series.series);
  rows->Bind(2, range.from);
  rows->Bind(3, range.to);
  Block block(RawColumns(series.kind));
  while (rows->Step()) {
    block.times.push_back(rows->Int(0));
    for (std::size_t i = 0; i < block.values.size(); ++i) {
      block.values[i].push_back(rows->OptionalInt(static_cast<int>(i) + 1).value_or(kNoValue));
    }
  }
  if (rows->Failed()) return db.LastError();
  return block;
}

void AppendRows(const Block& from, TimeRange range, Block& to) {
  const auto first = std::lower_bound(from.times.begin(), from.times.end(), range.from);
  const auto end = std::lower_bound(first, from.times.end(), range.to);
  const auto begin_index = first - from.times.begin();
  const auto end_index = end - from.times.begin();
  to.times.insert(to.times.end(), first, end);
  for (std::size_t i = 0; i < to.values.size(); ++i) {
    to.values[i].insert(to.values[i].end(), from.values[i].begin() + begin_index,
                        from.values[i].begin() + end_index);
  }
}

DbResult<Block> ReadBlock(Db& db, const SeriesInfo& series, HistoryStep step, TimeRange range) {
  Block block(Columns(series.kind, step));
  const TimeRange stored = CutToStored(db, step, range);
  const std::int64_t length = ChunkLength(step);
  for (std::int64_t period = BucketStart(stored.from, length); period < stored.to;
       period += length) {
    bool damaged = false;
    const auto chunk = LoadChunk(db, series.kind, step, period, series.series, damaged);
    if (chunk.has_error()) return chunk.error();
    AppendRows(*chunk, range, block);
  }
  const TimeRange hot_range{Floor(range.from, step), range.to};
  const auto hot = ReadHotRows(db, series, hot_range);
  if (hot.has_error()) return hot.error();
  if (step != HistoryStep::kRaw) {
    AddToBuckets(*hot, series.kind, step, block);
    return block;
  }
  for (std::size_t i = 0; i < hot->size(); ++i) {
    const std::size_t row = block.Insert(hot->times[i]);
    for (std::size_t column = 0; column < block.values.size(); ++column) {
      block.values[column][row] = hot->values[column][i];
    }
  }
  return block;
}

TimeRange CutToStored(Db& db, HistoryStep step, TimeRange range) {
  const std::int64_t first_key = ChunkKey(step, 0, 0);
  const std::int64_t end_key = first_key + (std::int64_t{1} << 56);
  const auto edge = [&](const char* which) {
    return db.Number("SELECT " + std::string(which) + "(id) FROM chunks WHERE id >= " +
                     std::to_string(first_key) + " AND id < " + std::to_string(end_key));
  };
  const auto oldest = edge("min");
  const auto newest = edge("max");
  if (!oldest || !newest) return {range.from, range.from};
  const std::int64_t length = ChunkLength(step);
  const auto start = [&](std::int64_t key) { return ((key - first_key) >> 24) * length; };
  const TimeRange cut{std::max(range.from, start(*oldest)),
                      std::min(range.to, start(*newest) + length)};
  return cut.from < cut.to ? cut : TimeRange{range.from, range.from};
}

}  // namespace antx
