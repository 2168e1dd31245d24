#include "history/layout.h"

#include <array>

#include "history/columns.h"
#include "history/rollup.h"

namespace antx {
namespace {

constexpr unsigned kSeriesBits = 24;
constexpr unsigned kPeriodBits = 32;

// Times are milliseconds since 1970, values whole numbers of the unit in columns.cc, rates in
// series.rate_unit H/s. span: milliseconds that a row stands for.
std::string RawTableSql(HistoryKind kind) {
  std::string sql = "CREATE TABLE " + RawTable(kind) +
                    " (ts INTEGER NOT NULL, series INTEGER NOT NULL, span INTEGER NOT NULL";
  for (const HistoryMetricInfo& metric : HistoryMetrics(kind)) {
    sql += ", " + std::string(metric.name) + " INTEGER";
  }
  return sql + ", PRIMARY KEY (ts, series)) WITHOUT ROWID;\n";
}

std::string LatestTableSql() {
  std::string sql = "CREATE TABLE latest (series INTEGER PRIMARY KEY, ts INTEGER NOT NULL";
  for (const HistoryMetricInfo& metric : HistoryMetrics(HistoryKind::kMiner)) {
    sql += ", " + std::string(metric.name) + " INTEGER";
  }
  return sql + ");\n";
}

constexpr const char* kOtherTables = R"sql(
CREATE TABLE series (series INTEGER PRIMARY KEY, kind INTEGER NOT NULL, miner TEXT NOT NULL,
  board TEXT NOT NULL, address TEXT NOT NULL, model TEXT NOT NULL, algorithm TEXT NOT NULL,
  rate_unit INTEGER NOT NULL, UNIQUE (kind, miner, board));
CREATE TABLE chunks (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE events (id INTEGER PRIMARY KEY AUTOINCREMENT, ts INTEGER NOT NULL,
  kind TEXT NOT NULL, level INTEGER NOT NULL, miner TEXT NOT NULL, source TEXT NOT NULL,
  message TEXT NOT NULL);
CREATE INDEX events_by_miner ON events (miner, id);
CREATE INDEX events_by_time ON events (ts);
CREATE TABLE error_events (id INTEGER PRIMARY KEY AUTOINCREMENT, ts INTEGER NOT NULL,
  level INTEGER NOT NULL, component TEXT NOT NULL, miner TEXT NOT NULL, message TEXT NOT NULL,
  context TEXT NOT NULL);
CREATE INDEX error_events_by_miner ON error_events (miner, id);
CREATE INDEX error_events_by_time ON error_events (ts);
)sql";

std::string FirstVersionSql() {
  return RawTableSql(HistoryKind::kFleet) + RawTableSql(HistoryKind::kMiner) +
         RawTableSql(HistoryKind::kBoard) + LatestTableSql() + kOtherTables;
}

// Version 2: rolled chunks with six columns a metric (rollup.h). Those of version 1 are read and
// become new ones where rows are added; the number keeps older programs from the new ones.
// A miner has a series for each algorithm that it was seen with, since rates have other units.
constexpr const char* kSecondVersionSql = R"sql(
CREATE TABLE series_of_algorithms (series INTEGER PRIMARY KEY, kind INTEGER NOT NULL,
  miner TEXT NOT NULL, board TEXT NOT NULL, address TEXT NOT NULL, model TEXT NOT NULL,
  algorithm TEXT NOT NULL, rate_unit INTEGER NOT NULL, UNIQUE (kind, miner, board, algorithm));
INSERT INTO series_of_algorithms SELECT * FROM series;
DROP TABLE series;
ALTER TABLE series_of_algorithms RENAME TO series;
)sql";

/// What leads from version i to i + 1. Append only.
std::string MigrationSql(std::int64_t from) {
  static const std::array<std::string, kHistoryVersion> kSteps = {FirstVersionSql(),
                                                                  kSecondVersionSql};
  return kSteps.at(static_cast<std::size_t>(from));
}

DbResult<void> MigrateOnce(Db& db, std::int64_t from) {
  DbTransaction transaction(db);
  auto done = transaction.Begin();
  if (done.has_value()) done = db.Execute(MigrationSql(from));
  if (done.has_value()) {
    done = db.Execute("INSERT OR REPLACE INTO schema_version VALUES ('history', " +
                      std::to_string(from + 1) + ")");
  }
  if (done.has_value()) done = transaction.Commit();
  return done;
}

}  // namespace

std::int64_t ChunkLength(HistoryStep step) {
  switch (step) {
    case HistoryStep::kRaw:
      return kHourMilliseconds;
    case HistoryStep::kFiveMinutes:
      return 6 * kHourMilliseconds;
    case HistoryStep::kHour:
      return 48 * kHourMilliseconds;
    case HistoryStep::kDay:
      return 64 * 24 * kHourMilliseconds;
  }
  return kHourMilliseconds;
}

std::int64_t ChunkKey(HistoryStep step, std::int64_t time, std::int64_t series) {
  const std::int64_t length = ChunkLength(step);
  const std::int64_t period = BucketStart(time, length) / length;
  return (static_cast<std::int64_t>(step) << (kSeriesBits + kPeriodBits)) |
         (period << kSeriesBits) | series;
}

DbResult<void> MigrateHistory(Db& db) {
  auto made = db.Execute(
      "CREATE TABLE IF NOT EXISTS schema_version (component TEXT PRIMARY KEY, version INTEGER NOT "
      "NULL)");
  if (made.has_error()) return made;
  std::int64_t version =
      db.Number("SELECT version FROM schema_version WHERE component = 'history'").value_or(0);
  if (version > kHistoryVersion) {
    return DbError{DbError::Kind::kOther,
                   "database " + db.path() + ": its layout has version " + std::to_string(version) +
                       ", this program knows " + std::to_string(kHistoryVersion) +
                       "; run the newer program, or set storage.path to another file"};
  }
  if (version > 0 && version < kHistoryVersion) {
    const auto copied = db.BackupTo(db.path() + ".before-v" + std::to_string(kHistoryVersion));
    if (copied.has_error()) return copied;
  }
  for (; version < kHistoryVersion; ++version) {
    const auto done = MigrateOnce(db, version);
    if (done.has_error()) return done;
  }
  return {};
}

}  // namespace antx
