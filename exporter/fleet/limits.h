// What the configuration says about one miner: alert limits and rated efficiency.
// Pure functions of the configuration; precedence is miner > model > general.
#pragma once

#include <optional>

#include "config/config.h"
#include "model/inventory.h"
#include "model/reading.h"
#include "model/snapshot.h"

namespace antx {

/// The alert limits of one miner.
[[nodiscard]] Thresholds ResolveThresholds(const Config& config, const MinerFacts& facts,
                                           const Identity& identity);

struct RatedEfficiency {
  double joules_per_terahash = 0;
  PowerSource source = PowerSource::kDefault;
};

/// Rated efficiency of a SHA-256 miner: inventory or EFF_* (override), model table,
/// EFFICIENCY_J_PER_TH (default). Absent for other algorithms.
/// @param table_joules_per_terahash the figure of the model table, if it has one.
[[nodiscard]] std::optional<RatedEfficiency> ResolveEfficiency(
    const Config& config, const MinerFacts& facts, const Identity& identity,
    std::optional<double> table_joules_per_terahash);

/// Power of one reading: what the miner reports, else hashrate x rated efficiency,
/// labelled as such. Absent without either, and for an estimate at rate 0: a stopped
/// miner still draws some power, and how much is unknown.
[[nodiscard]] std::optional<Power> ResolvePower(const Reading& reading,
                                                const std::optional<RatedEfficiency>& rated);

}  // namespace antx
