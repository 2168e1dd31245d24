#include "discovery/inventory.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace antx {
namespace {

template <class T>
void MoveInto(std::vector<T>& from, std::vector<T>& to) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

DiscoverySource Merge(DiscoverySource known, DiscoverySource found) {
  const bool both = (known == DiscoverySource::kTcp && found == DiscoverySource::kMdns) ||
                    (known == DiscoverySource::kMdns && found == DiscoverySource::kTcp);
  if (both) return DiscoverySource::kBoth;
  return known == DiscoverySource::kRestored ? found : known;
}

/// New facts on top of known ones: a reply that does not tell the MAC does not unlearn it.
Identity Merge(const Identity& known, Identity found) {
  if (found.firmware.empty()) return known;
  if (found.mac.empty()) found.mac = known.mac;
  if (found.hostname.empty()) found.hostname = known.hostname;
  if (found.serial.empty()) found.serial = known.serial;
  return found;
}

}  // namespace

void InventoryChange::Append(InventoryChange other) {
  MoveInto(other.added, added);
  MoveInto(other.updated, updated);
  MoveInto(other.removed, removed);
  MoveInto(other.events, events);
  over_limit += other.over_limit;
}

const InventoryEntry* Inventory::EntryFor(Ipv4 address, const std::string& mac) const {
  for (const InventoryEntry& entry : config_.inventory) {
    if (entry.address == address || (!mac.empty() && entry.mac == mac)) return &entry;
  }
  return nullptr;
}

MinerLabels Inventory::LabelsFor(Ipv4 address, const std::string& mac) const {
  const InventoryEntry* entry = EntryFor(address, mac);
  return entry == nullptr ? MinerLabels{} : entry->labels;
}

std::string Inventory::IdFor(Ipv4 address, const Identity& identity,
                             const MinerLabels& labels) const {
  std::string id;
  if (config_.identity == IdentityKind::kMac) id = identity.mac;
  if (config_.identity == IdentityKind::kHostname) id = identity.hostname;
  if (config_.identity == IdentityKind::kName) id = labels.name;
  // An id stands for one miner: a name that somebody else has does not count.
  const bool taken = std::any_of(records_.begin(), records_.end(), [&](const auto& entry) {
    return entry.first != address && entry.second.facts.id == id;
  });
  return id.empty() || taken ? address.ToString() : id;
}

void Inventory::Refresh(InventoryRecord& record, InventoryChange& change) const {
  MinerFacts next = record.facts;
  next.labels = LabelsFor(next.address, record.identity.mac);
  next.id = IdFor(next.address, record.identity, next.labels);
  if (next == record.facts) return;
  record.facts = next;
  change.updated.push_back(std::move(next));
}

InventoryChange Inventory::Configure(const Config& config, SystemTime now) {
  config_ = config.discovery;
  max_miners_ = config.metrics.max_miners;
  InventoryChange change;
  for (auto& [address, record] : records_) Refresh(record, change);
  for (const InventoryEntry& entry : config_.inventory) {
    if (entry.is_static && entry.address && !Contains(*entry.address)) {
      change.Append(Found(*entry.address, {}, DiscoverySource::kStatic, now));
    }
  }
  return change;
}

InventoryChange Inventory::Restore(const std::vector<InventoryRecord>& records, SystemTime now) {
  InventoryChange change;
  for (const InventoryRecord& saved : records) {
    if (Contains(saved.facts.address)) continue;
    if (static_cast<int>(records_.size()) >= max_miners_) {
      ++change.over_limit;
      continue;
    }
    InventoryRecord record = saved;
    // A clock that stood in the future must not keep a miner for ever.
    record.last_seen = std::min(record.last_seen, now);
    record.facts.labels = LabelsFor(record.facts.address, record.identity.mac);
    record.facts.id = IdFor(record.facts.address, record.identity, record.facts.labels);
    change.added.push_back(record.facts);
    records_.emplace(record.facts.address, std::move(record));
  }
  return change;
}

void Inventory::NoticeMove(Ipv4 address, const Identity& identity, SystemTime now,
                           InventoryChange& change) {
  if (identity.mac.empty() && identity.serial.empty()) return;
  for (auto old = records_.begin(); old != records_.end(); ++old) {
    const Identity& known = old->second.identity;
    const bool same = (!identity.mac.empty() && known.mac == identity.mac) ||
                      (!identity.serial.empty() && known.serial == identity.serial);
    if (old->first == address || !same) continue;
    change.events.push_back(
        {now, EventKind::kAddressChange, LogLevel::kWarning, old->second.facts.id,
         "the miner moved from " + old->first.ToString() + " to " + address.ToString()});
    change.removed.push_back(old->first);
    records_.erase(old);
    return;
  }
}

InventoryChange Inventory::Found(Ipv4 address, const Identity& identity, DiscoverySource source,
                                 SystemTime now) {
  InventoryChange change;
  NoticeMove(address, identity, now, change);
  const auto known = records_.find(address);
  if (known != records_.end()) {
    InventoryRecord& record = known->second;
    record.last_seen = now;
    record.facts.source = Merge(record.facts.source, source);
    record.identity = Merge(record.identity, identity);
    Refresh(record, change);
    return change;
  }
  if (static_cast<int>(records_.size()) >= max_miners_) {
    ++change.over_limit;
    return change;
  }
  InventoryRecord record;
  record.identity = identity;
  record.facts.address = address;
  record.facts.source = source;
  record.facts.labels = LabelsFor(address, identity.mac);
  record.facts.id = IdFor(address, identity, record.facts.labels);
  record.first_seen = record.last_seen = now;
  change.events.push_back({now, EventKind::kDiscovered, LogLevel::kInfo, record.facts.id,
                           "found " + (identity.model.empty() ? "a miner" : identity.model) +
                               (identity.firmware.empty() ? "" : " (" + identity.firmware + ")")});
  change.added.push_back(record.facts);
  records_.emplace(address, std::move(record));
  return change;
}

void Inventory::Seen(Ipv4 address, SystemTime now) {
  const auto known = records_.find(address);
  if (known != records_.end()) known->second.last_seen = now;
}

InventoryChange Inventory::Forget(SystemTime now) {
  InventoryChange change;
  if (config_.forget_after.count() <= 0) return change;
  const auto limit = std::chrono::duration_cast<SystemTime::duration>(config_.forget_after);
  for (auto it = records_.begin(); it != records_.end();) {
    const InventoryEntry* entry = EntryFor(it->first, it->second.identity.mac);
    const bool keep = entry != nullptr && entry->is_static;
    if (keep || now - it->second.last_seen < limit) {
      ++it;
      continue;
    }
    change.events.push_back({now, EventKind::kForgotten, LogLevel::kInfo, it->second.facts.id,
                             "not seen for too long, forgotten"});
    change.removed.push_back(it->first);
    it = records_.erase(it);
  }
  return change;
}

}  // namespace antx
