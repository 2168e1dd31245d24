#include "control/maintenance_store.h"

#include <chrono>
#include <utility>

#include "history/side_database.h"

namespace antx {
namespace {

// Times are Unix milliseconds. AUTOINCREMENT: an id never comes back for another entry.
constexpr std::int64_t kVersion = 1;
constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS maintenance (id INTEGER PRIMARY KEY AUTOINCREMENT,
  miner TEXT NOT NULL, rack TEXT NOT NULL, site TEXT NOT NULL, reason TEXT NOT NULL,
  caller TEXT NOT NULL, begin_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS instance (name TEXT NOT NULL);
PRAGMA user_version=1)";

}  // namespace

std::string MaintenanceStorePath(const StorageConfig& storage) {
  if (!storage.enabled) return ":memory:";
  return SideDatabase(storage.path, "maintenance");
}

DbResult<MaintenanceStore> MaintenanceStore::Open(const std::string& path) {
  auto db = OpenSideDatabase(path, kSchema, kVersion);
  if (db.has_error()) return db.error();
  return MaintenanceStore(std::move(*db));
}

DbResult<std::int64_t> MaintenanceStore::Add(const MaintenanceEntry& entry) {
  auto insert = db_.Prepare(
      "INSERT INTO maintenance (miner, rack, site, reason, caller, begin_ms, end_ms) "
      "VALUES (?,?,?,?,?,?,?) RETURNING id");
  if (insert.has_error()) return insert.error();
  int column = 0;
  for (const std::string* text :
       {&entry.miner, &entry.rack, &entry.site, &entry.reason, &entry.by}) {
    insert->Bind(++column, std::string_view(*text));
  }
  insert->Bind(++column, Milliseconds(entry.begin));
  insert->Bind(++column, Milliseconds(entry.end));
  if (!insert->Step()) return db_.LastError();
  const std::int64_t id = insert->Int(0);
  (void)insert->Step();  // The row is written when the statement has come to its end.
  if (insert->Failed()) return db_.LastError();
  return id;
}

DbResult<void> MaintenanceStore::Remove(std::int64_t id) {
  auto remove = db_.Prepare("DELETE FROM maintenance WHERE id = ?");
  if (remove.has_error()) return remove.error();
  remove->Bind(1, id);
  (void)remove->Step();
  if (remove->Failed()) return db_.LastError();
  return {};
}

DbResult<std::vector<MaintenanceEntry>> MaintenanceStore::Load(SystemTime now) {
  {
    auto remove = db_.Prepare("DELETE FROM maintenance WHERE end_ms <= ?");
    if (remove.has_error()) return remove.error();
    remove->Bind(1, Milliseconds(now));
    (void)remove->Step();
    if (remove->Failed()) return db_.LastError();
  }
  auto select = db_.Prepare(
      "SELECT id, miner, rack, site, reason, caller, begin_ms, end_ms FROM maintenance ORDER BY "
      "id");
  if (select.has_error()) return select.error();
  std::vector<MaintenanceEntry> entries;
  while (select->Step()) {
    entries.push_back({select->Int(0), select->Text(1), select->Text(2), select->Text(3),
                       select->Text(4), select->Text(5), FromMilliseconds(select->Int(6)),
                       FromMilliseconds(select->Int(7))});
  }
  if (select->Failed()) return db_.LastError();
  return entries;
}

DbResult<std::string> MaintenanceStore::Instance() {
  const auto made = db_.Execute(
      "INSERT INTO instance SELECT lower(hex(randomblob(6))) WHERE NOT EXISTS "
      "(SELECT 1 FROM instance)");
  if (made.has_error()) return made.error();
  auto select = db_.Prepare("SELECT name FROM instance");
  if (select.has_error()) return select.error();
  if (!select->Step()) return db_.LastError();
  return select->Text(0);
}

}  // namespace antx
