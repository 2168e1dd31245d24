#include "history/retention.h"

#include <algorithm>
#include <string>

#include "history/columns.h"
#include "history/layout.h"
#include "history/rollup.h"

namespace antx {
namespace {

constexpr std::int64_t kChunksAtOnce = 2'000;
constexpr std::int64_t kLogRowsAtOnce = 5'000;
constexpr std::int64_t kRoundsAtOnce = 20;
constexpr int kPagesAtOnce = 256;
constexpr std::int64_t kYear = 365LL * 24 * kHourMilliseconds;

std::string Text(std::int64_t number) { return std::to_string(number); }

DbResult<std::int64_t> Delete(Db& db, const std::string& sql) {
  const auto done = db.Execute(sql);
  if (done.has_error()) return done.error();
  return db.Changes();
}

/// Chunks of periods that ended before `time`.
DbResult<std::int64_t> DropChunks(Db& db, HistoryStep step, std::int64_t time) {
  const std::int64_t end = ChunkKey(step, BucketStart(time, ChunkLength(step)), 0);
  return Delete(db, "DELETE FROM chunks WHERE id IN (SELECT id FROM chunks WHERE id >= " +
                        Text(ChunkKey(step, 0, 0)) + " AND id < " + Text(end) + " LIMIT " +
                        Text(kChunksAtOnce) + ")");
}

DbResult<std::int64_t> DropLogs(Db& db, std::int64_t before) {
  for (const char* table : {"events", "error_events"}) {
    const auto deleted =
        Delete(db, "DELETE FROM " + std::string(table) + " WHERE id IN (SELECT id FROM " + table +
                       " WHERE ts < " + Text(before) + " LIMIT " + Text(kLogRowsAtOnce) + ")");
    if (deleted.has_error() || *deleted > 0) return deleted;
  }
  return std::int64_t{0};
}

/// The oldest period of the finest step that has chunks; raw rows go first. Hours and days stay:
/// they are small, and nothing else tells of those years.
DbResult<std::int64_t> DropOldest(Db& db) {
  for (const HistoryStep step : {HistoryStep::kRaw, HistoryStep::kFiveMinutes}) {
    const std::int64_t first = ChunkKey(step, 0, 0);
    const auto oldest = db.Number("SELECT min(id) FROM chunks WHERE id >= " + Text(first) +
                                  " AND id < " + Text(first + (std::int64_t{1} << 56)));
    if (!oldest) continue;
    const std::int64_t end = *oldest - (*oldest & kMostSeries) + kMostSeries + 1;
    return Delete(
        db, "DELETE FROM chunks WHERE id IN (SELECT id FROM chunks WHERE id >= " + Text(*oldest) +
                " AND id < " + Text(end) + " LIMIT " + Text(kChunksAtOnce) + ")");
  }
  return std::int64_t{0};
}

std::int64_t Pages(Db& db, const char* pragma) {
  return db.Number(std::string("PRAGMA ") + pragma).value_or(0);
}

/// Bytes of the newest whole period of a step, times the periods that will be kept.
std::int64_t ForecastStep(Db& db, HistoryStep step, std::int64_t keep, std::int64_t now) {
  const std::int64_t length = ChunkLength(step);
  const std::int64_t period = BucketStart(now, length) - length;
  const auto bytes = db.Number(
      "SELECT sum(length(data)) FROM chunks WHERE id >= " + Text(ChunkKey(step, period, 0)) +
      " AND id < " + Text(ChunkKey(step, period + length, 0)));
  const std::int64_t kept = keep == 0 ? kYear : std::min(keep, kYear);
  return static_cast<std::int64_t>(static_cast<double>(bytes.value_or(0)) *
                                   static_cast<double>(kept) / static_cast<double>(length));
}

}  // namespace

DbResult<RetentionStep> RetainSome(Db& db, const RetentionPlan& plan, std::int64_t now) {
  for (int i = 0; i < kHistoryStepCount; ++i) {
    const std::int64_t keep = plan.keep[static_cast<std::size_t>(i)];
    if (keep == 0) continue;
    const auto deleted = DropChunks(db, static_cast<HistoryStep>(i), now - keep);
    if (deleted.has_error()) return deleted.error();
    if (*deleted > 0) return RetentionStep{true, *deleted};
  }
  if (plan.keep_logs > 0) {
    const auto deleted = DropLogs(db, now - plan.keep_logs);
    if (deleted.has_error()) return deleted.error();
    if (*deleted > 0) return RetentionStep{true, *deleted};
  }
  if (plan.budget_bytes <= 0) return RetentionStep{};
  const std::int64_t page = Pages(db, "page_size");
  const std::int64_t pages = Pages(db, "page_count");
  const std::int64_t free = Pages(db, "freelist_count");
  bool unmet = false;
  // A twentieth stays free for the hour that is being written.
  if ((pages - free) * page > plan.budget_bytes / 20 * 19) {
    const auto deleted = DropOldest(db);
    if (deleted.has_error()) return deleted.error();
    if (*deleted > 0) return RetentionStep{true, *deleted, true};
    unmet = (pages - free) * page > plan.budget_bytes;
  }
  if (pages * page > plan.budget_bytes && free > 0) {
    const auto done = db.Execute("PRAGMA incremental_vacuum(" + std::to_string(kPagesAtOnce) + ")");
    if (done.has_error()) return done.error();
    return RetentionStep{Pages(db, "page_count") < pages, 0, true, unmet};
  }
  return RetentionStep{false, 0, unmet, unmet};
}

DbResult<RetentionStep> DropRawRows(Db& db, std::int64_t now, std::int64_t keep) {
  const auto rounds =
      db.Number("SELECT max(ts) FROM (SELECT ts FROM raw_fleet WHERE ts < " + Text(now - keep) +
                " ORDER BY ts LIMIT " + Text(kRoundsAtOnce) + ")");
  if (!rounds) return RetentionStep{};
  RetentionStep step{true};
  for (const HistoryKind kind : {HistoryKind::kMiner, HistoryKind::kBoard, HistoryKind::kFleet}) {
    const auto deleted =
        Delete(db, "DELETE FROM " + RawTable(kind) + " WHERE ts <= " + Text(*rounds));
    if (deleted.has_error()) return deleted.error();
    step.deleted += *deleted;
  }
  return step;
}

DatabaseSize MeasureDatabase(Db& db, const RetentionPlan& plan, std::int64_t now) {
  DatabaseSize size;
  const std::int64_t page = Pages(db, "page_size");
  size.file_bytes = Pages(db, "page_count") * page;
  size.used_bytes = size.file_bytes - Pages(db, "freelist_count") * page;
  std::int64_t chunks = 0;
  for (int i = 0; i < kHistoryStepCount; ++i) {
    chunks +=
        ForecastStep(db, static_cast<HistoryStep>(i), plan.keep[static_cast<std::size_t>(i)], now);
  }
  // Pages are not quite full, and tables beside the chunks stay as they are.
  size.forecast_bytes = std::max(size.used_bytes, chunks + chunks / 8);
  if (plan.budget_bytes > 0) {
    size.forecast_bytes =
        std::max(size.used_bytes, std::min(size.forecast_bytes, plan.budget_bytes));
  }
  return size;
}

}  // namespace antx
