// Who is due when. Pure: no timer, no socket. Each miner has a fixed phase in the
// interval (a hash of its address), so that polls spread evenly and a miner is
// asked at the same beat for ever, also after a restart of the exporter.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "util/clock.h"
#include "util/ipv4.h"

namespace antx {

class Schedule {
 public:
  explicit Schedule(std::chrono::nanoseconds interval) : interval_(interval) {}

  /// The first poll is due at `first`; the following ones at the miner's phase.
  /// Adding a miner again moves its next poll to `first`.
  void Add(Ipv4 address, SteadyTime first);
  void Remove(Ipv4 address) { next_.erase(address); }
  [[nodiscard]] bool Contains(Ipv4 address) const { return next_.contains(address); }
  [[nodiscard]] std::size_t size() const { return next_.size(); }

  /// Takes at most one miner that is due at `now` and sets its next time; nothing when
  /// none is due. Call it until it gives nothing.
  [[nodiscard]] std::optional<Ipv4> TakeDue(SteadyTime now);

  /// When TakeDue will next give something; nothing without miners.
  [[nodiscard]] std::optional<SteadyTime> NextDue();

  /// New interval from now on; every miner keeps a poll within the next interval.
  void SetInterval(std::chrono::nanoseconds interval, SteadyTime now);

  /// The first moment of the miner's phase that is later than `after`.
  [[nodiscard]] SteadyTime PhaseAfter(Ipv4 address, SteadyTime after) const;

 private:
  struct Entry {
    SteadyTime due;
    Ipv4 address;
    auto operator<=>(const Entry&) const = default;
  };
  void DropOutdated();

  std::chrono::nanoseconds interval_;
  std::unordered_map<Ipv4, SteadyTime> next_;
  // May hold outdated entries of removed or moved miners; `next_` is the truth.
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue_;
};

}  // namespace antx
