// `antminer_exporter render alertmanager`: writes a configuration of Alertmanager from the
// settings.
#pragma once

#include <ostream>
#include <string>

#include "config/config.h"

namespace antx {

/// As the command line gave it.
struct RenderRequest {
  std::string output;         ///< A file; "" or "-": standard output.
  std::string password_file;  ///< Where a copy of the password goes if there is one; "" nowhere.
};

/// With a file as output the mail templates are written beside it. The password never gets into
/// the output: only the name of its file. Files are replaced whole or not at all.
/// @return the exit code: 0 done, 1 settings that do not fit or a file that cannot be written.
int RunRender(const Config& config, const RenderRequest& request, std::ostream& out,
              std::ostream& messages);

}  // namespace antx
