// Settings of the allow-list of pools and of silences.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"

namespace antx {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

LoadedConfig Load(std::map<std::string, std::string> environment) {
  ConfigSources sources;
  sources.dotenv_path = "";
  environment["MINER_IP_RANGE"] = "10.0.0.0/24";
  sources.environment = std::move(environment);
  return LoadConfig(sources);
}

TEST(QuietSettings, AreOffUnlessSet) {
  const auto loaded = Load({});
  ASSERT_TRUE(loaded.config);
  EXPECT_EQ(loaded.config->pools, PoolsConfig{});
  EXPECT_EQ(loaded.config->control.alertmanager_url, "");
}

TEST(QuietSettings, TakeLists) {
  const auto loaded =
      Load({{"POOL_ALLOWED_HOSTS", "pool.example, *.pool.example:3333,[2001:db8::1]:3333"},
            {"POOL_ALLOWED_ACCOUNTS", "acme, farm*"},
            {"ALERTMANAGER_URL", "https://alerts.example/base"},
            {"ALERTMANAGER_PASSWORD", "secret words"},
            {"SILENCE_MATCHERS", "instance=10.0.0.1:14028, job=antminer"}});
  ASSERT_TRUE(loaded.config) << loaded.faults.at(0);
  EXPECT_THAT(loaded.config->pools.allowed_hosts,
              ElementsAre("pool.example", "*.pool.example:3333", "[2001:db8::1]:3333"));
  EXPECT_THAT(loaded.config->pools.allowed_accounts, ElementsAre("acme", "farm*"));
  EXPECT_THAT(loaded.config->control.silence_matchers,
              ElementsAre("instance=10.0.0.1:14028", "job=antminer"));
  EXPECT_THAT(SecretValues(*loaded.config), ::testing::Contains("secret words"));
}

TEST(QuietSettings, AFaultNamesTheSettingAndWhatIsAllowed) {
  const std::pair<const char*, const char*> rows[] = {
      {"POOL_ALLOWED_HOSTS", "stratum+tcp://pool.example"},
      {"POOL_ALLOWED_HOSTS", "*"},
      {"POOL_ALLOWED_HOSTS", "pool.example,p\xC3\xB6ol.example"},
      {"POOL_ALLOWED_ACCOUNTS", "acme.rig7"},
      {"POOL_ALLOWED_ACCOUNTS", "*"},
      {"POOL_ALLOWED_ACCOUNTS", "a*b"},
      {"ALERTMANAGER_URL", "alerts.example"},
      {"SILENCE_MATCHERS", "job"},
      {"SILENCE_MATCHERS", "job=~.*"},
      {"SILENCE_MATCHERS", "miner=10.0.0.1"},
      {"SILENCE_MATCHERS", "alertname=AntminerOffline"},
      {"SILENCE_MATCHERS", "0job=a"},
      {"SILENCE_MATCHERS", "job="},
  };
  for (const auto& [name, value] : rows) {
    const auto loaded = Load({{name, value}});
    ASSERT_EQ(loaded.faults.size(), 1U) << name << ' ' << value;
    EXPECT_THAT(loaded.faults[0], HasSubstr(name));
    EXPECT_THAT(loaded.faults[0], HasSubstr("allowed"));
  }
}

}  // namespace
}  // namespace antx
