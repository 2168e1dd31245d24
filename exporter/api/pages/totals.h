// Sums over miners for the pages. Values count for fresh miners only, and the totals say how
// many miners stand behind each of them. Pure.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/pages/verdict.h"
#include "model/snapshot.h"

namespace antx::pages {

struct Totals {
  int miners = 0;
  int fresh = 0;    ///< With a reading that counts.
  int waiting = 0;  ///< Not polled yet.
  std::array<int, kMinerStateCount> states{};
  std::array<int, 4> weights{};  ///< By Weight.

  int rated = 0;                              ///< Fresh SHA-256 miners with a hashrate.
  double hashrate = 0;                        ///< H/s of those.
  double compared = 0;                        ///< H/s of those with an expected rate too,
  double expected = 0;                        ///< and what is expected of them.
  std::map<std::string, double> other_rates;  ///< By algorithm, H/s (or Sol/s).

  int powered = 0;  ///< Fresh miners whose power is known.
  double watts = 0;
  double estimated_watts = 0;                        ///< The part of `watts` that is not measured.
  double efficiency_watts = 0, efficiency_rate = 0;  ///< SHA-256 miners that have both.

  std::shared_ptr<const MinerView> hottest;  ///< Null: nobody tells a temperature.
  double hottest_celsius = 0;
};

[[nodiscard]] Totals TotalsOf(const std::vector<std::shared_ptr<const MinerView>>& miners);

/// A group of miners under one word (model, site) and its totals.
struct Group {
  std::string name;
  Totals totals;
};
/// Largest group first.
[[nodiscard]] std::vector<Group> GroupsBy(
    const std::vector<std::shared_ptr<const MinerView>>& miners,
    const std::string& (*name)(const MinerView&));

}  // namespace antx::pages
