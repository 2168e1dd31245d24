// Commands of the API on port 4028, and the pools by way of it.
#include <algorithm>
#include <utility>

#include "antminer/decode.h"
#include "control/command_run.h"
#include "util/text.h"

namespace antx {
namespace {

namespace asio = boost::asio;

// More than any miner holds.
constexpr int kMostRemovals = 16;

constexpr int kLastPool = 66;
constexpr int kActivePool = 67;

/// The words of an answer. What stands in quotes repeats the parameters, password included.
std::string WordsOf(const CommandRun& run, const ApiAnswer& answer) {
  const std::string text = answer.message.substr(0, answer.message.find('\''));
  std::string words = run.session.Words(text);
  if (answer.code != 0) words += " (code " + std::to_string(answer.code) + ')';
  return words;
}

struct Told {
  std::optional<CommandOutcome> failed;
  ApiAnswer answer;
};

/// One command that changes something.
asio::awaitable<Told> Tell(CommandRun& run, std::string_view command, std::string parameter) {
  Told told;
  CommandBody request = ApiRequest(command, parameter);
  if (!request.good()) {
    told.failed = run.Outcome(CommandVerdict::kRefused, std::move(request.fault));
    co_return told;
  }
  bool lost = false;
  const auto reply = co_await run.session.Api(std::move(request.text), Effect::kChanges, &lost);
  if (reply.has_error()) {
    run.lost = run.lost || lost;
    if (!lost) told.failed = run.Failed(reply.error(), command);
    co_return told;
  }
  told.answer = ReadApiAnswer(*reply);
  if (told.answer.good) co_return told;
  const auto verdict = told.answer.denied() ? CommandVerdict::kDenied : CommandVerdict::kRefused;
  const std::string words =
      told.answer.understood ? WordsOf(run, told.answer) : "the answer is no reply of an API";
  told.failed = run.Outcome(verdict, std::string(command) + ": " + words);
  co_return told;
}

/// The pools by number, as they stand now; nothing when the miner does not tell.
asio::awaitable<std::optional<std::vector<PoolReading>>> ReadPools(CommandRun& run) {
  View view = co_await ViewMiner(run);
  if (!view.reading || view.reading->pools.empty()) co_return std::nullopt;
  auto pools = std::move(view.reading->pools);
  std::erase_if(pools, [](const PoolReading& pool) { return pool.dev_fee; });
  std::sort(pools.begin(), pools.end(),
            [](const PoolReading& a, const PoolReading& b) { return a.pool < b.pool; });
  co_return pools;
}

bool SamePool(const PoolReading& a, const PoolReading& b) {
  return a.pool == b.pool && a.host == b.host && a.user == b.user;
}

/// "3,4,0,1,2": the new ones first.
std::string PriorityOrder(const std::vector<PoolReading>& pools, std::size_t old) {
  std::string order;
  for (std::size_t i = 0; i < pools.size(); ++i) {
    const auto& pool = pools[(old + i) % pools.size()];
    order += (order.empty() ? "" : ",") + std::to_string(pool.pool);
  }
  return order;
}

/// Removes the pools that were there before, last one first, so that the numbers of the others
/// stay. Words about the one that stays, "" when all went.
asio::awaitable<std::string> RemoveOld(CommandRun& run, std::vector<PoolReading> old) {
  for (int i = 0; i < kMostRemovals && !old.empty(); ++i) {
    const PoolReading last = old.back();
    const auto now = co_await ReadPools(run);
    if (!now) co_return "; the pools could not be read again, so old ones were left";
    const bool there = std::any_of(now->begin(), now->end(), [&last](const PoolReading& pool) {
      return SamePool(pool, last);
    });
    // Somebody else changes them too.
    if (!there) co_return "; the pools changed meanwhile, so old ones were left";
    if (now->size() <= run.command.pools.size()) co_return "; old pools were left";
    const Told told = co_await Tell(run, "removepool", std::to_string(last.pool));
    if (told.failed) {
      const bool kept = told.answer.code == kLastPool || told.answer.code == kActivePool;
      co_return "; the old pool " + run.session.Words(last.host) + " stays" +
          (kept ? ", since the miner keeps its last or active one" : "") + ": " +
          told.failed->detail;
    }
    if (run.lost) co_return "; the answer to removepool was lost, so other old pools were left";
    old.pop_back();
  }
  co_return std::string();
}

}  // namespace

asio::awaitable<std::optional<CommandOutcome>> TellApi(CommandRun& run, std::string_view command,
                                                       std::string parameter) {
  Told told = co_await Tell(run, command, std::move(parameter));
  co_return std::move(told.failed);
}

asio::awaitable<PoolsByApi> ReplacePoolsByApi(CommandRun& run, bool by_priority) {
  PoolsByApi result;
  const auto before = co_await ReadPools(run);
  if (!before) {
    result.ended = run.Outcome(CommandVerdict::kNoAnswer,
                               "the miner does not tell its pools; nothing was sent");
    co_return result;
  }
  for (const PoolEntry& pool : run.command.pools) {
    const std::vector<std::string> values = {pool.url, pool.user, pool.password};
    Told told = co_await Tell(run, "addpool", ApiParameters(values));
    if (told.failed) {
      result.ended = std::move(told.failed);
      result.ended->detail += "; the old pools are untouched and come first";
      co_return result;
    }
    if (run.lost) co_return result;
  }
  const auto after = co_await ReadPools(run);
  if (!after || after->size() != before->size() + run.command.pools.size()) {
    result.note = "; not all new pools were seen, so the old ones were left";
    co_return result;
  }
  const auto old = static_cast<std::ptrdiff_t>(before->size());
  const std::string order = by_priority ? PriorityOrder(*after, before->size())
                                        : std::to_string((*after)[before->size()].pool);
  const Told first = co_await Tell(run, by_priority ? "poolpriority" : "switchpool", order);
  if (first.failed) {
    result.note = "; the new pools are behind the old ones: " + first.failed->detail;
    co_return result;
  }
  if (run.lost) co_return result;
  result.note = co_await RemoveOld(run, std::vector(after->begin(), after->begin() + old));
  if (!by_priority || run.lost) co_return result;
  const Told saved = co_await Tell(run, "save", {});
  if (saved.failed) {
    result.note += "; not saved, they are lost at its next start: " + saved.failed->detail;
  }
  co_return result;
}

}  // namespace antx
