// Answers questions about the past over read-only connections of its own.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "history/db.h"
#include "history/read_settings.h"
#include "history/series_table.h"
#include "model/history.h"
#include "util/clock.h"
#include "util/shared_box.h"

namespace antx {

/// Idle connections to one file. Thread safe.
class DbPool {
 public:
  /// A connection that goes back to the pool; other threads get others meanwhile.
  class Lease {
   public:
    Lease(DbPool& pool, Db db, std::uint64_t generation)
        : pool_(&pool), db_(std::move(db)), generation_(generation) {}
    ~Lease();
    Lease(Lease&&) noexcept;
    Lease& operator=(Lease&&) = delete;
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    [[nodiscard]] Db& operator*() { return *db_; }

   private:
    DbPool* pool_;
    std::optional<Db> db_;
    std::uint64_t generation_;
  };

  [[nodiscard]] DbResult<Lease> Borrow(const std::string& path);
  /// Idle connections are closed: the file was replaced.
  void Clear();

 private:
  void Return(Db db, std::uint64_t generation);

  std::mutex mutex_;
  std::vector<Db> idle_;
  std::uint64_t generation_ = 0;
};

class DbReader final : public HistoryReader {
 public:
  explicit DbReader(const Clock& clock) : clock_(clock) {}

  /// Any thread. Idle connections are dropped when the path changes or `replaced`.
  void Configure(ReadSettings settings, bool replaced);
  void SetLatest(std::shared_ptr<const std::vector<LatestRow>> latest) {
    latest_ = std::move(latest);
  }

  [[nodiscard]] std::shared_ptr<const std::vector<LatestRow>> Latest() const override {
    return latest_.load();
  }
  [[nodiscard]] HistoryResult<SeriesAnswer> Series(const SeriesQuery& query) const override;
  [[nodiscard]] HistoryResult<bool> Rows(const RowsQuery& query,
                                         const HistoryRowSink& sink) const override;
  [[nodiscard]] HistoryResult<std::vector<WindowMeans>> Means(
      SystemTime from, const std::vector<std::string>& miners) const override;
  [[nodiscard]] HistoryResult<std::vector<StoredEvent>> Events(
      const LogQuery& query) const override;
  [[nodiscard]] HistoryResult<std::vector<StoredError>> Errors(
      const LogQuery& query) const override;

 private:
  [[nodiscard]] HistoryResult<DbPool::Lease> Open() const;

  const Clock& clock_;
  mutable DbPool pool_;
  SharedBox<ReadSettings> settings_{std::make_shared<const ReadSettings>()};
  SharedBox<std::vector<LatestRow>> latest_{std::make_shared<const std::vector<LatestRow>>()};
};

/// One read transaction: every question in it sees the same state of the file.
class ReadTransaction {
 public:
  explicit ReadTransaction(Db& db) : db_(db) { (void)db_.Execute("BEGIN"); }
  ~ReadTransaction() { (void)db_.Execute("END"); }
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;

 private:
  Db& db_;
};

/// The series with this id, else with this address, the oldest first: one for each algorithm that
/// the machine was seen with.
[[nodiscard]] HistoryResult<std::vector<SeriesInfo>> FindSeries(Db& db, HistoryKind kind,
                                                                const std::string& miner,
                                                                const std::string& board);
/// Series of miners by address, all or those asked for by id or address. Those of one miner
/// stand together, the oldest first.
[[nodiscard]] HistoryResult<std::vector<SeriesInfo>> MinerSeries(
    Db& db, const std::vector<std::string>& miners);

}  // namespace antx
