// The floor under every poller: a bare epoll loop that does the same number of
// connect, request, reply, close against the same fleet, and nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace antx::bench {

struct FloorResult {
  std::uint64_t exchanges = 0;
  std::uint64_t failures = 0;
  double cpu_seconds = 0;
  double wall_seconds = 0;
};

/// Asks every address for every request once, at most `parallel` at a time.
/// @param addresses IPv4, host byte order.
[[nodiscard]] FloorResult RawFloor(const std::vector<std::uint32_t>& addresses, std::uint16_t port,
                                   const std::vector<std::string>& requests, int parallel);

}  // namespace antx::bench
