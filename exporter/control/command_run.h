// One command under way: what the dialects share. Internal to control/.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "antminer/commands.h"
#include "control/miner_command.h"
#include "control/miner_session.h"
#include "model/reading.h"

namespace antx {

/// What is remembered of a miner between commands.
struct CommandMemory {
  std::optional<WebLogin> denied;  ///< The login that was refused.
  SteadyTime denied_at;
  std::optional<int> mode_before_sleep;  ///< Stock: its number.
};

struct CommandRun {
  const CommandTarget& target;
  const Command& command;
  const std::function<bool()>& stopped;
  const CommandTimes& times;
  const Clock& clock;
  CommandMemory& memory;
  MinerSession session;
  SteadyTime deadline;
  int max_depth = 32;
  bool lost = false;  ///< The answer to what was sent did not come.

  [[nodiscard]] CommandOutcome Outcome(CommandVerdict verdict, std::string detail) const;
  [[nodiscard]] CommandOutcome Cancelled() const;
  /// The verdict on a call to the web side that failed; `what` names it.
  [[nodiscard]] CommandOutcome Failed(const WebReply& reply, std::string_view what) const;
  [[nodiscard]] CommandOutcome Failed(const PollError& error, std::string_view what) const;
  /// A status that is no success, with the words of the page.
  [[nodiscard]] CommandOutcome Refused(const WebReply& reply, std::string_view what) const;
};

/// What the API of the miner, or the web side of ePIC, says now.
struct View {
  std::optional<Reading> reading;
  std::string why;  ///< Without a reading: why there is none.
  SteadyTime at;
  bool silent = false;  ///< The API answers and tells no figures: some do so asleep.
  bool by_web = false;  ///< The API is down; Vnish tells by its web side what it does.
  /// Hashes a second; 0 where it says that it does not hash.
  [[nodiscard]] std::optional<double> rate() const;
};
/// To be asked for between Enter and Leave.
[[nodiscard]] boost::asio::awaitable<View> ViewMiner(CommandRun& run);

/// One look at what came of a command.
struct Look {
  bool seen = false;
  std::string found;  ///< What is seen instead, or words for the detail.
};
using Looker = std::function<boost::asio::awaitable<Look>()>;
/// Looks again and again until it is seen or the time is over. Holds the miner only for the look.
[[nodiscard]] boost::asio::awaitable<CommandOutcome> LookUntilSeen(CommandRun& run,
                                                                   const Looker& looker);

/// The time between two looks.
[[nodiscard]] boost::asio::awaitable<void> WaitALittle(CommandRun& run);

/// When the mining program started, by its uptime.
struct Uptime {
  std::optional<SteadyTime> started;
};
[[nodiscard]] Uptime UptimeOf(const View& view);

// Ways to verify, each with its own looks. They begin outside of a hold.
[[nodiscard]] boost::asio::awaitable<CommandOutcome> VerifyRestart(CommandRun& run, Uptime before);
[[nodiscard]] boost::asio::awaitable<CommandOutcome> VerifyPools(CommandRun& run,
                                                                 std::string note = {});
/// `asleep`: it shall not hash; else it shall.
[[nodiscard]] boost::asio::awaitable<CommandOutcome> VerifyHashing(CommandRun& run, bool asleep);

// The dialects. Each begins and ends outside of a hold.
[[nodiscard]] boost::asio::awaitable<CommandOutcome> RunStock(CommandRun& run);
[[nodiscard]] boost::asio::awaitable<CommandOutcome> RunVnish(CommandRun& run);
[[nodiscard]] boost::asio::awaitable<CommandOutcome> RunLuxos(CommandRun& run);
[[nodiscard]] boost::asio::awaitable<CommandOutcome> RunBraiins(CommandRun& run);
[[nodiscard]] boost::asio::awaitable<CommandOutcome> RunEpic(CommandRun& run);
[[nodiscard]] boost::asio::awaitable<CommandOutcome> RunMarathon(CommandRun& run);

/// Sends one command of the API that changes something; nothing: it was taken, or its answer was
/// lost (`run.lost`). Between Enter and Leave.
[[nodiscard]] boost::asio::awaitable<std::optional<CommandOutcome>> TellApi(
    CommandRun& run, std::string_view command, std::string parameter);
/// Sends one call to the web side that changes something; nothing: it was taken, or its answer
/// was lost (`run.lost`). `page` (may be null) gets the answer. Between Enter and Leave.
[[nodiscard]] boost::asio::awaitable<std::optional<CommandOutcome>> TellWeb(
    CommandRun& run, CommandAuth auth, WebStep step, std::string_view what,
    std::string* page = nullptr);
/// Reads one page. Between Enter and Leave.
struct PageRead {
  std::string page;
  std::optional<CommandOutcome> failed;
  int status = 0;
};
[[nodiscard]] boost::asio::awaitable<PageRead> ReadPage(CommandRun& run, CommandAuth auth,
                                                        WebStep step, std::string_view what);
/// Looks until the text at a path of a page is `wanted`. `what` names it in the detail.
struct PageLook {
  CommandAuth auth = CommandAuth::kNone;
  WebStep step;
  std::string path;  ///< "" : the page itself is the value.
  std::string wanted;
  std::string what;
};
[[nodiscard]] boost::asio::awaitable<CommandOutcome> VerifyPage(CommandRun& run, PageLook look);

/// Replaces the pools by commands of the API; between Enter and Leave. `by_priority`: with
/// poolpriority and save (cgminer), else with switchpool (LuxOS). Nothing: go on and verify.
struct PoolsByApi {
  std::optional<CommandOutcome> ended;
  std::string note;  ///< For the detail: what did not go as it should.
};
[[nodiscard]] boost::asio::awaitable<PoolsByApi> ReplacePoolsByApi(CommandRun& run,
                                                                   bool by_priority);

}  // namespace antx
