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
                     Report report)
    : executor_(std::move(executor)),
      clock_(clock),
      log_(log),
      known_(std::move(known)),
      report_(std::move(report)),
      timer_(executor_) {}

void Discovery::Configure(const DiscoveryConfig& config) { config_ = config; }

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

void Discovery::Stop() {
  *stop_ = true;
  timer_.cancel();
}

asio::awaitable<void> Discovery::Loop() {
  boost::system::error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  while (!*stop_) {
    const SteadyTime begin = clock_.Steady();
    const DiscoveryReport report = co_await RunOnce();
    if (*stop_) co_return;
    report_(report);
    // 0 means only at start; a day later somebody may have set it.
    const Seconds interval = config_.interval.count() > 0 ? config_.interval : Seconds(86400);
    timer_.expires_at(begin + ToNanos(interval));
    co_await timer_.async_wait(token);
    while (!*stop_ && config_.interval.count() <= 0) {
      timer_.expires_after(std::chrono::seconds(60));
      co_await timer_.async_wait(token);
    }
  }
}

asio::awaitable<DiscoveryReport> Discovery::RunOnce() {
  DiscoveryReport report;
  const SteadyTime begin = clock_.Steady();
  const auto interfaces = ReadInterfaces();
  std::vector<AddressRange> ranges = config_.ranges;
  if (config_.automatic) {
    AutoRange detected = DetectRange(interfaces, InContainer());
    report.messages = std::move(detected.messages);
    if (detected.range) ranges.push_back(*detected.range);
  }
  if (ranges.empty()) co_return report;

  std::set<Ipv4> hints;
  if (config_.mdns && !OnlyLoopback(ranges)) {
    report.mdns_asked = true;
    MdnsResult answers = co_await MdnsBrowse(interfaces, ToNanos(config_.mdns_wait), stop_);
    report.mdns_error = answers.error;
    // A hint never leads outside the ranges.
    for (const Ipv4 hint : answers.hints) {
      if (RangeOf(ranges, hint)) hints.insert(hint);
    }
  }
  co_await SweepRanges(ranges, hints, &report);
  for (const RangeReport& range : report.ranges) report.probed += range.probed;
  report.duration = clock_.Steady() - begin;
  report.complete = !*stop_;
  co_return report;
}

asio::awaitable<void> Discovery::SweepRanges(std::vector<AddressRange> ranges, std::set<Ipv4> hints,
                                             DiscoveryReport* report) {
  for (const AddressRange& range : ranges) report->ranges.push_back({range.text});
  const auto neighbours = ReadNeighbours();
  std::set<Ipv4> first = known_();
  first.insert(hints.begin(), hints.end());
  for (const auto& [address, mac] : neighbours) first.insert(address);

  const auto seed = static_cast<std::uint64_t>(clock_.Steady().time_since_epoch().count());
  auto targets = MakeTargets(ranges, first, OwnAddresses(ReadInterfaces()), seed);
  SweepLimits limits{ToNanos(config_.connect_timeout), config_.max_concurrent_probes,
                     config_.max_probes_per_second, config_.miner_port};
  std::vector<Target> open;
  std::vector<Target> again;
  co_await ConnectSweep(
      std::move(targets), limits,
      [&](const Target& target, Reach reach) {
        if (reach == Reach::kOpen) open.push_back(target);
        // Worth a second, longer try: somebody has been there before, or is on the wire.
        const bool worth = reach == Reach::kSilent && first.contains(target.address);
        if (worth) {
          again.push_back(target);
        } else {
          Count(report->ranges[target.range], reach);
        }
      },
      stop_);
  limits.timeout *= 2;
  co_await ConnectSweep(
      std::move(again), limits,
      [&](const Target& target, Reach reach) {
        if (reach == Reach::kOpen) open.push_back(target);
        Count(report->ranges[target.range], reach);
      },
      stop_);

  IdentifyLimits identify;
  identify.step = std::max(ToNanos(config_.connect_timeout) * 2, nanoseconds(2'000'000'000));
  identify.port = config_.miner_port;
  co_await IdentifySweep(
      std::move(open), identify,
      [&](const Target& target, Verdict verdict, const Identity& identity) {
        Count(report->ranges[target.range], verdict);
        if (verdict != Verdict::kMiner) return;
        FoundMiner miner{target.address, identity, DiscoverySource::kTcp};
        if (hints.contains(target.address)) miner.source = DiscoverySource::kBoth;
        const auto neighbour = neighbours.find(target.address);
        if (miner.identity.mac.empty() && neighbour != neighbours.end()) {
          miner.identity.mac = neighbour->second;
        }
        report->found.push_back(std::move(miner));
      },
      stop_);
}

}  // namespace antx
