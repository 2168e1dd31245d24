// What discovery finds becomes miners of the inventory, the poller and the fleet.
#include <map>
#include <utility>

#include "antminer/decode.h"
#include "app/app.h"
#include "app/track_change.h"

namespace antx {

void App::OnDiscovery(const DiscoveryReport& report) {
  for (const std::string& message : report.messages) log_.Info("discovery", message);
  for (const RangeReport& range : report.ranges) {
    log_.Info("discovery", range.range + ": " + std::to_string(range.probed) + " probed, " +
                               std::to_string(range.identified) + " miners, " +
                               std::to_string(range.not_a_miner) + " not a miner, " +
                               std::to_string(range.refused) + " refused, " +
                               std::to_string(range.silent) + " silent, " +
                               std::to_string(range.errors) + " errors");
  }
  self_.AddressesScanned(report.probed);
  self_.SweepEnded(report.duration);
  if (report.complete) {
    self_.DiscoverySucceeded("tcp", clock_.Now());
  } else {
    self_.DiscoveryFailed("tcp");
  }
  if (report.mdns_asked && report.mdns_error.empty())
    self_.DiscoverySucceeded("mdns", clock_.Now());
  if (!report.mdns_error.empty()) self_.DiscoveryFailed("mdns");
  if (report.mdns_asked && report.mdns_error != mdns_error_) {
    mdns_error_ = report.mdns_error;
    log_.Warn("discovery", mdns_error_.empty() ? "mDNS works again" : mdns_error_);
  }
  for (const FoundMiner& miner : report.found) {
    Apply(inventory_.Found(miner.address, miner.identity, miner.source, clock_.Now(),
                           miner.mac_is_hint));
    const auto known = inventory_.records().find(miner.address);
    if (known == inventory_.records().end()) continue;
    poller_.TeachMac(miner.address, known->second.identity.mac);
  }
  inventory_.FollowClock(clock_.Now(), clock_.Steady());
  Apply(inventory_.Forget(clock_.Now()));
  ReportOverLimit();
  CountSources();
}

void App::Apply(const InventoryChange& change) {
  for (const Event& event : change.events) OnEvent(event);
  TrackChange(
      change, [this](MinerFacts facts) { return WithModelFacts(std::move(facts)); }, tracker_);
  for (const Ipv4 address : change.removed) poller_.Remove(address);
  for (const MinerFacts& facts : change.updated) {
    poller_.Add(facts.id, facts.address, poller_.MemoryOf(facts.address));
  }
  for (const MinerFacts& facts : change.added) {
    MinerMemory memory;
    memory.identity = inventory_.records().at(facts.address).identity;
    poller_.Add(facts.id, facts.address, std::move(memory));
  }
  if (change.over_limit > 0) {
    self_.SeriesDropped("miners", static_cast<std::uint64_t>(change.over_limit));
    over_limit_ += change.over_limit;
  }
}

/// Once per change, not for each miner of each sweep.
void App::ReportOverLimit() {
  if (over_limit_ != last_over_limit_) {
    log_.Warn("discovery", over_limit_ == 0
                               ? "all miners fit into metrics.max_miners again"
                               : std::to_string(over_limit_) +
                                     " miners more than metrics.max_miners (" +
                                     std::to_string(CurrentConfig()->metrics.max_miners) +
                                     ") allows were left out");
  }
  last_over_limit_ = std::exchange(over_limit_, 0);
}

/// A model set by the operator brings the rated figures of that model.
MinerFacts App::WithModelFacts(MinerFacts facts) const {
  MinerLabels& labels = facts.labels;
  const ModelRow* row = labels.model.empty() ? nullptr : FindModel(labels.model);
  if (row == nullptr) return facts;
  labels.model = row->name;
  if (!labels.rated_hashrate_hashes_per_second) {
    labels.rated_hashrate_hashes_per_second = row->hashrate_hashes_per_second;
  }
  return facts;
}

void App::CountSources() {
  std::map<std::string_view, int> counts;
  for (const auto source : {DiscoverySource::kTcp, DiscoverySource::kMdns, DiscoverySource::kBoth,
                            DiscoverySource::kStatic, DiscoverySource::kRestored}) {
    counts[DiscoverySourceName(source)] = 0;
  }
  for (const auto& [address, record] : inventory_.records()) {
    ++counts[DiscoverySourceName(record.facts.source)];
  }
  for (const auto& [source, count] : counts) self_.DiscoveryMiners(source, count);
}

}  // namespace antx
