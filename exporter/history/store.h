// Everything that is written to the history, over one connection; used by the history thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "history/db.h"
#include "history/series_table.h"
#include "model/event.h"
#include "model/history.h"
#include "model/snapshot.h"

namespace antx {

/// When something was, by both clocks.
struct Stamp {
  SystemTime system;
  SteadyTime steady;
};

using LatestRows = std::vector<LatestRow>;

/// One thread at a time. After an error nothing of the failed call is in the database.
class HistoryStore {
 public:
  /// Creates or migrates the tables of an open database.
  [[nodiscard]] static DbResult<std::unique_ptr<HistoryStore>> Open(Db db);

  /// One row for each miner that was polled with success since the last round, its boards and
  /// the fleet, in one transaction. `interval` is the time that one row stands for.
  /// @return the number of rows.
  [[nodiscard]] DbResult<std::size_t> WriteRound(const Snapshot& snapshot, Stamp now,
                                                 std::chrono::milliseconds interval);
  [[nodiscard]] DbResult<void> WriteEvents(const std::vector<StoredEvent>& events);
  [[nodiscard]] DbResult<void> WriteErrors(const std::vector<StoredError>& errors);
  /// The newest row of each miner, so that a start need not search for them.
  [[nodiscard]] DbResult<void> SaveLatest();

  /// The newest row of each miner by address; never null.
  [[nodiscard]] std::shared_ptr<const LatestRows> latest() const { return latest_; }
  [[nodiscard]] Db& db() { return db_; }
  [[nodiscard]] std::int64_t series_count() const { return series_.next(); }

 private:
  struct BoardSeries {
    std::string board;
    std::int64_t series = 0;
    std::int64_t rate_unit = 1;
  };
  /// What is remembered of a miner between rounds.
  struct Slot {
    SeriesInfo info;
    std::vector<BoardSeries> boards;
    std::optional<SystemTime> stored;  ///< last_success of the newest row.
    MinerValues values;
    SystemTime time;
    bool has_row = false;
  };
  struct Statements {
    DbStatement fleet, miner, board;
  };

  explicit HistoryStore(Db db) : db_(std::move(db)) {}
  [[nodiscard]] DbResult<void> Prepare();
  [[nodiscard]] DbResult<void> LoadLatest();
  [[nodiscard]] DbResult<void> ReadLatest(const std::string& sql);
  [[nodiscard]] DbResult<void> CorrectUnsetClock(Stamp now);
  [[nodiscard]] std::int64_t FreeTime(std::int64_t time);
  [[nodiscard]] DbResult<std::size_t> WriteRows(const Snapshot& snapshot, std::int64_t time,
                                                std::int64_t span);
  [[nodiscard]] DbResult<std::size_t> WriteMiner(const MinerView& view, std::int64_t time,
                                                 std::int64_t span);
  [[nodiscard]] DbResult<std::size_t> WriteBoards(const MinerView& view, Slot& slot,
                                                  std::int64_t time, std::int64_t span);
  [[nodiscard]] DbResult<Slot*> SlotOf(const MinerView& view);
  void PublishLatest(const Snapshot* known);

  Db db_;
  SeriesTable series_;
  std::unique_ptr<Statements> statements_;
  std::unordered_map<std::string, Slot> slots_;
  std::int64_t fleet_series_ = 0;
  std::shared_ptr<const LatestRows> latest_ = std::make_shared<const LatestRows>();
  std::int64_t last_time_ = 0;
  std::optional<Stamp> unset_clock_;  ///< Rows of this run were written with a clock not set.
};

}  // namespace antx
