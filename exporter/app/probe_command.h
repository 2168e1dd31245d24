// `antminer_exporter probe ADDRESS`: one poll with every step shown.
#pragma once

#include <ostream>
#include <string>

#include "config/config.h"

namespace antx {

/// Polls once and prints bytes, timings, repairs and which field became which value.
/// Returns the exit code: 0 a usable reading, 1 none, 2 a bad address.
int RunProbe(const Config& config, const std::string& target, bool json, std::ostream& out);

}  // namespace antx
