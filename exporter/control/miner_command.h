// One command to one miner: sends it in the dialect of its firmware and reads back what came of
// it. Never leaves a miner without a pool. Lives on the net thread.
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "config/config.h"
#include "config/web_login.h"
#include "control/miner_holds.h"
#include "model/command.h"
#include "model/poll.h"
#include "model/reading.h"
#include "net/web_client.h"
#include "util/clock.h"
#include "util/ipv4.h"

namespace antx {

/// Who shall obey. Only miners of the inventory become a target.
struct CommandTarget {
  std::string miner_id;
  Ipv4 address;
  Identity identity;                       ///< As the snapshot knows it.
  std::shared_ptr<const Reading> reading;  ///< The last one; may be null.
};

/// How long things take. Tests shorten them.
struct CommandTimes {
  std::chrono::milliseconds look{3000};    ///< Between two looks at what came of a command.
  std::chrono::milliseconds form{60'000};  ///< For the old settings form, which restarts first.
  /// By verb, in its order.
  std::array<std::chrono::milliseconds, kVerbCount> deadline = {
      std::chrono::seconds(240), std::chrono::seconds(360), std::chrono::seconds(30),
      std::chrono::seconds(180), std::chrono::seconds(420), std::chrono::seconds(420),
      std::chrono::seconds(240)};
};

class MinerCommander {
 public:
  /// `client` and `clock` outlive it.
  MinerCommander(WebClient& client, const Clock& clock, MinerHolds holds, CommandTimes times = {});
  ~MinerCommander();
  MinerCommander(const MinerCommander&) = delete;
  MinerCommander& operator=(const MinerCommander&) = delete;

  /// Takes effect for the commands that start from now on.
  void Configure(const PollingConfig& polling, const MinersConfig& miners, std::uint16_t port);

  /// Whether the firmware has such a command at all and a login is there where one is needed;
  /// kDone: yes. Sends nothing.
  [[nodiscard]] CommandOutcome Check(const CommandTarget& target, const Command& command) const;

  /// Sends and verifies; ends within `Deadline(command.verb)`, give or take one exchange. Never
  /// throws because of what a miner does. What was sent is never sent again when its answer was
  /// lost: it is read back. `stopped` is asked between the steps: true ends it with kCancelled,
  /// never in the middle of a change of pools. The miner is held only while it is talked to, so
  /// that its polls go on while its return is waited for.
  [[nodiscard]] boost::asio::awaitable<CommandOutcome> Run(CommandTarget target, Command command,
                                                           std::function<bool()> stopped);

  /// The longest that a command takes until it counts as not verified (a reboot: minutes).
  [[nodiscard]] std::chrono::seconds Deadline(Verb verb) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace antx
