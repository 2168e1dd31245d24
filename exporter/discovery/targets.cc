#include "discovery/targets.h"

#include <algorithm>
#include <random>

namespace antx {
namespace {

bool IsLeftOut(const AddressRange& range, Ipv4 address, const std::set<Ipv4>& own) {
  const bool edge = range.from_cidr && (address == range.first || address == range.last);
  return edge || (!address.IsLoopback() && own.contains(address));
}

}  // namespace

std::optional<std::uint32_t> RangeOf(const std::vector<AddressRange>& ranges, Ipv4 address) {
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (ranges[i].Contains(address)) return static_cast<std::uint32_t>(i);
  }
  return std::nullopt;
}

std::vector<Target> MakeTargets(const std::vector<AddressRange>& ranges,
                                const std::set<Ipv4>& first, const std::set<Ipv4>& own,
                                std::uint64_t seed) {
  std::vector<Target> targets;
  for (std::uint32_t i = 0; i < ranges.size(); ++i) {
    const AddressRange& range = ranges[i];
    for (std::uint64_t value = range.first.value; value <= range.last.value; ++value) {
      const Ipv4 address{static_cast<std::uint32_t>(value)};
      if (!IsLeftOut(range, address, own)) targets.push_back({address, i});
    }
  }
  // Overlapping ranges ask an address once, for the first of them.
  const auto by_address = [](const Target& a, const Target& b) { return a.address < b.address; };
  if (!std::is_sorted(targets.begin(), targets.end(), by_address)) {
    std::stable_sort(targets.begin(), targets.end(), by_address);
  }
  const auto same = [](const Target& a, const Target& b) { return a.address == b.address; };
  targets.erase(std::unique(targets.begin(), targets.end(), same), targets.end());
  std::mt19937_64 random(seed);
  std::shuffle(targets.begin(), targets.end(), random);
  std::stable_partition(targets.begin(), targets.end(),
                        [&](const Target& target) { return first.contains(target.address); });
  return targets;
}

}  // namespace antx
