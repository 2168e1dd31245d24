// The audit: rows that are only ever added, each chained to the one before by its hash, so that a
// row that was changed, taken out or put in shows. It lives in the file of the journal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "history/db.h"
#include "model/control.h"

namespace antx {

/// SHA-256 in hexadecimal; "" when the library fails.
[[nodiscard]] std::string Sha256(std::string_view bytes);

/// What a row's hash is made of: the hash before, a line end, and the row as a JSON list of
/// sequence, time (ms since 1970), caller, address, action, phase, target, what, reason, result,
/// detail, run.
[[nodiscard]] std::string AuditHash(const AuditRow& row);

/// Makes the table and the triggers that refuse changes.
[[nodiscard]] DbResult<void> MakeAudit(Db& db);
/// Adds a row; `sequence`, `previous_hash` and `hash` are set here. Within the transaction of the
/// caller, if there is one.
[[nodiscard]] DbResult<void> AppendAudit(Db& db, AuditRow row);
/// Newest first, those before `before` (0: all).
[[nodiscard]] DbResult<std::vector<AuditRow>> ReadAudit(Db& db, std::int64_t before, int limit);

struct AuditVerdict {
  std::int64_t rows = 0;  ///< Good ones, from the first on.
  std::string head;       ///< Hash of the last good row.
  std::string fault;      ///< Names the first broken row; "" when all are good.
};
/// Walks the whole chain.
[[nodiscard]] DbResult<AuditVerdict> VerifyAudit(Db& db);

}  // namespace antx
