// Stage one of a sweep: does anything listen on the port? Connects without blocking,
// many at once, one deadline for all since all wait equally long. Net thread only.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "discovery/address_turns.h"
#include "discovery/targets.h"

namespace antx {

enum class Reach : std::uint8_t {
  kOpen,
  kRefused,
  kSilent,
  kError,
  kBusy,  ///< Not asked, since somebody else of the exporter talks to it.
};

struct SweepLimits {
  std::chrono::nanoseconds timeout{std::chrono::milliseconds(500)};
  int concurrent = 256;
  int per_second = 0;  ///< 0: no limit.
  std::uint16_t port = 4028;
};

/// Set to true from the same thread to end a sweep early; whoever waits looks at it every
/// kStopCheck.
using StopFlag = std::shared_ptr<bool>;
inline constexpr std::chrono::milliseconds kStopCheck{100};

/// Asks every target once; `result` is called for each, in the order of the answers.
/// Returns early, with all sockets closed, once `*stop` is true. Takes half of the descriptors
/// that the process may open at most, whatever the limits say: polls need theirs.
boost::asio::awaitable<void> ConnectSweep(std::vector<Target> targets, SweepLimits limits,
                                          std::function<void(const Target&, Reach)> result,
                                          StopFlag stop, AddressTurns turns = {});

}  // namespace antx
