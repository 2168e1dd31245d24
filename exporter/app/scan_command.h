// `antminer_exporter scan`: one discovery run, printed as a table or as JSON.
#pragma once

#include <ostream>

#include "config/config.h"

namespace antx {

/// Returns the exit code: 0 when the sweep ended, 1 when there was no range to sweep.
int RunScan(const Config& config, bool json, std::ostream& out);

}  // namespace antx
