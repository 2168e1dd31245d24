// Start, reload, restart, stop; discovery from ranges; what outlives a restart.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "integration/harness.h"

namespace antx::testing {
namespace {

std::string Up(const std::string& miner) { return "antminer_up{miner=\"" + miner + "\"}"; }

long CountUp(const Series& series) {
  return std::count_if(series.begin(), series.end(), [](const auto& entry) {
    return entry.first.starts_with("antminer_up{") && entry.second == 1;
  });
}

TEST(Discovery, FindsEveryMinerOfARangeAndNothingElse) {
  const std::string network = OwnNetwork();
  const Farm farm(20, network + "1");
  const Exporter exporter(network + "0/26");
  EXPECT_TRUE(WaitFor([&] { return CountUp(exporter.Metrics()) == 20; }))
      << exporter.Get("/metrics").body << exporter.Log();
  EXPECT_TRUE(exporter.WaitReady());
}

TEST(Discovery, ReadyMeansThatTheMetricsHoldTheFirstCycle) {
  const std::string network = OwnNetwork();
  const Farm farm(20, network + "1");
  const Exporter exporter(network + "0/26");
  ASSERT_TRUE(exporter.WaitReady()) << exporter.Log();
  EXPECT_EQ(CountUp(exporter.Metrics()), 20) << exporter.Log();
}

TEST(Discovery, NeverHasTwoConnectionsToOneMiner) {
  const std::string network = OwnNetwork();
  const Farm farm(5, network + "1");
  const Exporter exporter(network + "0/28", {{"POLL_INTERVAL", "1"}, {"SCAN_INTERVAL", "1"}});
  ASSERT_TRUE(WaitFor([&] { return CountUp(exporter.Metrics()) == 5; })) << exporter.Log();
  for (int i = 0; i < 40; ++i) (void)exporter.Get("/probe?target=" + network + "1");
  EXPECT_NE(farm.Control({"stats"}).find("\"max_connections_per_miner\":1"), std::string::npos)
      << farm.Control({"stats"});
}

TEST(Restart, KeepsTheInventoryAndItsCounters) {
  const std::string miner = OwnNetwork() + "1";
  const Farm farm(1, miner, {"--profile", "s19pro"});
  Exporter exporter(miner);
  const std::string restarts = "antminer_restarts_total{miner=\"" + miner + "\"}";
  const std::string energy =
      "antminer_energy_joules_total{miner=\"" + miner + "\",source=\"estimated\"}";
  ASSERT_TRUE(exporter.WaitForValue(Up(miner), 1)) << exporter.Log();
  farm.Fault(miner, "reboot");
  ASSERT_TRUE(exporter.WaitForValue(restarts, 1)) << exporter.Log();
  ASSERT_TRUE(WaitFor([&] { return exporter.Value(energy).value_or(0) > 0; }));
  const double joules = *exporter.Value(energy);
  farm.Fault(miner, "refuse");  // Not to be found by a sweep any more.
  exporter.Restart();
  EXPECT_TRUE(exporter.WaitForValue(Up(miner), 0)) << exporter.Log();
  EXPECT_FALSE(exporter.Value(restarts)) << "shown only after a poll that succeeds";
  EXPECT_FALSE(exporter.Value(energy));
  farm.Clear(miner);
  EXPECT_TRUE(exporter.WaitForValue(Up(miner), 1)) << exporter.Log();
  EXPECT_EQ(exporter.Value(restarts), 1);
  EXPECT_GE(exporter.Value(energy).value_or(0), joules);
}

TEST(Logs, GoToAFileThatIsRotatedWhenItIsOfAnEarlierDay) {
  const TempFolder folder;
  const std::string path = folder.Write("antminer_monitor.log", "of another day\n");
  std::filesystem::last_write_time(
      path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(48));
  Exporter exporter(OwnNetwork() + "0/30", {{"LOG_DIR", folder.Path("")}});
  const auto read = [](const std::filesystem::path& file) {
    std::ifstream in(file);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  EXPECT_NE(read(path).find("listening on port"), std::string::npos) << exporter.Log();
  EXPECT_EQ(read(path).find("of another day"), std::string::npos);
  long rotated = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.Path(""))) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("antminer_monitor.log.") && read(entry.path()) == "of another day\n") {
      ++rotated;
    }
  }
  EXPECT_EQ(rotated, 1);
}

TEST(Logs, AFolderThatCannotBeUsedKeepsItFromStarting) {
  const auto result =
      testing::Run({BuiltProgram("antminer_exporter")},
                   {{"MINER_IP_RANGE", OwnNetwork() + "0/30"}, {"LOG_DIR", "/dev/null/x"}});
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.output.find("logging.directory: \"/dev/null/x\""), std::string::npos)
      << result.output;
}

TEST(Reload, TakesNewLimitsAndKeepsTheOldOnesWhenTheyAreWrong) {
  const std::string miner = OwnNetwork() + "1";
  const Farm farm(1, miner, {"--profile", "s19pro"});
  const TempFolder folder;
  const auto settings = [&](const std::string& celsius) {
    return folder.Write("config.yml", "alerts:\n  temperature_celsius: " + celsius + "\n");
  };
  Exporter exporter(miner, {}, {"--config.file", settings("70")});
  const std::string limit =
      "antminer_threshold_chip_temperature_celsius{miner=\"" + miner + "\",severity=\"warning\"}";
  const std::string good = "antminer_exporter_config_last_reload_successful";
  ASSERT_TRUE(exporter.WaitForValue(limit, 70)) << exporter.Log();
  settings("75");
  EXPECT_EQ(Http(exporter.port(), "POST", "/-/reload").status, 200);
  EXPECT_TRUE(exporter.WaitForValue(limit, 75));
  settings("hot");
  const HttpReply refused = Http(exporter.port(), "POST", "/-/reload");
  EXPECT_NE(refused.status, 200);
  EXPECT_NE(refused.body.find("config.yml:2"), std::string::npos) << refused.body;
  EXPECT_TRUE(exporter.WaitForValue(good, 0));
  EXPECT_EQ(exporter.Value(limit), 75);
  settings("77");
  exporter.process().Signal(SIGHUP);
  EXPECT_TRUE(exporter.WaitForValue(limit, 77)) << exporter.Log();
  EXPECT_EQ(exporter.Value(good), 1);
}

TEST(Stop, EndsWithZeroOnSigtermAlsoWithHungMiners) {
  const std::string network = OwnNetwork();
  const Farm farm(10, network + "1", {"--hung", "50"});
  Exporter exporter(network + "0/28", {{"CGMINER_TIMEOUT", "30"}});
  ASSERT_TRUE(WaitFor([&] { return CountUp(exporter.Metrics()) >= 1; })) << exporter.Log();
  exporter.process().Signal(SIGTERM);
  EXPECT_EQ(exporter.process().Wait(std::chrono::seconds(5)), 0) << exporter.Log();
}

TEST(Stop, WorksWithoutADatabase) {
  Exporter exporter(OwnNetwork() + "0/30", {{"STORAGE_PATH", "/nonexistent/folder/metrics.db"}});
  EXPECT_EQ(exporter.Get("/-/healthy").status, 200);
  EXPECT_TRUE(WaitFor([&] {
    return exporter.Log().find("/nonexistent/folder/metrics.db") != std::string::npos;
  })) << exporter.Log();
  exporter.process().Signal(SIGTERM);
  EXPECT_EQ(exporter.process().Wait(), 0);
}

}  // namespace
}  // namespace antx::testing
