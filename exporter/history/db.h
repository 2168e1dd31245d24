// RAII over the SQLite C API: a connection, a statement, a transaction. Failures
// are values that tell locked, full, damaged and forbidden apart.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace antx {

struct DbError {
  enum class Kind { kLocked, kFull, kDamaged, kForbidden, kOther };
  Kind kind = Kind::kOther;
  std::string detail;  ///< Names the file and says what to do.
};
template <class T>
using DbResult = boost::system::result<T, DbError>;
[[noreturn]] void throw_exception_from_error(const DbError& error,
                                             const boost::source_location& where);

/// One prepared statement. Bind from 1, read columns from 0, as SQLite does.
class DbStatement {
 public:
  explicit DbStatement(sqlite3_stmt* statement);  ///< Takes over the handle.
  void Bind(int index, std::string_view text);
  void Bind(int index, std::int64_t value);
  void Bind(int index, double value);
  void Bind(int index, const std::optional<double>& value);
  void Bind(int index, const std::optional<std::int64_t>& value);
  void BindBlob(int index, std::string_view bytes);
  /// A column of the present row of another statement, as it is.
  void BindColumn(int index, const DbStatement& row, int column);
  /// True: a row is there. False: done or failed; Db::LastError tells which.
  [[nodiscard]] bool Step();
  void Reset();
  [[nodiscard]] std::string Text(int column) const;
  [[nodiscard]] std::int64_t Int(int column) const;
  [[nodiscard]] double Double(int column) const;
  [[nodiscard]] std::optional<double> OptionalDouble(int column) const;
  [[nodiscard]] std::optional<std::int64_t> OptionalInt(int column) const;
  /// Valid until the next Step, Reset or the end of the statement.
  [[nodiscard]] std::string_view Blob(int column) const;
  [[nodiscard]] bool Failed() const { return failed_; }

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  bool failed_ = false;
};

/// One connection; use it from one thread at a time.
class Db {
 public:
  /// Opens or creates the file: WAL, synchronous=NORMAL, busy time-out 5 s. A new file gets
  /// pages of 16 KiB and gives freed pages back in small steps. "file:" paths are URIs.
  [[nodiscard]] static DbResult<Db> Open(const std::string& path);
  /// Opens an existing file for reading only.
  [[nodiscard]] static DbResult<Db> OpenReadOnly(const std::string& path);
  [[nodiscard]] DbResult<void> Execute(const std::string& sql);
  [[nodiscard]] DbResult<DbStatement> Prepare(std::string_view sql);
  [[nodiscard]] DbError LastError() const;
  /// PRAGMA quick_check says "ok"; a file above 256 MB is taken for sound, it would take minutes.
  [[nodiscard]] bool IsSound();
  /// One number, e.g. of a PRAGMA; nothing when it fails or gives no row.
  [[nodiscard]] std::optional<std::int64_t> Number(std::string_view sql);
  /// Rows that the last INSERT, UPDATE or DELETE changed.
  [[nodiscard]] std::int64_t Changes() const;
  /// Copies the whole database to `target` while it is in use (online backup).
  [[nodiscard]] DbResult<void> BackupTo(const std::string& target);
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  struct Closer {
    void operator()(sqlite3* db) const;
  };
  Db(sqlite3* db, std::string path) : db_(db), path_(std::move(path)) {}
  std::unique_ptr<sqlite3, Closer> db_;
  std::string path_;
};

/// One transaction; rolls back when it goes out of scope without Commit.
class DbTransaction {
 public:
  explicit DbTransaction(Db& db) : db_(db) {}
  ~DbTransaction();
  DbTransaction(const DbTransaction&) = delete;
  DbTransaction& operator=(const DbTransaction&) = delete;
  [[nodiscard]] DbResult<void> Begin();
  [[nodiscard]] DbResult<void> Commit();

 private:
  Db& db_;
  bool open_ = false;
};

}  // namespace antx
