// Folds poll outcomes into the state of the fleet and publishes one immutable
// snapshot per tick. The only owner of mutable fleet state; net thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "fleet/miner_track.h"
#include "model/event.h"
#include "model/persisted.h"
#include "model/poll.h"
#include "model/snapshot.h"
#include "util/clock.h"

namespace antx {

class Tracker {
 public:
  /// Called once per event, on the net thread.
  using EventSink = std::function<void(const Event&)>;

  /// `clock` and `box` outlive the tracker.
  Tracker(std::shared_ptr<const Config> config, const Clock& clock, SnapshotBox& box,
          EventSink events);

  /// A reload: limits, labels and windows apply from the next poll or tick.
  void Apply(std::shared_ptr<const Config> config);

  /// Adds a miner or gives it new facts (labels, id). Under an id that was set aside, the miner
  /// goes on with what was known of that id.
  void Upsert(const MinerFacts& facts);
  /// Takes the persisted part of a miner that was added before; ignored otherwise.
  void Restore(const PersistedMiner& saved);
  /// The miner answers at another address now and keeps its counters, usual hashrate and state;
  /// what was at `to` is set aside. Its new facts follow by Upsert.
  void Move(Ipv4 from, Ipv4 to);
  /// Another device answers at the address, under an id that Upsert brings next. Counters, usual
  /// hashrate and state of the id before wait for a day for the miner that it belongs to.
  void SetAside(Ipv4 address);
  /// Its series end with the next snapshot.
  void Remove(Ipv4 address);
  [[nodiscard]] std::size_t size() const { return miners_.size(); }

  /// Takes one outcome; outcomes of unknown miners are ignored.
  void Fold(const PollOutcome& outcome);

  /// What is under maintenance from now on; miners that come later are compared with it too.
  void Maintain(MaintenanceList list);

  /// Publishes the next snapshot. Unchanged miners are shared with the one before.
  void Tick();

  /// The present picture of one miner, newer than the last tick; null when unknown.
  [[nodiscard]] std::shared_ptr<const MinerView> ViewOf(Ipv4 address);

  /// The picture of a miner outside the inventory, from one outcome (/probe).
  [[nodiscard]] std::shared_ptr<const MinerView> ViewOfStranger(const PollOutcome& outcome) const;

  /// Adds the tracker's part to the saved form of a miner; nothing for an unknown one.
  void Save(PersistedMiner& saved) const;

 private:
  struct Entry {
    MinerTrack track;
    std::shared_ptr<const MinerView> view;
  };
  struct Aside {
    Entry entry;
    SteadyTime since;
  };
  void Emit(const std::vector<Event>& events);
  void ForgetAside(SteadyTime now);

  std::shared_ptr<const Config> config_;
  const Clock& clock_;
  SnapshotBox& box_;
  EventSink events_;
  std::map<Ipv4, Entry> miners_;
  std::map<std::string, Aside, std::less<>> aside_;  ///< By id.
  MaintenanceList maintenance_;
  std::uint64_t sequence_ = 0;
};

}  // namespace antx
