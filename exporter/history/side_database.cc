#include "history/side_database.h"

#include <filesystem>
#include <fstream>
#include <system_error>

namespace antx {
namespace {

bool Exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

DbResult<void> BackupOne(const std::string& path, const std::string& target) {
  if (Exists(target)) {
    return DbError{DbError::Kind::kOther,
                   "backup " + target + ": the file exists already; name another one"};
  }
  auto db = Db::OpenReadOnly(path);
  if (db.has_error()) return db.error();
  // A copy is as private as what it is a copy of, from its first byte on.
  std::error_code failed;
  const auto mode = std::filesystem::status(path, failed).permissions();
  if (!failed) std::ofstream(target).close();
  if (!failed) std::filesystem::permissions(target, mode, failed);
  if (failed) {
    return DbError{DbError::Kind::kForbidden, "backup " + target + ": " + failed.message()};
  }
  return db->BackupTo(target);
}

}  // namespace

std::string SideDatabase(const std::string& path, std::string_view name) {
  return std::filesystem::path(path).replace_extension(std::string(name) + ".db").string();
}

DbResult<Db> OpenSideDatabase(const std::string& path, const std::string& schema,
                              std::int64_t version) {
  auto db = Db::Open(path);
  if (db.has_error()) return db.error();
  if (!db->IsSound()) {
    return DbError{DbError::Kind::kDamaged, "database " + path +
                                                ": it is damaged; the file is kept as it is: move "
                                                "it away to start an empty one"};
  }
  const auto found = db->Number("PRAGMA user_version");
  if (!found) return db->LastError();
  if (*found > version) {
    return DbError{DbError::Kind::kOther,
                   "database " + path + ": its layout is version " + std::to_string(*found) +
                       ", this program knows " + std::to_string(version) +
                       ": take the newer program, or move the file away to start an empty one"};
  }
  const auto made = db->Execute(schema);
  if (made.has_error()) return made.error();
  return db;
}

DbResult<std::vector<std::string>> BackupDatabases(const std::string& path,
                                                   const std::string& target) {
  if (const auto done = BackupOne(path, target); done.has_error()) return done.error();
  std::vector<std::string> copies = {target};
  for (const std::string_view name : kSideDatabases) {
    const std::string side = SideDatabase(path, name);
    if (!Exists(side)) continue;
    copies.push_back(SideDatabase(target, name));
    if (const auto done = BackupOne(side, copies.back()); done.has_error()) return done.error();
  }
  return copies;
}

}  // namespace antx
