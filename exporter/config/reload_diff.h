// Which changed settings wait for a restart. From the key table.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"

namespace antx {

/// Paths of the keys marked "restart" whose values differ.
[[nodiscard]] std::vector<std::string> RestartNeeded(const Config& old_config,
                                                     const Config& new_config);

}  // namespace antx
