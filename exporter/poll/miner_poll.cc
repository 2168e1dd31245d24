#include "poll/miner_poll.h"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <utility>

#include "net/exchange.h"

namespace antx {
namespace {

namespace asio = boost::asio;
using std::chrono::nanoseconds;

constexpr auto kSeldomEvery = std::chrono::hours(1);

nanoseconds ToNanos(Seconds seconds) { return std::chrono::duration_cast<nanoseconds>(seconds); }

std::string Joined(const std::vector<std::string>& commands) {
  std::string joined;
  for (const std::string& command : commands) {
    if (!joined.empty()) joined += '+';
    joined += command;
  }
  return joined;
}

bool SeldomIsDue(const MinerMemory& memory, SteadyTime now) {
  return !memory.seldom_asked || now - *memory.seldom_asked >= kSeldomEvery;
}

/// The requests of this poll, in order. The first one is the health check.
std::vector<std::string> RequestsOf(const MinerMemory& memory, SteadyTime now) {
  const CommandPlan plan = PlanFor(memory.identity);
  std::vector<std::string> requests;
  if (plan.may_join && !memory.join_refused && plan.every_poll.size() > 1) {
    requests.push_back(Joined(plan.every_poll));
  } else {
    requests = plan.every_poll;
  }
  if (SeldomIsDue(memory, now)) {
    requests.insert(requests.end(), plan.seldom.begin(), plan.seldom.end());
  }
  return requests;
}

/// The miner gave up sending (antminer/PROTOCOL.md, "Response framing").
bool LooksTruncated(const Result<std::string>& reply) {
  if (!reply) return reply.error().reason == Reason::kReset;
  const auto end = reply->find_last_not_of(" \t\r\n");
  return end != std::string::npos && reply->front() == '{' && (*reply)[end] != '}';
}

/// Nothing more can come of this poll: the host is away, or refuses us.
bool IsFinal(const Result<std::string>& reply, bool connected) {
  if (!reply.has_error()) return false;
  const Reason reason = reply.error().reason;
  return !connected || reason == Reason::kRefused || reason == Reason::kUnreachable ||
         reason == Reason::kAuth || reason == Reason::kCancelled;
}

/// Carries one poll through its exchanges.
struct Run {
  MinerPollRequest request;
  SteadyTime deadline;
  bool connected = false;
  bool retried = false;

  [[nodiscard]] nanoseconds Left() const { return deadline - request.clock->Steady(); }

  asio::awaitable<std::vector<RawReply>> AskAll(std::vector<std::string> commands);
  asio::awaitable<Result<std::string>> Ask(std::string command);
  asio::awaitable<Result<std::string>> AskOnce(std::string command, bool retry);
};

asio::awaitable<Result<std::string>> Run::AskOnce(std::string command, bool retry) {
  const nanoseconds step = std::min(ToNanos(request.limits.timeout), Left());
  if (step <= nanoseconds::zero()) {
    co_return PollError{Reason::kTimeout, command + ": no time left in this poll"};
  }
  const ExchangeLimits limits{step, step, request.limits.max_reply_bytes};
  const asio::ip::tcp::endpoint miner(asio::ip::address_v4(request.address.value), request.port);
  const SteadyTime begin = request.clock->Steady();
  bool now_connected = false;
  auto reply = co_await Exchange(miner, RequestFor(command), limits, &now_connected);
  connected = connected || now_connected;
  if (request.steps != nullptr) {
    request.steps->push_back({command, reply, request.clock->Steady() - begin, retry});
  }
  co_return reply;
}

asio::awaitable<Result<std::string>> Run::Ask(std::string command) {
  auto reply = co_await AskOnce(command, false);
  if (!retried && LooksTruncated(reply) && Left() > nanoseconds::zero()) {
    retried = true;
    reply = co_await AskOnce(std::move(command), true);
  }
  co_return reply;
}

asio::awaitable<std::vector<RawReply>> Run::AskAll(std::vector<std::string> commands) {
  std::vector<RawReply> replies;
  int timeouts = 0;
  for (const std::string& command : commands) {
    auto reply = co_await Ask(command);
    timeouts = reply.has_error() && reply.error().reason == Reason::kTimeout ? timeouts + 1 : 0;
    const bool final = IsFinal(reply, connected) || timeouts == 2;
    replies.push_back({command, std::move(reply)});
    if (final) break;
  }
  co_return replies;
}

std::vector<CollectorResult> CollectorsOf(const Decoded& decoded) {
  std::array<std::optional<bool>, kCollectorCount> success;
  for (const CommandResult& command : decoded.commands) {
    auto& slot = success.at(static_cast<std::size_t>(command.collector));
    slot = slot.value_or(true) && !command.error;
  }
  std::vector<CollectorResult> collectors;
  for (std::size_t i = 0; i < success.size(); ++i) {
    if (success.at(i)) collectors.push_back({static_cast<Collector>(i), *success.at(i)});
  }
  return collectors;
}

void Remember(const Decoded& decoded, SteadyTime now, bool asked_seldom, MinerMemory& memory) {
  if (!decoded.is_miner) return;
  memory.identity = decoded.identity;
  if (asked_seldom) memory.seldom_asked = now;
}

PollOutcome MakeOutcome(const Run& run, Decoded decoded) {
  PollOutcome outcome;
  outcome.miner_id = run.request.miner_id;
  outcome.address = run.request.address;
  outcome.connected = run.connected;
  outcome.identity = decoded.identity;
  outcome.repairs = decoded.repairs;
  outcome.collectors = CollectorsOf(decoded);
  for (const CommandResult& command : decoded.commands) {
    if (!command.error) continue;
    PollError error{command.error->reason, command.command + ": " + command.error->detail};
    if (!outcome.error) outcome.error = error;
    outcome.command_errors.push_back(std::move(error));
  }
  if (decoded.reading) {
    outcome.reading = std::make_shared<const Reading>(std::move(*decoded.reading));
  } else if (!outcome.error) {
    outcome.error = PollError{Reason::kParse, "no reply held a hashrate"};
  }
  return outcome;
}

}  // namespace

nanoseconds PollBudget(const PollingConfig& polling) {
  return std::min(5 * ToNanos(polling.timeout), ToNanos(polling.interval * 0.8));
}

asio::awaitable<PollOutcome> PollMiner(MinerPollRequest request, MinerMemory* memory) {
  const Clock& clock = *request.clock;
  const SystemTime started = clock.Now();
  const SteadyTime begin = clock.Steady();
  const SteadyTime deadline = begin + request.budget;
  Run run{std::move(request), deadline};

  const bool asks_seldom = SeldomIsDue(*memory, begin);
  auto replies = co_await run.AskAll(RequestsOf(*memory, begin));
  const DecodeContext context{clock.Now(), memory->identity, run.request.limits.max_reply_depth};
  Decoded decoded = Decode(replies, context, run.request.notes);
  if (decoded.join_refused) {
    memory->join_refused = true;
    replies = co_await run.AskAll(RequestsOf(*memory, begin));
    decoded = Decode(replies, context, run.request.notes);
  }
  Remember(decoded, clock.Steady(), asks_seldom, *memory);
  PollOutcome outcome = MakeOutcome(run, std::move(decoded));
  outcome.started = started;
  outcome.finished = clock.Steady();
  outcome.duration = outcome.finished - begin;
  co_return outcome;
}

}  // namespace antx
