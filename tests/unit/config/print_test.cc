#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "config/load.h"

namespace antx {
namespace {

TEST(PrintConfig, ReadsBackToTheSameSettings) {
  ConfigSources sources;
  sources.dotenv_path = "";
  sources.environment = {{"MINER_IP_RANGE", "10.0.0.0/24 10.0.1.5-9"},
                         {"POLL_INTERVAL", "12.5"},
                         {"EFF_S19_PRO", "27"},
                         {"EFFICIENCY_J_PER_TH", "30"},
                         {"ALERT_EMAIL", "a@example.org,b@example.org"},
                         {"LISTEN_ADDRESS", "127.0.0.1:1,127.0.0.2:2"},
                         {"STATIC_PRICE", "65000.5"}};
  const Config config = LoadConfig(sources).config.value();
  const auto path =
      std::filesystem::temp_directory_path() / ("antx-print-" + std::to_string(getpid()) + ".yml");
  std::ofstream(path) << PrintConfig(config);
  ConfigSources printed;
  printed.dotenv_path = "";
  printed.config_file = path.string();
  const auto loaded = LoadConfig(printed);
  std::filesystem::remove(path);
  ASSERT_TRUE(loaded.config) << loaded.faults.at(0);
  EXPECT_EQ(*loaded.config, config);
}

TEST(PrintConfig, KeepsTheInventoryFileAndTheLadder) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("antx-print-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "miners.csv") << "ip,name,rated_ths\n10.0.0.9,a,110.1\n";
  ConfigSources sources;
  sources.dotenv_path = "";
  sources.environment = {{"INVENTORY_FILE", (folder / "miners.csv").string()},
                         {"STORAGE_RETENTION_DAYS", "45"},
                         {"FORGET_AFTER_HOURS", "0.1"}};
  const Config config = LoadConfig(sources).config.value();
  std::ofstream(folder / "printed.yml") << PrintConfig(config);
  ConfigSources printed;
  printed.dotenv_path = "";
  printed.config_file = (folder / "printed.yml").string();
  const auto loaded = LoadConfig(printed);
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(loaded.config) << loaded.faults.at(0);
  EXPECT_EQ(*loaded.config, config);
  EXPECT_EQ(loaded.config->discovery.inventory.size(), 1U);
}

TEST(PrintConfig, ShowsNoSecret) {
  Config config;
  config.push.api_key = "top-secret";
  const std::string text = PrintConfig(config);
  EXPECT_EQ(text.find("top-secret"), std::string::npos);
  EXPECT_NE(text.find("# api_key: ***"), std::string::npos);
}

TEST(SettingsReference, IsThePageInTheRepository) {
  if (std::getenv("UPDATE_GOLDEN") != nullptr)
    std::ofstream(ANTX_SETTINGS_PAGE) << SettingsReference();
  std::ifstream file(ANTX_SETTINGS_PAGE);
  const std::string page((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(page, SettingsReference()) << "run this test with UPDATE_GOLDEN=1";
}

}  // namespace
}  // namespace antx
