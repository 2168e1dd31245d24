// What is kept of each miner over a restart of the exporter.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/inventory.h"
#include "model/reading.h"
#include "model/snapshot.h"

namespace antx {

struct PersistedMiner {
  std::string id;
  Ipv4 address;
  DiscoverySource source = DiscoverySource::kTcp;
  Identity identity;
  bool join_refused = false;
  SystemTime first_seen;
  SystemTime last_seen;
  OwnedCounters counters;
  std::optional<SystemTime> last_success;
  std::optional<Power> last_power;  ///< At the last successful poll.
  std::optional<SystemTime> mining_start;
  std::optional<double> last_elapsed_seconds;
  std::string active_pool;  ///< Host of the pool in use at the last poll; "" unknown.
  std::vector<double> baseline;
};

}  // namespace antx
