#include "discovery/inventory.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace antx {
namespace {

template <class T>
void MoveInto(std::vector<T>& from, std::vector<T>& to) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

DiscoverySource Merge(DiscoverySource known, DiscoverySource found) {
  const bool both = (known == DiscoverySource::kTcp && found == DiscoverySource::kMdns) ||
                    (known == DiscoverySource::kMdns && found == DiscoverySource::kTcp) ||
                    (known == DiscoverySource::kTcp && found == DiscoverySource::kBoth);
  if (both) return DiscoverySource::kBoth;
  return known == DiscoverySource::kRestored ? found : known;
}

bool Differ(const std::string& a, const std::string& b) {
  return !a.empty() && !b.empty() && a != b;
}

/// Adds what was told now to what is known: a sweep asks little and must not take away what a
/// poll has learned. Another MAC or serial is another device, of which nothing is known yet.
void Learn(InventoryRecord& record, Identity told, bool mac_is_hint) {
  const Identity& known = record.identity;
  const bool known_by_miner = !known.mac.empty() && !record.mac_is_hint;
  if (mac_is_hint && known_by_miner) told.mac.clear();
  const bool corrects_hint = record.mac_is_hint && !mac_is_hint;
  const bool other_device =
      Differ(known.serial, told.serial) || (Differ(known.mac, told.mac) && !corrects_hint);
  // The poller repeats a MAC that it was taught, so the same one proves nothing new.
  if (!told.mac.empty()) {
    record.mac_is_hint = mac_is_hint || (record.mac_is_hint && told.mac == known.mac);
  }
  if (!other_device) {
    const bool same_firmware = !Differ(known.firmware, told.firmware);
    const auto keep = [&](std::string Identity::*field) {
      if ((told.*field).empty()) told.*field = known.*field;
    };
    for (const auto field :
         {&Identity::type, &Identity::model, &Identity::algorithm, &Identity::firmware,
          &Identity::mac, &Identity::hostname, &Identity::serial}) {
      keep(field);
    }
    if (same_firmware) keep(&Identity::firmware_version);
    if (same_firmware) keep(&Identity::api_version);
  }
  record.identity = std::move(told);
}

/// Notes which keys of a device are new at this address.
void MarkKeys(InventoryRecord& record, const Identity& before, std::uint64_t turn) {
  if (record.identity.mac != before.mac) record.mac_turn = turn;
  if (record.identity.serial != before.serial) record.serial_turn = turn;
}

struct DeviceKey {
  std::string text;
  std::uint64_t turn;  ///< When it came up at the address of the record.
};

/// The keys under which a device is recognised at another address.
std::vector<DeviceKey> KeysOf(const InventoryRecord& record) {
  std::vector<DeviceKey> keys;
  const Identity& identity = record.identity;
  if (!identity.mac.empty()) keys.push_back({"mac " + identity.mac, record.mac_turn});
  if (!identity.serial.empty()) keys.push_back({"serial " + identity.serial, record.serial_turn});
  return keys;
}

std::string Greeting(const InventoryRecord& record) {
  if (record.facts.source == DiscoverySource::kStatic) return "a miner named in the settings";
  const Identity& identity = record.identity;
  return "found " + (identity.model.empty() ? "a miner" : identity.model) +
         (identity.firmware.empty() ? "" : " (" + identity.firmware + ")");
}

}  // namespace

void InventoryChange::Append(InventoryChange other) {
  MoveInto(other.added, added);
  MoveInto(other.updated, updated);
  MoveInto(other.removed, removed);
  MoveInto(other.replaced, replaced);
  MoveInto(other.moved, moved);
  MoveInto(other.events, events);
  over_limit += other.over_limit;
}

// --- Look-ups ------------------------------------------------------------------

const InventoryEntry* Inventory::EntryFor(Ipv4 address, const std::string& mac) const {
  constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  const auto by_address = entry_by_address_.find(address);
  const auto by_mac = mac.empty() ? entry_by_mac_.end() : entry_by_mac_.find(mac);
  // The first in the list wins when two fit.
  const std::size_t index =
      std::min(by_address == entry_by_address_.end() ? kNone : by_address->second,
               by_mac == entry_by_mac_.end() ? kNone : by_mac->second);
  return index == kNone ? nullptr : &config_.inventory[index];
}

bool Inventory::IsStatic(const InventoryRecord& record) const {
  const auto found = entry_by_address_.find(record.facts.address);
  return found != entry_by_address_.end() && config_.inventory[found->second].is_static;
}

MinerLabels Inventory::LabelsFor(Ipv4 address, const std::string& mac) const {
  const InventoryEntry* entry = EntryFor(address, mac);
  return entry == nullptr ? MinerLabels{} : entry->labels;
}

std::string Inventory::IdFor(Ipv4 address, const Identity& identity, const MinerLabels& labels) {
  std::string id;
  if (config_.identity == IdentityKind::kMac) id = identity.mac;
  if (config_.identity == IdentityKind::kHostname) id = identity.hostname;
  if (config_.identity == IdentityKind::kName) id = labels.name;
  if (id.empty()) return address.ToString();
  // An id stands for one miner: a name that somebody else has does not count.
  const auto owner = by_id_.find(id);
  if (owner == by_id_.end() || owner->second == address) return id;
  refused_[id].insert(address);
  return address.ToString();
}

void Inventory::Index(const InventoryRecord& record) {
  by_id_.emplace(record.facts.id, record.facts.address);
  for (DeviceKey& key : KeysOf(record)) {
    by_device_.emplace(std::move(key.text), record.facts.address);
  }
}

void Inventory::Unindex(const InventoryRecord& record) {
  const auto id = by_id_.find(record.facts.id);
  if (id != by_id_.end() && id->second == record.facts.address) by_id_.erase(id);
  for (const DeviceKey& key : KeysOf(record)) {
    const auto [first, last] = by_device_.equal_range(key.text);
    const auto own = std::find_if(
        first, last, [&](const auto& entry) { return entry.second == record.facts.address; });
    if (own != last) by_device_.erase(own);
  }
}

// --- Changes -------------------------------------------------------------------

void Inventory::Refresh(InventoryRecord& record, InventoryChange& change) {
  MinerFacts next = record.facts;
  next.labels = LabelsFor(next.address, record.identity.mac);
  next.id = IdFor(next.address, record.identity, next.labels);
  if (next == record.facts) return;
  Unindex(record);
  const std::string before = std::exchange(record.facts, next).id;
  Index(record);
  change.updated.push_back(std::move(next));
  if (record.facts.id != before) OfferId(before, change);
}

/// An id is free: of two that swap addresses, the first to be asked has waited for its own.
void Inventory::OfferId(const std::string& id, InventoryChange& change) {
  const auto waiting = refused_.extract(id);
  if (waiting.empty()) return;
  for (const Ipv4 address : waiting.mapped()) {
    const auto known = records_.find(address);
    if (known != records_.end()) Refresh(known->second, change);
  }
}

InventoryChange Inventory::Configure(const Config& config, SystemTime now) {
  config_ = config.discovery;
  max_miners_ = config.metrics.max_miners;
  moved_after_ = std::chrono::duration_cast<SystemTime::duration>(config.polling.interval * 1.5);
  entry_by_address_.clear();
  entry_by_mac_.clear();
  for (std::size_t i = 0; i < config_.inventory.size(); ++i) {
    const InventoryEntry& entry = config_.inventory[i];
    if (entry.address) entry_by_address_.emplace(*entry.address, i);
    if (!entry.mac.empty()) entry_by_mac_.emplace(entry.mac, i);
  }
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
  restored_at_ = now;
  InventoryChange change;
  for (const InventoryRecord& saved : records) {
    if (Contains(saved.facts.address)) continue;
    InventoryRecord record = saved;
    // A clock that stood in the future must not keep a miner for ever.
    record.last_seen = std::min(record.last_seen, now);
    record.mac_is_hint = !record.identity.mac.empty();
    InventoryChange added = Add(std::move(record));
    added.events.clear();  // It was announced in the run that found it.
    change.Append(std::move(added));
  }
  return change;
}

InventoryChange Inventory::Add(InventoryRecord record) {
  InventoryChange change;
  if (static_cast<int>(records_.size()) >= max_miners_) {
    ++change.over_limit;
    return change;
  }
  MinerFacts& facts = record.facts;
  facts.labels = LabelsFor(facts.address, record.identity.mac);
  facts.id = IdFor(facts.address, record.identity, facts.labels);
  change.events.push_back(
      {record.first_seen, EventKind::kDiscovered, LogLevel::kInfo, facts.id, Greeting(record)});
  change.added.push_back(facts);
  Index(record);
  records_.emplace(facts.address, std::move(record));
  return change;
}

void Inventory::MarkSeen(InventoryRecord& record, SystemTime now) {
  record.last_seen = now;
  record.seen_turn = ++turn_;
}

/// Only a miner that has missed a poll may have moved. After a restart each first gets its chance
/// to answer.
bool Inventory::MayHaveMoved(const InventoryRecord& record, SystemTime now) const {
  return !IsStatic(record) && now - std::max(record.last_seen, restored_at_) > moved_after_;
}

/// Two with one MAC or serial are clones (copied images, bridges) if the one was seen after the
/// key had come up at the other: whichever is switched off later has not moved. A key that was
/// there before this run began tells nothing of a move.
void Inventory::NoticeMove(InventoryRecord& record, SystemTime now, InventoryChange& change) {
  for (const DeviceKey& key : KeysOf(record)) {
    const auto [first, last] = by_device_.equal_range(key.text);
    const auto old = std::find_if(first, last, [&](const auto& entry) {
      if (entry.second == record.facts.address) return false;
      const InventoryRecord& other = records_.at(entry.second);
      return other.seen_turn < key.turn && MayHaveMoved(other, now);
    });
    if (old == last) continue;
    const Ipv4 from = old->second;
    const InventoryRecord& gone = records_.at(from);
    change.events.push_back(
        {now, EventKind::kAddressChange, LogLevel::kWarning, gone.facts.id,
         "the miner moved from " + from.ToString() + " to " + record.facts.address.ToString()});
    change.removed.push_back(from);
    if (config_.identity != IdentityKind::kAddress) {
      change.moved.emplace_back(from, record.facts.address);
    }
    record.first_seen = std::min(record.first_seen, gone.first_seen);
    Unindex(gone);
    records_.erase(from);
    return;
  }
}

InventoryChange Inventory::Found(Ipv4 address, const Identity& identity, DiscoverySource source,
                                 SystemTime now, bool mac_is_hint) {
  InventoryChange change;
  const auto known = records_.find(address);
  if (known == records_.end()) {
    InventoryRecord record;
    record.identity = identity;
    record.mac_is_hint = mac_is_hint;
    record.facts.address = address;
    record.facts.source = source;
    record.first_seen = now;
    MarkSeen(record, now);
    MarkKeys(record, {}, turn_);
    NoticeMove(record, now, change);
    change.Append(Add(std::move(record)));
    return change;
  }
  InventoryRecord& record = known->second;
  const Identity before = record.identity;
  Unindex(record);
  MarkSeen(record, now);
  record.facts.source = Merge(record.facts.source, source);
  Learn(record, identity, mac_is_hint);
  MarkKeys(record, before, turn_);
  Index(record);
  NoticeMove(record, now, change);
  const std::string id = record.facts.id;
  Refresh(record, change);
  // Also when the MAC known before was a hint only: an id that is a MAC means that one device.
  const bool other_device =
      Differ(before.mac, record.identity.mac) || Differ(before.serial, record.identity.serial);
  if (other_device && record.facts.id != id) change.replaced.push_back(address);
  return change;
}

void Inventory::Seen(Ipv4 address, SystemTime now) {
  const auto known = records_.find(address);
  if (known != records_.end()) MarkSeen(known->second, now);
}

void Inventory::FollowClock(SystemTime now, SteadyTime steady) {
  constexpr auto kJump = std::chrono::minutes(1);
  const auto offset = now.time_since_epoch() -
                      std::chrono::duration_cast<SystemTime::duration>(steady.time_since_epoch());
  const auto jump = offset - clock_offset_.value_or(offset);
  clock_offset_ = offset;
  if (jump < kJump && jump > -kJump) return;
  // Who was seen after a jump back and before this call must not end up in the future.
  const auto shifted = [&](SystemTime time) {
    return jump.count() > 0 || time > now ? std::min(time + jump, now) : time;
  };
  for (auto& [address, record] : records_) record.last_seen = shifted(record.last_seen);
  restored_at_ = shifted(restored_at_);
}

InventoryChange Inventory::Forget(SystemTime now) {
  InventoryChange change;
  if (config_.forget_after.count() <= 0) return change;
  const auto limit = std::chrono::duration_cast<SystemTime::duration>(config_.forget_after);
  for (auto it = records_.begin(); it != records_.end();) {
    if (IsStatic(it->second) || now - it->second.last_seen < limit) {
      ++it;
      continue;
    }
    change.events.push_back({now, EventKind::kForgotten, LogLevel::kInfo, it->second.facts.id,
                             "not seen for too long, forgotten"});
    change.removed.push_back(it->first);
    Unindex(it->second);
    refused_.erase(it->second.facts.id);
    it = records_.erase(it);
  }
  return change;
}

}  // namespace antx
