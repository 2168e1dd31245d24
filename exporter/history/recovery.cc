#include "history/recovery.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "history/layout.h"

namespace antx {
namespace {

constexpr std::int64_t kWholeCheckBytes = 256LL << 20;

/// kDamaged, another kind of error, or nothing when the file is sound.
std::optional<DbError> Check(const std::string& path, bool thorough) {
  auto db = Db::Open(path);
  if (db.has_error()) return db.error();
  const std::int64_t bytes =
      db->Number("PRAGMA page_count").value_or(0) * db->Number("PRAGMA page_size").value_or(0);
  std::vector<std::string> checks = {"PRAGMA quick_check(1)"};
  if (bytes > kWholeCheckBytes && !thorough) {
    checks.clear();
    for (const char* table : {"sqlite_schema", "series", "latest", "miner_state"}) {
      if (db->Number("SELECT 1 FROM sqlite_schema WHERE name = '" + std::string(table) + "'")) {
        checks.push_back("PRAGMA quick_check(" + std::string(table) + ")");
      }
    }
  }
  for (const std::string& sql : checks) {
    auto row = db->Prepare(sql);
    if (row.has_error()) return row.error();
    if (row->Step() && row->Text(0) == "ok") continue;
    if (row->Failed()) return db->LastError();
    return DbError{DbError::Kind::kDamaged, "database " + path + ": " + row->Text(0)};
  }
  return std::nullopt;
}

/// The file with its log and index, out of the way.
DbResult<void> MoveAside(const std::string& path, const std::string& target) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::error_code error;
    if (!std::filesystem::exists(path + suffix, error)) continue;
    std::filesystem::rename(path + suffix, target + suffix, error);
    if (error) {
      return DbError{DbError::Kind::kForbidden, "database " + path + suffix +
                                                    ": damaged, and cannot be moved to " + target +
                                                    suffix + ": " + error.message()};
    }
  }
  return {};
}

std::vector<std::pair<std::string, std::string>> Tables(Db& db) {
  std::vector<std::pair<std::string, std::string>> tables;
  auto rows = db.Prepare(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
  if (rows.has_error()) return tables;
  while (rows->Step()) tables.emplace_back(rows->Text(0), rows->Text(1));
  return tables;
}

/// Copies rows until one cannot be read. False: this table cannot be written to.
std::size_t CopyRows(Db& from, Db& into, const std::string& table, const std::string& order) {
  const auto columns =
      into.Number("SELECT count(*) FROM pragma_table_info('" + table + "')").value_or(0);
  std::string sql = "INSERT OR IGNORE INTO " + table + " VALUES (";
  for (std::int64_t i = 0; i < columns; ++i) sql += i == 0 ? "?" : ",?";
  auto rows = from.Prepare("SELECT * FROM " + table + order);
  auto insert = into.Prepare(sql + ')');
  if (rows.has_error() || insert.has_error()) return 0;
  std::size_t copied = 0;
  while (rows->Step()) {
    for (int i = 0; i < static_cast<int>(columns); ++i) insert->BindColumn(i + 1, *rows, i);
    (void)insert->Step();
    if (insert->Failed()) break;
    copied += static_cast<std::size_t>(into.Changes());
    insert->Reset();
  }
  return copied;
}

std::string PrimaryKey(Db& db, const std::string& table) {
  std::string key;
  auto rows =
      db.Prepare("SELECT name FROM pragma_table_info('" + table + "') WHERE pk > 0 ORDER BY pk");
  if (rows.has_error()) return key;
  while (rows->Step()) key += (key.empty() ? "" : ", ") + rows->Text(0) + " DESC";
  return key;
}

}  // namespace

DbResult<OpenedDb> OpenOrSalvage(const std::string& path, const std::string& stamp, bool thorough) {
  const auto first = Check(path, thorough);
  if (first && first->kind != DbError::Kind::kDamaged) return *first;
  if (!first) {
    auto db = Db::Open(path);
    if (db.has_error()) return db.error();
    return OpenedDb{std::move(*db), "", 0};
  }
  const auto second = Check(path, thorough);
  if (second && second->kind != DbError::Kind::kDamaged) return *second;
  const std::string aside = path + ".corrupt-" + stamp;
  if (second) {
    const auto moved = MoveAside(path, aside);
    if (moved.has_error()) return moved.error();
  }
  auto db = Db::Open(path);
  if (db.has_error()) return db.error();
  OpenedDb opened{std::move(*db), second ? aside : "", 0};
  if (!second) return opened;
  const auto made = MigrateHistory(opened.db);
  if (made.has_error()) return made.error();
  const auto rows = SalvageRows(aside, opened.db);
  if (rows.has_error()) return rows.error();
  opened.salvaged_rows = *rows;
  return opened;
}

DbResult<std::size_t> SalvageRows(const std::string& damaged, Db& into) {
  auto from = Db::OpenReadOnly(damaged);
  if (from.has_error()) return std::size_t{0};  // Nothing can be read: an empty start.
  DbTransaction transaction(into);
  const auto begun = transaction.Begin();
  if (begun.has_error()) return begun.error();
  std::size_t copied = 0;
  for (const auto& [table, sql] : Tables(*from)) {
    // Tables of other modules (miner_state) are made as they were.
    if (!into.Number("SELECT 1 FROM sqlite_schema WHERE name = '" + table + "'") &&
        into.Execute(sql).has_error()) {
      continue;
    }
    copied += CopyRows(*from, into, table, "");
    const std::string key = PrimaryKey(*from, table);
    if (!key.empty()) copied += CopyRows(*from, into, table, " ORDER BY " + key);
  }
  const auto done = transaction.Commit();
  if (done.has_error()) return done.error();
  return copied;
}

}  // namespace antx
