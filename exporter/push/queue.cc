#include "push/queue.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "history/side_database.h"

namespace antx {
namespace {

// `added` is Unix time in milliseconds, `record` one JSON object. AUTOINCREMENT: an id that was
// sent never comes back for another record. `user_version` of the file is the version of the form.
constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS push_queue (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " added INTEGER NOT NULL, record TEXT NOT NULL); PRAGMA user_version=1";
constexpr std::int64_t kVersion = 1;
constexpr std::size_t kWorthShrinking = 10000;

DbResult<std::int64_t> OneNumber(Db& db, std::string_view sql) {
  auto statement = db.Prepare(sql);
  if (statement.has_error()) return statement.error();
  if (!statement->Step()) return db.LastError();
  return statement->Int(0);
}

}  // namespace

DbResult<PushQueue> PushQueue::Open(const std::string& path) {
  auto db = OpenSideDatabase(path, kSchema, kVersion);
  if (db.has_error()) return db.error();
  PushQueue queue(std::move(*db));
  const auto counted = queue.Count();
  if (counted.has_error()) return counted.error();
  return queue;
}

DbResult<void> PushQueue::Count() {
  const auto count = OneNumber(db_, "SELECT count(*) FROM push_queue");
  if (count.has_error()) return count.error();
  size_ = static_cast<std::size_t>(*count);
  largest_ = std::max(largest_, size_);
  return {};
}

DbResult<void> PushQueue::Insert(const std::vector<std::string>& records, SystemTime when) {
  auto insert = db_.Prepare("INSERT INTO push_queue (added, record) VALUES (?,?)");
  if (insert.has_error()) return insert.error();
  const std::int64_t added = Milliseconds(when);
  for (const std::string& record : records) {
    insert->Bind(1, added);
    insert->Bind(2, record);
    (void)insert->Step();
    if (insert->Failed()) return db_.LastError();
    insert->Reset();
  }
  return {};
}

DbResult<void> PushQueue::Trim(std::size_t max_records) {
  if (size_ <= max_records) return {};
  auto trim = db_.Prepare(
      "DELETE FROM push_queue WHERE id IN (SELECT id FROM push_queue ORDER BY id LIMIT ?)");
  if (trim.has_error()) return trim.error();
  trim->Bind(1, static_cast<std::int64_t>(size_ - max_records));
  (void)trim->Step();
  if (trim->Failed()) return db_.LastError();
  return {};
}

DbResult<std::size_t> PushQueue::Add(const std::vector<std::string>& records, SystemTime when,
                                     std::size_t max_records) {
  const std::size_t before = size_;
  auto done = db_.Execute("BEGIN IMMEDIATE");
  if (done.has_error()) return done.error();
  done = Insert(records, when);
  size_ = before + records.size();
  if (done.has_value()) done = Trim(max_records);
  if (done.has_value()) done = db_.Execute("COMMIT");
  if (done.has_error()) {
    const DbError error = done.error();  // Before the rollback changes what SQLite says last.
    (void)db_.Execute("ROLLBACK");
    size_ = before;
    return error;
  }
  const std::size_t dropped = size_ > max_records ? size_ - max_records : 0;
  size_ -= dropped;
  largest_ = std::max(largest_, size_);
  return dropped;
}

DbResult<QueuedBatch> PushQueue::Oldest(std::size_t count) {
  auto select = db_.Prepare("SELECT id, record FROM push_queue ORDER BY id LIMIT ?");
  if (select.has_error()) return select.error();
  select->Bind(1, static_cast<std::int64_t>(count));
  QueuedBatch batch;
  while (select->Step()) {
    batch.last_id = select->Int(0);
    batch.records.push_back(select->Text(1));
  }
  if (select->Failed()) return db_.LastError();
  return batch;
}

DbResult<void> PushQueue::Remove(std::int64_t last_id) {
  {
    auto remove = db_.Prepare("DELETE FROM push_queue WHERE id <= ?");
    if (remove.has_error()) return remove.error();
    remove->Bind(1, last_id);
    (void)remove->Step();
    if (remove->Failed()) return db_.LastError();
  }
  // Of the rows, some may have been dropped meanwhile: SQLite knows how many went.
  const auto changes = OneNumber(db_, "SELECT changes()");
  if (changes.has_error()) return changes.error();
  size_ -= std::min(size_, static_cast<std::size_t>(*changes));
  if (size_ == 0 && largest_ > kWorthShrinking) {
    largest_ = 0;
    return db_.Execute("VACUUM");  // Gives the disk back; the table is empty, so it is quick.
  }
  return {};
}

std::optional<SystemTime> PushQueue::OldestTime() {
  if (size_ == 0) return std::nullopt;
  const auto added = OneNumber(db_, "SELECT added FROM push_queue ORDER BY id LIMIT 1");
  if (added.has_error()) return std::nullopt;
  return FromMilliseconds(*added);
}

}  // namespace antx
