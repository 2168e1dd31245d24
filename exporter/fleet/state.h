// The state of a miner, by one written rule each. The first rule that holds wins:
//
//   last poll usable:
//     sleeping       the firmware reports its sleep mode.
//     starting       the firmware says so, or the process runs for less than 5 minutes and
//                    has not reached the lowest acceptable share of its usual rate.
//     idle           no hashrate, or the firmware says it does not mine.
//     degraded       rate below HASHRATE_DROP_THRESHOLD x baseline (or x expected rate while
//                    there is no baseline), a board missing or down, or a fan at 0 rpm
//                    (unless its limit is 0).
//     hashing        none of these.
//   last poll not usable (a reading of the web side does not count, where there is an API):
//     access_denied  the API closes without a byte or answers "Access denied", or it gives
//                    nothing and the web side refuses the login.
//     api_down       the host answers (refuses, resets, accepts, or on its web side) but the API
//                    gives no usable reply.
//     lost           nothing at all for max(10 minutes, 10 poll intervals).
//     offline        nothing at all, for less than that.
#pragma once

#include <chrono>
#include <optional>

#include "model/poll.h"
#include "model/snapshot.h"

namespace antx {

struct StateInput {
  const Reading* reading = nullptr;   ///< Of the last poll; null when it was not usable.
  std::optional<PollError> error;     ///< Of the last poll.
  bool web_denied = false;            ///< The web side refuses the login.
  bool connected = false;             ///< The port accepted in the last poll.
  std::chrono::nanoseconds silent{};  ///< Since the last answer of any kind (or since first tried).
  std::chrono::nanoseconds interval{};
  std::optional<double> baseline_hashes_per_second;  ///< Only when its window is full.
  std::optional<double> expected_hashes_per_second;
  Thresholds thresholds;
};

[[nodiscard]] MinerState DeriveState(const StateInput& input);

/// Whether the miner hashes, from what the firmware says and the rate.
[[nodiscard]] bool IsMining(const Reading& reading);

}  // namespace antx
