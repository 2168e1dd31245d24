// Settings of electricity and market data.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "config/load.h"
#include "config/tariff.h"

namespace antx {
namespace {

LoadedConfig Load(std::map<std::string, std::string> environment) {
  ConfigSources sources;
  sources.dotenv_path = "";
  environment["MINER_IP_RANGE"] = "10.0.0.0/24";
  sources.environment = std::move(environment);
  return LoadConfig(sources);
}

LoadedConfig LoadYaml(const std::string& yaml) {
  const auto path =
      std::filesystem::temp_directory_path() / ("antx-money-" + std::to_string(getpid()) + ".yml");
  std::ofstream(path) << yaml;
  ConfigSources sources;
  sources.dotenv_path = "";
  sources.config_file = path.string();
  sources.environment = {{"MINER_IP_RANGE", "10.0.0.0/24"}};
  auto loaded = LoadConfig(sources);
  std::filesystem::remove(path);
  return loaded;
}

TEST(TariffText, ReadsDaysHoursAndPrices) {
  const auto periods =
      ParseTariff("mon-fri 07:00-21:00 0.25; SAT 22:00-06:00 0.1, daily 00:00-24:00 0");
  ASSERT_TRUE(periods);
  ASSERT_EQ(periods->size(), 3U);
  EXPECT_EQ(periods->at(0), (TariffPeriod{0b0011111, 420, 1260, 0.25}));
  EXPECT_EQ(periods->at(1), (TariffPeriod{0b0100000, 1320, 360, 0.1}));
  EXPECT_EQ(periods->at(2), (TariffPeriod{0b1111111, 0, 1440, 0}));
  EXPECT_EQ(ParseTariff("sat-mon 10:00-00:00 1")->at(0), (TariffPeriod{0b1100001, 600, 1440, 1}));
  EXPECT_EQ(ParseTariff("")->size(), 0U);
}

TEST(TariffText, WritesWhatItReads) {
  for (const char* text :
       {"mon-fri 07:00-21:00 0.25", "daily 22:00-06:00 0.08, sun 00:00-24:00 0.1",
        "sat-mon 10:30-11:45 2", "sun-fri 00:00-12:00 0.3"}) {
    EXPECT_EQ(TariffText(ParseTariff(text).value()), text);
  }
}

TEST(TariffText, RefusesWhatCannotBeMeant) {
  for (const char* text :
       {"mon", "mon 07:00-21:00", "07:00-21:00 0.2", "mon 7:00-21:00 0.2", "mon 07:00-24:01 0.2",
        "mon 24:00-25:00 0.2", "mon 07:60-08:00 0.2", "mon 07:00-07:00 0.2", "moon 07:00-08:00 0.2",
        "mon- 07:00-08:00 0.2", "mon 07:00-08:00 -1", "mon 07:00-08:00 11", "mon 07:00-08:00 nan",
        "mon 07:00-08:00 0.2 0.3"}) {
    EXPECT_FALSE(ParseTariff(text)) << text;
  }
}

TEST(MoneySettings, ComeFromVariables) {
  const auto loaded = Load({{"TARIFF", "mon-fri 07:00-21:00 0.25"},
                            {"TARIFF_TIMEZONE", "Europe/Berlin"},
                            {"CURRENCY", "eur"},
                            {"PRICE_SOURCES", "Kraken"},
                            {"MEMPOOL_URL", "http://127.0.0.1:81"}});
  ASSERT_FALSE(loaded.config);
  ASSERT_EQ(loaded.faults.size(), 1U);
  EXPECT_NE(loaded.faults[0].find("PRICE_SOURCES"), std::string::npos) << loaded.faults[0];
  EXPECT_NE(loaded.faults[0].find("coingecko"), std::string::npos) << "names what is allowed";
  const auto good = Load({{"TARIFF", "mon-fri 07:00-21:00 0.25"},
                          {"TARIFF_TIMEZONE", "Europe/Berlin"},
                          {"CURRENCY", "eur"},
                          {"PRICE_SOURCES", "Mempool, coinbase"},
                          {"MEMPOOL_URL", "http://127.0.0.1:81"}});
  ASSERT_TRUE(good.config) << good.faults.at(0);
  const ProfitabilityConfig& money = good.config->profitability;
  EXPECT_EQ(money.tariff.periods.size(), 1U);
  EXPECT_EQ(money.currency, "EUR");
  EXPECT_EQ(money.price_sources, (std::vector<std::string>{"mempool", "coinbase"}));
  EXPECT_EQ(money.hosts.at("mempool"), "http://127.0.0.1:81");
  EXPECT_EQ(money.hosts.at("coingecko"), "https://api.coingecko.com");
}

TEST(MoneySettings, EveryFaultNamesTheSettingAndWhatIsAllowed) {
  const auto loaded = Load({{"TARIFF", "always 0.1"},
                            {"TARIFF_TIMEZONE", "Europe/Atlantis"},
                            {"CURRENCY", "dollar"},
                            {"STATIC_PRICE", "0"},
                            {"CHAIN_SOURCES", "mempool,mempool"}});
  ASSERT_EQ(loaded.faults.size(), 5U);
  for (const char* word : {"Europe/Atlantis", "always 0.1", "dollar"}) {
    bool found = false;
    for (const std::string& fault : loaded.faults) {
      found = found ||
              (fault.find(word) != std::string::npos && fault.find("allowed") != std::string::npos);
    }
    EXPECT_TRUE(found) << word;
  }
}

TEST(MoneySettings, NobodyIsAskedForSimulatedMiners) {
  const auto fetches = [](std::map<std::string, std::string> environment) {
    ConfigSources sources;
    sources.dotenv_path = "";
    sources.environment = std::move(environment);
    const auto loaded = LoadConfig(sources);
    EXPECT_TRUE(loaded.config);
    return loaded.config && loaded.config->profitability.fetch;
  };
  EXPECT_FALSE(fetches({{"MINER_IP_RANGE", "127.10.0.0/24 127.0.0.1"}}));
  EXPECT_TRUE(fetches({{"MINER_IP_RANGE", "127.10.0.0/24 10.0.0.1"}}));
  EXPECT_TRUE(fetches({{"MINER_IP_RANGE", "10.0.0.0/24"}}));
  EXPECT_TRUE(fetches({}));
  EXPECT_TRUE(fetches({{"MINER_IP_RANGE", "127.10.0.0/24"}, {"MARKET_FETCH", "yes"}}));
  EXPECT_FALSE(fetches({{"MINER_IP_RANGE", "10.0.0.0/24"}, {"MARKET_FETCH", "no"}}));
}

TEST(MoneySettings, SitesHaveTheirOwnElectricity) {
  const auto loaded = LoadYaml(
      "profitability:\n"
      "  power_cost_usd_per_kwh: 0.12\n"
      "  tariff: [\"mon-fri 07:00-21:00 0.25\", \"daily 22:00-06:00 0.08\"]\n"
      "  sites:\n"
      "    texas: {timezone: America/Chicago, tariff: \"daily 15:00-19:00 1\"}\n"
      "    \"hut 7\": {power_cost_usd_per_kwh: 0.05}\n");
  ASSERT_TRUE(loaded.config) << loaded.faults.at(0);
  const ProfitabilityConfig& money = loaded.config->profitability;
  EXPECT_EQ(money.tariff.periods.size(), 2U);
  EXPECT_EQ(money.sites.at("texas").time_zone, "America/Chicago");
  EXPECT_EQ(money.sites.at("texas").periods.value().at(0).price, 1);
  EXPECT_EQ(money.sites.at("hut 7").price, 0.05);
  EXPECT_FALSE(money.sites.at("hut 7").periods);
  const auto again = LoadYaml(PrintConfig(*loaded.config));
  ASSERT_TRUE(again.config) << again.faults.at(0);
  EXPECT_EQ(again.config->profitability, money) << "what is printed reads back";
}

TEST(MoneySettings, AFaultInASiteIsNamed) {
  const auto loaded = LoadYaml(
      "profitability:\n  sites:\n    a: {price: 1}\n    b: {timezone: Moon/Base}\n    c: 0.1\n");
  ASSERT_EQ(loaded.faults.size(), 3U);
  EXPECT_NE(loaded.faults[0].find("\"price\" is no setting of a site"), std::string::npos);
  EXPECT_NE(loaded.faults[1].find("Moon/Base"), std::string::npos);
  EXPECT_NE(loaded.faults[2].find("profitability.sites.c"), std::string::npos);
}

}  // namespace
}  // namespace antx
