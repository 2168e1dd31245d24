#include "app/scan_command.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <exception>
#include <iomanip>

#include "config/load.h"
#include "discovery/discovery.h"
#include "util/text.h"

namespace antx {
namespace {

namespace json = boost::json;

boost::asio::awaitable<void> Sweep(Discovery* discovery, DiscoveryReport* report) {
  *report = co_await discovery->RunOnce();
}

DiscoveryReport SweepOnce(const Config& config) {
  const RealClock clock;
  Logger log(config.logging.level, config.logging.format, LogStream::kStderr);
  log.SetSecrets(SecretValues(config));
  boost::asio::io_context io(1);
  Discovery discovery(
      io.get_executor(), clock, log, [] { return std::set<Ipv4>(); }, [](const auto&) {});
  discovery.Configure(config.discovery);
  DiscoveryReport report;
  boost::asio::co_spawn(io, Sweep(&discovery, &report), [](const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
  io.run();
  std::sort(report.found.begin(), report.found.end(),
            [](const FoundMiner& a, const FoundMiner& b) { return a.address < b.address; });
  return report;
}

void PrintTable(const DiscoveryReport& report, std::ostream& out) {
  for (const std::string& message : report.messages) out << message << '\n';
  out << std::left << std::setw(17) << "address" << std::setw(24) << "model" << std::setw(11)
      << "firmware"
      << "version\n";
  for (const FoundMiner& miner : report.found) {
    out << std::setw(17) << miner.address.ToString() << std::setw(24)
        << EscapeControl(miner.identity.model) << std::setw(11) << miner.identity.firmware
        << EscapeControl(miner.identity.firmware_version) << '\n';
  }
  out << '\n';
  for (const RangeReport& range : report.ranges) {
    out << range.range << ": " << range.probed << " probed, " << range.identified << " miners, "
        << range.not_a_miner << " not a miner, " << range.refused << " refused, " << range.silent
        << " silent, " << range.errors << " errors\n";
  }
  out << std::fixed << std::setprecision(2) << "took " << Seconds(report.duration).count()
      << " s\n";
}

void PrintJson(const DiscoveryReport& report, std::ostream& out) {
  json::array miners;
  for (const FoundMiner& miner : report.found) {
    miners.push_back(
        json::object{{"address", miner.address.ToString()},
                     {"model", ToValidUtf8(miner.identity.model)},
                     {"firmware", miner.identity.firmware},
                     {"firmware_version", ToValidUtf8(miner.identity.firmware_version)},
                     {"mac", miner.identity.mac},
                     {"source", DiscoverySourceName(miner.source)}});
  }
  json::array ranges;
  for (const RangeReport& range : report.ranges) {
    ranges.push_back(json::object{{"range", range.range},
                                  {"probed", range.probed},
                                  {"identified", range.identified},
                                  {"not_a_miner", range.not_a_miner},
                                  {"refused", range.refused},
                                  {"silent", range.silent},
                                  {"errors", range.errors}});
  }
  json::array messages(report.messages.begin(), report.messages.end());
  out << json::serialize(json::object{{"miners", std::move(miners)},
                                      {"ranges", std::move(ranges)},
                                      {"messages", std::move(messages)},
                                      {"seconds", Seconds(report.duration).count()}})
      << '\n';
}

}  // namespace

int RunScan(const Config& config, bool json, std::ostream& out) {
  const DiscoveryReport report = SweepOnce(config);
  if (json) {
    PrintJson(report, out);
  } else {
    PrintTable(report, out);
  }
  return report.ranges.empty() ? 1 : 0;
}

}  // namespace antx
