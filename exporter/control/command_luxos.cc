// LuxOS: the API, with a session for what changes the machine. There is one session at a time.
#include <array>
#include <utility>

#include "control/command_run.h"
#include "util/text.h"

namespace antx {
namespace {

namespace asio = boost::asio;

constexpr int kMostTries = 3;
constexpr int kOtherSession = 402;

struct Logon {
  std::string session;
  std::optional<CommandOutcome> failed;
};

/// Between Enter and Leave; lets go and comes back while somebody else is logged on.
asio::awaitable<Logon> LogOn(CommandRun& run) {
  Logon logon;
  for (int i = 1;; ++i) {
    const auto reply = co_await run.session.Api(ApiRequest("logon").text, Effect::kReads);
    if (reply.has_error()) {
      logon.failed = run.Failed(reply.error(), "logon");
      co_return logon;
    }
    const ApiAnswer answer = ReadApiAnswer(*reply);
    logon.session = answer.good ? LuxosSessionFrom(*reply) : std::string();
    if (!logon.session.empty()) {
      run.session.AddSecret(logon.session);
      co_return logon;
    }
    const bool other = answer.code == kOtherSession;
    const bool time = run.clock.Steady() + run.times.look <= run.deadline;
    if (!other || i >= kMostTries || !time) {
      const auto verdict = answer.denied() ? CommandVerdict::kDenied : CommandVerdict::kRefused;
      logon.failed = run.Outcome(verdict, "logon: \"" + run.session.Words(answer.message) + '"');
      co_return logon;
    }
    run.session.Leave();
    co_await WaitALittle(run);
    const bool entered = co_await run.session.Enter();
    if (!entered) {
      logon.failed = run.Cancelled();
      co_return logon;
    }
  }
}

/// The command of a verb, and its parameters behind the session.
struct LuxosCommand {
  std::string_view command;
  std::vector<std::string> parameters;
};

LuxosCommand CommandFor(const Command& command) {
  switch (command.verb) {
    case Verb::kRestart:
      return {"resetminer", {}};
    case Verb::kReboot:
      return {"rebootdevice", {}};
    case Verb::kBlink:
      return {"ledset", {"red", command.on ? "blink" : "auto"}};
    case Verb::kSleep:
      return {"curtail", {"sleep"}};
    case Verb::kWake:
      return {"curtail", {"wakeup"}};
    case Verb::kWorkMode:
      return {"profileset", {command.mode}};
    case Verb::kPool:
      break;
  }
  return {};
}

/// Waits until CONFIG shows a text under a key.
asio::awaitable<CommandOutcome> VerifyConfig(CommandRun& run, std::string key, std::string wanted) {
  const Looker looker = [&run, &key, &wanted]() -> asio::awaitable<Look> {
    const auto reply = co_await run.session.Api(ApiRequest("config").text, Effect::kReads);
    if (reply.has_error())
      co_return Look{false, "config: " + run.session.Words(reply.error().detail)};
    const auto text = LuxosConfigText(*reply, key);
    if (!text) co_return Look{false, "config tells no " + key};
    co_return Look{EqualsNoCase(*text, wanted), key + " is " + run.session.Words(*text)};
  };
  co_return co_await LookUntilSeen(run, looker);
}

asio::awaitable<CommandOutcome> Verify(CommandRun& run, Uptime before) {
  switch (run.command.verb) {
    case Verb::kRestart:
    case Verb::kReboot:
      co_return co_await VerifyRestart(run, before);
    case Verb::kSleep:
    case Verb::kWake:
      co_return co_await VerifyHashing(run, run.command.verb == Verb::kSleep);
    case Verb::kBlink:
      co_return co_await VerifyConfig(run, "RedLed", run.command.on ? "blink" : "auto");
    case Verb::kWorkMode:
      co_return co_await VerifyConfig(run, "Profile", run.command.mode);
    case Verb::kPool:
      break;
  }
  co_return co_await VerifyPools(run);
}

/// Ends the session; it goes by itself with a restart.
asio::awaitable<void> LogOff(CommandRun& run, const std::string& session) {
  (void)co_await run.session.Api(ApiRequest("logoff", session).text, Effect::kReads);
}

}  // namespace

asio::awaitable<CommandOutcome> RunLuxos(CommandRun& run) {
  const bool entered = co_await run.session.Enter();
  if (!entered) co_return run.Cancelled();
  if (run.command.verb == Verb::kPool) {
    // Pools ask for no session.
    PoolsByApi told = co_await ReplacePoolsByApi(run, false);
    run.session.Leave();
    if (told.ended) co_return *std::move(told.ended);
    co_return co_await VerifyPools(run, std::move(told.note));
  }
  const Uptime before = UptimeOf(co_await ViewMiner(run));
  const Logon logon = co_await LogOn(run);
  if (logon.failed) co_return *logon.failed;
  const LuxosCommand command = CommandFor(run.command);
  std::vector<std::string> parameters = {logon.session};
  parameters.insert(parameters.end(), command.parameters.begin(), command.parameters.end());
  auto failed = co_await TellApi(run, command.command, ApiParameters(parameters));
  const bool restarts = run.command.verb == Verb::kRestart || run.command.verb == Verb::kReboot;
  if (failed || !restarts) co_await LogOff(run, logon.session);
  run.session.Leave();
  if (failed) co_return *std::move(failed);
  co_return co_await Verify(run, before);
}

}  // namespace antx
