// Polls every known miner at its beat. Lives on the net thread; never two polls
// of one miner at once, a bounded number in flight, no cycle on top of another.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "config/config.h"
#include "model/poll.h"
#include "net/web_client.h"
#include "poll/miner_poll.h"
#include "poll/schedule.h"
#include "poll/web_pass.h"
#include "util/clock.h"
#include "util/log.h"

namespace antx {

/// One round over all miners.
struct CycleReport {
  std::chrono::nanoseconds duration{};  ///< From the start of the round to its last outcome.
  bool skipped = false;  ///< A miner's poll was left out because its last one still ran.
  bool first = false;    ///< Every miner known at the start has been asked once.
};

/// What the poller tells the rest. Called on the net thread.
struct PollerHooks {
  std::function<void(const PollOutcome&)> outcome;
  std::function<void(const CycleReport&)> cycle;
  std::function<void(int)> in_flight;
};

class Poller {
 public:
  /// `clock` and `log` outlive the poller.
  Poller(boost::asio::any_io_executor executor, const Clock& clock, Logger& log, PollerHooks hooks);
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Takes effect for the polls that start from now on.
  void Configure(const PollingConfig& polling, std::uint16_t port);
  /// From now on the web side of the miners is asked too. `client` outlives the poller.
  void ConfigureWeb(const MinersConfig& miners, WebClient& client);

  /// Starts to poll a miner at once (subject to the limit in flight), then at its beat.
  void Add(const std::string& miner_id, Ipv4 address, MinerMemory memory);
  /// A poll in flight ends and its outcome is dropped; until then it holds the address.
  void Remove(Ipv4 address);
  /// A MAC that was learned elsewhere (neighbour table); kept when the miner tells none. Another
  /// one than the known MAC is another device, which is asked afresh who it is.
  void TeachMac(Ipv4 address, const std::string& mac);
  /// What is remembered of a miner; empty for an unknown one.
  [[nodiscard]] MinerMemory MemoryOf(Ipv4 address) const;

  [[nodiscard]] bool Knows(Ipv4 address) const { return slots_.contains(address); }

  /// Begins the beat. Call once.
  void Start();
  /// Starts nothing more; `Idle()` is true when the last poll has ended. Polls in flight end
  /// with their deadlines, or with the io_context.
  void Stop();
  [[nodiscard]] bool Idle() const { return in_flight_ == 0 && web_in_flight_ == 0; }
  [[nodiscard]] int InFlight() const { return in_flight_; }

  /// Waits until nothing of the exporter talks to this miner and keeps polls off until `Release`;
  /// those that become due meanwhile come then. One holder at a time, the others wait for their
  /// turn. False: the poller stops, nothing is held.
  [[nodiscard]] boost::asio::awaitable<bool> Hold(Ipv4 address);
  /// Holds at once, or not at all when somebody talks to the miner or waits to.
  [[nodiscard]] bool TryHold(Ipv4 address);
  /// Ends the hold of an address; nothing happens where there is none.
  void Release(Ipv4 address);

  /// Polls a known miner now or joins the poll in flight; `done` gets the outcome.
  void PollNow(Ipv4 address, std::function<void(const PollOutcome&)> done);
  /// Polls an address outside the inventory once, or joins such a poll in flight; `done` gets the
  /// outcome. Waits for its turn like a holder. False: 16 others are asked already, or the poller
  /// stops; `done` is not called.
  [[nodiscard]] bool PollStranger(Ipv4 address, std::chrono::nanoseconds budget,
                                  std::function<void(const PollOutcome&)> done);

 private:
  using Done = std::function<void(const PollOutcome&)>;
  struct Slot {
    std::string miner_id;
    std::shared_ptr<MinerMemory> memory;
    bool in_flight = false;
    bool queued = false;
    bool probed = false;  ///< The poll in flight was asked for by a reader.
    bool asked = false;   ///< One poll has ended, well or not.
    bool web_queued = false;
    bool web_in_flight = false;  ///< A poll waits for it: never two connections to one miner.
    bool wanted = false;         ///< A poll became due meanwhile.
    std::uint64_t generation = 0;
    std::vector<Done> waiting;
  };
  /// Kept apart from the slots: a miner may leave the inventory while it is held.
  struct HoldState {
    bool held = false;
    std::deque<std::shared_ptr<boost::asio::steady_timer>> waiting;  ///< In order of arrival.
  };

  boost::asio::awaitable<void> Beat();
  boost::asio::awaitable<void> RunPoll(Ipv4 address, std::uint64_t generation,
                                       MinerPollRequest request,
                                       std::shared_ptr<MinerMemory> memory);
  boost::asio::awaitable<void> RunStranger(MinerPollRequest request);
  boost::asio::awaitable<void> RunWebPass(Ipv4 address, WebPassRequest request,
                                          std::shared_ptr<MinerMemory> memory);
  boost::asio::awaitable<void> AskWebInstead(Ipv4 address, std::shared_ptr<MinerMemory> memory,
                                             PollOutcome* outcome);
  /// Somebody holds it or waits to.
  [[nodiscard]] bool IsReserved(Ipv4 address) const { return holds_.contains(address); }
  [[nodiscard]] bool IsBusy(Ipv4 address) const;
  void WakeHolder(Ipv4 address);
  bool EndLeftOver(Ipv4 address);
  void QueueWanted(Ipv4 address, Slot& slot);
  void StartWebPasses();
  void EndWebPass(Ipv4 address);
  [[nodiscard]] bool WebIsOn() const { return web_ != nullptr && miners_->web; }
  [[nodiscard]] WebPassRequest WebRequestFor(Ipv4 address, const MinerMemory& memory) const;
  void QueueDue(SteadyTime now);
  void StartQueued();
  void Launch(Ipv4 address, Slot& slot);
  void Finish(Ipv4 address, std::uint64_t generation, const PollOutcome& outcome);
  void CountRound(SteadyTime now);
  MinerPollRequest RequestFor(Ipv4 address, const std::string& miner_id) const;
  template <class Coroutine>
  void Spawn(Coroutine coroutine);

  boost::asio::any_io_executor executor_;
  const Clock& clock_;
  Logger& log_;
  PollerHooks hooks_;
  PollingConfig polling_;
  std::uint16_t port_ = 4028;
  boost::asio::steady_timer timer_;
  Schedule schedule_;
  std::unordered_map<Ipv4, Slot> slots_;
  std::unordered_map<Ipv4, HoldState> holds_;
  std::unordered_set<Ipv4> left_over_;  ///< Removed while something was in flight.
  /// Polls of strangers, each of which holds its address: it may enter the inventory meanwhile.
  std::unordered_map<Ipv4, std::vector<Done>> strangers_;
  std::deque<Ipv4> ready_;
  std::deque<Ipv4> web_ready_;
  int in_flight_ = 0;
  int web_in_flight_ = 0;
  WebClient* web_ = nullptr;  ///< Null: the web side is not asked.
  std::shared_ptr<const MinersConfig> miners_ = std::make_shared<const MinersConfig>();
  std::uint64_t generations_ = 0;
  bool stopping_ = false;

  SteadyTime round_start_;
  SteadyTime round_last_outcome_;
  bool round_skipped_ = false;
  bool first_round_ = true;
  std::size_t unasked_ = 0;  ///< Miners that were never asked.
};

}  // namespace antx
