#include "model/snapshot.h"

#include <algorithm>

#include "model/event.h"

namespace antx {

std::string_view MinerStateName(MinerState state) {
  static constexpr std::array<std::string_view, kMinerStateCount> kNames = {
      "hashing",  "degraded",      "starting", "idle", "sleeping",
      "api_down", "access_denied", "offline",  "lost"};
  return kNames.at(static_cast<std::size_t>(state));
}

std::string_view EventKindName(EventKind kind) {
  static constexpr std::array<std::string_view, kEventKindCount> kNames = {
      "discovered",      "lost",
      "recovered",       "forgotten",
      "state_change",    "address_change",
      "model_change",    "firmware_change",
      "board_change",    "reboot",
      "pool_change",     "baseline_reset",
      "config_loaded",   "config_rejected",
      "database_failed", "database_recovered",
      "pool_unexpected", "maintenance",
      "command"};
  return kNames.at(static_cast<std::size_t>(kind));
}

std::string_view RepairName(Repair repair) {
  static constexpr std::array<std::string_view, kRepairCount> kNames = {
      "nul",           "missing_comma", "extra_comma",  "control_char", "bad_utf8",
      "trailing_text", "bad_number",    "unknown_type", "out_of_range", "negative_counter"};
  return kNames.at(static_cast<std::size_t>(repair));
}

std::string_view DiscoverySourceName(DiscoverySource source) {
  switch (source) {
    case DiscoverySource::kTcp:
      return "tcp";
    case DiscoverySource::kMdns:
      return "mdns";
    case DiscoverySource::kBoth:
      return "both";
    case DiscoverySource::kStatic:
      return "static";
    case DiscoverySource::kFile:
      return "file";
    case DiscoverySource::kRestored:
      return "restored";
  }
  return "unknown";
}

std::shared_ptr<const MinerView> Snapshot::Find(std::string_view id_or_address) const {
  if (const auto address = Ipv4::Parse(id_or_address)) {
    const auto found = std::lower_bound(
        miners.begin(), miners.end(), *address,
        [](const auto& miner, Ipv4 wanted) { return miner->facts.address < wanted; });
    if (found != miners.end() && (*found)->facts.address == *address) return *found;
  }
  const auto found = std::find_if(miners.begin(), miners.end(), [&](const auto& miner) {
    return miner->facts.id == id_or_address;
  });
  return found == miners.end() ? nullptr : *found;
}

std::string_view EventSource(EventKind kind) {
  switch (kind) {
    case EventKind::kDiscovered:
    case EventKind::kForgotten:
    case EventKind::kAddressChange:
      return "discovery";
    case EventKind::kConfigLoaded:
    case EventKind::kConfigRejected:
      return "config";
    case EventKind::kDatabaseFailed:
    case EventKind::kDatabaseRecovered:
      return "history";
    case EventKind::kMaintenance:
    case EventKind::kCommand:
      return "control";
    default:
      return "fleet";
  }
}

}  // namespace antx
