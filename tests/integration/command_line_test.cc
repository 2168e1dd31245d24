// Flags and subcommands of the program as a user types them.
#include <gtest/gtest.h>

#include "integration/harness.h"

namespace antx::testing {
namespace {

RunResult Exporter_(std::vector<std::string> arguments, const Environment& environment = {}) {
  arguments.insert(arguments.begin(), BuiltProgram("antminer_exporter"));
  return Run(std::move(arguments), environment);
}

TEST(CommandLine, VersionAndHelp) {
  const auto version = Exporter_({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_NE(version.output.find("antminer_exporter"), std::string::npos) << version.output;
  const auto help = Exporter_({"--help"});
  EXPECT_EQ(help.code, 0);
  for (const char* word : {"--config.file", "--subnet", "scan", "probe", "serve"}) {
    EXPECT_NE(help.output.find(word), std::string::npos) << word;
  }
  EXPECT_EQ(Exporter_({"--no-such-flag"}).code, 2);
}

TEST(CommandLine, EveryFaultOnItsOwnLine) {
  const auto result = Exporter_(
      {"--config.check"},
      {{"POLL_INTERVAL", "soon"}, {"TEMP_THRESHOLD", "999"}, {"MINER_IP_RANGE", "127.0.0.0/30"}});
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.output.find("POLL_INTERVAL"), std::string::npos) << result.output;
  EXPECT_NE(result.output.find("TEMP_THRESHOLD"), std::string::npos) << result.output;
  EXPECT_EQ(Exporter_({"--config.check"}, {{"MINER_IP_RANGE", "127.0.0.0/30"}}).code, 0);
}

TEST(CommandLine, PrintHidesSecrets) {
  const auto result = Exporter_(
      {"--config.print"}, {{"API_KEY", "very-secret-word"}, {"MINER_IP_RANGE", "127.0.0.0/30"}});
  EXPECT_EQ(result.code, 0) << result.output;
  EXPECT_EQ(result.output.find("very-secret-word"), std::string::npos);
  EXPECT_NE(result.output.find("***"), std::string::npos) << result.output;
}

TEST(CommandLine, ScanListsTheMiners) {
  const std::string network = OwnNetwork();
  const Farm farm(3, network + "1", {"--profile", "s19pro"});
  const auto table = Exporter_({"scan"}, {{"MINER_IP_RANGE", network + "0/29"}});
  EXPECT_EQ(table.code, 0) << table.output;
  EXPECT_NE(table.output.find(network + "3"), std::string::npos) << table.output;
  EXPECT_NE(table.output.find("S19 Pro"), std::string::npos) << table.output;
  const auto json = Exporter_({"scan", "--json"}, {{"MINER_IP_RANGE", network + "0/29"}});
  EXPECT_NE(json.output.find("\"identified\":3"), std::string::npos) << json.output;
}

TEST(CommandLine, ProbeShowsEveryStep) {
  const std::string network = OwnNetwork();
  const Farm farm(1, network + "1", {"--profile", "s9"});
  const auto result = Exporter_({"probe", network + "1"}, {{"MINER_IP_RANGE", network + "1"}});
  EXPECT_EQ(result.code, 0) << result.output;
  for (const char* word : {"summary", "GHS 5s", "missing_comma", "Antminer S9", "bytes"}) {
    EXPECT_NE(result.output.find(word), std::string::npos) << word << "\n" << result.output;
  }
  EXPECT_EQ(Exporter_({"probe", "localhost"}, {{"MINER_IP_RANGE", network + "1"}}).code, 2);
  EXPECT_EQ(Exporter_({"probe", network + "9"}, {{"MINER_IP_RANGE", network + "1"}}).code, 1);
}

}  // namespace
}  // namespace antx::testing
