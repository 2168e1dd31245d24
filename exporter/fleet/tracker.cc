#include "fleet/tracker.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace antx {
namespace {

constexpr auto kKeepAside = std::chrono::hours(24);

}  // namespace

Tracker::Tracker(std::shared_ptr<const Config> config, const Clock& clock, SnapshotBox& box,
                 EventSink events)
    : config_(std::move(config)), clock_(clock), box_(box), events_(std::move(events)) {}

void Tracker::Apply(std::shared_ptr<const Config> config) {
  config_ = std::move(config);
  for (auto& [address, entry] : miners_) entry.track.Configure(entry.track.facts(), *config_);
}

void Tracker::Upsert(const MinerFacts& facts) {
  auto found = miners_.find(facts.address);
  if (found == miners_.end() || found->second.track.facts().id != facts.id) {
    if (auto own = aside_.extract(facts.id)) {
      SetAside(facts.address);
      found = miners_.emplace(facts.address, std::move(own.mapped().entry)).first;
    }
  }
  if (found == miners_.end()) {
    MinerTrack track(facts, *config_, clock_.Now(), clock_.Steady());
    found = miners_.emplace(facts.address, Entry{std::move(track), nullptr}).first;
  } else {
    found->second.track.Configure(facts, *config_);
  }
  found->second.track.Maintain(maintenance_);
}

void Tracker::SetAside(Ipv4 address) {
  auto node = miners_.extract(address);
  if (node.empty()) return;
  std::string id = node.mapped().track.facts().id;
  aside_.insert_or_assign(std::move(id), Aside{std::move(node.mapped()), clock_.Steady()});
}

/// Also the oldest ones beyond the number of miners: one that tells another MAC at every poll must
/// not fill the memory.
void Tracker::ForgetAside(SteadyTime now) {
  std::erase_if(aside_, [now](const auto& item) { return now - item.second.since > kKeepAside; });
  while (aside_.size() > miners_.size()) {
    aside_.erase(std::min_element(aside_.begin(), aside_.end(), [](const auto& a, const auto& b) {
      return a.second.since < b.second.since;
    }));
  }
}

void Tracker::Maintain(MaintenanceList list) {
  maintenance_ = std::move(list);
  for (auto& [address, entry] : miners_) entry.track.Maintain(maintenance_);
}

void Tracker::Restore(const PersistedMiner& saved) {
  const auto found = miners_.find(saved.address);
  if (found != miners_.end()) found->second.track.Restore(saved);
}

void Tracker::Move(Ipv4 from, Ipv4 to) {
  auto node = miners_.extract(from);
  if (node.empty()) return;
  MinerFacts facts = node.mapped().track.facts();
  facts.address = to;
  node.mapped().track.Configure(std::move(facts), *config_);
  node.key() = to;
  SetAside(to);
  miners_.insert(std::move(node));
}

void Tracker::Remove(Ipv4 address) { miners_.erase(address); }

void Tracker::Emit(const std::vector<Event>& events) {
  for (const Event& event : events) events_(event);
}

void Tracker::Fold(const PollOutcome& outcome) {
  const auto found = miners_.find(outcome.address);
  if (found == miners_.end()) return;
  std::vector<Event> events;
  found->second.track.Fold(outcome, *config_, clock_.Now(), events);
  Emit(events);
}

void Tracker::Tick() {
  const SteadyTime steady = clock_.Steady();
  ForgetAside(steady);
  auto next = std::make_shared<Snapshot>();
  next->taken = clock_.Now();
  next->taken_steady = steady;
  next->sequence = ++sequence_;
  next->miners.reserve(miners_.size());
  for (auto& [address, entry] : miners_) {
    if (!entry.view || entry.track.NeedsView(steady)) entry.view = entry.track.MakeView(steady);
    next->miners.push_back(entry.view);
  }
  box_.Publish(std::move(next));
}

std::shared_ptr<const MinerView> Tracker::ViewOf(Ipv4 address) {
  const auto found = miners_.find(address);
  if (found == miners_.end()) return nullptr;
  found->second.view = found->second.track.MakeView(clock_.Steady());
  return found->second.view;
}

std::shared_ptr<const MinerView> Tracker::ViewOfStranger(const PollOutcome& outcome) const {
  MinerFacts facts;
  facts.id = outcome.address.ToString();
  facts.address = outcome.address;
  MinerTrack track(facts, *config_, clock_.Now(), clock_.Steady());
  std::vector<Event> unused;  // A stranger has no history in which anything could change.
  track.Fold(outcome, *config_, clock_.Now(), unused);
  return track.MakeView(clock_.Steady());
}

void Tracker::Save(PersistedMiner& saved) const {
  const auto found = miners_.find(saved.address);
  if (found != miners_.end()) found->second.track.Save(saved);
}

}  // namespace antx
