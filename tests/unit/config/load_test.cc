#include "config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "config/reload_diff.h"

namespace antx {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class LoadTest : public testing::Test {
 protected:
  LoadTest() {
    folder_ = std::filesystem::temp_directory_path() /
              ("antx-config-" + std::to_string(getpid()) + "-" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    sources_.dotenv_path = (folder_ / ".env").string();
  }
  ~LoadTest() override { std::filesystem::remove_all(folder_); }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }
  LoadedConfig Yaml(const std::string& text) {
    sources_.config_file = Write("c.yml", text);
    return LoadConfig(sources_);
  }
  LoadedConfig Env(std::map<std::string, std::string> variables) {
    sources_.environment = std::move(variables);
    return LoadConfig(sources_);
  }
  /// The only fault, without the folder of this test.
  std::string OnlyFault(const LoadedConfig& loaded) const {
    EXPECT_FALSE(loaded.config);
    if (loaded.faults.size() != 1) return "faults: " + std::to_string(loaded.faults.size());
    std::string fault = loaded.faults[0];
    const std::string prefix = folder_.string() + "/";
    if (const auto at = fault.find(prefix); at != std::string::npos) fault.erase(at, prefix.size());
    return fault;
  }
  std::filesystem::path folder_;
  ConfigSources sources_;
};

TEST_F(LoadTest, DefaultsAreGood) {
  const auto loaded = Env({});
  ASSERT_TRUE(loaded.config);
  EXPECT_TRUE(loaded.config->discovery.automatic);
  EXPECT_EQ(loaded.config->polling.interval, Seconds(30));
  EXPECT_EQ(loaded.config->web.listen.at(0).ToString(), "0.0.0.0:14028");
}

TEST_F(LoadTest, EveryDocumentedVariableIsRead) {
  const auto loaded = Env({{"MINER_IP_RANGE", "10.0.0.0/24"},
                           {"POLL_INTERVAL", "15"},
                           {"MAX_WORKERS", "32"},
                           {"CGMINER_TIMEOUT", "2.5"},
                           {"EFFICIENCY_J_PER_TH", "31"},
                           {"EFF_S19_PRO", "27"},
                           {"EFF_S19J_PRO_PLUS", "27.5"},
                           {"TEMP_THRESHOLD", "75"},
                           {"HASHRATE_DROP_THRESHOLD", "0.8"},
                           {"ALERT_COOLDOWN_MINUTES", "5"},
                           {"ROLLING_WINDOW_SAMPLES", "20"},
                           {"SMTP_SERVER", "mail.example.org"},
                           {"SMTP_PORT", "465"},
                           {"SMTP_USER", "u"},
                           {"SMTP_PASSWORD", "p"},
                           {"ALERT_EMAIL", "a@example.org, b@example.org"},
                           {"LOG_LEVEL", "warn"},
                           {"LOG_DIR", "/tmp"},
                           {"LOG_FORMAT", "TEXT"},
                           {"LOG_RETENTION_DAYS", "3"},
                           {"LOG_TO_DB", "no"},
                           {"API_MAX_LIMIT", "50"},
                           {"ENABLE_DB", "1"},
                           {"API_URL", "https://r.example/x"},
                           {"API_KEY", "k"},
                           {"API_TIMEOUT", "7"},
                           {"DEFAULT_POWER_COST", "0.2"}});
  ASSERT_THAT(loaded.faults, IsEmpty());
  const Config& c = *loaded.config;
  EXPECT_EQ(c.discovery.ranges.at(0).text, "10.0.0.0/24");
  EXPECT_EQ(c.polling.interval, Seconds(15));
  EXPECT_EQ(c.discovery.max_concurrent_probes, 32);
  EXPECT_EQ(c.polling.timeout, Seconds(2.5));
  EXPECT_EQ(c.efficiency.default_j_per_th, 31);
  EXPECT_EQ(c.efficiency.models.at("s19 pro"), 27);
  EXPECT_EQ(c.efficiency.models.at("s19j pro+"), 27.5);
  EXPECT_EQ(c.alerts.temperature_celsius, 75);
  EXPECT_EQ(c.alerts.hashrate_drop_ratio, 0.8);
  EXPECT_EQ(c.alerts.cooldown_minutes, 5);
  EXPECT_EQ(c.alerts.rolling_window_samples, 20);
  EXPECT_EQ(c.smtp.host, "mail.example.org");
  EXPECT_EQ(c.smtp.port, 465);
  EXPECT_THAT(c.alerts.email_to, ElementsAre("a@example.org", "b@example.org"));
  EXPECT_EQ(c.logging.level, LogLevel::kWarning);
  EXPECT_EQ(c.logging.format, LogFormat::kText);
  EXPECT_FALSE(c.logging.to_database);
  EXPECT_EQ(c.api.max_limit, 50);
  EXPECT_TRUE(c.storage.enabled);
  EXPECT_EQ(c.push.url, "https://r.example/x");
  EXPECT_EQ(c.push.timeout_seconds, 7);
  EXPECT_EQ(c.profitability.tariff.price, 0.2);
}

TEST_F(LoadTest, BadValuesNameVariableFoundAndAllowed) {
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"POLL_INTERVAL", "0"},
                                          {"SCAN_INTERVAL", "often"},
                                          {"MAX_WORKERS", "5000"},
                                          {"CGMINER_TIMEOUT", "0.01"},
                                          {"EFFICIENCY_J_PER_TH", "-1"},
                                          {"EFF_S19", "zero"},
                                          {"TEMP_THRESHOLD", "151"},
                                          {"ALERT_COOLDOWN_MINUTES", "1.5"},
                                          {"ROLLING_WINDOW_SAMPLES", "1"},
                                          {"SMTP_PORT", "70000"},
                                          {"LOG_LEVEL", "loud"},
                                          {"LOG_FORMAT", "xml"},
                                          {"LOG_TO_DB", "maybe"},
                                          {"API_MAX_LIMIT", "0"},
                                          {"ENABLE_DB", "2"},
                                          {"API_URL", "ftp://x"},
                                          {"API_TIMEOUT", "nan"},
                                          {"MINER_IP_RANGE", "10.0.0.0/8"},
                                          {"LISTEN_ADDRESS", "0.0.0.0:443s"}}) {
    const auto loaded = Env({{name, value}});
    const std::string fault = OnlyFault(loaded);
    EXPECT_THAT(fault, testing::StartsWith(name)) << value;
    EXPECT_THAT(fault, HasSubstr(value)) << name;
  }
}

TEST_F(LoadTest, AllFaultsAreCollected) {
  EXPECT_EQ(
      Env({{"POLL_INTERVAL", "x"}, {"TEMP_THRESHOLD", "y"}, {"SMTP_PORT", "z"}}).faults.size(), 3U);
}

TEST_F(LoadTest, DropThresholdExplainsItself) {
  EXPECT_THAT(OnlyFault(Env({{"HASHRATE_DROP_THRESHOLD", "10"}})), HasSubstr("0.9 = 10 % drop"));
}

TEST_F(LoadTest, EmptyVariablesCountAsUnset) {
  const auto loaded = Env({{"MINER_IP_RANGE", ""}, {"POLL_INTERVAL", "  "}});
  ASSERT_TRUE(loaded.config);
  EXPECT_EQ(loaded.config->polling.interval, Seconds(30));
}

TEST_F(LoadTest, EnvironmentBeatsDotenvBeatsYaml) {
  Write(".env", "export POLL_INTERVAL=20 # from file\nTEMP_THRESHOLD='70'\r\n");
  sources_.environment = {{"POLL_INTERVAL", "10"}};
  const auto loaded = Yaml(
      "polling: {interval_seconds: 40, timeout_seconds: 3}\n"
      "alerts: {temperature_celsius: 60}\n");
  ASSERT_THAT(loaded.faults, IsEmpty());
  EXPECT_EQ(loaded.config->polling.interval, Seconds(10));
  EXPECT_EQ(loaded.config->alerts.temperature_celsius, 70);
  EXPECT_EQ(loaded.config->polling.timeout, Seconds(3));
}

TEST_F(LoadTest, ScanIntervalAloneSetsBoth) {
  auto loaded = Env({{"SCAN_INTERVAL", "60"}});
  EXPECT_EQ(loaded.config->polling.interval, Seconds(60));
  EXPECT_EQ(loaded.config->discovery.interval, Seconds(60));
  loaded = Env({{"SCAN_INTERVAL", "60"}, {"POLL_INTERVAL", "5"}});
  EXPECT_EQ(loaded.config->polling.interval, Seconds(5));
  EXPECT_EQ(loaded.config->discovery.interval, Seconds(60));
}

TEST_F(LoadTest, ScanIntervalAloneMustFitBoth) {
  for (const char* text : {"0", "0.5", "172800"}) {
    EXPECT_THAT(OnlyFault(Env({{"SCAN_INTERVAL", text}})),
                testing::AllOf(HasSubstr("SCAN_INTERVAL: \"" + std::string(text) + "\""),
                               HasSubstr("from 1 to 86400"), HasSubstr("set POLL_INTERVAL")));
  }
  const auto loaded = Env({{"SCAN_INTERVAL", "0"}, {"POLL_INTERVAL", "5"}});
  EXPECT_EQ(loaded.config->discovery.interval, Seconds(0));
}

TEST_F(LoadTest, SubnetFlagsReplaceAllRanges) {
  sources_.environment = {{"MINER_IP_RANGE", "10.0.0.0/24"}, {"SUBNET", "10.0.1.*"}};
  auto loaded = Yaml("discovery: {ranges: [\"10.9.0.0/24\"]}\n");
  ASSERT_EQ(loaded.config->discovery.ranges.size(), 2U);
  EXPECT_THAT(loaded.warnings, testing::Contains(HasSubstr("replaces discovery.ranges")));
  sources_.subnets = {"10.5.0.0/30"};
  loaded = LoadConfig(sources_);
  ASSERT_EQ(loaded.config->discovery.ranges.size(), 1U);
  EXPECT_EQ(loaded.config->discovery.ranges[0].text, "10.5.0.0/30");
}

TEST_F(LoadTest, YamlFaultsHaveFileLineAndColumn) {
  EXPECT_EQ(OnlyFault(Yaml("polling:\n  interval_seconds: soon\n")),
            "c.yml:2:21: polling.interval_seconds: \"soon\" is not allowed; allowed: a number "
            "from 1 to 86400 (seconds)");
  EXPECT_THAT(OnlyFault(Yaml("polling:\n  intervall_seconds: 5\n")),
              HasSubstr("c.yml:2:3: unknown setting \"polling.intervall_seconds\"; did you mean "
                        "\"polling.interval_seconds\"?"));
  EXPECT_EQ(OnlyFault(Yaml("polling:\n  timeout_seconds: 1\n  timeout_seconds: 2\n")),
            "c.yml:3:3: \"timeout_seconds\" stands here twice; keep one");
  EXPECT_THAT(OnlyFault(Yaml("polling: [1, 2\n")), HasSubstr("no YAML"));
  EXPECT_THAT(OnlyFault(Yaml("polling: {timeout_seconds: {a: 1}}\n")),
              HasSubstr("not a single value"));
  EXPECT_THAT(OnlyFault(Yaml("- a\n")), HasSubstr("must be a map"));
}

TEST_F(LoadTest, AliasBombsAreRefused) {
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 9; ++j) bomb += (j == 0 ? "" : ",") + before;
    bomb += "]\n";
  }
  EXPECT_FALSE(Yaml(bomb).config);
}

TEST_F(LoadTest, SecretsComeFromFilesAndNeverShow) {
  const std::string file = Write("secret", "top-secret\n");
  auto loaded = Env({{"API_KEY_FILE", file}});
  EXPECT_EQ(loaded.config->push.api_key, "top-secret");
  EXPECT_THAT(loaded.warnings, testing::Contains(HasSubstr("chmod 600")));
  EXPECT_THAT(OnlyFault(Env({{"API_KEY", "top-secret"}, {"API_KEY_FILE", file}})),
              testing::AllOf(HasSubstr("keep one"), testing::Not(HasSubstr("top-secret"))));
  EXPECT_THAT(OnlyFault(Env({{"API_KEY", "top-\nsecret"}})), testing::Not(HasSubstr("top-")));
  EXPECT_THAT(OnlyFault(Env({{"API_KEY_FILE", "/no/such/file"}})), HasSubstr("/no/such/file"));
}

TEST_F(LoadTest, SecretFilesAreReadWithALimitAndMustHoldSomething) {
  EXPECT_THAT(OnlyFault(Env({{"API_KEY_FILE", Write("long", std::string(70000, 'x'))}})),
              HasSubstr("is larger than 65536 bytes"));
  EXPECT_THAT(OnlyFault(Env({{"API_KEY_FILE", "/dev/zero"}})), HasSubstr("is larger than"));
  EXPECT_THAT(OnlyFault(Env({{"API_KEY_FILE", folder_.string()}})), HasSubstr("no regular file"));
  EXPECT_THAT(OnlyFault(Env({{"API_KEY_FILE", Write("empty", "\n")}})), HasSubstr("is empty"));
  EXPECT_THAT(OnlyFault(Env({{"API_KEY", "***"}})), HasSubstr("not ***"));
}

TEST_F(LoadTest, FaultsShowNoLoginOfAnAddress) {
  for (const char* url : {"https://joe:hunter2@r.example/x?key=hunter2", "https://joe:hun?ter2@r/",
                          "joe:hunter2@r.example"}) {
    const std::string fault = OnlyFault(Env({{"API_URL", url}}));
    EXPECT_THAT(fault, HasSubstr("***@r")) << fault;
    EXPECT_THAT(fault, testing::Not(HasSubstr("hun"))) << fault;
  }
}

TEST_F(LoadTest, YamlFaultsQuoteNoValue) {
  for (const char* text : {"smtp: {username: u, password: *hunter2}\n",
                           "smtp:\n  password: !hunter2 [\n", "smtp:\n  password: {hunter2\n"}) {
    const std::string fault = OnlyFault(Yaml(text));
    EXPECT_THAT(fault, HasSubstr("no YAML")) << text;
    EXPECT_THAT(fault, testing::Not(HasSubstr("hunter2"))) << text;
  }
}

TEST_F(LoadTest, ValuesOfTheWrongKindAreFaults) {
  for (const auto& [text, expected] : std::map<std::string, std::string>{
           {"polling: 5\n", "c.yml:1:10: polling is not a group"},
           {"polling: [1, 2]\n", "c.yml:1:1: polling is not a group"},
           {"polling: {interval_seconds: [1, 2]}\n", "interval_seconds is not a single value"},
           {"discovery: {ranges: {a: 10.0.0.1}}\n", "discovery.ranges is not a list of ranges"},
           {"discovery: {ranges: [{a: 10.0.0.1}]}\n", "discovery.ranges is not a list of ranges"},
           {"metrics: {probe_ranges: {a: 1}}\n", "metrics.probe_ranges is not a list of ranges"},
           {"discovery: {static: {ip: 10.0.0.1}}\n", "discovery.static is not a list"},
           {"discovery: {static: [10.0.0.1]}\n", "discovery.static is not a list"},
           {"discovery: {static: [{ip: 10.0.0.1, name: [a]}]}\n", "name is not a single value"},
           {"efficiency: {models: 27}\n", "efficiency.models is not a map"},
           {"efficiency: {models: {S9: [27]}}\n", "efficiency.models.S9 is not a number"},
           {"alerts: {models: [S9]}\n", "alerts.models is not a map"},
           {"alerts: {models: {S9: 80}}\n", "alerts.models.S9 is not a map"},
           {"alerts: {models: {S9: {fan_rpm: [1]}}}\n", "fan_rpm: \"\" is not allowed"},
           {"alerts: {miners: {a: {hashrate_drop_ratio: 7}}}\n", "above 0 and below 1"},
           {"alerts: {miners: {a: {fans: 7}}}\n", "\"fans\" is no limit"},
           {"push: {api_key_file: [a]}\n", "push.api_key_file is not the path"},
           {"web: {cors_origins: [[a]]}\n", "either words or maps"},
           {"polling: {timeout_seconds: 1}\n---\npolling: {timeout_seconds: 2}\n",
            "a second document"},
           // Endless documents to YAML::LoadAll.
           {"{\"name\"::\"a\"}\n\"a\",\"hash\":\"b\"}\n", "a second document"}}) {
    EXPECT_THAT(OnlyFault(Yaml(text)), HasSubstr(expected)) << text;
  }
}

TEST_F(LoadTest, EmptyGroupsAndValuesCountAsUnset) {
  const auto loaded = Yaml(
      "\xEF\xBB\xBF---\npolling:\nalerts:\n  models:\n  temperature_celsius:\nefficiency:\n"
      "discovery:\n  static: []\n  ranges:\n");
  ASSERT_THAT(loaded.faults, IsEmpty());
  EXPECT_EQ(*loaded.config, Config{});
}

TEST_F(LoadTest, ProbeRangesFollowAllowPublicWhereverItIsSet) {
  const std::string ranges = "metrics: {probe_ranges: [8.8.8.0/24]}\n";
  EXPECT_THAT(OnlyFault(Yaml(ranges)),
              testing::AllOf(HasSubstr("c.yml:1:26: metrics.probe_ranges"), HasSubstr("public")));
  EXPECT_TRUE(Yaml(ranges + "discovery: {allow_public: true}\n").config);
  sources_.environment = {{"ALLOW_PUBLIC_RANGES", "1"}};
  EXPECT_TRUE(Yaml(ranges).config);
}

TEST_F(LoadTest, TheLadderIsParsed) {
  using std::chrono::hours;
  auto loaded = Env({{"STORAGE_ROLLUP", "raw:36h,1h:forever"}});
  ASSERT_THAT(loaded.faults, IsEmpty());
  EXPECT_THAT(loaded.config->storage.keep,
              ElementsAre(hours(36), hours(90 * 24), hours(0), hours(0)));
  loaded = Env({{"STORAGE_RETENTION_DAYS", "2"}});
  EXPECT_THAT(loaded.config->storage.keep,
              ElementsAre(hours(48), hours(48), hours(3 * 8760), hours(0)));
  EXPECT_EQ(loaded.config->storage.rollup, "raw:2d,5m:2d,1h:3y,1d:forever");
  loaded = Env({{"STORAGE_RETENTION_DAYS", "2"}, {"STORAGE_ROLLUP", "5m:8w"}});
  EXPECT_EQ(loaded.config->storage.keep[1], hours(8 * 7 * 24));
  for (const char* bad : {"raw", "raw:", "raw:7", "raw:0d", "raw:7m", "2m:7d", "raw:7d,raw:8d",
                          "raw:9d,5m:8d", "5m:forever,1h:3y", "raw:99999999999y", ","}) {
    EXPECT_THAT(OnlyFault(Env({{"STORAGE_ROLLUP", bad}})), HasSubstr("allowed: a list of step:"))
        << bad;
  }
}

TEST_F(LoadTest, FaultsOfTheDotenvFileNameItsLine) {
  Write(".env", "# x\nPOLL_INTERVAL=never\n");
  EXPECT_THAT(OnlyFault(Env({})), HasSubstr(".env:2: POLL_INTERVAL: \"never\""));
}

TEST_F(LoadTest, SecretValuesListsWhatMustNotBeShown) {
  const auto loaded = Env({{"API_KEY", "k1"}, {"WEB_AUTH_TOKEN", "k2"}});
  EXPECT_THAT(SecretValues(*loaded.config), testing::UnorderedElementsAre("k1", "k2"));
}

TEST_F(LoadTest, SmtpLoginIsBothOrNeither) {
  EXPECT_THAT(OnlyFault(Env({{"SMTP_USER", "u"}})), HasSubstr("SMTP_PASSWORD"));
}

TEST_F(LoadTest, OldListenVariablesWork) {
  EXPECT_EQ(Env({{"PORT", "5000"}}).config->web.listen.at(0).ToString(), "0.0.0.0:5000");
  EXPECT_EQ(Env({{"HOST", "127.0.0.1"}, {"PORT", "5000"}, {"LISTEN_ADDRESS", "127.0.0.1:1"}})
                .config->web.listen.at(0)
                .ToString(),
            "127.0.0.1:1");
  EXPECT_EQ(Env({{"HOST", "localhost"}, {"PORT", "5000"}}).config->web.listen.at(0).ToString(),
            "127.0.0.1:5000");
}

TEST_F(LoadTest, TheEnergyOfAMinerMayBeFree) {
  const auto price = [this](const std::string& text) {
    return Yaml("discovery: {static: [{ip: 10.0.0.5, power_cost: " + text + "}]}\n");
  };
  EXPECT_EQ(price("0").config->discovery.inventory.at(0).labels.power_price_per_kilowatt_hour, 0);
  for (const char* text : {"-1", "10.01", "free"}) {
    EXPECT_THAT(OnlyFault(price(text)), HasSubstr("is no number from 0 to 10")) << text;
  }
}

TEST_F(LoadTest, StaticMinersAndOverridesAreRead) {
  const auto loaded = Yaml(
      "discovery:\n  static:\n    - {ip: 10.0.0.5, name: a, site: s, rack: r, power_cap_w: 3400}\n"
      "alerts:\n  models:\n    S9: {temperature_celsius: 110}\n  miners:\n    10.0.0.5: {fan_rpm: "
      "1000}\n");
  ASSERT_THAT(loaded.faults, IsEmpty());
  const InventoryEntry& entry = loaded.config->discovery.inventory.at(0);
  EXPECT_TRUE(entry.is_static);
  EXPECT_EQ(entry.labels.power_cap_watts, 3400);
  EXPECT_EQ(loaded.config->alerts.models.at("s9").temperature_celsius, 110);
  EXPECT_EQ(loaded.config->alerts.miners.at("10.0.0.5").fan_rpm, 1000);
}

TEST_F(LoadTest, TheExampleFileIsGood) {
  sources_.config_file = ANTX_EXAMPLE;
  EXPECT_THAT(LoadConfig(sources_).faults, IsEmpty());
}

TEST_F(LoadTest, ChangesThatNeedARestartAreNamed) {
  Config next;
  EXPECT_THAT(RestartNeeded(Config{}, next), IsEmpty());
  next.polling.interval = Seconds(5);
  EXPECT_THAT(RestartNeeded(Config{}, next), IsEmpty());
  next.web.threads = 16;
  EXPECT_THAT(RestartNeeded(Config{}, next), ElementsAre("web.threads"));
}

}  // namespace
}  // namespace antx
