#include "control/command_run.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "antminer/commands_web.h"
#include "antminer/decode.h"
#include "antminer/web.h"
#include "util/text.h"

namespace antx {
namespace {

namespace asio = boost::asio;

// Uptimes come in whole seconds, and answers take their time.
constexpr auto kUptimeSlack = std::chrono::seconds(5);

std::string Ago(SteadyTime then, SteadyTime now) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - then).count();
  return std::to_string(std::max<std::int64_t>(seconds, 0)) + " s ago";
}

}  // namespace

CommandOutcome CommandRun::Outcome(CommandVerdict verdict, std::string detail) const {
  return {verdict, session.sent(), std::move(detail)};
}

CommandOutcome CommandRun::Cancelled() const {
  return Outcome(CommandVerdict::kCancelled, session.sent() ? "stopped before it was verified"
                                                            : "stopped before anything was sent");
}

CommandOutcome CommandRun::Failed(const WebReply& reply, std::string_view what) const {
  const std::string name(what);
  switch (reply.state) {
    case WebReply::State::kDenied:
      return Outcome(CommandVerdict::kDenied,
                     name + ": the web side refuses the login; see miners.credentials");
    case WebReply::State::kUnreached:
    case WebReply::State::kLost:
      return Outcome(CommandVerdict::kNoAnswer, name + ": " + reply.words);
    case WebReply::State::kAnswer:
      break;
  }
  return Refused(reply, what);
}

CommandOutcome CommandRun::Refused(const WebReply& reply, std::string_view what) const {
  const std::string words = session.Words(RefusalIn(reply.body));
  std::string detail = std::string(what) + ": answers " + std::to_string(reply.status);
  if (!words.empty()) detail += ", \"" + words + '"';
  return Outcome(CommandVerdict::kRefused, std::move(detail));
}

CommandOutcome CommandRun::Failed(const PollError& error, std::string_view what) const {
  const std::string detail = std::string(what) + ": " + session.Words(error.detail);
  if (error.reason == Reason::kAuth) {
    return Outcome(CommandVerdict::kDenied, std::string(what) + ": the API does not let us in");
  }
  return Outcome(CommandVerdict::kNoAnswer, detail);
}

std::optional<double> View::rate() const {
  if (silent) return 0;
  if (!reading) return std::nullopt;
  if (reading->mining == false) return 0;
  return reading->hashrate_hashes_per_second;
}

namespace {

asio::awaitable<View> ViewByApi(CommandRun& run) {
  View view;
  std::vector<RawReply> replies;
  for (const char* command : {"summary", "pools"}) {
    auto reply = co_await run.session.Api(RequestFor(command), Effect::kReads);
    if (reply.has_error()) {
      view.why = run.session.Words(reply.error().detail);
      if (replies.empty()) break;
    }
    replies.push_back({command, std::move(reply)});
  }
  view.at = run.clock.Steady();
  if (replies.empty()) co_return view;
  const DecodeContext context{run.clock.Now(), run.target.identity, run.max_depth};
  Decoded decoded = Decode(replies, context);
  view.reading = std::move(decoded.reading);
  for (const CommandResult& command : decoded.commands) {
    if (command.error && view.why.empty()) view.why = run.session.Words(command.error->detail);
  }
  view.silent = !view.reading && view.why.empty();
  co_return view;
}

/// A page of the web side that anybody may read, in the place of a reading.
asio::awaitable<View> ViewByPage(CommandRun& run, WebDialect dialect, WebStep step,
                                 const char* name) {
  View view;
  WebReply reply = co_await run.session.Web(CommandAuth::kNone, std::move(step));
  view.at = run.clock.Steady();
  view.why = reply.words;
  if (!reply.ok()) co_return view;
  const DecodeContext context{run.clock.Now(), run.target.identity, run.max_depth};
  std::vector<RawReply> replies;
  replies.push_back({name, std::move(reply.body)});
  WebDecoded decoded = DecodeWeb(dialect, replies, context);
  for (const CommandResult& page : decoded.pages) {
    if (page.error) view.why = run.session.Words(page.error->detail);
  }
  if (view.why.empty()) view.reading = std::move(decoded.reading);
  co_return view;
}

}  // namespace

asio::awaitable<View> ViewMiner(CommandRun& run) {
  const CommandRoute route = CommandRouteOf(run.target.identity);
  WebStep step;
  if (route == CommandRoute::kEpic) {
    step.path = "/summary";
    step.api_port = true;
    co_return co_await ViewByPage(run, WebDialect::kEpic, std::move(step), "summary");
  }
  View view = co_await ViewByApi(run);
  if (view.reading || view.silent || route != CommandRoute::kVnish) co_return view;
  // Stopped, it closes its API.
  step.path = "/api/v1/summary";
  View page = co_await ViewByPage(run, WebDialect::kVnish, std::move(step), "summary");
  if (!page.reading) co_return view;
  page.by_web = true;
  co_return page;
}

asio::awaitable<void> WaitALittle(CommandRun& run) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  boost::system::error_code ec;
  timer.expires_after(run.times.look);
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
}

asio::awaitable<CommandOutcome> LookUntilSeen(CommandRun& run, const Looker& looker) {
  std::string found;
  for (;;) {
    if (run.stopped && run.stopped()) co_return run.Cancelled();
    const bool entered = co_await run.session.Enter();
    if (!entered) co_return run.Cancelled();
    Look look = co_await looker();
    run.session.Leave();
    if (look.seen) {
      if (run.lost) look.found += "; the answer to the command itself was lost";
      co_return run.Outcome(CommandVerdict::kDone, std::move(look.found));
    }
    found = std::move(look.found);
    if (run.clock.Steady() + run.times.look > run.deadline) break;
    co_await WaitALittle(run);
  }
  const auto verdict = run.lost ? CommandVerdict::kNoAnswer : CommandVerdict::kNotVerified;
  co_return run.Outcome(verdict, (run.lost ? "no answer, and the effect was not seen in time: "
                                           : "the effect was not seen in time: ") +
                                     found);
}

Uptime UptimeOf(const View& view) {
  if (!view.reading || !view.reading->elapsed_seconds) return {};
  const std::chrono::duration<double> elapsed(*view.reading->elapsed_seconds);
  return {view.at - std::chrono::duration_cast<SteadyTime::duration>(elapsed)};
}

asio::awaitable<CommandOutcome> VerifyRestart(CommandRun& run, Uptime before) {
  bool gone = false;
  const Looker looker = [&run, &gone, before]() -> asio::awaitable<Look> {
    const View view = co_await ViewMiner(run);
    if (view.by_web || (!view.reading && !view.silent)) {
      gone = true;
      co_return Look{false, "its API has not come back: " + view.why};
    }
    const Uptime now = UptimeOf(view);
    if (now.started && before.started) {
      const bool anew = *now.started > *before.started + kUptimeSlack;
      const std::string when = Ago(*now.started, view.at);
      co_return Look{anew,
                     anew ? "it started anew " + when : "its uptime goes on, it started " + when};
    }
    co_return Look{gone, gone ? "it went away and came back" : "it did not go away"};
  };
  co_return co_await LookUntilSeen(run, looker);
}

asio::awaitable<CommandOutcome> VerifyPools(CommandRun& run, std::string note) {
  const Looker looker = [&run, &note]() -> asio::awaitable<Look> {
    const View view = co_await ViewMiner(run);
    if (!view.reading) co_return Look{false, "the API tells no pools: " + view.why + note};
    const auto& pools = view.reading->pools;
    if (!ShowsPools(pools, run.command.pools)) {
      co_return Look{false, "it shows " + PoolHosts(pools) + note};
    }
    const bool used = std::any_of(pools.begin(), pools.end(), [](const PoolReading& pool) {
      return pool.active && !pool.dev_fee && pool.status != PoolStatus::kDead;
    });
    co_return Look{
        true, "it shows " + PoolHosts(pools) + (used ? "" : ", none of them in use yet") + note};
  };
  co_return co_await LookUntilSeen(run, looker);
}

asio::awaitable<CommandOutcome> VerifyHashing(CommandRun& run, bool asleep) {
  const Looker looker = [&run, asleep]() -> asio::awaitable<Look> {
    const View view = co_await ViewMiner(run);
    const auto rate = view.rate();
    if (!rate) co_return Look{false, "it tells no hashrate: " + view.why};
    if (*rate > 0) co_return Look{!asleep, "it hashes"};
    co_return Look{asleep, "it does not hash"};
  };
  co_return co_await LookUntilSeen(run, looker);
}

}  // namespace antx
