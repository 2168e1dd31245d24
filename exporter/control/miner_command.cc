#include "control/miner_command.h"

#include <algorithm>
#include <exception>
#include <unordered_map>
#include <utility>

#include "antminer/commands.h"
#include "control/command_run.h"
#include "control/miner_session.h"

namespace antx {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

// Long enough for a lock-out to pass, short enough to try a corrected login by hand: another
// login than the refused one is shown at once.
constexpr auto kTryDeniedAgain = std::chrono::minutes(15);
// Commands are few: they may take their time where a poll may not.
constexpr milliseconds kLeastApiPatience{3000};

using RunRoute = asio::awaitable<CommandOutcome> (*)(CommandRun&);

RunRoute RunnerOf(CommandRoute route) {
  switch (route) {
    case CommandRoute::kStock:
      return RunStock;
    case CommandRoute::kVnish:
      return RunVnish;
    case CommandRoute::kLuxos:
      return RunLuxos;
    case CommandRoute::kBraiins:
      return RunBraiins;
    case CommandRoute::kEpic:
      return RunEpic;
    case CommandRoute::kMarathon:
      return RunMarathon;
    case CommandRoute::kNone:
      break;
  }
  return nullptr;
}

}  // namespace

struct MinerCommander::Impl {
  WebClient& client;
  const Clock& clock;
  MinerHolds holds;
  CommandTimes times;
  PollingConfig polling;
  MinersConfig miners;
  std::uint16_t port = 4028;
  std::unordered_map<Ipv4, CommandMemory> memories;

  [[nodiscard]] std::optional<WebLogin> LoginOf(const CommandTarget& target) const {
    return WebLoginFor(miners, target.address, target.identity.firmware);
  }
  [[nodiscard]] bool WasDenied(const CommandTarget& target,
                               const std::optional<WebLogin>& login) const;
  [[nodiscard]] SessionSetup SetupFor(const CommandTarget& target) const;
};

bool MinerCommander::Impl::WasDenied(const CommandTarget& target,
                                     const std::optional<WebLogin>& login) const {
  const auto found = memories.find(target.address);
  if (found == memories.end() || !found->second.denied || !login) return false;
  return *found->second.denied == *login &&
         clock.Steady() - found->second.denied_at < kTryDeniedAgain;
}

SessionSetup MinerCommander::Impl::SetupFor(const CommandTarget& target) const {
  SessionSetup setup;
  setup.web = &client;
  setup.clock = &clock;
  setup.holds = &holds;
  setup.address = target.address;
  setup.api_port = port;
  setup.web_port = static_cast<std::uint16_t>(miners.web_port);
  setup.api_timeout =
      std::max(kLeastApiPatience, std::chrono::duration_cast<milliseconds>(polling.timeout));
  setup.web_timeout = std::chrono::duration_cast<milliseconds>(miners.web_timeout);
  setup.answer_bytes = polling.max_reply_bytes;
  setup.login = LoginOf(target);
  return setup;
}

MinerCommander::MinerCommander(WebClient& client, const Clock& clock, MinerHolds holds,
                               CommandTimes times)
    : impl_(new Impl{client, clock, std::move(holds), times, {}, {}, 4028, {}}) {}
MinerCommander::~MinerCommander() = default;

void MinerCommander::Configure(const PollingConfig& polling, const MinersConfig& miners,
                               std::uint16_t port) {
  impl_->polling = polling;
  impl_->miners = miners;
  impl_->port = port;
}

std::chrono::seconds MinerCommander::Deadline(Verb verb) const {
  const auto most = impl_->times.deadline.at(static_cast<std::size_t>(verb));
  return std::chrono::ceil<std::chrono::seconds>(most);
}

CommandOutcome MinerCommander::Check(const CommandTarget& target, const Command& command) const {
  const auto login = impl_->LoginOf(target);
  CommandSupport support = SupportFor(target.identity, command, login.has_value());
  if (!support.supported) return {CommandVerdict::kUnsupported, false, std::move(support.why)};
  const std::string verb(VerbName(command.verb));
  if (support.needs_login && !login) {
    return {CommandVerdict::kNoLogin, false,
            verb + " asks for a login to the web side of firmware " + target.identity.firmware +
                "; set it in miners.credentials"};
  }
  if (support.needs_login && impl_->WasDenied(target, login)) {
    return {CommandVerdict::kDenied, false,
            "the miner refused this login lately; it is not shown again yet, since miners lock "
            "out. Correct it in miners.credentials"};
  }
  return {CommandVerdict::kDone, false, {}};
}

asio::awaitable<CommandOutcome> MinerCommander::Run(CommandTarget target, Command command,
                                                    std::function<bool()> stopped) {
  CommandOutcome outcome = Check(target, command);
  if (outcome.verdict != CommandVerdict::kDone) co_return outcome;
  if (stopped && stopped()) {
    co_return CommandOutcome{CommandVerdict::kCancelled, false, "stopped before anything was sent"};
  }
  const RunRoute runner = RunnerOf(CommandRouteOf(target.identity));
  const auto most = impl_->times.deadline.at(static_cast<std::size_t>(command.verb));
  CommandMemory& memory = impl_->memories[target.address];
  CommandRun run{target,
                 command,
                 stopped,
                 impl_->times,
                 impl_->clock,
                 memory,
                 MinerSession(impl_->SetupFor(target)),
                 impl_->clock.Steady() + most,
                 impl_->polling.max_reply_depth};
  for (const PoolEntry& pool : command.pools) run.session.AddSecret(pool.password);
  std::string thrown;
  try {
    outcome = co_await runner(run);
  } catch (const std::exception& error) {
    thrown = error.what();
  }
  if (!thrown.empty()) {
    outcome =
        run.Outcome(CommandVerdict::kNoAnswer, "internal fault: " + run.session.Words(thrown));
  }
  if (run.session.login_refused()) {
    memory.denied = run.session.login();
    memory.denied_at = impl_->clock.Steady();
  } else if (outcome.verdict == CommandVerdict::kDone) {
    memory.denied.reset();
  }
  co_return outcome;
}

}  // namespace antx
