// Finds miners: resolves the ranges, asks by mDNS, sweeps, checks by protocol and says
// what it found. Net thread only.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "config/config.h"
#include "discovery/address_turns.h"
#include "discovery/sweep.h"
#include "model/inventory.h"
#include "model/reading.h"
#include "util/clock.h"
#include "util/log.h"

namespace antx {

/// What became of one range.
struct RangeReport {
  std::string range;
  std::uint64_t probed = 0, refused = 0, silent = 0, identified = 0, not_a_miner = 0, errors = 0;
};

struct FoundMiner {
  Ipv4 address;
  Identity identity;  ///< With the MAC of the neighbour table when the miner tells none.
  DiscoverySource source = DiscoverySource::kTcp;
  bool mac_is_hint = false;  ///< The MAC is the neighbour table's.
};

struct DiscoveryReport {
  std::vector<RangeReport> ranges;
  std::vector<FoundMiner> found;
  std::vector<std::string> messages;  ///< Auto-detection, warnings; only news in the callback.
  std::chrono::nanoseconds duration{};
  std::uint64_t probed = 0;
  bool mdns_asked = false;
  std::string mdns_error;
  bool complete = false;  ///< False: no range, or stopped early.
};

class Discovery {
 public:
  using Known = std::function<std::set<Ipv4>()>;
  using Report = std::function<void(const DiscoveryReport&)>;

  /// `clock` and `log` outlive it. `known` gives the addresses to ask first. An address is talked
  /// to in turn with those behind `turns`.
  Discovery(boost::asio::any_io_executor executor, const Clock& clock, Logger& log, Known known,
            Report report, AddressTurns turns = {});

  /// Takes effect for the next sweep, which begins at once when something changed.
  void Configure(const DiscoveryConfig& config);
  /// Sweeps now and then every discovery.interval. Call once.
  void Start();
  /// Sweeps now, or once more as soon as the running sweep has ended.
  void Rescan();
  /// Ends a sweep within a moment; the discovery cannot be started again.
  void Stop();
  [[nodiscard]] bool Idle() const { return !running_; }

  /// One sweep, for `scan`. The report is returned and not handed to the callback.
  boost::asio::awaitable<DiscoveryReport> RunOnce();

 private:
  struct Plan {
    std::vector<AddressRange> ranges;
    std::set<Ipv4> hints;  ///< From mDNS, inside the ranges.
    std::set<Ipv4> own;
    std::set<Ipv4> busy;  ///< A poll was under way in stage one.
  };
  boost::asio::awaitable<void> Loop();
  boost::asio::awaitable<void> WaitForNext(SteadyTime begin);
  boost::asio::awaitable<void> SweepRanges(Plan plan, DiscoveryReport* report);
  boost::asio::awaitable<std::vector<Target>> FindOpen(Plan* plan, DiscoveryReport* report);

  boost::asio::any_io_executor executor_;
  const Clock& clock_;
  Logger& log_;
  Known known_;
  Report report_;
  AddressTurns turns_;
  DiscoveryConfig config_;
  boost::asio::steady_timer timer_;
  StopFlag stop_ = std::make_shared<bool>(false);
  bool running_ = false;
  bool rescan_ = false;
  std::vector<std::string> last_messages_;
};

}  // namespace antx
