#include "history/reader.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "history/store.h"

namespace antx {
namespace {

constexpr std::size_t kMostIdle = 8;

HistoryError Because(const DbError& error) { return {error.detail}; }

/// The WHERE part both logs share.
std::string LogCondition(const LogQuery& query) {
  std::string sql = " WHERE id < ?";
  if (query.level) sql += " AND level = " + std::to_string(static_cast<int>(*query.level));
  if (query.since) sql += " AND ts >= " + std::to_string(Milliseconds(*query.since));
  if (!query.miner.empty()) {
    sql += " AND (miner = ? OR miner IN (SELECT miner FROM series WHERE kind = 1 AND address = ?))";
  }
  return sql + " ORDER BY id DESC LIMIT " + std::to_string(query.limit);
}

void BindLog(DbStatement& rows, const LogQuery& query) {
  constexpr std::int64_t kNewest = std::numeric_limits<std::int64_t>::max();
  rows.Bind(1, query.before_id > 0 ? query.before_id : kNewest);
  if (query.miner.empty()) return;
  rows.Bind(2, query.miner);
  rows.Bind(3, query.miner);
}

}  // namespace

// --- Connections ------------------------------------------------------------------

DbPool::Lease::Lease(Lease&& other) noexcept
    : pool_(other.pool_), db_(std::move(other.db_)), generation_(other.generation_) {
  other.db_.reset();
}

DbPool::Lease::~Lease() {
  if (db_) pool_->Return(std::move(*db_), generation_);
}

DbResult<DbPool::Lease> DbPool::Borrow(const std::string& path) {
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(mutex_);
    generation = generation_;
    if (!idle_.empty()) {
      Db db = std::move(idle_.back());
      idle_.pop_back();
      return Lease(*this, std::move(db), generation);
    }
  }
  auto db = Db::OpenReadOnly(path);
  if (db.has_error()) return db.error();
  return Lease(*this, std::move(*db), generation);
}

void DbPool::Return(Db db, std::uint64_t generation) {
  const std::lock_guard lock(mutex_);
  if (generation == generation_ && idle_.size() < kMostIdle) idle_.push_back(std::move(db));
}

void DbPool::Clear() {
  const std::lock_guard lock(mutex_);
  ++generation_;
  idle_.clear();
}

void DbReader::Configure(ReadSettings settings, bool replaced) {
  const bool moved = settings_.load()->path != settings.path;
  settings_ = std::make_shared<const ReadSettings>(std::move(settings));
  if (moved || replaced) pool_.Clear();
}

HistoryResult<DbPool::Lease> DbReader::Open() const {
  const auto settings = settings_.load();
  if (settings->path.empty()) return HistoryError{"the history database is not available"};
  auto lease = pool_.Borrow(settings->path);
  if (lease.has_error()) return Because(lease.error());
  return std::move(*lease);
}

// --- Series -----------------------------------------------------------------------

HistoryResult<std::vector<SeriesInfo>> FindSeries(Db& db, HistoryKind kind,
                                                  const std::string& miner,
                                                  const std::string& board) {
  constexpr const char* kById = "?2";
  constexpr const char* kByAddress =
      "(SELECT miner FROM series WHERE kind = ?1 AND address = ?2 AND board = ?3"
      " ORDER BY series DESC LIMIT 1)";
  std::vector<SeriesInfo> series;
  for (const char* id : {kById, kByAddress}) {
    auto rows = db.Prepare(std::string(kSelectSeries) + " WHERE kind = ?1 AND miner = " + id +
                           " AND board = ?3 ORDER BY series");
    if (rows.has_error()) return Because(rows.error());
    rows->Bind(1, static_cast<std::int64_t>(kind));
    rows->Bind(2, miner);
    rows->Bind(3, board);
    while (rows->Step()) series.push_back(ReadSeries(*rows));
    if (rows->Failed()) return Because(db.LastError());
    if (!series.empty()) break;
  }
  return series;
}

HistoryResult<std::vector<SeriesInfo>> MinerSeries(Db& db, const std::vector<std::string>& miners) {
  const std::set<std::string> wanted(miners.begin(), miners.end());
  auto rows = db.Prepare(std::string(kSelectSeries) + " WHERE kind = 1");
  if (rows.has_error()) return Because(rows.error());
  std::vector<SeriesInfo> series;
  while (rows->Step()) {
    SeriesInfo info = ReadSeries(*rows);
    if (!wanted.empty() && !wanted.contains(info.miner) && !wanted.contains(info.address)) continue;
    series.push_back(std::move(info));
  }
  if (rows->Failed()) return Because(db.LastError());
  const auto number = [](const SeriesInfo& info) {
    return Ipv4::Parse(info.address).value_or(Ipv4());
  };
  std::sort(series.begin(), series.end(), [&](const SeriesInfo& a, const SeriesInfo& b) {
    return std::tuple(number(a), std::string_view(a.miner), a.series) <
           std::tuple(number(b), std::string_view(b.miner), b.series);
  });
  return series;
}

// --- Logs --------------------------------------------------------------------------

HistoryResult<std::vector<StoredEvent>> DbReader::Events(const LogQuery& query) const {
  auto lease = Open();
  if (lease.has_error()) return lease.error();
  Db& db = **lease;
  auto rows =
      db.Prepare("SELECT id,ts,kind,level,miner,source,message FROM events" + LogCondition(query));
  if (rows.has_error()) return Because(rows.error());
  BindLog(*rows, query);
  std::vector<StoredEvent> events;
  while (rows->Step()) {
    events.push_back({rows->Int(0), FromMilliseconds(rows->Int(1)), rows->Text(2),
                      static_cast<LogLevel>(rows->Int(3)), rows->Text(4), rows->Text(5),
                      rows->Text(6)});
  }
  if (rows->Failed()) return Because(db.LastError());
  return events;
}

HistoryResult<std::vector<StoredError>> DbReader::Errors(const LogQuery& query) const {
  auto lease = Open();
  if (lease.has_error()) return lease.error();
  Db& db = **lease;
  auto rows = db.Prepare("SELECT id,ts,level,component,miner,message,context FROM error_events" +
                         LogCondition(query));
  if (rows.has_error()) return Because(rows.error());
  BindLog(*rows, query);
  std::vector<StoredError> errors;
  while (rows->Step()) {
    errors.push_back({rows->Int(0), FromMilliseconds(rows->Int(1)),
                      static_cast<LogLevel>(rows->Int(2)), rows->Text(3), rows->Text(4),
                      rows->Text(5), rows->Text(6)});
  }
  if (rows->Failed()) return Because(db.LastError());
  return errors;
}

}  // namespace antx
