#include "api/pages/totals.h"

#include <algorithm>

namespace antx::pages {
namespace {

void AddRate(const MinerView& miner, Totals& totals) {
  const auto& rate = miner.reading->hashrate_hashes_per_second;
  if (!rate) return;
  if (!miner.reading->IsSha256()) {
    totals.other_rates[miner.identity.algorithm] += *rate;
    return;
  }
  ++totals.rated;
  totals.hashrate += *rate;
  if (miner.hashrate_expected_hashes_per_second) {
    totals.compared += *rate;
    totals.expected += *miner.hashrate_expected_hashes_per_second;
  }
}

void AddPower(const MinerView& miner, Totals& totals) {
  if (!miner.power) return;
  ++totals.powered;
  totals.watts += miner.power->watts;
  if (miner.power->source != PowerSource::kReported) totals.estimated_watts += miner.power->watts;
  if (JoulesPerTerahash(miner)) {
    totals.efficiency_watts += miner.power->watts;
    totals.efficiency_rate += *miner.reading->hashrate_hashes_per_second;
  }
}

void Add(const std::shared_ptr<const MinerView>& miner, Totals& totals) {
  ++totals.miners;
  ++totals.weights.at(static_cast<std::size_t>(Judge(*miner).weight));
  if (miner->polled) {
    ++totals.states.at(static_cast<std::size_t>(miner->state));
  } else {
    ++totals.waiting;
  }
  if (!IsFresh(*miner)) return;
  ++totals.fresh;
  AddRate(*miner, totals);
  AddPower(*miner, totals);
  const auto celsius = miner->reading->HottestChipCelsius();
  if (celsius && (!totals.hottest || *celsius > totals.hottest_celsius)) {
    totals.hottest = miner;
    totals.hottest_celsius = *celsius;
  }
}

}  // namespace

Totals TotalsOf(const std::vector<std::shared_ptr<const MinerView>>& miners) {
  Totals totals;
  for (const auto& miner : miners) Add(miner, totals);
  return totals;
}

std::vector<Group> GroupsBy(const std::vector<std::shared_ptr<const MinerView>>& miners,
                            const std::string& (*name)(const MinerView&)) {
  std::map<std::string, Totals> by_name;
  for (const auto& miner : miners) Add(miner, by_name[name(*miner)]);
  std::vector<Group> groups;
  groups.reserve(by_name.size());
  for (auto& [word, totals] : by_name) groups.push_back({word, std::move(totals)});
  std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
    return a.totals.miners > b.totals.miners;
  });
  return groups;
}

}  // namespace antx::pages
