// Writing the page of a fleet from one snapshot, plain and compressed, against
// prometheus-cpp (Collect and Serialize of as many gauges) and against memcpy.
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "bench/bench_util.h"
#include "metrics/compress.h"
#include "metrics/exposition.h"

namespace antx::bench {
namespace {

std::shared_ptr<const MinerView> MakeMiner(std::uint32_t number) {
  auto reading = std::make_shared<Reading>();
  const double wobble = static_cast<double>(number % 997);
  reading->hashrate_hashes_per_second = 110e12 + wobble * 1e9;
  reading->hashrate_average_hashes_per_second = 109e12 + wobble * 1e9;
  reading->hashes = 1e20 + wobble;
  reading->accepted = 100000 + wobble;
  reading->rejected = wobble;
  reading->hardware_errors = wobble;
  for (int i = 1; i <= 3; ++i) {
    BoardReading board;
    board.board = std::to_string(i);
    board.hashrate_hashes_per_second = 36e12 + wobble * 1e7;
    board.chips = 114;
    board.chips_expected = 114;
    board.hardware_errors = wobble;
    for (std::uint8_t s = 0; s < 4; ++s) {
      board.chip_celsius.push_back({s, static_cast<float>(60 + (number + s) % 20)});
    }
    reading->boards.push_back(std::move(board));
  }
  for (int i = 1; i <= 4; ++i) reading->fans.push_back({i, 5000.0 + number % 900});
  auto view = std::make_shared<MinerView>();
  view->facts.address = Ipv4{(10U << 24U) + number};
  view->facts.id = view->facts.address.ToString();
  view->identity.model = "Antminer S19 Pro";
  view->polled = view->up = true;
  view->reading = std::move(reading);
  view->power = Power{3250 + wobble, PowerSource::kTable};
  return view;
}

Snapshot MakeFleet(int miners) {
  Snapshot snapshot;
  for (int i = 0; i < miners; ++i) {
    snapshot.miners.push_back(MakeMiner(static_cast<std::uint32_t>(i) + 1));
  }
  return snapshot;
}

struct Timing {
  double p50 = 0, p99 = 0;
  std::size_t bytes = 0, series = 0;
};

template <class Render>
Timing Measure(int rounds, Render render) {
  std::vector<double> seconds;
  Timing timing;
  for (int i = 0; i < rounds; ++i) {
    const double begin = CpuSeconds();
    render(timing);
    seconds.push_back(CpuSeconds() - begin);
  }
  timing.p50 = Percentile(seconds, 50) * 1e3;
  timing.p99 = Percentile(seconds, 99) * 1e3;
  return timing;
}

Timing MeasurePage(const Snapshot& fleet, int rounds, bool gzip) {
  const Config config;
  return Measure(rounds, [&](Timing& timing) {
    std::size_t bytes = 0;
    const Sink sink = [&](std::string_view piece) {
      bytes += piece.size();
      return true;
    };
    GzipSink compressor(sink);
    Page page(Format::kText,
              gzip ? Sink([&](std::string_view piece) { return compressor(piece); }) : sink);
    (void)WriteFleet(fleet, config, {}, page);
    page.End();
    if (gzip) (void)compressor.Finish();
    timing.bytes = bytes;
    timing.series = page.series();
  });
}

/// As many gauges in a prometheus-cpp registry, collected and serialised.
Timing MeasurePrometheusCpp(std::size_t series) {
  prometheus::Registry registry;
  constexpr int kFamilies = 30;
  const auto miners = series / kFamilies;
  for (int f = 0; f < kFamilies; ++f) {
    auto& family = prometheus::BuildGauge()
                       .Name("antminer_family_" + std::to_string(f))
                       .Help("One of many.")
                       .Register(registry);
    for (std::size_t i = 0; i < miners; ++i) {
      family.Add({{"miner", "10.0." + std::to_string(i / 250) + '.' + std::to_string(i % 250)}})
          .Set(static_cast<double>(i) * 1.5);
    }
  }
  const prometheus::TextSerializer serializer;
  return Measure(3, [&](Timing& timing) {
    timing.bytes = serializer.Serialize(registry.Collect()).size();
    timing.series = miners * kFamilies;
  });
}

Timing MeasureMemcpy(std::size_t bytes) {
  const std::string page(bytes, 'x');
  std::string copy(bytes, ' ');
  return Measure(9, [&](Timing& timing) {
    std::memcpy(copy.data(), page.data(), bytes);
    timing.bytes = bytes + static_cast<unsigned char>(copy[bytes / 2]) % 1;
  });
}

}  // namespace
}  // namespace antx::bench

int main(int argc, char** argv) {
  using namespace antx::bench;
  const Flags flags(argc, argv);
  const int miners = static_cast<int>(flags.Number("miners", 10000));
  const int rounds = static_cast<int>(flags.Number("rounds", 15));
  const auto fleet = MakeFleet(miners);
  const long rss_fleet = ResidentKib();
  const Timing plain = MeasurePage(fleet, rounds, false);
  const Timing gzip = MeasurePage(fleet, rounds, true);
  const long peak = PeakResidentKib();
  const Timing library = MeasurePrometheusCpp(plain.series);
  const Timing copy = MeasureMemcpy(plain.bytes);
  // The library is compared per series, since its page has fewer labels.
  JsonLine("scrape")
      .Add("p50_ms", plain.p50)
      .Add("p99_ms", plain.p99)
      .Add("gzip_p50_ms", gzip.p50)
      .Add("miners", miners)
      .Add("series", static_cast<double>(plain.series))
      .Add("bytes", static_cast<double>(plain.bytes))
      .Add("gzip_bytes", static_cast<double>(gzip.bytes))
      .Add("rss_fleet_kb", static_cast<double>(rss_fleet))
      .Add("peak_rss_kb", static_cast<double>(peak))
      .Add("prometheus_cpp_ms", library.p50)
      .Add("ratio_to_prometheus_cpp", plain.p50 / library.p50)
      .Add("ratio_to_memcpy", plain.p50 / copy.p50)
      .Print();
  return 0;
}
