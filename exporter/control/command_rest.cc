// ePIC (REST on the port of the API, the password in each body) and Marathon (/kaonsu/v1).
#include <utility>

#include "antminer/commands_web.h"
#include "control/command_run.h"
#include "util/text.h"

namespace antx {
namespace {

namespace asio = boost::asio;

WebStep EpicGet(std::string path) {
  WebStep step;
  step.path = std::move(path);
  step.api_port = true;
  return step;
}

/// What ePIC is told: the page, and the parameter as JSON.
struct EpicTold {
  const char* path;
  std::string param;
};

EpicTold EpicCommand(const Command& command, std::string_view summary) {
  switch (command.verb) {
    case Verb::kRestart:
      return {"/softreboot", "null"};
    case Verb::kReboot:
      return {"/reboot", "0"};
    case Verb::kBlink:
      return {"/identify", command.on ? "true" : "false"};
    case Verb::kSleep:
      return {"/miner", "\"Stop\""};
    case Verb::kWake:
      return {"/miner", "\"Autostart\""};
    default:
      return {"/coin", EpicPools(summary, command.pools)};
  }
}

asio::awaitable<CommandOutcome> VerifyEpicPools(CommandRun& run) {
  const Looker looker = [&run]() -> asio::awaitable<Look> {
    const PageRead read =
        co_await ReadPage(run, CommandAuth::kNone, EpicGet("/summary"), "summary");
    if (read.failed) co_return Look{false, read.failed->detail};
    const std::string hosts = run.session.Words(EpicPoolHosts(read.page));
    co_return Look{EpicShowsPools(read.page, run.command.pools), "it is set to " + hosts};
  };
  co_return co_await LookUntilSeen(run, looker);
}

constexpr CommandAuth kMarathon = CommandAuth::kDigest;

WebStep MarathonStep(const char* method, std::string page, std::string body = {}) {
  WebStep step;
  step.method = method;
  step.path = "/kaonsu/v1/" + std::move(page);
  step.body = std::move(body);
  return step;
}

asio::awaitable<CommandOutcome> MarathonSettings(CommandRun& run) {
  const PageRead settings =
      co_await ReadPage(run, kMarathon, MarathonStep("GET", "miner_config"), "settings");
  if (settings.failed) co_return *settings.failed;
  const bool pools = run.command.verb == Verb::kPool;
  CommandBody body = pools ? MarathonPools(settings.page, run.command.pools)
                           : MarathonMode(settings.page, run.command.mode);
  if (!body.good()) {
    co_return run.Outcome(CommandVerdict::kRefused, "nothing was sent: " + body.fault);
  }
  auto failed = co_await TellWeb(
      run, kMarathon, MarathonStep("POST", "miner_config", std::move(body.text)), "settings");
  if (failed) co_return *std::move(failed);
  run.session.Leave();
  if (pools) co_return co_await VerifyPools(run);
  PageLook look{kMarathon, MarathonStep("GET", "miner_config"), "mode.work-mode-selector",
                run.command.mode, "the work mode"};
  co_return co_await VerifyPage(run, std::move(look));
}

asio::awaitable<CommandOutcome> MarathonLight(CommandRun& run) {
  const std::string wanted = run.command.on ? "true" : "false";
  auto failed = co_await TellWeb(
      run, kMarathon, MarathonStep("POST", "locate_miner", "{\"blinking\":" + wanted + "}"),
      "locate light");
  if (failed) co_return *std::move(failed);
  run.session.Leave();
  PageLook look{kMarathon, MarathonStep("GET", "locate_miner"), "blinking", wanted,
                "the locate light"};
  co_return co_await VerifyPage(run, std::move(look));
}

}  // namespace

asio::awaitable<CommandOutcome> RunEpic(CommandRun& run) {
  const bool entered = co_await run.session.Enter();
  if (!entered) co_return run.Cancelled();
  const PageRead summary =
      co_await ReadPage(run, CommandAuth::kNone, EpicGet("/summary"), "summary");
  if (summary.failed) co_return *summary.failed;
  const Uptime before = UptimeOf(co_await ViewMiner(run));
  EpicTold told = EpicCommand(run.command, summary.page);
  WebStep step = EpicGet(told.path);
  step.method = "POST";
  step.body = EpicCall(told.param, run.session.login()->password);
  auto failed = co_await TellWeb(run, CommandAuth::kNone, std::move(step), told.path);
  if (failed) {
    // It says so with status 200.
    if (ContainsNoCase(failed->detail, "password")) {
      run.session.RefuseLogin();
      failed->sent = false;
      failed->verdict = CommandVerdict::kDenied;
    }
    co_return *std::move(failed);
  }
  run.session.Leave();
  switch (run.command.verb) {
    case Verb::kPool:
      co_return co_await VerifyEpicPools(run);
    case Verb::kSleep:
    case Verb::kWake:
      co_return co_await VerifyHashing(run, run.command.verb == Verb::kSleep);
    case Verb::kBlink: {
      PageLook look{CommandAuth::kNone, EpicGet("/summary"), "Misc.Locate Miner State",
                    run.command.on ? "true" : "false", "the locate light"};
      co_return co_await VerifyPage(run, std::move(look));
    }
    default:
      break;
  }
  co_return co_await VerifyRestart(run, before);
}

asio::awaitable<CommandOutcome> RunMarathon(CommandRun& run) {
  const bool entered = co_await run.session.Enter();
  if (!entered) co_return run.Cancelled();
  // A page that only reads shows the login first, so that the nonce is good when it counts.
  const PageRead brief = co_await ReadPage(run, kMarathon, MarathonStep("GET", "brief"), "brief");
  if (brief.failed) co_return *brief.failed;
  switch (run.command.verb) {
    case Verb::kPool:
    case Verb::kWorkMode:
      co_return co_await MarathonSettings(run);
    case Verb::kBlink:
      co_return co_await MarathonLight(run);
    default:
      break;
  }
  const Uptime before = UptimeOf(co_await ViewMiner(run));
  const bool reboot = run.command.verb == Verb::kReboot;
  auto failed = co_await TellWeb(
      run, kMarathon,
      MarathonStep("POST", "maintenance", reboot ? R"({"type":"reboot"})" : R"({"type":"reload"})"),
      "maintenance");
  if (failed) co_return *std::move(failed);
  run.session.Leave();
  co_return co_await VerifyRestart(run, before);
}

}  // namespace antx
