// Settings of electricity, market data and profit.
#include <algorithm>
#include <optional>

#include "config/keys.h"
#include "config/tariff.h"
#include "config/values.h"
#include "util/text.h"
#include "util/time_zone.h"

namespace antx {
namespace {

Key TimeZoneKey() {
  Key key = TextKey({"profitability.timezone",
                     {"TARIFF_TIMEZONE"},
                     "Zone of the tariff's hours and of the days of the ledger."},
                    [](Config& c) -> std::string& { return c.profitability.tariff.time_zone; });
  key.allowed = "the name of a zone of the system's tzdata, such as Europe/Berlin, or UTC";
  key.set = [set = key.set](std::string_view text, Config& config) {
    return TimeZone::Load(std::string(text)) != nullptr && set(text, config);
  };
  return key;
}

Key TariffKey() {
  Key key;
  key.path = "profitability.tariff";
  key.variables = {"TARIFF"};
  key.allowed =
      "a list of DAYS HH:MM-HH:MM PRICE, days daily, mon or mon-fri, an end before the begin on "
      "the next day, a price from 0 to 10";
  key.help =
      "Time-of-use tariff: the first period that fits holds, else "
      "profitability.power_cost_usd_per_kwh.";
  key.is_list = true;
  key.set = [](std::string_view text, Config& config) {
    auto periods = ParseTariff(text);
    if (periods) config.profitability.tariff.periods = std::move(*periods);
    return periods.has_value();
  };
  key.get = [](const Config& config) { return TariffText(config.profitability.tariff.periods); };
  return key;
}

Key CurrencyKey() {
  Key key = TextKey({"profitability.currency",
                     {"CURRENCY"},
                     "Currency of price and tariffs. Keys and settings named usd hold it then."},
                    [](Config& c) -> std::string& { return c.profitability.currency; });
  key.allowed = "three letters of ISO 4217, such as USD";
  key.set = [](std::string_view text, Config& config) {
    std::string currency(text);
    for (char& c : currency) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    const bool good =
        currency.size() == 3 &&
        std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (good) config.profitability.currency = std::move(currency);
    return good;
  };
  return key;
}

/// A list of providers, in the order in which they are asked.
Key SourcesKey(KeyInfo info, const Field<std::vector<std::string>>& field,
               std::vector<std::string> names) {
  Key key = ListKey(std::move(info), field);
  key.allowed = "a list of";
  for (const std::string& name : names) key.allowed += (name == names.front() ? " " : ", ") + name;
  key.set = [field, names = std::move(names)](std::string_view text, Config& config) {
    std::vector<std::string> chosen;
    for (const std::string_view word : SplitList(text, ", ")) {
      std::string name = ToLower(word);
      const bool known = std::find(names.begin(), names.end(), name) != names.end();
      const bool twice = std::find(chosen.begin(), chosen.end(), name) != chosen.end();
      if (!known || twice) return false;
      chosen.push_back(std::move(name));
    }
    if (chosen.empty()) return false;
    field(config) = std::move(chosen);
    return true;
  };
  return key;
}

std::string UpperCase(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::vector<Key> ElectricityKeys() {
  return {
      BoolKey({"profitability.enabled", {"PROFITABILITY_ENABLED"}, "Compute money."},
              [](Config& c) -> bool& { return c.profitability.enabled; }),
      NumberKey(
          {"profitability.power_cost_usd_per_kwh",
           {"DEFAULT_POWER_COST"},
           "Electricity tariff per kWh."},
          [](Config& c) -> double& { return c.profitability.tariff.price; }, 0, kHighestPowerPrice),
      TariffKey(),
      TimeZoneKey(),
      CurrencyKey(),
      NumberKey(
          {"profitability.pool_fee_percent", {"POOL_FEE_PERCENT"}, "Fee of the pool."},
          [](Config& c) -> double& { return c.profitability.pool_fee_percent; }, 0, 100),
  };
}

std::vector<Key> MarketKeys() {
  return {
      BoolKey(
          {"profitability.fetch",
           {"MARKET_FETCH"},
           "Ask providers for price, difficulty, block height and fees. Off: only static_price, "
           "static_difficulty and the block settings count. Unless set, off where all ranges lie "
           "in "
           "127.0.0.0/8: such miners are simulated."},
          [](Config& c) -> bool& { return c.profitability.fetch; }),
      OptionalKey(
          {"profitability.block_subsidy_btc",
           {"BLOCK_SUBSIDY_BTC"},
           "Block subsidy; empty = by block height."},
          [](Config& c) -> std::optional<double>& { return c.profitability.block_subsidy_btc; }, 0,
          50),
      OptionalKey(
          {"profitability.block_fees_btc",
           {"BLOCK_FEES_BTC"},
           "Fees of a block; empty = mean of the last day as fetched, or 0 with "
           "profitability.fetch off."},
          [](Config& c) -> std::optional<double>& { return c.profitability.block_fees_btc; }, 0,
          50),
      UrlKey({"profitability.price_url",
              {"PRICE_URL"},
              "Another source of the price, asked first. Answer: a number, or JSON as one of the "
              "providers gives it."},
             [](Config& c) -> std::string& { return c.profitability.price_url; }),
      UrlKey({"profitability.difficulty_url",
              {"DIFFICULTY_URL"},
              "Another source of the difficulty, likewise."},
             [](Config& c) -> std::string& { return c.profitability.difficulty_url; }),
      OptionalKey(
          {"profitability.static_price", {"STATIC_PRICE"}, "Fixed price, no fetching."},
          [](Config& c) -> std::optional<double>& { return c.profitability.static_price; }, 0.01,
          1e12),
      OptionalKey(
          {"profitability.static_difficulty", {"STATIC_DIFFICULTY"}, "Fixed difficulty."},
          [](Config& c) -> std::optional<double>& { return c.profitability.static_difficulty; }, 1,
          1e30),
      SourcesKey(
          {"profitability.price_sources",
           {"PRICE_SOURCES"},
           "Providers of the price, in the order in which they are asked. binance and coincap know "
           "USD only."},
          [](Config& c) -> std::vector<std::string>& { return c.profitability.price_sources; },
          {"coingecko", "mempool", "coinbase", "binance", "coincap"}),
      SourcesKey(
          {"profitability.chain_sources",
           {"CHAIN_SOURCES"},
           "Providers of difficulty, block height and fees, likewise."},
          [](Config& c) -> std::vector<std::string>& { return c.profitability.chain_sources; },
          {"blockchain", "mempool"}),
      SecondsKey(
          {"profitability.price_interval_seconds",
           {"PRICE_INTERVAL"},
           "Seconds between two fetches of the price."},
          [](Config& c) -> Seconds& { return c.profitability.price_interval; }, 1, 86400),
      SecondsKey(
          {"profitability.chain_interval_seconds",
           {"CHAIN_INTERVAL"},
           "Seconds between two fetches of difficulty, block height and fees."},
          [](Config& c) -> Seconds& { return c.profitability.chain_interval; }, 1, 86400),
      SecondsKey(
          {"profitability.timeout_seconds", {"MARKET_TIMEOUT"}, "For one request to a provider."},
          [](Config& c) -> Seconds& { return c.profitability.timeout; }, 0.1, 60),
      SecretKey({"profitability.coingecko_api_key",
                 {"COINGECKO_API_KEY"},
                 "Key of CoinGecko's demo plan; sent to the host of coingecko only."},
                [](Config& c) -> std::string& { return c.profitability.coingecko_api_key; }),
  };
}

/// One row per provider: its address can be a mirror of one's own.
std::vector<Key> HostKeys() {
  std::vector<Key> keys;
  const ProfitabilityConfig defaults;
  for (const auto& host : defaults.hosts) {
    const std::string provider = host.first;
    keys.push_back(
        UrlKey({"profitability." + provider + "_url",
                {UpperCase(provider) + "_URL"},
                "Where " + provider + " is asked, without the path."},
               [provider](Config& c) -> std::string& { return c.profitability.hosts[provider]; }));
  }
  return keys;
}

}  // namespace

std::vector<Key> MoneyKeys() {
  std::vector<Key> keys = ElectricityKeys();
  for (auto part : {MarketKeys(), HostKeys()}) {
    keys.insert(keys.end(), part.begin(), part.end());
  }
  return keys;
}

}  // namespace antx
