// What changes in the inventory, carried over to the fleet.
#pragma once

#include <functional>

#include "discovery/inventory.h"
#include "fleet/tracker.h"

namespace antx {

/// Counters and usual hashrate go with the id: to another address when a miner has moved, aside
/// when another device has taken its place. `complete` adds what is known of a model.
void TrackChange(const InventoryChange& change,
                 const std::function<MinerFacts(MinerFacts)>& complete, Tracker& tracker);

}  // namespace antx
