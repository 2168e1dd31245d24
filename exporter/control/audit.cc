#include "control/audit.h"

#include <openssl/evp.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "util/text.h"

namespace antx {
namespace {

constexpr const char* kTable =
    "CREATE TABLE IF NOT EXISTS audit (sequence INTEGER PRIMARY KEY AUTOINCREMENT,"
    " time INTEGER NOT NULL, caller TEXT NOT NULL, address TEXT NOT NULL, action TEXT NOT NULL,"
    " phase TEXT NOT NULL, target TEXT NOT NULL, what TEXT NOT NULL, reason TEXT NOT NULL,"
    " result TEXT NOT NULL, detail TEXT NOT NULL, run INTEGER NOT NULL,"
    " previous_hash TEXT NOT NULL, hash TEXT NOT NULL);"
    "CREATE TRIGGER IF NOT EXISTS audit_stays BEFORE UPDATE ON audit BEGIN"
    " SELECT RAISE(ABORT, 'the audit is never changed'); END;"
    "CREATE TRIGGER IF NOT EXISTS audit_keeps BEFORE DELETE ON audit BEGIN"
    " SELECT RAISE(ABORT, 'the audit is never changed'); END";
constexpr const char* kColumns =
    "sequence, time, caller, address, action, phase, target, what, reason, result, detail, run,"
    " previous_hash, hash";

AuditRow RowOf(const DbStatement& row) {
  AuditRow audit;
  audit.sequence = row.Int(0);
  audit.time = FromMilliseconds(row.Int(1));
  int column = 2;
  for (std::string* text :
       {&audit.caller, &audit.address, &audit.action, &audit.phase, &audit.target, &audit.what,
        &audit.reason, &audit.result, &audit.detail}) {
    *text = row.Text(column++);
  }
  audit.run = row.Int(11);
  audit.previous_hash = row.Text(12);
  audit.hash = row.Text(13);
  return audit;
}

std::string Broken(std::int64_t sequence, const std::string& why) {
  return "row " + std::to_string(sequence) + ": " + why;
}

}  // namespace

std::string Sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    return "";
  }
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    std::array<char, 3> hex{};
    (void)std::snprintf(hex.data(), hex.size(), "%02x", digest.at(i));
    text += hex.data();
  }
  return text;
}

std::string AuditHash(const AuditRow& row) {
  const boost::json::array canonical{row.sequence, Milliseconds(row.time),
                                     row.caller,   row.address,
                                     row.action,   row.phase,
                                     row.target,   row.what,
                                     row.reason,   row.result,
                                     row.detail,   row.run};
  return Sha256(row.previous_hash + '\n' + boost::json::serialize(canonical));
}

DbResult<void> MakeAudit(Db& db) { return db.Execute(kTable); }

DbResult<void> AppendAudit(Db& db, AuditRow row) {
  auto last = db.Prepare("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1");
  if (last.has_error()) return last.error();
  row.sequence = 1;
  row.previous_hash.clear();
  if (last->Step()) {
    row.sequence = last->Int(0) + 1;
    row.previous_hash = last->Text(1);
  }
  if (last->Failed()) return db.LastError();
  for (std::string* text : {&row.caller, &row.address, &row.action, &row.phase, &row.target,
                            &row.what, &row.reason, &row.result, &row.detail}) {
    *text = ToValidUtf8(*text);
  }
  row.hash = AuditHash(row);
  auto insert = db.Prepare("INSERT INTO audit (" + std::string(kColumns) +
                           ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  if (insert.has_error()) return insert.error();
  insert->Bind(1, row.sequence);
  insert->Bind(2, Milliseconds(row.time));
  int column = 3;
  for (const std::string* text : {&row.caller, &row.address, &row.action, &row.phase, &row.target,
                                  &row.what, &row.reason, &row.result, &row.detail}) {
    insert->Bind(column++, *text);
  }
  insert->Bind(12, row.run);
  insert->Bind(13, row.previous_hash);
  insert->Bind(14, row.hash);
  (void)insert->Step();
  if (insert->Failed()) return db.LastError();
  return {};
}

DbResult<std::vector<AuditRow>> ReadAudit(Db& db, std::int64_t before, int limit) {
  auto select = db.Prepare("SELECT " + std::string(kColumns) +
                           " FROM audit WHERE ?1=0 OR sequence<?1 ORDER BY sequence DESC LIMIT ?2");
  if (select.has_error()) return select.error();
  select->Bind(1, before);
  select->Bind(2, std::int64_t{limit});
  std::vector<AuditRow> rows;
  while (select->Step()) rows.push_back(RowOf(*select));
  if (select->Failed()) return db.LastError();
  return rows;
}

DbResult<AuditVerdict> VerifyAudit(Db& db) {
  auto select = db.Prepare("SELECT " + std::string(kColumns) + " FROM audit ORDER BY sequence");
  if (select.has_error()) return select.error();
  AuditVerdict verdict;
  while (select->Step()) {
    const AuditRow row = RowOf(*select);
    const std::int64_t expected = verdict.rows + 1;
    if (row.sequence != expected) {
      verdict.fault = Broken(expected, "it is missing");
    } else if (row.previous_hash != verdict.head) {
      verdict.fault = Broken(expected, "it does not follow the row before");
    } else if (row.hash != AuditHash(row)) {
      verdict.fault = Broken(expected, "its content does not fit its hash");
    }
    if (!verdict.fault.empty()) return verdict;
    ++verdict.rows;
    verdict.head = row.hash;
  }
  if (select->Failed()) return db.LastError();
  const auto given = db.Number("SELECT seq FROM sqlite_sequence WHERE name='audit'");
  if (given && *given > verdict.rows) {
    verdict.fault =
        Broken(verdict.rows + 1, "it is missing, and all up to row " + std::to_string(*given));
  }
  return verdict;
}

}  // namespace antx
