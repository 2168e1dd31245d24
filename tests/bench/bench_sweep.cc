// A sweep of refusing addresses with ten live machines among them, and of silent ones,
// each against a bare loop of non-blocking connects over the same addresses.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>

#include "bench/bench_util.h"
#include "discovery/discovery.h"

namespace antx::bench {
namespace {

namespace asio = boost::asio;

struct Result {
  double found = 0, wall = 0, cpu = 0, probed = 0;
  long rss_growth = 0;
  long descriptors = 0;
};

long OpenDescriptors() {
  long count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    (void)entry;
    ++count;
  }
  return count;
}

asio::awaitable<void> Run(Discovery* discovery, DiscoveryReport* report) {
  *report = co_await discovery->RunOnce();
}

Result Sweep(const AddressRange& range, double timeout, int concurrent) {
  const RealClock clock;
  Logger log(LogLevel::kCritical, LogFormat::kText);
  asio::io_context io(1);
  Discovery discovery(
      io.get_executor(), clock, log, [] { return std::set<Ipv4>(); }, [](const auto&) {});
  DiscoveryConfig config;
  config.automatic = false;
  config.mdns = false;
  config.ranges = {range};
  config.connect_timeout = Seconds(timeout);
  config.max_concurrent_probes = concurrent;
  discovery.Configure(config);
  DiscoveryReport report;
  bool done = false;
  asio::co_spawn(io, Run(&discovery, &report), [&](const std::exception_ptr&) { done = true; });
  const long rss = ResidentKib();
  const double wall = WallSeconds();
  const double cpu = CpuSeconds();
  Result result;
  int rounds = 0;
  while (!done) {
    io.run_one();
    if (++rounds % 256 == 0) result.descriptors = std::max(result.descriptors, OpenDescriptors());
  }
  result.wall = WallSeconds() - wall;
  result.cpu = CpuSeconds() - cpu;
  result.found = static_cast<double>(report.found.size());
  result.probed = static_cast<double>(report.probed);
  result.rss_growth = ResidentKib() - rss;
  return result;
}

/// The floor: one connect after the other, closed at once.
double BareConnectCpu(const AddressRange& range) {
  const double cpu = CpuSeconds();
  for (std::uint32_t value = range.first.value; value < range.last.value; ++value) {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(4028);
    to.sin_addr.s_addr = htonl(value);
    (void)connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
    close(descriptor);
  }
  return CpuSeconds() - cpu;
}

}  // namespace
}  // namespace antx::bench

int main(int argc, char** argv) {
  using namespace antx;
  using namespace antx::bench;
  RaiseDescriptorLimit();
  const Flags flags(argc, argv);
  const std::string here(argv[0]);
  const std::string farm_program =
      flags.Text("farm", here.substr(0, here.rfind('/') + 1) + "antminer_farm");
  // "dark": the network itself is silent, see dark_range.sh.
  const std::string kind = flags.Text("kind", "refusing");
  const bool silent = kind != "refusing";
  const int prefix = static_cast<int>(flags.Number("prefix", 16));
  const Ipv4 base = *Ipv4::Parse(flags.Text("base", "127.31.0.0"));
  const std::uint32_t size = 1U << static_cast<unsigned>(32 - prefix);
  AddressRange range{base, Ipv4{base.value + size - 1}, "bench", true};

  // Ten live machines at the start of the range; in a silent range the rest is silent too.
  const FarmProcess farm(farm_program, {"--miners", "10", "--base", Ipv4{base.value + 1}.ToString(),
                                        "--control", "127.0.0.1:14130", "--profile", "s19pro"});
  std::optional<FarmProcess> quiet;
  if (kind == "silent") {
    quiet.emplace(farm_program,
                  std::vector<std::string>{"--miners", std::to_string(size - 12), "--base",
                                           Ipv4{base.value + 11}.ToString(), "--control",
                                           "127.0.0.1:14131", "--silent", "100"});
  }
  const double timeout = flags.Number("timeout", silent ? 1 : 0.5);
  const auto result =
      Sweep(range, timeout, static_cast<int>(flags.Number("concurrent", silent ? 256 : 512)));
  const double floor = silent ? 0 : BareConnectCpu(range);
  JsonLine line("sweep");
  line.Add("cpu_us_per_addr", result.cpu / result.probed * 1e6)
      .Add("addresses", result.probed)
      .Add("live", 10)
      .Add("found", result.found)
      .Add("wall_s", result.wall)
      .Add("fds_max", static_cast<double>(result.descriptors))
      .Add("rss_growth_kb", static_cast<double>(result.rss_growth))
      .Add("kind", kind);
  if (floor > 0) {
    line.Add("floor_cpu_us_per_addr", floor / result.probed * 1e6)
        .Add("ratio_to_floor", result.cpu / floor);
  }
  line.Print();
  return result.found == 10 ? 0 : 1;
}
