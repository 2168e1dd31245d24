#include "discovery/identify_sweep.h"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <exception>
#include <memory>
#include <utility>

#include "antminer/decode.h"
#include "net/exchange.h"

namespace antx {
namespace {

namespace asio = boost::asio;

/// What the workers of one sweep share.
struct Work {
  std::vector<Target> targets;
  IdentifyLimits limits;
  std::function<void(const Target&, Verdict, const Identity&)> result;
  StopFlag stop;
  AddressTurns turns;
  std::size_t next = 0;
  int running = 0;
  std::unique_ptr<asio::steady_timer> wake;  ///< Cancelled when the last worker ends.
  std::deque<asio::cancellation_signal> cancels;
};

asio::awaitable<void> IdentifyOne(std::shared_ptr<Work> work, Target target) {
  const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4(target.address.value),
                                         work->limits.port);
  const ExchangeLimits limits{work->limits.step, work->limits.step, std::size_t{256} * 1024};
  std::vector<RawReply> replies;
  bool answered = false;
  for (const char* command : {"version", "stats", "http:/capabilities"}) {
    auto reply = co_await Exchange(endpoint, RequestFor(command), limits);
    if (*work->stop) co_return;
    answered = answered || reply.has_value() || reply.error().reason == Reason::kAuth;
    // Only what speaks HTTP is asked in HTTP.
    const bool http = reply.has_value() && reply->find("HTTP/") != std::string::npos;
    replies.push_back({command, std::move(reply)});
    const Decoded decoded = Decode(replies, {});
    if (decoded.is_miner) {
      work->result(target, Verdict::kMiner, decoded.identity);
      co_return;
    }
    if (std::string_view(command) == "stats" && !http) break;
  }
  work->result(target, answered ? Verdict::kNotAMiner : Verdict::kError, {});
}

/// Gives the turn back however the talk ends.
struct Turn {
  const AddressTurns& turns;
  Ipv4 address;
  ~Turn() { turns.GiveBack(address); }
};

asio::awaitable<void> IdentifyInTurn(std::shared_ptr<Work> work, Target target) {
  if (work->turns.take && !co_await work->turns.take(target.address)) co_return;
  const Turn turn{work->turns, target.address};
  co_await IdentifyOne(work, target);
}

asio::awaitable<void> Worker(std::shared_ptr<Work> work) {
  while (!*work->stop && work->next < work->targets.size()) {
    const Target target = work->targets[work->next++];
    co_await IdentifyInTurn(work, target);
  }
}

}  // namespace

asio::awaitable<void> IdentifySweep(
    std::vector<Target> targets, IdentifyLimits limits,
    std::function<void(const Target&, Verdict, const Identity&)> result, StopFlag stop,
    AddressTurns turns) {
  const auto executor = co_await asio::this_coro::executor;
  auto work = std::make_shared<Work>();
  work->targets = std::move(targets);
  work->limits = limits;
  work->result = std::move(result);
  work->stop = std::move(stop);
  work->turns = std::move(turns);
  work->wake = std::make_unique<asio::steady_timer>(executor);
  const auto workers =
      std::min<std::size_t>(static_cast<std::size_t>(limits.concurrent), work->targets.size());
  work->running = static_cast<int>(workers);
  for (std::size_t i = 0; i < workers; ++i) {
    auto ended = [work](const std::exception_ptr& /*thrown: the others go on*/) {
      if (--work->running == 0) work->wake->cancel();
    };
    asio::co_spawn(executor, Worker(work),
                   asio::bind_cancellation_slot(work->cancels.emplace_back().slot(), ended));
  }
  boost::system::error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  bool cancelled = false;
  while (work->running > 0) {
    if (*work->stop && !std::exchange(cancelled, true)) {
      for (auto& cancel : work->cancels) cancel.emit(asio::cancellation_type::terminal);
    }
    work->wake->expires_after(kStopCheck);
    co_await work->wake->async_wait(token);
  }
}

}  // namespace antx
