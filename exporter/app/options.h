// The command line: flags and subcommands, nothing else. What they set is
// decided in config/, what the subcommands do in the files named after them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/audit_command.h"
#include "app/export_command.h"
#include "app/render_command.h"
#include "app/token_command.h"
#include "config/load.h"

namespace antx {

struct Options {
  enum class Action {
    kServe,
    kScan,
    kProbe,
    kExport,
    kRender,
    kBackup,
    kToken,
    kAuditVerify,
    kConfigCheck,
    kConfigPrint
  };
  Action action = Action::kServe;
  ConfigSources sources;
  bool json = false;         ///< scan, probe: machine-readable output.
  std::string probe_target;  ///< probe ADDRESS
  ExportRequest export_request;
  RenderRequest render_request;
  TokenRequest token_request;
  AuditRequest audit_request;
  std::string backup_target;  ///< --storage.backup FILE
};

struct ParsedOptions {
  std::optional<Options> options;  ///< Nothing: print `text` and exit with `exit_code`.
  int exit_code = 0;
  std::string text;  ///< Help, version, or what is wrong with the command line.
};

/// `version_text` is what --version prints.
[[nodiscard]] ParsedOptions ParseOptions(const std::vector<std::string>& arguments,
                                         const std::string& version_text);

}  // namespace antx
