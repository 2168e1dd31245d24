// Which addresses a sweep asks, and in which order. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "config/config.h"
#include "util/ipv4.h"

namespace antx {

struct Target {
  Ipv4 address;
  std::uint32_t range = 0;  ///< Index into the ranges.
};

/// All addresses of the ranges, each once: `first` (known miners, neighbours, hints) in front,
/// the others in an order that hops through the network. Network and broadcast addresses of
/// CIDR blocks and `own` addresses (but loopback ones) are left out.
[[nodiscard]] std::vector<Target> MakeTargets(const std::vector<AddressRange>& ranges,
                                              const std::set<Ipv4>& first,
                                              const std::set<Ipv4>& own, std::uint64_t seed);

/// The index of the first range that holds the address; nothing when none does.
[[nodiscard]] std::optional<std::uint32_t> RangeOf(const std::vector<AddressRange>& ranges,
                                                   Ipv4 address);

}  // namespace antx
