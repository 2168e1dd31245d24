// The poller's side of the web: a pass after a poll when it is due, and in place of a reading
// when the API gave none. Passes have a limit in flight of their own, so that they never hold up
// the polls.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "poll/poller.h"

namespace antx {
namespace {

namespace asio = boost::asio;

}  // namespace

void Poller::ConfigureWeb(const MinersConfig& miners, WebClient& client) {
  miners_ = std::make_shared<const MinersConfig>(miners);
  web_ = &client;
}

WebPassRequest Poller::WebRequestFor(Ipv4 address, const MinerMemory& memory) const {
  WebPassRequest request;
  request.address = address;
  request.api_port = port_;
  request.settings = miners_;
  request.known = memory.identity;
  request.budget = WebBudget(*miners_, polling_);
  request.answer_bytes = polling_.max_reply_bytes;
  request.max_depth = polling_.max_reply_depth;
  request.clock = &clock_;
  return request;
}

asio::awaitable<void> Poller::AskWebInstead(Ipv4 address, std::shared_ptr<MinerMemory> memory,
                                            PollOutcome* outcome) {
  if (stopping_ || !HostAnswers(*outcome)) co_return;
  WebPassRequest request = WebRequestFor(address, *memory);
  if (!outcome->identity.firmware.empty()) request.known = outcome->identity;
  request.whole = true;
  try {
    co_await AskWebSide(*web_, std::move(request), &memory->web);
  } catch (const std::exception& error) {
    log_.Error("poll", std::string("a pass over the web side ended with: ") + error.what());
  }
}

void Poller::StartWebPasses() {
  while (!stopping_ && !web_ready_.empty() && web_in_flight_ < miners_->web_max_concurrent) {
    const Ipv4 address = web_ready_.front();
    web_ready_.pop_front();
    const auto found = slots_.find(address);
    if (found == slots_.end() || !std::exchange(found->second.web_queued, false)) continue;
    Slot& slot = found->second;
    // Its next poll has begun; the pass comes after that one.
    if (slot.in_flight || slot.queued || slot.web_in_flight || IsReserved(address) || !WebIsOn())
      continue;
    slot.web_in_flight = true;
    ++web_in_flight_;
    auto ended = [this, address](const std::exception_ptr& thrown) {
      --web_in_flight_;
      if (thrown) log_.Error("poll", "a pass over the web side ended with an exception");
      EndWebPass(address);
    };
    asio::co_spawn(executor_,
                   RunWebPass(address, WebRequestFor(address, *slot.memory), slot.memory), ended);
  }
}

asio::awaitable<void> Poller::RunWebPass(Ipv4 /*address*/, WebPassRequest request,
                                         std::shared_ptr<MinerMemory> memory) {
  co_await AskWebSide(*web_, std::move(request), &memory->web);
}

void Poller::EndWebPass(Ipv4 address) {
  if (stopping_) return;
  const auto found = slots_.find(address);
  if (!EndLeftOver(address) && found != slots_.end()) {
    Slot& slot = found->second;
    slot.web_in_flight = false;
    WakeHolder(address);
    if (!IsReserved(address)) QueueWanted(address, slot);
  }
  StartWebPasses();
}

}  // namespace antx
