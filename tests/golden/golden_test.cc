// Each made-up fleet, written in both formats, must be the page in golden/pages/ byte by
// byte, and a real parser must take it. UPDATE_GOLDEN=1 writes the pages anew: read the diff.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "golden/fleets.h"
#include "golden/page_text.h"
#include "metrics/exposition.h"
#include "metrics/self_metrics.h"

namespace antx {
namespace {

namespace fs = std::filesystem;

struct Case {
  std::string name;
  Format format;
  std::string text;
};

std::string FileName(const Case& page) {
  return page.name + (page.format == Format::kText ? ".txt" : ".openmetrics.txt");
}

template <class Write>
std::string Render(Format format, Write write) {
  std::string text;
  Page page(format, [&](std::string_view piece) {
    text.append(piece);
    return true;
  });
  write(page);
  EXPECT_TRUE(page.End());
  return text;
}

/// What the exporter says of itself after a known history.
void SayExporter(Page& page) {
  const SystemTime when{std::chrono::seconds(1757620800)};
  SelfMetrics self;
  self.Build({"0.1.0", "abc1234", "main", "g++ 12.2", "2025-09-11"});
  self.Configured(Config{});
  self.Market({"USD",
               65000,
               1.1e14,
               3.125,
               0.03,
               0.1,
               {{"north", 0.08}},
               {{"price", when}, {"fees", when}}});
  self.Ready(true);
  self.Reloaded(true, when);
  PollOutcome outcome;
  outcome.duration = std::chrono::milliseconds(130);
  outcome.command_errors = {{Reason::kTimeout, "pools: slow"}};
  outcome.repairs.at(static_cast<std::size_t>(Repair::kMissingComma)) = 2;
  self.PollEnded(outcome);
  self.CycleEnded(std::chrono::milliseconds(900), when, false);
  self.EventSeen(EventKind::kDiscovered);
  self.SilencesEnabled(std::array<std::string_view, 2>{"opened", "failed"});
  self.SilenceTold("opened");
  self.SeriesDropped("sensors", 3);
  self.DiscoveryMiners("tcp", 12);
  self.AddressesScanned(254);
  self.SweepEnded(std::chrono::milliseconds(1250));
  self.DiscoverySucceeded("tcp", when);
  self.DatabaseSize("main", 4096);
  self.DatabaseWritten("samples", 12, when);
  self.HttpRequest("/metrics", 200, std::chrono::milliseconds(30));
  self.Write({}, page);
}

std::vector<Case> AllPages() {
  std::vector<Case> pages;
  for (const Format format : {Format::kText, Format::kOpenMetrics}) {
    for (const Fleet& fleet : AllFleets()) {
      pages.push_back({fleet.name, format, Render(format, [&](Page& page) {
                         (void)WriteFleet(fleet.snapshot, fleet.config, {}, page);
                       })});
    }
    pages.push_back({"exporter", format, Render(format, SayExporter)});
  }
  return pages;
}

/// For test lists: a name instead of the bytes of the object.
void PrintTo(const Case& page, std::ostream* out) { *out << page.name; }

class Golden : public testing::TestWithParam<Case> {};

TEST_P(Golden, IsTheWrittenPage) {
  const fs::path path = fs::path(ANTX_GOLDEN_PAGES) / FileName(GetParam());
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << GetParam().text;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path << " is missing: run with UPDATE_GOLDEN=1";
  const std::string expected((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(GetParam().text, expected) << "if this is meant, run with UPDATE_GOLDEN=1";
}

TEST_P(Golden, KeepsTheFormat) {
  EXPECT_EQ(ReadPage(GetParam().text, GetParam().format).faults, std::vector<std::string>{});
}

TEST_P(Golden, HasOnlyFamiliesAndLabelsOfTheContract) {
  std::map<std::string, std::vector<std::string>> contract;
  std::vector<std::string> order;
  for (const YAML::Node& node : YAML::LoadFile(ANTX_CONTRACT)["families"]) {
    order.push_back(node["name"].as<std::string>());
    contract[order.back()] = node["labels"].as<std::vector<std::string>>();
  }
  std::size_t place = 0;
  for (const PageFamily& family : ReadPage(GetParam().text, GetParam().format).families) {
    std::string name = family.name;
    if (GetParam().format == Format::kOpenMetrics) {
      if (family.type == "counter") name += "_total";
      if (family.type == "info") name += "_info";
    }
    ASSERT_TRUE(contract.contains(name)) << name;
    const auto found = std::find(order.begin(), order.end(), name);
    const auto at = static_cast<std::size_t>(found - order.begin());
    EXPECT_GE(at, place) << name << " stands before its turn";
    place = at;
    EXPECT_FALSE(family.samples.empty()) << name << " has a header but no sample";
    for (const PageSample& sample : family.samples) {
      std::vector<std::string> labels;
      for (const auto& [label, value] : sample.labels) {
        if (label != "le") labels.push_back(label);
      }
      std::vector<std::string> wanted = contract[name];
      // The exporter's own families come from prometheus-cpp, which sorts labels.
      if (GetParam().name == "exporter") std::sort(wanted.begin(), wanted.end());
      EXPECT_EQ(labels, wanted) << name;
    }
  }
}

/// Runs a command line; its output and whether it ended well.
struct Ran {
  std::string output;
  bool good = false;
};

Ran RunProgram(const std::string& command) {
  Ran ran;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> buffer{};
  std::size_t size = 0;
  while ((size = fread(buffer.data(), 1, buffer.size(), pipe)) > 0) {
    ran.output.append(buffer.data(), size);
  }
  const int status = pclose(pipe);
  ran.good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return ran;
}

class TempFolder {
 public:
  TempFolder() {
    std::string name = (fs::temp_directory_path() / "antx_golden_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TempFolder() { fs::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Prometheus' own parser of OpenMetrics is behind the import of old data, which wants a
/// stamp on every sample; our pages have none.
std::string WithTimestamps(const std::string& page) {
  std::istringstream lines(page);
  std::string stamped;
  for (std::string line; std::getline(lines, line);) {
    stamped += line + (line.starts_with("#") ? "\n" : " 1757620800\n");
  }
  return stamped;
}

TEST_P(Golden, PassesPromtool) {
  if (!RunProgram("promtool --version").good) GTEST_SKIP() << "promtool is not installed";
  if (GetParam().name == "empty") return;  // promtool takes no page without samples.
  const TempFolder folder;
  const fs::path page = folder.path() / "page";
  if (GetParam().format == Format::kText) {
    std::ofstream(page, std::ios::binary) << GetParam().text;
    const Ran ran = RunProgram("promtool check metrics < '" + page.string() + "'");
    EXPECT_TRUE(ran.good);
    EXPECT_EQ(ran.output, "");
    return;
  }
  const std::size_t series = ReadPage(GetParam().text, GetParam().format).Series();
  std::ofstream(page, std::ios::binary) << WithTimestamps(GetParam().text);
  const fs::path blocks = folder.path() / "blocks";
  const Ran ran = RunProgram("promtool tsdb create-blocks-from openmetrics '" + page.string() +
                             "' '" + blocks.string() + "'");
  ASSERT_TRUE(ran.good) << ran.output;
  // As many series came in as stand on the page.
  const Ran list = RunProgram("promtool tsdb list '" + blocks.string() + "'");
  std::istringstream lines(list.output);
  std::string header, row;
  ASSERT_TRUE(std::getline(lines, header) && std::getline(lines, row)) << list.output;
  std::istringstream words(row);
  const std::vector<std::string> columns{std::istream_iterator<std::string>(words), {}};
  EXPECT_NE(std::find(columns.begin(), columns.end(), std::to_string(series)), columns.end())
      << list.output << "expected " << series << " series";
}

INSTANTIATE_TEST_SUITE_P(Pages, Golden, testing::ValuesIn(AllPages()), [](const auto& page) {
  return page.param.name + (page.param.format == Format::kText ? "Text" : "OpenMetrics");
});

TEST(Budget, AFullMinerStaysBelow160Series) {
  const Snapshot snapshot = SnapshotOf({FullMiner(Ipv4{0x0a000101})});
  const std::string text = Render(Format::kText, [&](Page& page) {
    (void)WriteFleet(snapshot, Config{}, {}, page);
    EXPECT_LE(page.series(), 160U);
    EXPECT_GE(page.series(), 130U) << "the fleet of this test has become too small to tell";
  });
  EXPECT_LE(ReadPage(text, Format::kText).Series(), 160U);
}

}  // namespace
}  // namespace antx
