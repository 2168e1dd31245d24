// Vnish from 1.0 on: /api/v1 with a token. Older releases have the pages of old stock.
#include <utility>

#include "antminer/commands_web.h"
#include "control/command_run.h"

namespace antx {
namespace {

namespace asio = boost::asio;

constexpr CommandAuth kAuth = CommandAuth::kVnishToken;

WebStep Get(std::string path) {
  WebStep step;
  step.path = "/api/v1/" + std::move(path);
  return step;
}

WebStep Post(std::string path, std::string body = {}) {
  WebStep step;
  step.method = "POST";
  step.path = "/api/v1/" + std::move(path);
  step.body = std::move(body);
  return step;
}

/// The settings take effect with a restart of the mining program, when the page says so.
asio::awaitable<std::optional<CommandOutcome>> WriteSettings(CommandRun& run, std::string body) {
  std::string page;
  auto failed = co_await TellWeb(run, kAuth, Post("settings", std::move(body)), "settings", &page);
  if (failed || run.lost || PageText(page, "restart_required") != "true") co_return failed;
  co_return co_await TellWeb(run, kAuth, Post("mining/restart"), "restart");
}

/// The light is a switch that turns over: told once more where it went the wrong way.
asio::awaitable<CommandOutcome> Blink(CommandRun& run) {
  const std::string wanted = run.command.on ? "true" : "false";
  PageLook look{CommandAuth::kNone, Get("status"), "find_miner", wanted, "the locate light"};
  const PageRead now = co_await ReadPage(run, look.auth, look.step, look.what);
  if (now.failed) co_return *now.failed;
  const auto shown = PageText(now.page, look.path);
  std::optional<std::string> on;
  for (int i = 0; i < 2 && shown != wanted; ++i) {
    std::string page;
    auto failed = co_await TellWeb(run, kAuth, Post("find-miner", "{\"on\":" + wanted + "}"),
                                   "locate light", &page);
    if (failed) co_return *std::move(failed);
    on = PageText(page, "on");
    if (run.lost || !on || *on == wanted) break;
  }
  run.session.Leave();
  // Older releases tell it nowhere else.
  if (!shown && on) {
    const bool done = *on == wanted;
    co_return run.Outcome(done ? CommandVerdict::kDone : CommandVerdict::kNotVerified,
                          "its answer says that the light is " + run.session.Words(*on));
  }
  co_return co_await VerifyPage(run, std::move(look));
}

asio::awaitable<CommandOutcome> SetPreset(CommandRun& run) {
  const PageRead settings = co_await ReadPage(run, kAuth, Get("settings"), "settings");
  if (settings.failed) co_return *settings.failed;
  CommandBody body = VnishPreset(settings.page, run.command.mode);
  if (!body.good()) {
    co_return run.Outcome(CommandVerdict::kRefused, "nothing was sent: " + body.fault);
  }
  auto failed = co_await WriteSettings(run, std::move(body.text));
  if (failed) co_return *std::move(failed);
  run.session.Leave();
  PageLook look{kAuth, Get("settings"), "miner.overclock.preset", run.command.mode, "the preset"};
  co_return co_await VerifyPage(run, std::move(look));
}

asio::awaitable<CommandOutcome> SetPools(CommandRun& run) {
  auto failed = co_await WriteSettings(run, VnishPools(run.command.pools));
  if (failed) co_return *std::move(failed);
  run.session.Leave();
  co_return co_await VerifyPools(run);
}

asio::awaitable<CommandOutcome> Action(CommandRun& run, const char* path) {
  const Uptime before = UptimeOf(co_await ViewMiner(run));
  auto failed = co_await TellWeb(run, kAuth, Post(path), path);
  if (failed) co_return *std::move(failed);
  run.session.Leave();
  const Verb verb = run.command.verb;
  if (verb == Verb::kSleep || verb == Verb::kWake) {
    co_return co_await VerifyHashing(run, verb == Verb::kSleep);
  }
  co_return co_await VerifyRestart(run, before);
}

}  // namespace

asio::awaitable<CommandOutcome> RunVnish(CommandRun& run) {
  const bool entered = co_await run.session.Enter();
  if (!entered) co_return run.Cancelled();
  const PageRead info = co_await ReadPage(run, CommandAuth::kNone, Get("info"), "info");
  if (info.status == 404) {
    run.session.Leave();
    co_return co_await RunStock(run);
  }
  if (info.failed) co_return *info.failed;
  switch (run.command.verb) {
    case Verb::kBlink:
      co_return co_await Blink(run);
    case Verb::kWorkMode:
      co_return co_await SetPreset(run);
    case Verb::kPool:
      co_return co_await SetPools(run);
    case Verb::kRestart:
      co_return co_await Action(run, "mining/restart");
    case Verb::kReboot:
      co_return co_await Action(run, "system/reboot");
    case Verb::kSleep:
      co_return co_await Action(run, "mining/stop");
    case Verb::kWake:
      break;
  }
  co_return co_await Action(run, "mining/start");
}

}  // namespace antx
