#include "history/series_table.h"

#include <algorithm>
#include <utility>

#include "history/columns.h"
#include "history/layout.h"

namespace antx {
namespace {

DbResult<void> WriteSeries(Db& db, const SeriesInfo& info) {
  auto row = db.Prepare("INSERT OR REPLACE INTO series VALUES (?,?,?,?,?,?,?,?)");
  if (row.has_error()) return row.error();
  row->Bind(1, info.series);
  row->Bind(2, static_cast<std::int64_t>(info.kind));
  row->Bind(3, info.miner);
  row->Bind(4, info.board);
  row->Bind(5, info.address);
  row->Bind(6, info.model);
  row->Bind(7, info.algorithm);
  row->Bind(8, info.rate_unit);
  (void)row->Step();
  if (row->Failed()) return db.LastError();
  return {};
}

}  // namespace

SeriesInfo ReadSeries(const DbStatement& row) {
  return {row.Int(0),  static_cast<HistoryKind>(row.Int(1)),
          row.Text(2), row.Text(3),
          row.Text(4), row.Text(5),
          row.Text(6), std::max<std::int64_t>(1, row.Int(7))};
}

DbResult<void> SeriesTable::Load(Db& db) {
  auto rows = db.Prepare(kSelectSeries);
  if (rows.has_error()) return rows.error();
  while (rows->Step()) {
    SeriesInfo info = ReadSeries(*rows);
    next_ = std::max(next_, info.series + 1);
    rows_[{info.kind, info.miner, info.board, info.algorithm}] = std::move(info);
  }
  if (rows->Failed()) return db.LastError();
  return {};
}

DbResult<void> SeriesTable::Reload(Db& db) {
  rows_.clear();
  next_ = 0;
  return Load(db);
}

DbResult<void> SeriesTable::Move(Db& db, const SeriesInfo& wanted) {
  const Key first{wanted.kind, wanted.miner, wanted.board, ""};
  for (auto row = rows_.lower_bound(first); row != rows_.end(); ++row) {
    SeriesInfo& info = row->second;
    if (info.kind != wanted.kind || info.miner != wanted.miner || info.board != wanted.board) break;
    if (info.address == wanted.address) continue;
    info.address = wanted.address;
    const auto written = WriteSeries(db, info);
    if (written.has_error()) return written;
  }
  return {};
}

DbResult<const SeriesInfo*> SeriesTable::Ensure(Db& db, SeriesInfo wanted) {
  const auto moved = Move(db, wanted);
  if (moved.has_error()) return moved.error();
  const Key key{wanted.kind, wanted.miner, wanted.board, wanted.algorithm};
  const auto known = rows_.find(key);
  if (known != rows_.end()) {
    SeriesInfo& info = known->second;
    if (wanted.model.empty() || info.model == wanted.model) return &info;
    info.model = wanted.model;
    const auto written = WriteSeries(db, info);
    if (written.has_error()) return written.error();
    return &info;
  }
  if (next_ > kMostSeries) {
    return DbError{DbError::Kind::kOther, "database " + db.path() + ": no room for more series"};
  }
  wanted.series = next_;
  wanted.rate_unit = RateUnit(wanted.algorithm);
  const auto written = WriteSeries(db, wanted);
  if (written.has_error()) return written.error();
  ++next_;
  return &rows_.emplace(key, std::move(wanted)).first->second;
}

const SeriesInfo* SeriesTable::Find(HistoryKind kind, std::string_view miner,
                                    std::string_view board, std::string_view algorithm) const {
  const auto found =
      rows_.find(Key{kind, std::string(miner), std::string(board), std::string(algorithm)});
  return found == rows_.end() ? nullptr : &found->second;
}

}  // namespace antx
