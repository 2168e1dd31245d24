// Records that wait for the receiver, oldest first, in a SQLite file of their own (or in memory),
// so that they outlive a restart, a kill and an outage of the receiver. On-disk form: table
// `push_queue`, described in queue.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "history/db.h"
#include "util/clock.h"

namespace antx {

/// The oldest records; `last_id` names the newest of them.
struct QueuedBatch {
  std::int64_t last_id = 0;
  std::vector<std::string> records;
};

/// Use it from one thread at a time.
class PushQueue {
 public:
  /// @param path file, made when absent; ":memory:" keeps nothing. A damaged file, or one of a
  /// newer version, is an error and stays as it is.
  [[nodiscard]] static DbResult<PushQueue> Open(const std::string& path);

  /// Adds records in one transaction, then drops the oldest above `max_records`. Returns how many
  /// were dropped. On an error nothing was added or dropped.
  [[nodiscard]] DbResult<std::size_t> Add(const std::vector<std::string>& records, SystemTime when,
                                          std::size_t max_records);
  /// At most `count` of the oldest records.
  [[nodiscard]] DbResult<QueuedBatch> Oldest(std::size_t count);
  /// Ends the wait of all records up to `last_id`.
  [[nodiscard]] DbResult<void> Remove(std::int64_t last_id);

  [[nodiscard]] std::size_t size() const { return size_; }
  /// When the oldest record was added; nothing when the queue is empty.
  [[nodiscard]] std::optional<SystemTime> OldestTime();

 private:
  explicit PushQueue(Db db) : db_(std::move(db)) {}
  [[nodiscard]] DbResult<void> Insert(const std::vector<std::string>& records, SystemTime when);
  [[nodiscard]] DbResult<void> Trim(std::size_t max_records);
  [[nodiscard]] DbResult<void> Count();

  Db db_;
  std::size_t size_ = 0;
  std::size_t largest_ = 0;  ///< Since the file was last made small.
};

}  // namespace antx
