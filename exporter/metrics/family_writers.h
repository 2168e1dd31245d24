// The list of per-miner families and what each writes. A new family is a row in
// contract.yaml and a row here (exposition_miner.cc).
#pragma once

#include <span>

#include "metrics/exposition.h"

namespace antx {

/// What a family may look at.
struct MinerPage {
  const MinerView& miner;
  const MetricsConfig& limits;
  Page& page;
  Dropped& dropped;

  [[nodiscard]] Label Miner() const { return {"miner", miner.facts.id}; }
  /// One sample with no label but the miner; nothing for nothing.
  void Put(const std::optional<double>& value) const {
    if (value) page.Sample({Miner()}, *value);
  }
};

struct FamilyWriter {
  Family family;
  void (*write)(const MinerPage& at);
};

[[nodiscard]] std::span<const FamilyWriter> MinerFamilies();

}  // namespace antx
