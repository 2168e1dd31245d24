#include "app/audit_command.h"

#include <filesystem>

#include "control/audit.h"
#include "control/journal.h"

namespace antx {

int RunAuditVerify(const Config& config, const AuditRequest& request, std::ostream& out,
                   std::ostream& messages) {
  const std::string path =
      request.database.empty() ? JournalPath(config.storage) : request.database;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    messages << path << ": there is no such file; give it with --database\n";
    return 1;
  }
  auto db = Db::OpenReadOnly(path);
  if (db.has_error()) {
    messages << db.error().detail << '\n';
    return 1;
  }
  const auto verdict = VerifyAudit(*db);
  if (verdict.has_error()) {
    messages << verdict.error().detail << '\n';
    return 1;
  }
  if (!verdict->fault.empty()) {
    messages << path << ": " << verdict->fault << " (" << verdict->rows << " good rows before)\n";
    return 1;
  }
  out << path << ": " << verdict->rows << " rows are as they were written; head "
      << (verdict->head.empty() ? "-" : verdict->head) << '\n';
  return 0;
}

}  // namespace antx
