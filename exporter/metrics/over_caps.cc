#include "metrics/over_caps.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace antx {
namespace {

struct Cap {
  const char* what;
  const char* setting;
  int limit;
  std::size_t over = 0;

  void Count(std::ptrdiff_t size) {
    if (size > limit) over += static_cast<std::size_t>(size - limit);
  }
  void Count(std::size_t size) { Count(static_cast<std::ptrdiff_t>(size)); }
};

}  // namespace

std::string DescribeOverCaps(const Snapshot& snapshot, const MetricsConfig& limits) {
  Cap boards{"boards", "metrics.max_boards", limits.max_boards};
  Cap fans{"fans", "metrics.max_fans", limits.max_fans};
  Cap sensors{"sensors", "metrics.max_sensors", limits.max_sensors};
  Cap pools{"pools", "metrics.max_pools", limits.max_pools};
  for (const auto& miner : snapshot.miners) {
    if (!miner->reading) continue;
    const Reading& reading = *miner->reading;
    boards.Count(std::count_if(reading.boards.begin(), reading.boards.end(),
                               [](const BoardReading& board) { return board.present; }));
    pools.Count(std::count_if(reading.pools.begin(), reading.pools.end(),
                              [](const PoolReading& pool) { return !pool.dev_fee; }));
    fans.Count(reading.fans.size());
    for (const BoardReading& board : reading.boards) {
      sensors.Count(board.chip_celsius.size());
      sensors.Count(board.pcb_celsius.size());
    }
  }
  std::string text;
  for (const Cap* cap : {&boards, &fans, &sensors, &pools}) {
    if (cap->over == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(cap->over) + ' ' + cap->what + " over " +
            cap->setting + " (" + std::to_string(cap->limit) + ')';
  }
  return text;
}

}  // namespace antx
