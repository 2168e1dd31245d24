// Bitmain's firmware and what is built on it: CGIs behind Digest, new (from the X19 on) and old,
// and the API where it grants writing. Its answers come before the effect, so each is read back.
#include <utility>

#include "antminer/commands_stock.h"
#include "control/command_run.h"

namespace antx {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr CommandAuth kAuth = CommandAuth::kDigest;
constexpr int kMostTries = 3;  // While it says that it is busy.
// The old page holds the connection as long as the light blinks.
constexpr milliseconds kBlinkPatience{3000};
// The new page writes, syncs and sleeps a second before it answers.
constexpr int kSlowPages = 3;

struct Settings {
  bool old = false;  ///< Before the X19: forms.
  std::string page;  ///< Holds passwords.
  std::optional<CommandOutcome> failed;
};

/// Between Enter and Leave.
asio::awaitable<Settings> ReadSettings(CommandRun& run) {
  Settings settings;
  WebStep probe;
  probe.path = "/cgi-bin/summary.cgi";
  const WebReply summary = co_await run.session.Web(kAuth, std::move(probe));
  if (summary.state != WebReply::State::kAnswer) {
    settings.failed = run.Failed(summary, "summary");
    co_return settings;
  }
  settings.old = summary.status == 404;
  WebStep conf;
  conf.path = "/cgi-bin/get_miner_conf.cgi";
  WebReply page = co_await run.session.Web(kAuth, std::move(conf));
  if (!page.ok()) settings.failed = run.Failed(page, "settings");
  settings.page = std::move(page.body);
  co_return settings;
}

struct Written {
  bool busy = false;
  std::optional<CommandOutcome> failed;
};

/// Between Enter and Leave.
asio::awaitable<Written> WriteSettings(CommandRun& run, const Settings& settings,
                                       const StockChange& change) {
  Written written;
  CommandBody body = settings.old ? StockSettingsForm(settings.page, change)
                                  : StockSettingsJson(settings.page, change);
  if (!body.good()) {
    written.failed =
        run.Outcome(CommandVerdict::kRefused, "nothing was sent: " + std::move(body.fault));
    co_return written;
  }
  WebStep step;
  step.method = "POST";
  step.path = "/cgi-bin/set_miner_conf.cgi";
  step.body = std::move(body.text);
  step.effect = Effect::kChanges;
  step.total = settings.old ? run.times.form : kSlowPages * run.session.setup().web_timeout;
  if (settings.old) step.content_type = "application/x-www-form-urlencoded";
  const WebReply reply = co_await run.session.Web(kAuth, std::move(step));
  if (reply.state == WebReply::State::kLost) {
    run.lost = true;
  } else if (!reply.ok()) {
    written.failed = run.Failed(reply, "settings");
  } else {
    const StockAnswer answer =
        settings.old ? ReadOldStockAnswer(reply.body) : ReadStockAnswer(reply.body);
    written.busy = answer.busy;
    if (!answer.good) {
      written.failed = run.Outcome(CommandVerdict::kRefused,
                                   "settings: \"" + run.session.Words(answer.words) + '"');
    }
  }
  co_return written;
}

/// What to write, from the settings read; an outcome when there is nothing to write.
struct Plan {
  StockChange change;
  std::optional<CommandOutcome> ended;
  bool nothing = false;  ///< It is so already.
};

int SleepNumber(const Settings& settings) { return settings.old ? kOldStockSleep : kStockSleep; }

Plan PlanMode(CommandRun& run, const Settings& settings) {
  Plan plan;
  const auto now = StockModeIn(settings.page);
  if (!now) {
    plan.ended = run.Outcome(CommandVerdict::kUnsupported,
                             "its settings hold no work mode: this model has none");
    return plan;
  }
  const int asleep = SleepNumber(settings);
  std::optional<int> wanted;
  if (run.command.verb == Verb::kSleep) {
    wanted = asleep;
    if (*now != asleep) run.memory.mode_before_sleep = *now;
  } else if (run.command.verb == Verb::kWake) {
    wanted = *now == asleep ? run.memory.mode_before_sleep.value_or(0) : *now;
  } else {
    wanted = StockModeNumber(run.command.mode, !settings.old);
    if (!wanted) {
      plan.ended = run.Outcome(CommandVerdict::kUnsupported,
                               "work mode: this model knows normal, high and low");
      return plan;
    }
  }
  plan.change.mode = wanted;
  plan.nothing = *now == *wanted;
  return plan;
}

/// The settings show the mode, and what the miner does fits it.
asio::awaitable<CommandOutcome> VerifyMode(CommandRun& run, int wanted, std::string note) {
  const Looker looker = [&run, wanted, &note]() -> asio::awaitable<Look> {
    WebStep conf;
    conf.path = "/cgi-bin/get_miner_conf.cgi";
    const WebReply page = co_await run.session.Web(kAuth, std::move(conf));
    const auto mode = page.ok() ? StockModeIn(page.body) : std::nullopt;
    if (!mode) co_return Look{false, "its settings cannot be read" + note};
    const std::string told = "its settings say mode " + std::to_string(*mode);
    if (*mode != wanted) co_return Look{false, told + note};
    const View view = co_await ViewMiner(run);
    const auto rate = view.rate();
    if (!rate) co_return Look{false, told + ", it tells no hashrate: " + view.why + note};
    const bool sleeps = run.command.verb == Verb::kSleep;
    const bool fits = (*rate > 0) != sleeps;
    co_return Look{fits, told + (*rate > 0 ? ", it hashes" : ", it does not hash") + note};
  };
  co_return co_await LookUntilSeen(run, looker);
}

/// Everything that goes by way of the settings page.
asio::awaitable<CommandOutcome> ChangeSettings(CommandRun& run) {
  const Verb verb = run.command.verb;
  const bool by_mode = verb == Verb::kSleep || verb == Verb::kWake || verb == Verb::kWorkMode;
  Uptime before;
  Plan plan;
  for (int i = 1;; ++i) {
    const bool entered = co_await run.session.Enter();
    if (!entered || (run.stopped && run.stopped())) co_return run.Cancelled();
    const Settings settings = co_await ReadSettings(run);
    if (settings.failed) co_return *settings.failed;
    if (by_mode) plan = PlanMode(run, settings);
    if (plan.ended) co_return *plan.ended;
    if (plan.nothing) break;
    if (verb == Verb::kPool) plan.change.pools = &run.command.pools;
    if (verb == Verb::kRestart) before = UptimeOf(co_await ViewMiner(run));
    Written written = co_await WriteSettings(run, settings, plan.change);
    if (!written.failed) break;
    const bool again = written.busy && i < kMostTries;
    if (!again || run.clock.Steady() + run.times.look > run.deadline) co_return *written.failed;
    run.session.Leave();
    co_await WaitALittle(run);
  }
  run.session.Leave();
  if (verb == Verb::kRestart) co_return co_await VerifyRestart(run, before);
  if (verb == Verb::kPool) co_return co_await VerifyPools(run);
  const bool guessed = verb == Verb::kWake && !plan.nothing && !run.memory.mode_before_sleep;
  std::string note;
  if (plan.nothing) note = "; they said so already, nothing was sent";
  if (guessed) note = "; the mode before it slept is not known, it was set to normal";
  co_return co_await VerifyMode(run, *plan.change.mode, std::move(note));
}

asio::awaitable<CommandOutcome> Reboot(CommandRun& run) {
  const bool entered = co_await run.session.Enter();
  if (!entered) co_return run.Cancelled();
  // A page that only reads shows the login first, so that the nonce is good when it counts.
  const Settings settings = co_await ReadSettings(run);
  if (settings.failed && settings.failed->verdict != CommandVerdict::kRefused) {
    co_return *settings.failed;
  }
  const Uptime before = UptimeOf(co_await ViewMiner(run));
  WebStep step;
  step.path = "/cgi-bin/reboot.cgi";
  step.effect = Effect::kChanges;
  const WebReply reply = co_await run.session.Web(kAuth, std::move(step));
  run.lost = reply.state == WebReply::State::kLost;
  if (!run.lost && !reply.ok()) co_return run.Failed(reply, "reboot");
  run.session.Leave();
  co_return co_await VerifyRestart(run, before);
}

WebStep BlinkStep(bool old, bool on) {
  WebStep step;
  step.method = "POST";
  step.path = "/cgi-bin/blink.cgi";
  step.effect = Effect::kChanges;
  step.body = on ? R"({"blink":true})" : R"({"blink":false})";
  if (old) {
    step.body = on ? "action=startBlink" : "action=stopBlink";
    step.content_type = "application/x-www-form-urlencoded";
    step.total = kBlinkPatience;
  }
  return step;
}

WebStep BlinkLook(bool old) {
  WebStep step;
  step.path = "/cgi-bin/get_blink_status.cgi";
  if (old) {
    step.method = "POST";
    step.path = "/cgi-bin/blink.cgi";
    step.body = "action=onPageLoaded";
    step.content_type = "application/x-www-form-urlencoded";
  }
  return step;
}

asio::awaitable<CommandOutcome> Blink(CommandRun& run) {
  const bool entered = co_await run.session.Enter();
  if (!entered) co_return run.Cancelled();
  const Settings settings = co_await ReadSettings(run);
  if (settings.failed && settings.failed->verdict != CommandVerdict::kRefused) {
    co_return *settings.failed;
  }
  const bool old = settings.old;
  const WebReply reply = co_await run.session.Web(kAuth, BlinkStep(old, run.command.on));
  // The old page keeps silent as long as the light blinks: that is no lost answer.
  const bool silent = reply.state == WebReply::State::kLost;
  run.lost = silent && !old;
  if (!silent && !reply.ok()) co_return run.Failed(reply, "blink");
  if (!silent && !old && !StockBlinks(reply.body)) {
    co_return run.Outcome(CommandVerdict::kRefused,
                          "blink: \"" + run.session.Words(reply.body) + '"');
  }
  run.session.Leave();
  const Looker looker = [&run, old]() -> asio::awaitable<Look> {
    const WebReply page = co_await run.session.Web(kAuth, BlinkLook(old));
    const auto blinks = page.ok() ? StockBlinks(page.body) : std::nullopt;
    if (!blinks) co_return Look{false, "the light's state cannot be read"};
    co_return Look{*blinks == run.command.on, *blinks ? "it blinks" : "it does not blink"};
  };
  co_return co_await LookUntilSeen(run, looker);
}

/// Whether the API lets us change anything. Reads only.
asio::awaitable<bool> GrantsWriting(CommandRun& run) {
  const auto reply = co_await run.session.Api(ApiRequest("privileged").text, Effect::kReads);
  co_return reply.has_value() && ReadApiAnswer(*reply).good;
}

asio::awaitable<CommandOutcome> RestartByApi(CommandRun& run) {
  const Uptime before = UptimeOf(co_await ViewMiner(run));
  auto failed = co_await TellApi(run, "restart", {});
  if (failed) co_return *std::move(failed);
  run.session.Leave();
  co_return co_await VerifyRestart(run, before);
}

asio::awaitable<CommandOutcome> PoolsByApiOf(CommandRun& run) {
  PoolsByApi told = co_await ReplacePoolsByApi(run, true);
  run.session.Leave();
  if (told.ended) co_return *std::move(told.ended);
  co_return co_await VerifyPools(run, std::move(told.note));
}

}  // namespace

asio::awaitable<CommandOutcome> RunStock(CommandRun& run) {
  const Verb verb = run.command.verb;
  if (verb == Verb::kReboot) co_return co_await Reboot(run);
  if (verb == Verb::kBlink) co_return co_await Blink(run);
  const bool has_login = run.session.login().has_value();
  // The settings page keeps pools for good and all; the API is quicker with a restart.
  const bool ask_api = verb == Verb::kRestart || (verb == Verb::kPool && !has_login);
  if (ask_api) {
    const bool entered = co_await run.session.Enter();
    if (!entered) co_return run.Cancelled();
    const bool grants = co_await GrantsWriting(run);
    if (grants && verb == Verb::kRestart) co_return co_await RestartByApi(run);
    if (grants) co_return co_await PoolsByApiOf(run);
    if (!has_login) {
      co_return run.Outcome(CommandVerdict::kNoLogin,
                            "its API denies commands, and no login for its web side is set");
    }
  }
  co_return co_await ChangeSettings(run);
}

}  // namespace antx
