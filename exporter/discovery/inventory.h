// The miners that are known. Owned by the net thread; knows no socket and no disk.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "config/config.h"
#include "model/event.h"
#include "model/inventory.h"
#include "model/reading.h"
#include "util/clock.h"
#include "util/ipv4.h"

namespace antx {

struct InventoryRecord {
  MinerFacts facts;
  Identity identity;
  SystemTime first_seen;
  SystemTime last_seen;
};

/// What a change did; the caller tells poller and fleet.
struct InventoryChange {
  std::vector<MinerFacts> added;
  std::vector<MinerFacts> updated;  ///< Same address, new id or labels.
  std::vector<Ipv4> removed;
  std::vector<Event> events;
  int over_limit = 0;  ///< Miners not taken because of metrics.max_miners.
  void Append(InventoryChange other);
};

class Inventory {
 public:
  /// Takes labels, static miners and limits; static miners are in the change.
  InventoryChange Configure(const Config& config, SystemTime now);

  /// From the last run; miners outside of what is configured now come back as well.
  InventoryChange Restore(const std::vector<InventoryRecord>& records, SystemTime now);

  /// A miner was found at an address (sweep), or answered a poll with this identity.
  InventoryChange Found(Ipv4 address, const Identity& identity, DiscoverySource source,
                        SystemTime now);
  /// A known miner answered: it is not to be forgotten.
  void Seen(Ipv4 address, SystemTime now);

  /// Removes miners that nobody has seen for discovery.forget_after; never static ones.
  InventoryChange Forget(SystemTime now);

  [[nodiscard]] bool Contains(Ipv4 address) const { return records_.contains(address); }
  [[nodiscard]] const std::map<Ipv4, InventoryRecord>& records() const { return records_; }

 private:
  const InventoryEntry* EntryFor(Ipv4 address, const std::string& mac) const;
  MinerLabels LabelsFor(Ipv4 address, const std::string& mac) const;
  std::string IdFor(Ipv4 address, const Identity& identity, const MinerLabels& labels) const;
  void NoticeMove(Ipv4 address, const Identity& identity, SystemTime now, InventoryChange& change);
  void Refresh(InventoryRecord& record, InventoryChange& change) const;

  DiscoveryConfig config_;
  int max_miners_ = 20000;
  std::map<Ipv4, InventoryRecord> records_;
};

}  // namespace antx
