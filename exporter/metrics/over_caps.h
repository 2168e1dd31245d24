// What metrics.max_* keeps out of the pages, told in words for the log.
#pragma once

#include <string>

#include "config/config.h"
#include "model/snapshot.h"

namespace antx {

/// "3 boards over metrics.max_boards (8), 2 pools over metrics.max_pools (8)" for the readings
/// of this snapshot; "" when nothing is left out. Looks at sizes only.
[[nodiscard]] std::string DescribeOverCaps(const Snapshot& snapshot, const MetricsConfig& limits);

}  // namespace antx
