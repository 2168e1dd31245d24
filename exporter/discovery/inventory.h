// The miners that are known. Owned by the net thread; knows no socket and no disk.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
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
  bool mac_is_hint = false;  ///< The MAC is the neighbour table's, or nobody knows whose.
  // In the order of what happens in this run, which no clock can upset; 0: before it.
  std::uint64_t seen_turn = 0;    ///< Seen last.
  std::uint64_t mac_turn = 0;     ///< The present MAC came up at this address.
  std::uint64_t serial_turn = 0;  ///< The present serial came up at this address.
};

/// What a change did; the caller tells poller and fleet.
struct InventoryChange {
  std::vector<MinerFacts> added;
  std::vector<MinerFacts> updated;  ///< Same address, new id or labels.
  std::vector<Ipv4> removed;
  /// Another device answers there now, under another id: what was known of the id before is not
  /// this one's. In `updated`, too.
  std::vector<Ipv4> replaced;
  /// From and to: the same device under the same id. `from` is in `removed`, too.
  std::vector<std::pair<Ipv4, Ipv4>> moved;
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

  /// A miner was found at an address (sweep), or answered a poll with this identity. What the
  /// identity leaves open stays as it was known. `mac_is_hint`: the MAC is that of the neighbour
  /// table, perhaps of a bridge in between; it is taken only while the miner tells none.
  InventoryChange Found(Ipv4 address, const Identity& identity, DiscoverySource source,
                        SystemTime now, bool mac_is_hint = false);
  /// A known miner answered: it is not to be forgotten.
  void Seen(Ipv4 address, SystemTime now);

  /// Notices a jump of the system clock (NTP after a start without battery, an operator, a
  /// suspend) and lets the ages of all miners stay what they were. To be called about once a
  /// second.
  void FollowClock(SystemTime now, SteadyTime steady);

  /// Removes miners that nobody has seen for discovery.forget_after; never static ones.
  InventoryChange Forget(SystemTime now);

  [[nodiscard]] bool Contains(Ipv4 address) const { return records_.contains(address); }
  [[nodiscard]] const std::map<Ipv4, InventoryRecord>& records() const { return records_; }

 private:
  const InventoryEntry* EntryFor(Ipv4 address, const std::string& mac) const;
  bool IsStatic(const InventoryRecord& record) const;
  MinerLabels LabelsFor(Ipv4 address, const std::string& mac) const;
  std::string IdFor(Ipv4 address, const Identity& identity, const MinerLabels& labels);
  void MarkSeen(InventoryRecord& record, SystemTime now);
  bool MayHaveMoved(const InventoryRecord& record, SystemTime now) const;
  void NoticeMove(InventoryRecord& record, SystemTime now, InventoryChange& change);
  InventoryChange Add(InventoryRecord record);
  void Refresh(InventoryRecord& record, InventoryChange& change);
  void OfferId(const std::string& id, InventoryChange& change);
  void Index(const InventoryRecord& record);
  void Unindex(const InventoryRecord& record);

  DiscoveryConfig config_;
  int max_miners_ = 20000;
  SystemTime::duration moved_after_{};
  SystemTime restored_at_;
  std::uint64_t turn_ = 0;                            ///< Of the last thing that happened.
  std::optional<SystemTime::duration> clock_offset_;  ///< System time less steady time.
  std::map<Ipv4, InventoryRecord> records_;
  // With 20,000 miners no look-up may walk through all of them: polls wait meanwhile.
  std::unordered_map<std::string, Ipv4> by_id_;
  /// Whom an id was refused, since somebody else had it. Some may want another one by now.
  std::unordered_map<std::string, std::set<Ipv4>> refused_;
  std::unordered_multimap<std::string, Ipv4> by_device_;  ///< "mac ..." and "serial ...".
  std::unordered_map<Ipv4, std::size_t> entry_by_address_;
  std::unordered_map<std::string, std::size_t> entry_by_mac_;
};

}  // namespace antx
