#include "discovery/discovery.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "discovery/identify_sweep.h"
#include "discovery/interfaces.h"
#include "discovery/mdns.h"
#include "discovery/targets.h"

namespace antx {
namespace {

namespace asio = boost::asio;
using std::chrono::nanoseconds;

nanoseconds ToNanos(Seconds seconds) { return std::chrono::duration_cast<nanoseconds>(seconds); }

std::set<Ipv4> OwnAddresses(const std::vector<NetworkInterface>& interfaces) {
  std::set<Ipv4> own;
  for (const NetworkInterface& interface : interfaces) own.insert(interface.address);
  return own;
}

bool OnlyLoopback(const std::vector<AddressRange>& ranges) {
  return std::all_of(ranges.begin(), ranges.end(),
                     [](const AddressRange& range) { return range.first.IsLoopback(); });
}

void Count(RangeReport& range, Reach reach) {
  ++range.probed;
  if (reach == Reach::kRefused) ++range.refused;
  if (reach == Reach::kSilent) ++range.silent;
  if (reach == Reach::kError) ++range.errors;
}

void Count(RangeReport& range, Verdict verdict) {
  if (verdict == Verdict::kMiner) ++range.identified;
  if (verdict == Verdict::kNotAMiner) ++range.not_a_miner;
  if (verdict == Verdict::kError) ++range.errors;
}

}  // namespace

Discovery::Discovery(asio::any_io_executor executor, const Clock& clock, Logger& log, Known known,
                     Report report, AddressTurns turns)
    : executor_(std::move(executor)),
      clock_(clock),
      log_(log),
      known_(std::move(known)),
      report_(std::move(report)),
      turns_(std::move(turns)),
      timer_(executor_) {}

void Discovery::Configure(const DiscoveryConfig& config) {
  const bool changed = !(config == config_);
  config_ = config;
  if (running_ && changed) Rescan();
}

void Discovery::Start() {
  running_ = true;
  asio::co_spawn(executor_, Loop(), [this](const std::exception_ptr& thrown) {
    running_ = false;
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      log_.Error("discovery", std::string("the sweep loop ended: ") + error.what());
    }
  });
}

void Discovery::Rescan() {
  rescan_ = true;
  timer_.cancel();
}

void Discovery::Stop() {
  *stop_ = true;
  timer_.cancel();
}

asio::awaitable<void> Discovery::Loop() {
  while (!*stop_) {
    const SteadyTime begin = clock_.Steady();
    rescan_ = false;
    DiscoveryReport report = co_await RunOnce();
    if (*stop_) co_return;
    if (report.messages == last_messages_) {
      report.messages.clear();
    } else {
      last_messages_ = report.messages;
    }
    report_(report);
    co_await WaitForNext(begin);
  }
}

asio::awaitable<void> Discovery::WaitForNext(SteadyTime begin) {
  boost::system::error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  if (*stop_ || rescan_) co_return;
  // Ends early by Rescan or Stop. An interval of 0 means: only at start, or when asked.
  timer_.expires_at(config_.interval.count() > 0 ? begin + ToNanos(config_.interval)
                                                 : SteadyTime::max());
  co_await timer_.async_wait(token);
}

asio::awaitable<DiscoveryReport> Discovery::RunOnce() {
  DiscoveryReport report;
  const SteadyTime begin = clock_.Steady();
  const auto interfaces = ReadInterfaces();
  Plan plan{config_.ranges, {}, OwnAddresses(interfaces), {}};
  if (config_.automatic) {
    AutoRange detected = DetectRange(interfaces, InContainer(), config_.allow_public);
    report.messages = std::move(detected.messages);
    if (detected.range) plan.ranges.push_back(*detected.range);
  }
  if (plan.ranges.empty()) co_return report;

  if (config_.mdns && !OnlyLoopback(plan.ranges)) {
    report.mdns_asked = true;
    MdnsResult answers = co_await MdnsBrowse(interfaces, ToNanos(config_.mdns_wait), stop_);
    report.mdns_error = answers.error;
    // A hint never leads outside the ranges.
    for (const Ipv4 hint : answers.hints) {
      if (RangeOf(plan.ranges, hint)) plan.hints.insert(hint);
    }
  }
  co_await SweepRanges(std::move(plan), &report);
  for (const RangeReport& range : report.ranges) report.probed += range.probed;
  report.duration = clock_.Steady() - begin;
  report.complete = !*stop_;
  co_return report;
}

/// Stage one, in two passes. Who is talked to now is left to stage two, which waits for its turn.
asio::awaitable<std::vector<Target>> Discovery::FindOpen(Plan* plan, DiscoveryReport* report) {
  std::set<Ipv4> first = known_();
  first.insert(plan->hints.begin(), plan->hints.end());
  for (const auto& [address, mac] : ReadNeighbours()) first.insert(address);
  const auto seed = static_cast<std::uint64_t>(clock_.Steady().time_since_epoch().count());
  auto targets = MakeTargets(plan->ranges, first, plan->own, seed);

  SweepLimits limits{ToNanos(config_.connect_timeout), config_.max_concurrent_probes,
                     config_.max_probes_per_second, config_.miner_port};
  std::vector<Target> open;
  std::vector<Target> again;
  bool last_pass = false;
  const auto take = [&](const Target& target, Reach reach) {
    if (reach == Reach::kBusy) plan->busy.insert(target.address);
    if (reach == Reach::kOpen || reach == Reach::kBusy) open.push_back(target);
    if (reach == Reach::kBusy) return;
    // Worth a second, longer try: somebody has been there before, or is on the wire. All the
    // silent rest of a range would double the time of a sweep for nothing.
    const bool worth = reach == Reach::kSilent && first.contains(target.address);
    if (worth && !last_pass) {
      again.push_back(target);
    } else {
      Count(report->ranges[target.range], reach);
    }
  };
  co_await ConnectSweep(std::move(targets), limits, take, stop_, turns_);
  last_pass = true;
  limits.timeout *= 2;
  co_await ConnectSweep(std::move(again), limits, take, stop_, turns_);
  co_return open;
}

asio::awaitable<void> Discovery::SweepRanges(Plan plan, DiscoveryReport* report) {
  for (const AddressRange& range : plan.ranges) report->ranges.push_back({range.text});
  auto open = co_await FindOpen(&plan, report);
  // Read after the sweep, which has brought the table up to date.
  const auto macs = OnlyOwnMacs(ReadNeighbours());
  IdentifyLimits limits;
  limits.step = std::max(ToNanos(config_.connect_timeout) * 2, nanoseconds(2'000'000'000));
  limits.port = config_.miner_port;
  const auto take = [&](const Target& target, Verdict verdict, const Identity& identity) {
    RangeReport& range = report->ranges[target.range];
    // Nothing was known of it before.
    const bool away = verdict == Verdict::kError && plan.busy.contains(target.address);
    if (plan.busy.contains(target.address)) Count(range, away ? Reach::kSilent : Reach::kOpen);
    if (!away) Count(range, verdict);
    if (verdict != Verdict::kMiner) return;
    FoundMiner miner{target.address, identity, DiscoverySource::kTcp};
    if (plan.hints.contains(target.address)) miner.source = DiscoverySource::kBoth;
    const auto neighbour = macs.find(target.address);
    if (miner.identity.mac.empty() && neighbour != macs.end()) {
      miner.identity.mac = neighbour->second;
      miner.mac_is_hint = true;
    }
    report->found.push_back(std::move(miner));
  };
  co_await IdentifySweep(std::move(open), limits, take, stop_, turns_);
}

}  // namespace antx
