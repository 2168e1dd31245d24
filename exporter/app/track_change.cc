#include "app/track_change.h"

namespace antx {

void TrackChange(const InventoryChange& change,
                 const std::function<MinerFacts(MinerFacts)>& complete, Tracker& tracker) {
  for (const auto& [from, to] : change.moved) tracker.Move(from, to);
  for (const Ipv4 address : change.removed) tracker.Remove(address);
  for (const Ipv4 address : change.replaced) tracker.SetAside(address);
  for (const MinerFacts& facts : change.updated) tracker.Upsert(complete(facts));
  for (const MinerFacts& facts : change.added) tracker.Upsert(complete(facts));
}

}  // namespace antx
