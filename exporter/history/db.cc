#include "history/db.h"

#include <sqlite3.h>

#include <filesystem>
#include <stdexcept>
#include <vector>

namespace antx {
namespace {

DbError MakeError(int code, const std::string& path, const std::string& text) {
  const std::string what = "database " + path + ": " + text;
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {DbError::Kind::kLocked, what + "; another process holds it, it is tried again"};
    case SQLITE_FULL:
      return {DbError::Kind::kFull, what + "; free disk space, writing resumes by itself"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {DbError::Kind::kDamaged,
              what + "; the file is kept as it is: move it away to start an empty one"};
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
      return {DbError::Kind::kForbidden,
              what + "; make the folder exist and be writable, or set storage.path"};
    default:
      return {DbError::Kind::kOther, what};
  }
}

}  // namespace

void throw_exception_from_error(const DbError& error, const boost::source_location& /*where*/) {
  throw std::logic_error("unchecked DbError: " + error.detail);
}

void DbStatement::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

DbStatement::DbStatement(sqlite3_stmt* statement) : statement_(statement) {}

void DbStatement::Bind(int index, std::string_view text) {
  sqlite3_bind_text(statement_.get(), index, text.data(), static_cast<int>(text.size()),
                    SQLITE_TRANSIENT);
}
void DbStatement::Bind(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), index, value);
}
void DbStatement::Bind(int index, double value) {
  sqlite3_bind_double(statement_.get(), index, value);
}
void DbStatement::Bind(int index, const std::optional<double>& value) {
  if (value) {
    Bind(index, *value);
  } else {
    sqlite3_bind_null(statement_.get(), index);
  }
}

void DbStatement::Bind(int index, const std::optional<std::int64_t>& value) {
  if (value) {
    Bind(index, *value);
  } else {
    sqlite3_bind_null(statement_.get(), index);
  }
}
void DbStatement::BindBlob(int index, std::string_view bytes) {
  sqlite3_bind_blob64(statement_.get(), index, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
}

void DbStatement::BindColumn(int index, const DbStatement& row, int column) {
  sqlite3_bind_value(statement_.get(), index, sqlite3_column_value(row.statement_.get(), column));
}

bool DbStatement::Step() {
  const int code = sqlite3_step(statement_.get());
  failed_ = code != SQLITE_ROW && code != SQLITE_DONE;
  return code == SQLITE_ROW;
}

void DbStatement::Reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

std::string DbStatement::Text(int column) const {
  const auto* text = sqlite3_column_text(statement_.get(), column);
  if (text == nullptr) return {};
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return {reinterpret_cast<const char*>(text), size};
}
std::int64_t DbStatement::Int(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}
double DbStatement::Double(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}
std::optional<double> DbStatement::OptionalDouble(int column) const {
  if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) return std::nullopt;
  return Double(column);
}

std::optional<std::int64_t> DbStatement::OptionalInt(int column) const {
  if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) return std::nullopt;
  return Int(column);
}
std::string_view DbStatement::Blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

void Db::Closer::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

DbResult<Db> Db::Open(const std::string& path) {
  sqlite3* handle = nullptr;
  std::error_code ignored;
  const bool fresh =
      !std::filesystem::exists(path, ignored) || std::filesystem::file_size(path, ignored) == 0;
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Db db(handle, path);
  if (code != SQLITE_OK) return MakeError(code, path, sqlite3_errstr(code));
  sqlite3_busy_timeout(handle, 5000);
  sqlite3_extended_result_codes(handle, 1);
  std::vector<const char*> pragmas = {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL",
                                      "PRAGMA journal_size_limit=67108864"};
  if (fresh)
    pragmas.insert(pragmas.begin(), {"PRAGMA page_size=16384", "PRAGMA auto_vacuum=INCREMENTAL"});
  for (const char* pragma : pragmas) {
    const auto done = db.Execute(pragma);
    if (done.has_error()) return done.error();
  }
  return db;
}

DbResult<Db> Db::OpenReadOnly(const std::string& path) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Db db(handle, path);
  if (code != SQLITE_OK) return MakeError(code, path, sqlite3_errstr(code));
  sqlite3_busy_timeout(handle, 5000);
  sqlite3_extended_result_codes(handle, 1);
  return db;
}

DbError Db::LastError() const {
  return MakeError(sqlite3_errcode(db_.get()), path_, sqlite3_errmsg(db_.get()));
}

DbResult<void> Db::Execute(const std::string& sql) {
  if (sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return LastError();
  }
  return {};
}

DbResult<DbStatement> Db::Prepare(std::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  const int code =
      sqlite3_prepare_v2(db_.get(), sql.data(), static_cast<int>(sql.size()), &handle, nullptr);
  if (code != SQLITE_OK) return LastError();
  return DbStatement(handle);
}

bool Db::IsSound() {
  constexpr std::int64_t kQuickBytes = 256LL << 20;
  const auto pages = Number("PRAGMA page_count");
  const auto page_size = Number("PRAGMA page_size");
  if (pages && page_size && *pages * *page_size > kQuickBytes) return true;
  auto check = Prepare("PRAGMA quick_check(1)");
  return check.has_value() && check->Step() && check->Text(0) == "ok";
}

std::optional<std::int64_t> Db::Number(std::string_view sql) {
  auto row = Prepare(sql);
  if (row.has_error() || !row->Step()) return std::nullopt;
  return row->OptionalInt(0);
}

std::int64_t Db::Changes() const { return sqlite3_changes64(db_.get()); }

DbResult<void> Db::BackupTo(const std::string& target) {
  auto copy = Db::Open(target);
  if (copy.has_error()) return copy.error();
  sqlite3_backup* backup = sqlite3_backup_init(copy->db_.get(), "main", db_.get(), "main");
  if (backup == nullptr) return copy->LastError();
  (void)sqlite3_backup_step(backup, -1);
  const int code = sqlite3_backup_finish(backup);
  if (code != SQLITE_OK) return MakeError(code, target, sqlite3_errstr(code));
  return {};
}

DbTransaction::~DbTransaction() {
  // Fails when SQLite rolled back by itself: fine.
  if (open_) (void)db_.Execute("ROLLBACK");
}

DbResult<void> DbTransaction::Begin() {
  auto done = db_.Execute("BEGIN IMMEDIATE");
  open_ = done.has_value();
  return done;
}

DbResult<void> DbTransaction::Commit() {
  auto done = db_.Execute("COMMIT");
  if (done.has_value()) open_ = false;
  return done;
}

}  // namespace antx
