// `antminer_exporter export`: the history of a range as OpenMetrics, CSV or NDJSON.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "config/config.h"

namespace antx {

/// As the command line gave them.
struct ExportRequest {
  std::string format = "openmetrics";
  std::string from;                 ///< A date, epoch seconds or "2h" back; "" from the start.
  std::string to;                   ///< Excluded; "" up to now.
  std::string step = "raw";         ///< raw, 5m, 1h, 1d; others than raw give means.
  std::vector<std::string> miners;  ///< Ids or addresses; empty: all.
  std::string output;               ///< A file; "" or "-": standard output.
};

/// May run beside an exporter that writes. Progress of long runs goes to `messages`.
/// @return the exit code: 0 done, 1 the database or the output failed, 2 a wrong argument.
int RunExport(const Config& config, const ExportRequest& request, std::ostream& out,
              std::ostream& messages);

/// `--storage.backup FILE`: copies the database and those beside it, also while they are in use. 0
/// or 1.
int RunBackup(const Config& config, const std::string& target, std::ostream& messages);

}  // namespace antx
