#include "metrics/exposition.h"

#include <algorithm>

#include "metrics/family_writers.h"

namespace antx {
namespace {

std::uint32_t ShardOf(const MinerView& miner, std::uint32_t count) {
  // Stable over restarts and spread over neighbours: Knuth's multiplicative hash.
  return (miner.facts.address.value * 2654435761U >> 8U) % count;
}

const FamilyInfo& InfoOf(Family family) { return kFamilies.at(static_cast<std::size_t>(family)); }

}  // namespace

bool ExpositionRequest::Wants(std::string_view group) const {
  return groups.empty() || std::find(groups.begin(), groups.end(), group) != groups.end();
}

std::vector<std::string_view> AllGroups() {
  std::vector<std::string_view> groups;
  for (const FamilyInfo& family : kFamilies) {
    if (std::find(groups.begin(), groups.end(), family.group) == groups.end()) {
      groups.push_back(family.group);
    }
  }
  return groups;
}

Dropped WriteFleet(const Snapshot& snapshot, const Config& config, const ExpositionRequest& request,
                   Page& page) {
  Dropped dropped;
  for (const FamilyWriter& row : MinerFamilies()) {
    if (!page.alive()) break;
    if (!request.Wants(InfoOf(row.family).group)) continue;
    page.Begin(row.family);
    for (const auto& miner : snapshot.miners) {
      if (request.shard && ShardOf(*miner, request.shard->count) != request.shard->index) continue;
      row.write({*miner, config.metrics, page, dropped});
    }
  }
  return dropped;
}

Dropped WriteMiner(const MinerView& miner, const Config& config, const ExpositionRequest& request,
                   Page& page) {
  Dropped dropped;
  for (const FamilyWriter& row : MinerFamilies()) {
    if (!request.Wants(InfoOf(row.family).group)) continue;
    page.Begin(row.family);
    row.write({miner, config.metrics, page, dropped});
  }
  return dropped;
}

}  // namespace antx
