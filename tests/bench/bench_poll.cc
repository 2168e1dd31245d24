// Polls a fake fleet with the real poller, tracker and snapshots, then asks the
// same fleet the same with a bare epoll loop, and prints both.
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdio>
#include <unordered_map>
#include <vector>

#include "antminer/decode.h"
#include "bench/bench_util.h"
#include "bench/raw_floor.h"
#include "fleet/tracker.h"
#include "poll/poller.h"

namespace antx::bench {
namespace {

namespace asio = boost::asio;

struct Counts {
  std::uint64_t polls = 0;
  std::uint64_t usable = 0;
  std::uint64_t commands = 0;
  std::unordered_map<Ipv4, SteadyTime> last_good;
  std::vector<double> gaps;
};

struct Setup {
  int miners = 2000;
  double seconds = 10;
  double warmup = 0;  ///< Seconds after the first round that do not count.
  Config config;
  std::uint32_t base = 0;
};

Setup ReadFlags(const Flags& flags) {
  Setup setup;
  setup.miners = static_cast<int>(flags.Number("miners", 2000));
  setup.seconds = flags.Number("seconds", 10);
  setup.warmup = flags.Number("warmup", 0);
  setup.config.polling.interval = Seconds(flags.Number("interval", 0.05));
  setup.config.polling.timeout = Seconds(flags.Number("timeout", 1));
  setup.config.polling.max_concurrent = static_cast<int>(flags.Number("parallel", 64));
  setup.base = Ipv4::Parse(flags.Text("base", "127.30.0.1"))->value;
  return setup;
}

/// The beat of the application: a snapshot per second.
void TickEverySecond(asio::steady_timer& timer, Tracker& tracker) {
  timer.expires_after(std::chrono::seconds(1));
  timer.async_wait([&](const boost::system::error_code& error) {
    if (error) return;
    tracker.Tick();
    TickEverySecond(timer, tracker);
  });
}

void Measure(const Setup& setup, Counts& counts, double& cpu, double& wall) {
  const RealClock clock;
  Logger log(LogLevel::kCritical, LogFormat::kText);
  SnapshotBox box;
  asio::io_context io(1);
  Tracker tracker(std::make_shared<const Config>(setup.config), clock, box, [](const Event&) {});
  PollerHooks hooks;
  hooks.outcome = [&](const PollOutcome& outcome) {
    tracker.Fold(outcome);
    ++counts.polls;
    counts.commands += outcome.collectors.size();
    if (!outcome.reading) return;
    ++counts.usable;
    const auto [last, first] = counts.last_good.try_emplace(outcome.address, outcome.finished);
    if (!first) counts.gaps.push_back(Seconds(outcome.finished - last->second).count());
    last->second = outcome.finished;
  };
  Poller poller(io.get_executor(), clock, log, hooks);
  poller.Configure(setup.config.polling, setup.config.discovery.miner_port);
  for (int i = 0; i < setup.miners; ++i) {
    const Ipv4 address{setup.base + static_cast<std::uint32_t>(i)};
    MinerFacts facts;
    facts.id = address.ToString();
    facts.address = address;
    tracker.Upsert(facts);
    poller.Add(facts.id, address, {});
  }
  // Every miner is asked once before the clock starts, so that identities are known.
  asio::steady_timer tick(io);
  TickEverySecond(tick, tracker);
  poller.Start();
  while (counts.polls < static_cast<std::uint64_t>(setup.miners)) io.run_one();
  const double warm = WallSeconds() + setup.warmup;
  while (WallSeconds() < warm) io.run_one_for(std::chrono::milliseconds(100));
  counts = Counts{};
  asio::steady_timer end(io);
  end.expires_after(std::chrono::duration_cast<std::chrono::nanoseconds>(Seconds(setup.seconds)));
  end.async_wait([&](const boost::system::error_code&) { io.stop(); });
  const double cpu_before = CpuSeconds();
  const double wall_before = WallSeconds();
  io.run();
  cpu = CpuSeconds() - cpu_before;
  wall = WallSeconds() - wall_before;
  poller.Stop();
  tick.cancel();
  io.restart();
  while (!poller.Idle()) io.run_one();
}

}  // namespace
}  // namespace antx::bench

int main(int argc, char** argv) {
  using namespace antx;
  using namespace antx::bench;
  RaiseDescriptorLimit();
  const Flags flags(argc, argv);
  const Setup setup = ReadFlags(flags);
  std::vector<std::string> farm_arguments = {"--miners",  std::to_string(setup.miners),
                                             "--base",    Ipv4{setup.base}.ToString(),
                                             "--control", flags.Text("control", "127.0.0.1:14129")};
  for (const char* option : {"latency", "hung", "silent", "garbage", "profile", "mix"}) {
    const std::string value = flags.Text(option, "");
    if (value.empty()) continue;
    farm_arguments.push_back(std::string("--") + option);
    farm_arguments.push_back(value);
  }
  const std::string here(argv[0]);
  const std::string farm_program =
      flags.Text("farm", here.substr(0, here.rfind('/') + 1) + "antminer_farm");
  const FarmProcess farm(farm_program, farm_arguments);

  Counts counts;
  double cpu = 0;
  double wall = 0;
  Measure(setup, counts, cpu, wall);
  const long rss = ResidentKib();

  std::vector<std::uint32_t> addresses;
  for (int i = 0; i < setup.miners; ++i) {
    addresses.push_back(setup.base + static_cast<std::uint32_t>(i));
  }
  const std::vector<std::string> requests = {RequestFor("summary"), RequestFor("stats"),
                                             RequestFor("pools")};
  const FloorResult floor = RawFloor(addresses, setup.config.discovery.miner_port, requests,
                                     setup.config.polling.max_concurrent);
  const auto polls = static_cast<double>(counts.polls);
  const double per_thousand = cpu / polls * 1000;
  const double floor_per_thousand = floor.cpu_seconds / static_cast<double>(setup.miners) * 1000;
  JsonLine("poll")
      .Add("cpu_s_per_1000", per_thousand)
      .Add("floor_cpu_s_per_1000", floor_per_thousand)
      .Add("ratio_to_floor", per_thousand / floor_per_thousand)
      .Add("miners", setup.miners)
      .Add("polls", polls)
      .Add("usable", static_cast<double>(counts.usable))
      .Add("polls_per_s", polls / wall)
      .Add("cpu_share_of_one_core", cpu / wall)
      .Add("gap_p99_s", Percentile(counts.gaps, 99))
      .Add("gap_max_s", Percentile(counts.gaps, 100))
      .Add("rss_kb", static_cast<double>(rss))
      .Add("floor_failures", static_cast<double>(floor.failures))
      .Print();
  return 0;
}
