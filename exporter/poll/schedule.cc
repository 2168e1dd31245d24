#include "poll/schedule.h"

#include <algorithm>
#include <cstdint>

namespace antx {
namespace {

/// Spreads neighbouring addresses over the interval (finaliser of splitmix64).
std::uint64_t Mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

}  // namespace

void Schedule::Add(Ipv4 address, SteadyTime first) {
  next_[address] = first;
  queue_.push({first, address});
}

SteadyTime Schedule::PhaseAfter(Ipv4 address, SteadyTime after) const {
  const auto interval = static_cast<std::uint64_t>(interval_.count());
  const auto phase = Mix(address.value) % interval;
  const auto now =
      static_cast<std::uint64_t>(std::chrono::nanoseconds(after.time_since_epoch()).count());
  const auto since_phase = (now + interval - phase) % interval;
  return after + std::chrono::nanoseconds(interval - since_phase);
}

std::optional<Ipv4> Schedule::TakeDue(SteadyTime now) {
  DropOutdated();
  if (queue_.empty() || queue_.top().due > now) return std::nullopt;
  const Ipv4 address = queue_.top().address;
  queue_.pop();
  // A first poll may fall just before the miner's phase: this keeps two polls from following each
  // other at once, and makes the first gap no longer than a sixtieth more than the interval.
  Add(address, PhaseAfter(address, now + interval_ / 60));
  return address;
}

std::optional<SteadyTime> Schedule::NextDue() {
  DropOutdated();
  if (queue_.empty()) return std::nullopt;
  return queue_.top().due;
}

void Schedule::SetInterval(std::chrono::nanoseconds interval, SteadyTime now) {
  interval_ = interval;
  queue_ = {};
  for (auto& [address, due] : next_) {
    due = std::min(due, PhaseAfter(address, now));
    queue_.push({due, address});
  }
}

void Schedule::DropOutdated() {
  while (!queue_.empty()) {
    const auto found = next_.find(queue_.top().address);
    if (found != next_.end() && found->second == queue_.top().due) return;
    queue_.pop();
  }
}

}  // namespace antx
