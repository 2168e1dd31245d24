// The plain numbers of a miner, its boards and the fleet, as history and the JSON API show them.
#pragma once

#include <array>
#include <optional>

#include "model/history.h"
#include "model/snapshot.h"

namespace antx {

using FleetValues = std::array<std::optional<double>, kFleetMetricCount>;
using BoardValues = std::array<std::optional<double>, kBoardMetricCount>;

/// Absent where the reading tells nothing; all absent but energy and state without a reading.
[[nodiscard]] MinerValues ValuesOf(const MinerView& view);
[[nodiscard]] BoardValues ValuesOf(const BoardReading& board);
/// Sums over miners that are up and have a fresh reading; hashrate and power are absent when
/// no miner tells them.
[[nodiscard]] FleetValues ValuesOf(const Snapshot& snapshot);

}  // namespace antx
