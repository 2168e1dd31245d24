// Braiins OS: REST from 25.07 on, GraphQL before; pause and resume by the API where no login is
// known or there is no REST.
#include <utility>

#include "antminer/commands_stock.h"
#include "antminer/commands_web.h"
#include "control/command_run.h"

namespace antx {
namespace {

namespace asio = boost::asio;

constexpr CommandAuth kToken = CommandAuth::kBraiinsToken;
constexpr CommandAuth kSession = CommandAuth::kBraiinsSession;

WebStep Rest(std::string method, std::string path, std::string body = {}) {
  WebStep step;
  step.method = std::move(method);
  step.path = "/api/v1/" + std::move(path);
  step.body = std::move(body);
  return step;
}

WebStep Graphql(std::string body) {
  WebStep step;
  step.method = "POST";
  step.path = "/graphql";
  step.body = std::move(body);
  return step;
}

/// What came of a verb that only needs to be told: waited for and read back.
asio::awaitable<CommandOutcome> Finish(CommandRun& run, std::optional<CommandOutcome> failed,
                                       Uptime before) {
  if (failed) co_return *std::move(failed);
  run.session.Leave();
  const Verb verb = run.command.verb;
  if (verb == Verb::kSleep || verb == Verb::kWake) {
    co_return co_await VerifyHashing(run, verb == Verb::kSleep);
  }
  if (verb == Verb::kPool) co_return co_await VerifyPools(run);
  co_return co_await VerifyRestart(run, before);
}

// --- REST ----------------------------------------------------------------------------------

asio::awaitable<CommandOutcome> RestBlink(CommandRun& run) {
  const std::string wanted = run.command.on ? "true" : "false";
  auto failed = co_await TellWeb(run, kToken, Rest("PUT", "actions/locate", wanted), "locate");
  if (failed) co_return *std::move(failed);
  run.session.Leave();
  PageLook look{kToken, Rest("GET", "actions/locate"), "", wanted, "the locate light"};
  co_return co_await VerifyPage(run, std::move(look));
}

asio::awaitable<CommandOutcome> RestPower(CommandRun& run) {
  const std::string watts = std::to_string(WattsOfMode(run.command.mode).value_or(0));
  auto failed = co_await TellWeb(
      run, kToken, Rest("PUT", "performance/power-target", "{\"watt\":" + watts + "}"),
      "power target");
  if (failed) co_return *std::move(failed);
  run.session.Leave();
  PageLook look{kToken, Rest("GET", "configuration/miner"), "tuner.power_target.watt", watts,
                "the power target"};
  co_return co_await VerifyPage(run, std::move(look));
}

asio::awaitable<CommandOutcome> RestPools(CommandRun& run) {
  const PageRead shown = co_await ReadPage(run, kToken, Rest("GET", "pools"), "pools");
  if (shown.failed) co_return *shown.failed;
  auto failed = co_await TellWeb(
      run, kToken, Rest("PUT", "pools/batch", BraiinsPools(shown.page, run.command.pools)),
      "pools");
  co_return co_await Finish(run, std::move(failed), {});
}

const char* RestAction(Verb verb) {
  switch (verb) {
    case Verb::kRestart:
      return "actions/restart";
    case Verb::kReboot:
      return "actions/reboot";
    case Verb::kSleep:
      return "actions/pause";
    default:
      return "actions/resume";
  }
}

asio::awaitable<CommandOutcome> RunRest(CommandRun& run) {
  const Verb verb = run.command.verb;
  if (verb == Verb::kBlink) co_return co_await RestBlink(run);
  if (verb == Verb::kWorkMode) co_return co_await RestPower(run);
  if (verb == Verb::kPool) co_return co_await RestPools(run);
  const Uptime before = UptimeOf(co_await ViewMiner(run));
  const char* path = RestAction(verb);
  auto failed = co_await TellWeb(run, kToken, Rest("PUT", path), path);
  co_return co_await Finish(run, std::move(failed), before);
}

// --- GraphQL -------------------------------------------------------------------------------

/// A mutation: its errors come with status 200.
asio::awaitable<std::optional<CommandOutcome>> Mutate(CommandRun& run, std::string body,
                                                      std::string_view what) {
  std::string page;
  auto failed = co_await TellWeb(run, kSession, Graphql(std::move(body)), what, &page);
  if (failed || run.lost) co_return failed;
  const std::string refusal = GraphqlRefusal(page);
  if (refusal.empty()) co_return std::nullopt;
  co_return run.Outcome(CommandVerdict::kRefused,
                        std::string(what) + ": \"" + run.session.Words(refusal) + '"');
}

constexpr std::string_view kGroupsQuery =
    "{bosminer{config{__typename ...on BosminerConfig{groups{id name pools{id url user}}}}}}";

struct Groups {
  std::vector<GraphqlGroup> groups;
  std::optional<CommandOutcome> failed;
};

asio::awaitable<Groups> ReadGroups(CommandRun& run) {
  Groups read;
  const PageRead page =
      co_await ReadPage(run, kSession, Graphql(GraphqlCall(kGroupsQuery)), "pools");
  if (page.failed) {
    read.failed = page.failed;
    co_return read;
  }
  read.groups = GraphqlGroups(page.page);
  if (read.groups.size() != 1) {
    read.failed =
        run.Outcome(CommandVerdict::kRefused, "it has " + std::to_string(read.groups.size()) +
                                                  " groups of pools, only one can be replaced");
  }
  co_return read;
}

/// Adds the new ones, sees that they are there, then removes the old ones.
asio::awaitable<CommandOutcome> GraphqlPools(CommandRun& run) {
  const Groups before = co_await ReadGroups(run);
  if (before.failed) co_return *before.failed;
  const GraphqlGroup& group = before.groups.front();
  for (const PoolEntry& pool : run.command.pools) {
    auto failed = co_await Mutate(run, GraphqlAddPool(group.id, pool), "add a pool");
    if (failed) {
      failed->detail += "; the old pools are untouched and come first";
      co_return *std::move(failed);
    }
    if (run.lost) co_return co_await Finish(run, std::nullopt, {});
  }
  const Groups after = co_await ReadGroups(run);
  const bool all = !after.failed && after.groups.front().pools.size() ==
                                        group.pools.size() + run.command.pools.size();
  std::string note;
  if (!all) note = "; not all new pools were seen, so the old ones were left";
  for (auto old = group.pools.rbegin(); all && !run.lost && old != group.pools.rend(); ++old) {
    const auto failed = co_await Mutate(run, GraphqlRemovePool(group.id, *old), "remove a pool");
    if (!failed) continue;
    note = "; an old pool stays: " + failed->detail;
    break;
  }
  run.session.Leave();
  co_return co_await VerifyPools(run, std::move(note));
}

asio::awaitable<CommandOutcome> GraphqlLight(CommandRun& run) {
  auto failed = co_await Mutate(run, GraphqlBlink(run.command.on), "locate light");
  if (failed) co_return *std::move(failed);
  run.session.Leave();
  PageLook look{kSession, Graphql(GraphqlCall("{bos{faultLight}}")), "data.bos.faultLight",
                run.command.on ? "true" : "false", "the locate light"};
  co_return co_await VerifyPage(run, std::move(look));
}

asio::awaitable<CommandOutcome> PauseByApi(CommandRun& run) {
  const bool sleep = run.command.verb == Verb::kSleep;
  auto failed = co_await TellApi(run, sleep ? "pause" : "resume", {});
  co_return co_await Finish(run, std::move(failed), {});
}

asio::awaitable<CommandOutcome> RunGraphql(CommandRun& run) {
  switch (run.command.verb) {
    case Verb::kBlink:
      co_return co_await GraphqlLight(run);
    case Verb::kPool:
      co_return co_await GraphqlPools(run);
    case Verb::kWorkMode:
      co_return run.Outcome(CommandVerdict::kUnsupported,
                            "releases before 25.07 take no power target from here");
    case Verb::kSleep:
    case Verb::kWake:
      co_return co_await PauseByApi(run);
    case Verb::kRestart:
    case Verb::kReboot:
      break;
  }
  const bool reboot = run.command.verb == Verb::kReboot;
  const Uptime before = UptimeOf(co_await ViewMiner(run));
  auto failed = co_await Mutate(
      run,
      GraphqlCall(reboot ? "mutation{bos{reboot{__typename ...on BosError{message}}}}"
                         : "mutation{bosminer{restart{__typename ...on BosminerError{message}}}}"),
      reboot ? "reboot" : "restart");
  co_return co_await Finish(run, std::move(failed), before);
}

}  // namespace

asio::awaitable<CommandOutcome> RunBraiins(CommandRun& run) {
  const bool entered = co_await run.session.Enter();
  if (!entered) co_return run.Cancelled();
  const bool pauses = run.command.verb == Verb::kSleep || run.command.verb == Verb::kWake;
  if (pauses && !run.session.login()) co_return co_await PauseByApi(run);
  const PageRead version =
      co_await ReadPage(run, CommandAuth::kNone, Rest("GET", "version"), "version");
  if (version.status == 404) co_return co_await RunGraphql(run);
  if (!version.failed) co_return co_await RunRest(run);
  if (pauses) co_return co_await PauseByApi(run);
  co_return *version.failed;
}

}  // namespace antx
