#include "history/compaction.h"

#include <array>
#include <map>
#include <string>
#include <vector>

#include "history/layout.h"
#include "history/rollup.h"

namespace antx {
namespace {

constexpr std::int64_t kGrace = 5 * 60'000;
// The fleet comes last: its rows name the rounds of the hour.
constexpr std::array kOrder = {HistoryKind::kMiner, HistoryKind::kBoard, HistoryKind::kFleet};
constexpr std::array kRolledSteps = {HistoryStep::kFiveMinutes, HistoryStep::kHour,
                                     HistoryStep::kDay};

std::size_t Columns(HistoryKind kind, HistoryStep step) {
  return step == HistoryStep::kRaw ? RawColumns(kind) : RolledColumns(kind);
}

/// The series of some rounds of one hour.
struct Batch {
  HistoryKind kind = HistoryKind::kMiner;
  std::vector<std::int64_t> rounds;
  std::int64_t end_series = 0;  ///< All series below it.
};

DbResult<std::vector<std::int64_t>> Numbers(Db& db, const std::string& sql) {
  auto rows = db.Prepare(sql);
  if (rows.has_error()) return rows.error();
  std::vector<std::int64_t> numbers;
  while (rows->Step()) numbers.push_back(rows->Int(0));
  if (rows->Failed()) return db.LastError();
  return numbers;
}

/// The oldest hour of a kind that is over; nothing when there is none.
std::optional<std::int64_t> OldHour(Db& db, HistoryKind kind, std::int64_t now) {
  const auto oldest = db.Number("SELECT min(ts) FROM " + RawTable(kind) +
                                " WHERE ts >= " + std::to_string(kClockUnset));
  if (!oldest) return std::nullopt;
  const std::int64_t hour = BucketStart(*oldest, kHourMilliseconds);
  if (hour + kHourMilliseconds + kGrace > now) return std::nullopt;
  return hour;
}

DbResult<Batch> PickBatch(Db& db, HistoryKind kind, std::int64_t hour, std::int64_t most_rows) {
  const std::string in_hour = " WHERE ts >= " + std::to_string(hour) + " AND ts < " +
                              std::to_string(hour + kHourMilliseconds);
  Batch batch;
  batch.kind = kind;
  auto rounds = Numbers(db, "SELECT ts FROM raw_fleet" + in_hour);
  if (rounds.has_error()) return rounds.error();
  if (rounds->empty()) {
    // Rounds whose fleet row is gone (a salvaged file): ask the rows themselves.
    rounds = Numbers(db, "SELECT DISTINCT ts FROM " + RawTable(kind) + in_hour);
    if (rounds.has_error()) return rounds.error();
  }
  batch.rounds = std::move(*rounds);
  const auto share = std::max<std::int64_t>(
      1, most_rows / std::max<std::int64_t>(1, static_cast<std::int64_t>(batch.rounds.size())));
  const auto first = db.Number("SELECT min(ts) FROM " + RawTable(kind) + in_hour).value_or(hour);
  batch.end_series =
      db.Number("SELECT series FROM " + RawTable(kind) + " WHERE ts = " + std::to_string(first) +
                " ORDER BY series LIMIT 1 OFFSET " + std::to_string(share))
          .value_or(kMostSeries + 1);
  return batch;
}

DbResult<std::map<std::int64_t, Block>> ReadRaw(Db& db, const Batch& batch) {
  auto rows = db.Prepare("SELECT series,span," + ColumnList(batch.kind) + " FROM " +
                         RawTable(batch.kind) + " WHERE ts = ? AND series < ?");
  if (rows.has_error()) return rows.error();
  const std::size_t columns = RawColumns(batch.kind);
  std::map<std::int64_t, Block> blocks;
  for (const std::int64_t round : batch.rounds) {
    rows->Bind(1, round);
    rows->Bind(2, batch.end_series);
    while (rows->Step()) {
      Block& block = blocks.try_emplace(rows->Int(0), columns).first->second;
      block.times.push_back(round);
      for (std::size_t i = 0; i < columns; ++i) {
        block.values[i].push_back(rows->OptionalInt(static_cast<int>(i) + 1).value_or(kNoValue));
      }
    }
    if (rows->Failed()) return db.LastError();
    rows->Reset();
  }
  return blocks;
}

DbResult<void> DeleteRaw(Db& db, const Batch& batch) {
  auto rows = db.Prepare("DELETE FROM " + RawTable(batch.kind) + " WHERE ts = ? AND series < ?");
  if (rows.has_error()) return rows.error();
  for (const std::int64_t round : batch.rounds) {
    rows->Bind(1, round);
    rows->Bind(2, batch.end_series);
    (void)rows->Step();
    if (rows->Failed()) return db.LastError();
    rows->Reset();
  }
  return {};
}

void MergeRaw(const Block& from, Block& into) {
  if (into.size() == 0) {
    into = from;
    return;
  }
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::int64_t time = from.times[i];
    while (into.Find(time)) ++time;  // The clock was set back: both rows stay.
    const std::size_t row = into.Insert(time);
    for (std::size_t column = 0; column < from.values.size(); ++column) {
      into.values[column][row] = from.values[column][i];
    }
  }
}

class ChunkStore {
 public:
  ChunkStore(Db& db, HistoryKind kind) : db_(db), kind_(kind) {}
  [[nodiscard]] int damaged() const { return damaged_; }

  DbResult<void> Add(std::int64_t series, const Block& raw) {
    if (kind_ != HistoryKind::kBoard) {
      const auto done = Change(HistoryStep::kRaw, raw.times.front(), series,
                               [&](Block& block) { MergeRaw(raw, block); });
      if (done.has_error()) return done;
    }
    for (const HistoryStep step : kRolledSteps) {
      const auto done = Change(step, raw.times.front(), series,
                               [&](Block& block) { AddToBuckets(raw, kind_, step, block); });
      if (done.has_error()) return done;
    }
    return {};
  }

 private:
  template <class Edit>
  DbResult<void> Change(HistoryStep step, std::int64_t time, std::int64_t series, Edit edit) {
    bool damaged = false;
    auto block = LoadChunk(db_, kind_, step, time, series, damaged);
    if (block.has_error()) return block.error();
    if (damaged) ++damaged_;
    edit(*block);
    auto row = db_.Prepare("INSERT OR REPLACE INTO chunks VALUES (?,?)");
    if (row.has_error()) return row.error();
    row->Bind(1, ChunkKey(step, time, series));
    row->BindBlob(2, packer_.Pack(*block));
    (void)row->Step();
    if (row->Failed()) return db_.LastError();
    return {};
  }

  Db& db_;
  HistoryKind kind_;
  BlockPacker packer_;
  int damaged_ = 0;
};

DbResult<CompactionStep> CompactBatch(Db& db, const Batch& batch) {
  DbTransaction transaction(db);
  const auto begun = transaction.Begin();
  if (begun.has_error()) return begun.error();
  const auto blocks = ReadRaw(db, batch);
  if (blocks.has_error()) return blocks.error();
  CompactionStep step{true, 0, 0};
  ChunkStore chunks(db, batch.kind);
  for (const auto& [series, block] : *blocks) {
    step.rows += static_cast<std::int64_t>(block.size());
    const auto added = chunks.Add(series, block);
    if (added.has_error()) return added.error();
  }
  step.damaged_chunks = chunks.damaged();
  auto done = DeleteRaw(db, batch);
  if (done.has_value()) done = transaction.Commit();
  if (done.has_error()) return done.error();
  return step;
}

}  // namespace

DbResult<Block> LoadChunk(Db& db, HistoryKind kind, HistoryStep step, std::int64_t time,
                          std::int64_t series, bool& damaged) {
  damaged = false;
  auto row = db.Prepare("SELECT data FROM chunks WHERE id = ?");
  if (row.has_error()) return row.error();
  row->Bind(1, ChunkKey(step, time, series));
  const std::size_t columns = Columns(kind, step);
  if (!row->Step()) {
    if (row->Failed()) return db.LastError();
    return Block(columns);
  }
  auto block = UnpackChunk(row->Blob(0), kind, step);
  damaged = !block.has_value();
  return block ? std::move(*block) : Block(columns);
}

DbResult<CompactionStep> CompactSome(Db& db, std::int64_t now, std::int64_t most_rows) {
  for (const HistoryKind kind : kOrder) {
    const auto hour = OldHour(db, kind, now);
    if (!hour) continue;
    const auto batch = PickBatch(db, kind, *hour, most_rows);
    if (batch.has_error()) return batch.error();
    return CompactBatch(db, *batch);
  }
  return CompactionStep{};
}

}  // namespace antx
