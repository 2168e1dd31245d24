#include "history/store.h"

#include <algorithm>
#include <span>
#include <utility>

#include "history/columns.h"
#include "history/layout.h"
#include "model/miner_values.h"

namespace antx {
namespace {

constexpr const char* kFleetAlgorithm = "sha256";

std::string InsertSql(HistoryKind kind) {
  std::string sql = "INSERT INTO " + RawTable(kind) + " VALUES (?,?,?";
  for (std::size_t i = 0; i < HistoryMetrics(kind).size(); ++i) sql += ",?";
  return sql + ')';
}

template <std::size_t N>
DbResult<void> InsertRow(Db& db, DbStatement& row, HistoryKind kind, std::int64_t time,
                         const SeriesInfo& info, std::int64_t span,
                         const std::array<std::optional<double>, N>& values) {
  row.Bind(1, time);
  row.Bind(2, info.series);
  row.Bind(3, span);
  for (std::size_t i = 0; i < N; ++i) {
    const std::int64_t stored = ToStored(values[i], StoredUnit(kind, i, info.rate_unit));
    row.Bind(static_cast<int>(i) + 4,
             stored == kNoValue ? std::nullopt : std::optional<std::int64_t>(stored));
  }
  (void)row.Step();
  const bool failed = row.Failed();
  row.Reset();
  if (failed) return db.LastError();
  return {};
}

}  // namespace

DbResult<std::unique_ptr<HistoryStore>> HistoryStore::Open(Db db) {
  const auto migrated = MigrateHistory(db);
  if (migrated.has_error()) return migrated.error();
  std::unique_ptr<HistoryStore> store(new HistoryStore(std::move(db)));
  auto done = store->series_.Load(store->db_);
  if (done.has_value()) done = store->Prepare();
  if (done.has_value()) done = store->LoadLatest();
  if (done.has_error()) return done.error();
  return store;
}

DbResult<void> HistoryStore::Prepare() {
  const auto fleet =
      series_.Ensure(db_, {0, HistoryKind::kFleet, "", "", "", "", kFleetAlgorithm, 1});
  if (fleet.has_error()) return fleet.error();
  fleet_series_ = (*fleet)->series;
  auto insert_fleet = db_.Prepare(InsertSql(HistoryKind::kFleet));
  if (insert_fleet.has_error()) return insert_fleet.error();
  auto insert_miner = db_.Prepare(InsertSql(HistoryKind::kMiner));
  if (insert_miner.has_error()) return insert_miner.error();
  auto insert_board = db_.Prepare(InsertSql(HistoryKind::kBoard));
  if (insert_board.has_error()) return insert_board.error();
  statements_ = std::make_unique<Statements>(
      Statements{std::move(*insert_fleet), std::move(*insert_miner), std::move(*insert_board)});
  last_time_ = db_.Number("SELECT max(ts) FROM raw_fleet").value_or(0);
  return {};
}

// --- Rounds ----------------------------------------------------------------------

DbResult<std::size_t> HistoryStore::WriteRound(const Snapshot& snapshot, Stamp now,
                                               std::chrono::milliseconds interval) {
  DbTransaction transaction(db_);
  auto done = transaction.Begin();
  if (done.has_value()) done = CorrectUnsetClock(now);
  if (done.has_error()) return done.error();
  const std::int64_t time = FreeTime(Milliseconds(now.system));
  const auto rows = WriteRows(snapshot, time, interval.count());
  if (rows.has_value()) done = transaction.Commit();
  if (rows.has_error() || done.has_error()) {
    // Series made in this transaction are gone with it.
    slots_.clear();
    const DbError error = rows.has_error() ? rows.error() : done.error();
    (void)db_.Execute("ROLLBACK");
    (void)series_.Reload(db_);
    (void)LoadLatest();
    return error;
  }
  last_time_ = time;
  if (time < kClockUnset && !unset_clock_) unset_clock_ = now;
  PublishLatest(&snapshot);
  return rows;
}

/// A clock that was not set when rows were written and is now: they move to where they belong.
DbResult<void> HistoryStore::CorrectUnsetClock(Stamp now) {
  if (!unset_clock_ || Milliseconds(now.system) < kClockUnset) return {};
  const auto passed =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.steady - unset_clock_->steady);
  const std::int64_t shift =
      Milliseconds(now.system) - (Milliseconds(unset_clock_->system) + passed.count());
  const std::string set =
      " SET ts = ts + " + std::to_string(shift) + " WHERE ts < " + std::to_string(kClockUnset);
  for (const char* table : {"raw_miner", "raw_board", "raw_fleet", "events", "error_events"}) {
    const auto done = db_.Execute("UPDATE " + std::string(table) + set);
    if (done.has_error()) return done;
  }
  unset_clock_.reset();
  return {};
}

/// No two rounds share a time, also when the clock was set back.
std::int64_t HistoryStore::FreeTime(std::int64_t time) {
  if (time > last_time_) return time;
  while (db_.Number("SELECT 1 FROM raw_fleet WHERE ts = " + std::to_string(time))) ++time;
  return time;
}

DbResult<std::size_t> HistoryStore::WriteRows(const Snapshot& snapshot, std::int64_t time,
                                              std::int64_t span) {
  const SeriesInfo* fleet = series_.Find(HistoryKind::kFleet, "", "", kFleetAlgorithm);
  if (fleet == nullptr) return DbError{DbError::Kind::kOther, "the series of the fleet is missing"};
  const auto written = InsertRow(db_, statements_->fleet, HistoryKind::kFleet, time, *fleet, span,
                                 ValuesOf(snapshot));
  if (written.has_error()) return written.error();
  std::size_t rows = 1;
  for (const auto& view : snapshot.miners) {
    if (!view->reading || !view->last_success) continue;
    const auto more = WriteMiner(*view, time, span);
    if (more.has_error()) return more.error();
    rows += *more;
  }
  return rows;
}

DbResult<std::size_t> HistoryStore::WriteMiner(const MinerView& view, std::int64_t time,
                                               std::int64_t span) {
  const auto found = SlotOf(view);
  if (found.has_error()) return found.error();
  Slot& slot = **found;
  if (slot.stored == view.last_success) return std::size_t{0};  // No new reading.
  const MinerValues values = ValuesOf(view);
  const auto written =
      InsertRow(db_, statements_->miner, HistoryKind::kMiner, time, slot.info, span, values);
  if (written.has_error()) return written.error();
  const auto boards = WriteBoards(view, slot, time, span);
  if (boards.has_error()) return boards.error();
  slot.stored = view.last_success;
  slot.values = values;
  slot.time = FromMilliseconds(time);
  slot.has_row = true;
  return 1 + *boards;
}

DbResult<std::size_t> HistoryStore::WriteBoards(const MinerView& view, Slot& slot,
                                                std::int64_t time, std::int64_t span) {
  std::size_t rows = 0;
  for (const BoardReading& board : view.reading->boards) {
    if (!board.present) continue;
    auto known = std::find_if(slot.boards.begin(), slot.boards.end(),
                              [&](const BoardSeries& entry) { return entry.board == board.board; });
    if (known == slot.boards.end()) {
      const auto series = series_.Ensure(db_, {0, HistoryKind::kBoard, slot.info.miner, board.board,
                                               slot.info.address, "", slot.info.algorithm, 1});
      if (series.has_error()) return series.error();
      known = slot.boards.insert(known, {board.board, (*series)->series, (*series)->rate_unit});
    }
    SeriesInfo info;
    info.series = known->series;
    info.rate_unit = known->rate_unit;
    const auto written =
        InsertRow(db_, statements_->board, HistoryKind::kBoard, time, info, span, ValuesOf(board));
    if (written.has_error()) return written.error();
    ++rows;
  }
  return rows;
}

DbResult<HistoryStore::Slot*> HistoryStore::SlotOf(const MinerView& view) {
  Slot& slot = slots_[view.facts.id];
  const std::string address = view.facts.address.ToString();
  const std::string& model = view.identity.model;
  // A miner that does not tell what it is stays what it was.
  const bool unknown = model.empty() && view.identity.algorithm.empty();
  const std::string& algorithm = unknown ? slot.info.algorithm : view.identity.algorithm;
  if (slot.info.miner.empty() || slot.info.address != address || slot.info.model != model ||
      slot.info.algorithm != algorithm) {
    const auto info = series_.Ensure(
        db_, {0, HistoryKind::kMiner, view.facts.id, "", address, model, algorithm, 1});
    if (info.has_error()) return info.error();
    slot.info = **info;
    slot.boards.clear();
  }
  return &slot;
}

// --- The newest rows ----------------------------------------------------------------

DbResult<void> HistoryStore::LoadLatest() {
  // Rows written after the last SaveLatest: a program that was killed did not save again.
  const auto saved = db_.Number("SELECT max(ts) FROM latest").value_or(0);
  const std::string columns = ColumnList(HistoryKind::kMiner);
  auto done = ReadLatest("SELECT series,ts," + columns + " FROM latest ORDER BY ts");
  if (done.has_value()) {
    done = ReadLatest("SELECT series,ts," + columns + " FROM raw_miner WHERE ts > " +
                      std::to_string(saved) + " ORDER BY ts");
  }
  if (done.has_value()) PublishLatest(nullptr);
  return done;
}

DbResult<void> HistoryStore::ReadLatest(const std::string& sql) {
  std::unordered_map<std::int64_t, SeriesInfo> by_number;
  auto all = db_.Prepare(std::string(kSelectSeries) +
                         " WHERE kind = " + std::to_string(static_cast<int>(HistoryKind::kMiner)));
  if (all.has_error()) return all.error();
  while (all->Step()) {
    SeriesInfo info = ReadSeries(*all);
    by_number[info.series] = std::move(info);
  }
  auto rows = db_.Prepare(sql);
  if (rows.has_error()) return rows.error();
  while (rows->Step()) {
    const auto info = by_number.find(rows->Int(0));
    if (info == by_number.end()) continue;
    Slot& slot = slots_[info->second.miner];
    slot.info = info->second;
    slot.time = FromMilliseconds(rows->Int(1));
    slot.has_row = true;
    for (std::size_t i = 0; i < slot.values.size(); ++i) {
      slot.values[i] = FromStored(rows->OptionalInt(static_cast<int>(i) + 2).value_or(kNoValue),
                                  StoredUnit(HistoryKind::kMiner, i, slot.info.rate_unit));
    }
  }
  if (rows->Failed()) return db_.LastError();
  return {};
}

void HistoryStore::PublishLatest(const Snapshot* known) {
  auto rows = std::make_shared<LatestRows>();
  rows->reserve(slots_.size());
  for (const auto& [id, slot] : slots_) {
    if (!slot.has_row) continue;
    if (known != nullptr && !known->Find(slot.info.address)) continue;  // Forgotten.
    rows->push_back({id, Ipv4::Parse(slot.info.address).value_or(Ipv4()), slot.info.model,
                     slot.info.algorithm == "sha256", slot.time, slot.values});
  }
  std::sort(rows->begin(), rows->end(),
            [](const LatestRow& a, const LatestRow& b) { return a.address < b.address; });
  latest_ = std::move(rows);
}

DbResult<void> HistoryStore::SaveLatest() {
  DbTransaction transaction(db_);
  auto done = transaction.Begin();
  if (done.has_error()) return done;
  std::string sql = "INSERT OR REPLACE INTO latest VALUES (?,?";
  for (int i = 0; i < kMinerMetricCount; ++i) sql += ",?";
  auto row = db_.Prepare(sql + ')');
  if (row.has_error()) return row.error();
  for (const auto& [id, slot] : slots_) {
    if (!slot.has_row) continue;
    row->Bind(1, slot.info.series);
    row->Bind(2, Milliseconds(slot.time));
    for (std::size_t i = 0; i < slot.values.size(); ++i) {
      const std::int64_t stored =
          ToStored(slot.values[i], StoredUnit(HistoryKind::kMiner, i, slot.info.rate_unit));
      row->Bind(static_cast<int>(i) + 3,
                stored == kNoValue ? std::nullopt : std::optional<std::int64_t>(stored));
    }
    (void)row->Step();
    if (row->Failed()) return db_.LastError();
    row->Reset();
  }
  return transaction.Commit();
}

// --- Events and errors -----------------------------------------------------------------

DbResult<void> HistoryStore::WriteEvents(const std::vector<StoredEvent>& events) {
  DbTransaction transaction(db_);
  const auto begun = transaction.Begin();
  if (begun.has_error()) return begun;
  auto row =
      db_.Prepare("INSERT INTO events (ts,kind,level,miner,source,message) VALUES (?,?,?,?,?,?)");
  if (row.has_error()) return row.error();
  for (const StoredEvent& event : events) {
    row->Bind(1, Milliseconds(event.time));
    row->Bind(2, event.kind);
    row->Bind(3, static_cast<std::int64_t>(event.level));
    row->Bind(4, event.miner);
    row->Bind(5, event.source);
    row->Bind(6, event.message);
    (void)row->Step();
    if (row->Failed()) return db_.LastError();
    row->Reset();
  }
  return transaction.Commit();
}

DbResult<void> HistoryStore::WriteErrors(const std::vector<StoredError>& errors) {
  DbTransaction transaction(db_);
  const auto begun = transaction.Begin();
  if (begun.has_error()) return begun;
  auto row = db_.Prepare(
      "INSERT INTO error_events (ts,level,component,miner,message,context) VALUES (?,?,?,?,?,?)");
  if (row.has_error()) return row.error();
  for (const StoredError& error : errors) {
    row->Bind(1, Milliseconds(error.time));
    row->Bind(2, static_cast<std::int64_t>(error.level));
    row->Bind(3, error.component);
    row->Bind(4, error.miner);
    row->Bind(5, error.message);
    row->Bind(6, error.context);
    (void)row->Step();
    if (row->Failed()) return db_.LastError();
    row->Reset();
  }
  return transaction.Commit();
}

}  // namespace antx
