#include "poll/poller.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

namespace antx {
namespace {

namespace asio = boost::asio;

// The longest sleep of the beat: rounds are counted even without miners.
constexpr auto kLongestSleep = std::chrono::seconds(1);
constexpr std::size_t kMostStrangers = 16;

PollOutcome FailedByThrow(const MinerPollRequest& request, const std::string& what) {
  PollOutcome outcome;
  outcome.miner_id = request.miner_id;
  outcome.address = request.address;
  outcome.started = request.clock->Now();
  outcome.finished = request.clock->Steady();
  outcome.error = PollError{Reason::kParse, "internal fault: " + what};
  outcome.command_errors.push_back(*outcome.error);
  return outcome;
}

/// One poll; whatever is thrown inside ends this poll only.
asio::awaitable<PollOutcome> Guarded(MinerPollRequest request, MinerMemory* memory) {
  std::string what;
  try {
    co_return co_await PollMiner(request, memory);
  } catch (const std::exception& error) {
    what = error.what();
  }
  co_return FailedByThrow(request, what);
}

}  // namespace

Poller::Poller(asio::any_io_executor executor, const Clock& clock, Logger& log, PollerHooks hooks)
    : executor_(std::move(executor)),
      clock_(clock),
      log_(log),
      hooks_(std::move(hooks)),
      timer_(executor_),
      schedule_(std::chrono::seconds(30)) {}

Poller::~Poller() = default;

void Poller::Configure(const PollingConfig& polling, std::uint16_t port) {
  polling_ = polling;
  port_ = port;
  schedule_.SetInterval(std::chrono::duration_cast<std::chrono::nanoseconds>(polling.interval),
                        clock_.Steady());
  timer_.cancel();
}

void Poller::Add(const std::string& miner_id, Ipv4 address, MinerMemory memory) {
  const auto [found, added] = slots_.try_emplace(address);
  Slot& slot = found->second;
  if (added) ++unasked_;
  slot.miner_id = miner_id;
  slot.memory = std::make_shared<MinerMemory>(std::move(memory));
  slot.generation = ++generations_;
  schedule_.Add(address, clock_.Steady());
  timer_.cancel();
}

void Poller::Remove(Ipv4 address) {
  schedule_.Remove(address);
  const auto found = slots_.find(address);
  if (found == slots_.end()) return;
  if (!found->second.asked) --unasked_;
  if (IsBusy(address)) {
    holds_[address].held = true;
    left_over_.insert(address);
  }
  slots_.erase(found);
  WakeHolder(address);
}

void Poller::TeachMac(Ipv4 address, const std::string& mac) {
  const auto found = slots_.find(address);
  if (found == slots_.end() || mac.empty()) return;
  MinerMemory& memory = *found->second.memory;
  if (memory.identity.mac == mac) return;
  // Another device took the address: what was known of the old one does not hold for it.
  if (!memory.identity.mac.empty()) memory = {};
  memory.identity.mac = mac;
}

MinerMemory Poller::MemoryOf(Ipv4 address) const {
  const auto found = slots_.find(address);
  return found == slots_.end() ? MinerMemory{} : *found->second.memory;
}

template <class Coroutine>
void Poller::Spawn(Coroutine coroutine) {
  ++in_flight_;
  auto ended = [this](const std::exception_ptr& thrown) {
    --in_flight_;
    if (thrown) log_.Error("poll", "a poll ended with an unexpected exception");
    if (hooks_.in_flight) hooks_.in_flight(in_flight_);
    if (!stopping_) StartQueued();
  };
  asio::co_spawn(executor_, std::move(coroutine), std::move(ended));
}

void Poller::Start() {
  round_start_ = round_last_outcome_ = clock_.Steady();
  asio::co_spawn(executor_, Beat(), [this](const std::exception_ptr& thrown) {
    if (thrown) log_.Error("poll", "the poll loop ended with an unexpected exception");
  });
}

void Poller::Stop() {
  stopping_ = true;
  ready_.clear();
  web_ready_.clear();
  timer_.cancel();
  for (auto& [address, hold] : holds_) {
    for (const auto& timer : hold.waiting) timer->cancel();
  }
}

asio::awaitable<void> Poller::Beat() {
  boost::system::error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  while (!stopping_) {
    const SteadyTime now = clock_.Steady();
    CountRound(now);
    QueueDue(now);
    StartQueued();
    const SteadyTime next = schedule_.NextDue().value_or(now + kLongestSleep);
    timer_.expires_at(std::min(next, now + kLongestSleep));
    // Woken early by Add, Configure and Stop: look again.
    co_await timer_.async_wait(token);
  }
}

void Poller::QueueDue(SteadyTime now) {
  while (const auto address = schedule_.TakeDue(now)) {
    Slot& slot = slots_.at(*address);
    if (!polling_.enabled) continue;
    if (slot.web_in_flight || IsReserved(*address)) {
      slot.wanted = true;
      continue;
    }
    if (slot.in_flight || slot.queued) {
      // A probe that takes its time is the wish of a reader, not a cycle that is late.
      if (!slot.probed) round_skipped_ = true;
      continue;
    }
    slot.queued = true;
    ready_.push_back(*address);
  }
}

void Poller::StartQueued() {
  while (!ready_.empty() && in_flight_ < polling_.max_concurrent) {
    const Ipv4 address = ready_.front();
    ready_.pop_front();
    const auto found = slots_.find(address);
    if (found == slots_.end() || !found->second.queued) continue;
    found->second.queued = false;
    if (IsReserved(address)) {
      found->second.wanted = true;
    } else if (!found->second.in_flight) {
      Launch(address, found->second);
    }
  }
  StartWebPasses();
}

MinerPollRequest Poller::RequestFor(Ipv4 address, const std::string& miner_id) const {
  MinerPollRequest request;
  request.miner_id = miner_id;
  request.address = address;
  request.port = port_;
  request.budget = PollBudget(polling_);
  request.limits = polling_;
  request.clock = &clock_;
  return request;
}

void Poller::Launch(Ipv4 address, Slot& slot) {
  slot.in_flight = true;
  Spawn(RunPoll(address, slot.generation, RequestFor(address, slot.miner_id), slot.memory));
  if (hooks_.in_flight) hooks_.in_flight(in_flight_);
}

asio::awaitable<void> Poller::RunPoll(Ipv4 address, std::uint64_t generation,
                                      MinerPollRequest request,
                                      std::shared_ptr<MinerMemory> memory) {
  PollOutcome outcome = co_await Guarded(std::move(request), memory.get());
  bool due = false;
  if (WebIsOn()) {
    if (!outcome.reading) co_await AskWebInstead(address, memory, &outcome);
    AddWebSide(memory->web, *miners_, clock_.Steady(), outcome);
    if (!outcome.identity.firmware.empty()) memory->identity = outcome.identity;
    due = outcome.reading && !outcome.reading->by_web &&
          WebIsDue(memory->web, *miners_, clock_.Steady());
  }
  Finish(address, generation, outcome);
  const auto found = slots_.find(address);
  if (!due || stopping_ || found == slots_.end() || found->second.web_queued) co_return;
  found->second.web_queued = true;
  web_ready_.push_back(address);
}

void Poller::Finish(Ipv4 address, std::uint64_t generation, const PollOutcome& outcome) {
  const auto found = slots_.find(address);
  if (stopping_ || EndLeftOver(address) || found == slots_.end()) return;
  found->second.in_flight = false;
  found->second.probed = false;
  WakeHolder(address);
  const bool cancelled = outcome.error && outcome.error->reason == Reason::kCancelled;
  // Removed and added again meanwhile: the outcome belongs to nobody.
  if (found->second.generation != generation || cancelled) return;
  // The beat sees the end of the first round at once.
  if (!std::exchange(found->second.asked, true) && --unasked_ == 0) timer_.cancel();
  round_last_outcome_ = clock_.Steady();
  const auto waiting = std::exchange(found->second.waiting, {});
  hooks_.outcome(outcome);
  for (const Done& done : waiting) done(outcome);
}

void Poller::CountRound(SteadyTime now) {
  const auto interval = std::chrono::duration_cast<std::chrono::nanoseconds>(polling_.interval);
  const bool first_done = first_round_ && !slots_.empty() && unasked_ == 0;
  if (!first_done && now - round_start_ < interval) return;
  CycleReport report;
  report.first = first_round_;
  report.skipped = round_skipped_;
  report.duration = std::max(round_last_outcome_ - round_start_, std::chrono::nanoseconds::zero());
  // The first round ends when everybody was asked, the others with the interval.
  first_round_ = false;
  round_skipped_ = false;
  round_start_ =
      now - round_start_ < 2 * interval ? (first_done ? now : round_start_ + interval) : now;
  if (hooks_.cycle) hooks_.cycle(report);
}

void Poller::PollNow(Ipv4 address, Done done) {
  const auto found = slots_.find(address);
  if (found == slots_.end() || stopping_) return;
  Slot& slot = found->second;
  slot.waiting.push_back(std::move(done));
  if (slot.in_flight) return;
  if (slot.web_in_flight || IsReserved(address)) {
    slot.wanted = true;
    return;
  }
  // A probe does not wait behind the queue; it counts towards the limit all the same.
  slot.queued = false;
  slot.probed = true;
  Launch(address, slot);
}

bool Poller::PollStranger(Ipv4 address, std::chrono::nanoseconds budget, Done done) {
  if (stopping_) return false;
  const auto in_flight = strangers_.find(address);
  if (in_flight != strangers_.end()) {
    in_flight->second.push_back(std::move(done));
    return true;
  }
  if (strangers_.size() >= kMostStrangers) return false;
  strangers_[address].push_back(std::move(done));
  MinerPollRequest request = RequestFor(address, address.ToString());
  request.budget = std::min(request.budget, budget);
  Spawn(RunStranger(std::move(request)));
  return true;
}

asio::awaitable<void> Poller::RunStranger(MinerPollRequest request) {
  const Ipv4 address = request.address;
  if (!co_await Hold(address)) co_return;
  MinerMemory memory;
  const PollOutcome outcome = co_await Guarded(std::move(request), &memory);
  const auto waiting = std::move(strangers_.extract(address).mapped());
  Release(address);
  for (const Done& done : waiting) done(outcome);
}

}  // namespace antx
