// Stage two of a sweep: is what listens there a miner? Asks by protocol; an open port
// alone counts for nothing. Net thread only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <vector>

#include "discovery/address_turns.h"
#include "discovery/sweep.h"
#include "model/reading.h"

namespace antx {

enum class Verdict : std::uint8_t { kMiner, kNotAMiner, kError };

struct IdentifyLimits {
  std::chrono::nanoseconds step{std::chrono::seconds(2)};  ///< Connect, and again for the reply.
  int concurrent = 32;
  std::uint16_t port = 4028;
};

/// Asks every target "version", then "stats", until a reply tells. `result` is called once each.
/// Waits for its turn at each address.
boost::asio::awaitable<void> IdentifySweep(
    std::vector<Target> targets, IdentifyLimits limits,
    std::function<void(const Target&, Verdict, const Identity&)> result, StopFlag stop,
    AddressTurns turns = {});

}  // namespace antx
