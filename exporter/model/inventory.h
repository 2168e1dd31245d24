// What is known of a miner besides its readings: where it is and how it is named.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "util/ipv4.h"

namespace antx {

/// How a miner came into the inventory: label `source` of antminer_discovery_miners.
enum class DiscoverySource { kTcp, kMdns, kBoth, kStatic, kFile, kRestored };
[[nodiscard]] std::string_view DiscoverySourceName(DiscoverySource source);

/// What the operator says about a miner (YAML list, CSV file). Empty or absent: nothing said.
struct MinerLabels {
  std::string name;
  std::string site;
  std::string rack;
  std::string model;  ///< Overrides the reported model.
  std::optional<double> power_cap_watts;
  std::optional<double> rated_hashrate_hashes_per_second;
  std::optional<double> rated_joules_per_terahash;
  std::optional<double> power_price_per_kilowatt_hour;
  bool operator==(const MinerLabels&) const = default;
};

/// One known miner. `id` is the `miner` label and never changes while it is known.
struct MinerFacts {
  std::string id;
  Ipv4 address;
  DiscoverySource source = DiscoverySource::kTcp;
  MinerLabels labels;
  bool operator==(const MinerFacts&) const = default;
};

}  // namespace antx
