// The history as the rest of the program sees it: a thread that writes, a reader that answers.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "history/inbox.h"
#include "history/reader.h"
#include "history/retention.h"
#include "history/state_saver.h"
#include "history/store.h"
#include "model/event.h"
#include "util/clock.h"
#include "util/shared_box.h"

namespace antx {

struct HistoryOptions {
  bool enabled = true;  ///< False: raw rows in memory for `memory_keep`, no events, no state.
  std::string path;
  RetentionPlan plan;
  std::chrono::milliseconds interval{30'000};  ///< Between poll rounds.
  std::chrono::milliseconds memory_keep{1'800'000};
};

/// Told on the history thread, or on the caller's during Open.
class HistoryObserver {
 public:
  virtual ~HistoryObserver() = default;
  virtual void RowsWritten(std::string_view table, std::size_t rows) = 0;
  virtual void OperationFailed() = 0;
  /// False: nothing is written for now.
  virtual void Available(bool available) = 0;
  virtual void RoundsDropped(std::size_t rounds) = 0;
  virtual void SizeMeasured(const DatabaseSize& size, std::int64_t wal_bytes) = 0;
  /// Something to log and to show; once per change.
  virtual void Happened(EventKind kind, LogLevel level, const std::string& message) = 0;
};

/// Thread safe but for Open and the destructor.
class History {
 public:
  /// `clock` and `observer` outlive it.
  History(HistoryOptions options, const Clock& clock, HistoryObserver& observer);
  /// Writes what waits, for at most a few seconds.
  ~History();
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  /// Opens the database, returns the miners of the last run and starts the thread. Where it
  /// cannot be opened the thread tries again by itself.
  [[nodiscard]] std::vector<PersistedMiner> Open();

  void Reconfigure(RetentionPlan plan, std::chrono::milliseconds interval);
  /// Keeps one row of every miner with a new reading. `stamp` is when the snapshot was taken.
  void AddRound(std::shared_ptr<const Snapshot> snapshot, Stamp stamp);
  void AddEvent(StoredEvent event);
  void AddError(StoredError error);
  void SaveState(std::vector<PersistedMiner> miners);
  [[nodiscard]] const DbReader& reader() const { return reader_; }
  [[nodiscard]] bool available() const { return available_; }
  /// Copies the database and those beside it while they are in use: "metrics.db" to
  /// "metrics.backup-<time>.db". @return the names of the copies, that of the history first.
  [[nodiscard]] HistoryResult<std::vector<std::string>> Backup() const;

 private:
  void Run();
  bool EnsureOpen(bool thorough);
  void Write(PendingWork& work);
  void WriteOnce(PendingWork& work);
  void Fail(const DbError& error);
  void Recovered();
  /// One chore; true when there is more to do at once.
  bool DoChore();
  bool Chore(const DbResult<bool>& more);
  void Measure();
  void TellUnmetBudget(const RetentionPlan& plan);
  [[nodiscard]] bool ClockCanBeTrusted();
  void DistrustNewClock();
  void TellReader(bool replaced);
  [[nodiscard]] std::string FilePath() const;

  struct Settings {
    RetentionPlan plan;
    std::chrono::milliseconds interval;
  };

  const HistoryOptions options_;
  const Clock& clock_;
  HistoryObserver& observer_;
  SharedBox<Settings> settings_;
  DbReader reader_;
  Inbox inbox_;
  std::atomic<bool> available_{false};

  // History thread only, after Open.
  std::unique_ptr<HistoryStore> store_;
  StateSaver state_;
  std::string failure_;  ///< The last one told; "" while all is well.
  bool damaged_ = false;
  bool failed_now_ = false;
  SteadyTime retry_at_;
  std::chrono::seconds backoff_{1};
  SteadyTime next_retention_;
  std::int64_t unmet_budget_ = 0;  ///< The last one told that cannot be met.
  SteadyTime next_measure_;
  std::optional<Stamp> last_stamp_;
  SteadyTime distrust_until_;
  std::thread thread_;
};

}  // namespace antx
