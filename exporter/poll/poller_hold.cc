// Holds: while a command or a sweep talks to a miner, no poll does. Its API serves one client at a
// time.
#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "poll/poller.h"

namespace antx {

namespace asio = boost::asio;

bool Poller::IsBusy(Ipv4 address) const {
  const auto found = slots_.find(address);
  return found != slots_.end() && (found->second.in_flight || found->second.web_in_flight);
}

/// Those that wait look again; the first of them takes the hold when nothing is in its way.
void Poller::WakeHolder(Ipv4 address) {
  const auto found = holds_.find(address);
  if (found == holds_.end() || found->second.waiting.empty()) return;
  found->second.waiting.front()->cancel();
}

asio::awaitable<bool> Poller::Hold(Ipv4 address) {
  const auto timer = std::make_shared<asio::steady_timer>(executor_);
  timer->expires_at(asio::steady_timer::time_point::max());
  holds_[address].waiting.push_back(timer);
  boost::system::error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  while (!stopping_) {
    const HoldState& state = holds_[address];
    if (!state.held && state.waiting.front() == timer && !IsBusy(address)) break;
    co_await timer->async_wait(token);
  }
  HoldState& state = holds_[address];
  state.waiting.erase(std::find(state.waiting.begin(), state.waiting.end(), timer));
  if (stopping_) co_return false;
  state.held = true;
  co_return true;
}

bool Poller::TryHold(Ipv4 address) {
  if (stopping_ || IsReserved(address) || IsBusy(address)) return false;
  holds_[address].held = true;
  return true;
}

/// What was in flight when its miner left the inventory has ended. False: it was not that.
bool Poller::EndLeftOver(Ipv4 address) {
  if (left_over_.erase(address) == 0) return false;
  Release(address);
  return true;
}

void Poller::Release(Ipv4 address) {
  const auto found = holds_.find(address);
  if (found == holds_.end() || !found->second.held) return;
  found->second.held = false;
  if (found->second.waiting.empty()) {
    holds_.erase(found);
  } else {
    WakeHolder(address);
  }
  const auto slot = slots_.find(address);
  if (slot != slots_.end()) QueueWanted(address, slot->second);
}

/// The poll that became due while something else was in its way.
void Poller::QueueWanted(Ipv4 address, Slot& slot) {
  if (stopping_ || !std::exchange(slot.wanted, false) || slot.in_flight || slot.queued) return;
  slot.queued = true;
  ready_.push_back(address);
  StartQueued();
}

}  // namespace antx
