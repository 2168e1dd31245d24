// One poll of one miner: which commands, in which order, within which deadline.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antminer/decode.h"
#include "config/config.h"
#include "model/poll.h"
#include "poll/web_pass.h"
#include "util/clock.h"
#include "util/ipv4.h"

namespace antx {

/// What is remembered of a miner between polls. Belongs to the net thread.
struct MinerMemory {
  Identity identity;                       ///< Empty before the first contact.
  bool join_refused = false;               ///< It refused a joined request once: ask singly.
  std::optional<SteadyTime> seldom_asked;  ///< When the seldom commands last answered.
  WebMemory web;
};

/// One exchange of a poll, for `probe`.
struct PollStep {
  std::string request;
  Result<std::string> reply{std::string()};
  std::chrono::nanoseconds duration{};
  bool retried = false;
};

struct MinerPollRequest {
  std::string miner_id;
  Ipv4 address;
  std::uint16_t port = 4028;
  std::chrono::nanoseconds budget{};  ///< For the whole poll, all commands together.
  PollingConfig limits;
  const Clock* clock = nullptr;              ///< Outlives the poll.
  std::vector<PollStep>* steps = nullptr;    ///< For `probe`; may be null.
  std::vector<DecodeNote>* notes = nullptr;  ///< For `probe`; may be null.
};

/// How long one poll may take altogether: five times the timeout of one step, never
/// more than 0.8 of the interval, so that no cycle runs into the next.
[[nodiscard]] std::chrono::nanoseconds PollBudget(const PollingConfig& polling);

/// Polls once and updates `memory` (outlives the poll). Asks one command at a time; stops
/// early when the miner cannot be reached. A truncated or reset reply is asked for once more
/// while the budget lasts. Never throws because of what a miner does.
boost::asio::awaitable<PollOutcome> PollMiner(MinerPollRequest request, MinerMemory* memory);

}  // namespace antx
