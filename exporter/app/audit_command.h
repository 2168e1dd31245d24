// `antminer_exporter audit verify`: whether the audit of commands is as it was written.
#pragma once

#include <ostream>
#include <string>

#include "config/config.h"

namespace antx {

/// As the command line gave it.
struct AuditRequest {
  std::string database;  ///< The file instead of the one of the settings.
};

/// Reads only; the exporter may be running.
/// @return the exit code: 0 every row is good, 1 one is not (it is named) or the file failed.
int RunAuditVerify(const Config& config, const AuditRequest& request, std::ostream& out,
                   std::ostream& messages);

}  // namespace antx
