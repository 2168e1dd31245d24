#include "history/state_saver.h"

#include <map>
#include <utility>

namespace antx {
namespace {

void AddCounters(const OwnedCounters& before, OwnedCounters& counters) {
  counters.restarts += before.restarts;
  counters.pool_switches += before.pool_switches;
  counters.energy_reported_joules += before.energy_reported_joules;
  counters.energy_estimated_joules += before.energy_estimated_joules;
  counters.energy_reported_seen |= before.energy_reported_seen;
  counters.energy_estimated_seen |= before.energy_estimated_seen;
}

}  // namespace

DbResult<void> StateSaver::Open(const std::string& path) {
  auto store = StateStore::Open(path);
  if (store.has_error()) return store.error();
  auto rows = store->Load();
  if (rows.has_error()) return rows.error();
  // Opened again after a failure, the file holds what this run saved before it.
  if (!std::exchange(opened_before_, true)) before_ = std::move(*rows);
  store_.emplace(std::move(*store));
  return {};
}

std::vector<PersistedMiner> StateSaver::TakeRestored() { return std::exchange(before_, {}); }

DbResult<std::size_t> StateSaver::Save(std::vector<PersistedMiner> miners) {
  if (!store_) return std::size_t{0};
  if (!before_.empty()) {
    std::map<Ipv4, std::size_t> places;
    for (std::size_t i = 0; i < miners.size(); ++i) places[miners[i].address] = i;
    for (const PersistedMiner& saved : before_) {
      const auto place = places.find(saved.address);
      if (place == places.end()) {
        miners.push_back(saved);
      } else {
        AddCounters(saved.counters, miners[place->second].counters);
      }
    }
  }
  const auto done = store_->Save(miners);
  if (done.has_error()) return done.error();
  return miners.size();
}

}  // namespace antx
