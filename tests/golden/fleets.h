// Made-up fleets, one for each thing that a page must get right. No clock, no chance:
// the same name gives the same snapshot for ever.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "model/snapshot.h"

namespace antx {

struct Fleet {
  std::string name;  ///< Also the stem of the golden files.
  Snapshot snapshot;
  Config config;
};

[[nodiscard]] std::vector<Fleet> AllFleets();

/// A healthy S19 of 3 boards, 4 fans and 3 pools that reports all a miner can report.
[[nodiscard]] MinerView FullMiner(Ipv4 address);
[[nodiscard]] Reading FullReading();
[[nodiscard]] Snapshot SnapshotOf(std::vector<MinerView> miners);

}  // namespace antx
