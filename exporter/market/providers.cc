#include "market/providers.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <stdexcept>

#include "util/text.h"

namespace antx {
namespace {

namespace json = boost::json;

constexpr double kSatoshisPerBitcoin = 1e8;
constexpr std::size_t kHistoryPoints = 14;
constexpr double kLatestMilliseconds = 4'102'444'800'000;  // 2100.

MarketFault Fault(std::string detail) { return {std::move(detail)}; }

MarketResult<json::value> Parse(std::string_view body) {
  boost::system::error_code error;
  json::value value = json::parse(json::string_view(body.data(), body.size()), error);
  if (error) return Fault("the answer is no JSON");
  return value;
}

/// A number, or a text that is one.
std::optional<double> NumberOf(const json::value& value) {
  if (value.is_string()) {
    const auto& text = value.get_string();
    return ParseDouble(std::string_view(text.data(), text.size()));
  }
  if (!value.is_number()) return std::nullopt;
  const auto number = value.to_number<double>();
  return std::isfinite(number) ? std::optional<double>(number) : std::nullopt;
}

MarketResult<double> NumberAt(const json::value& root,
                              std::initializer_list<std::string_view> path) {
  const json::value* at = &root;
  std::string name;
  for (const std::string_view key : path) {
    name += (name.empty() ? "" : ".") + std::string(key);
    const json::object* object = at->if_object();
    at = object == nullptr ? nullptr
                           : object->if_contains(json::string_view(key.data(), key.size()));
    if (at == nullptr) return Fault("the answer has no \"" + name + '"');
  }
  const auto number = NumberOf(*at);
  if (!number) return Fault('"' + name + "\" is no number");
  return *number;
}

MarketResult<Fetched> ReadPath(std::string_view body,
                               std::initializer_list<std::string_view> path) {
  const auto root = Parse(body);
  if (root.has_error()) return root.error();
  const auto number = NumberAt(*root, path);
  if (number.has_error()) return number.error();
  return Fetched{*number, {}};
}

MarketResult<Fetched> ReadText(std::string_view body, const std::string& /*currency*/) {
  const auto number = ParseDouble(Trim(body));
  if (!number) return Fault("the answer is no number");
  return Fetched{*number, {}};
}

MarketResult<Fetched> ReadCoinGecko(std::string_view body, const std::string& currency) {
  return ReadPath(body, {"bitcoin", ToLower(currency)});
}
MarketResult<Fetched> ReadMempoolPrice(std::string_view body, const std::string& currency) {
  return ReadPath(body, {currency});
}
MarketResult<Fetched> ReadCoinbase(std::string_view body, const std::string& /*currency*/) {
  return ReadPath(body, {"data", "amount"});
}
MarketResult<Fetched> ReadBinance(std::string_view body, const std::string& /*currency*/) {
  return ReadPath(body, {"price"});
}
MarketResult<Fetched> ReadCoinCap(std::string_view body, const std::string& /*currency*/) {
  return ReadPath(body, {"data", "priceUsd"});
}
MarketResult<Fetched> ReadMempoolDifficulty(std::string_view body,
                                            const std::string& /*currency*/) {
  return ReadPath(body, {"currentDifficulty"});
}

/// Satoshis of all blocks from startBlock to endBlock.
MarketResult<Fetched> ReadMempoolFees(std::string_view body, const std::string& /*currency*/) {
  const auto root = Parse(body);
  if (root.has_error()) return root.error();
  std::array<double, 3> numbers{};
  constexpr std::array<std::string_view, 3> kKeys = {"startBlock", "endBlock", "totalFee"};
  for (std::size_t i = 0; i < kKeys.size(); ++i) {
    const auto number = NumberAt(*root, {kKeys.at(i)});
    if (number.has_error()) return number.error();
    numbers.at(i) = *number;
  }
  const double blocks = numbers[1] - numbers[0] + 1;
  if (!(blocks >= 1)) return Fault("endBlock lies before startBlock");
  return Fetched{numbers[2] / blocks / kSatoshisPerBitcoin, {}};
}

/// Nothing for a time before 1970 or after 2100.
std::optional<PricePoint> PointAt(double milliseconds, double price) {
  if (!(milliseconds >= 0 && milliseconds <= kLatestMilliseconds)) return std::nullopt;
  return PricePoint{FromMilliseconds(std::llround(milliseconds)), price};
}

/// {"prices":[[ms, price], ...]}
MarketResult<Fetched> ReadCoinGeckoHistory(std::string_view body, const std::string& /*currency*/) {
  const auto root = Parse(body);
  if (root.has_error()) return root.error();
  const json::object* object = root->if_object();
  const json::value* prices = object == nullptr ? nullptr : object->if_contains("prices");
  if (prices == nullptr || !prices->is_array()) return Fault("the answer has no list \"prices\"");
  Fetched fetched;
  for (const json::value& pair : prices->get_array()) {
    const json::array* numbers = pair.if_array();
    if (numbers == nullptr || numbers->size() != 2) return Fault("\"prices\" holds no pairs");
    const auto time = NumberOf(numbers->at(0));
    const auto price = NumberOf(numbers->at(1));
    const auto point = time && price ? PointAt(*time, *price) : std::nullopt;
    if (!point) return Fault("\"prices\" holds what is no time or no number");
    fetched.points.push_back(*point);
  }
  return fetched;
}

/// {"data":[{"priceUsd":"64975.12","time":1757621585000}, ...]}
MarketResult<Fetched> ReadCoinCapHistory(std::string_view body, const std::string& /*currency*/) {
  const auto root = Parse(body);
  if (root.has_error()) return root.error();
  const json::object* object = root->if_object();
  const json::value* data = object == nullptr ? nullptr : object->if_contains("data");
  if (data == nullptr || !data->is_array()) return Fault("the answer has no list \"data\"");
  Fetched fetched;
  for (const json::value& entry : data->get_array()) {
    const auto time = NumberAt(entry, {"time"});
    const auto price = NumberAt(entry, {"priceUsd"});
    if (time.has_error()) return time.error();
    if (price.has_error()) return price.error();
    const auto point = PointAt(*time, *price);
    if (!point) return Fault("a time of the answer cannot be");
    fetched.points.push_back(*point);
  }
  return fetched;
}

constexpr std::array kTable = {
    ProviderRow{"coingecko", MarketDatum::kPrice,
                "/api/v3/simple/price?ids=bitcoin&vs_currencies={cur}", false, ReadCoinGecko},
    ProviderRow{"mempool", MarketDatum::kPrice, "/api/v1/prices", false, ReadMempoolPrice},
    ProviderRow{"coinbase", MarketDatum::kPrice, "/v2/prices/BTC-{CUR}/spot", false, ReadCoinbase},
    // Of tether, which is not quite the dollar.
    ProviderRow{"binance", MarketDatum::kPrice, "/api/v3/ticker/price?symbol=BTCUSDT", true,
                ReadBinance},
    ProviderRow{"coincap", MarketDatum::kPrice, "/v2/assets/bitcoin", true, ReadCoinCap},
    ProviderRow{"blockchain", MarketDatum::kDifficulty, "/q/getdifficulty", false, ReadText},
    ProviderRow{"mempool", MarketDatum::kDifficulty, "/api/v1/mining/hashrate/3d", false,
                ReadMempoolDifficulty},
    ProviderRow{"blockchain", MarketDatum::kHeight, "/q/getblockcount", false, ReadText},
    ProviderRow{"mempool", MarketDatum::kHeight, "/api/blocks/tip/height", false, ReadText},
    ProviderRow{"mempool", MarketDatum::kFees, "/api/v1/mining/reward-stats/144", false,
                ReadMempoolFees},
    ProviderRow{"coingecko", MarketDatum::kHistory,
                "/api/v3/coins/bitcoin/market_chart?vs_currency={cur}&days=14&interval=daily",
                false, ReadCoinGeckoHistory},
    ProviderRow{"coincap", MarketDatum::kHistory, "/v2/assets/bitcoin/history?interval=d1", true,
                ReadCoinCapHistory},
};

/// What a datum can be at all, both ends included.
struct Bounds {
  double min, max;
};
Bounds BoundsOf(MarketDatum datum) {
  switch (datum) {
    case MarketDatum::kDifficulty:
      return {1, 1e30};
    case MarketDatum::kHeight:
      return {1, 1e8};
    case MarketDatum::kFees:
      return {0, 50};
    case MarketDatum::kPrice:
    case MarketDatum::kHistory:
      break;
  }
  return {1e-6, 1e12};
}

std::string Filled(std::string_view path, const std::string& currency) {
  std::string text(path);
  const std::array<std::pair<std::string_view, std::string>, 2> words = {
      {{"{cur}", ToLower(currency)}, {"{CUR}", currency}}};
  for (const auto& [word, value] : words) {
    const auto at = text.find(word);
    if (at != std::string::npos) text.replace(at, word.size(), value);
  }
  return text;
}

/// An answer of unknown form: a number, or what one of the providers would say.
MarketResult<Fetched> ReadAnyForm(MarketDatum datum, std::string_view body,
                                  const std::string& currency) {
  auto fetched = ReadText(body, currency);
  for (const ProviderRow& row : kTable) {
    if (fetched.has_value()) return fetched;
    if (row.datum == datum) fetched = row.read(body, currency);
  }
  if (fetched.has_value()) return fetched;
  return Fault("the answer is neither a number nor in the form of a known provider");
}

/// The address of the settings for a datum, with its name.
std::pair<std::string_view, std::string> OwnAddress(MarketDatum datum,
                                                    const ProfitabilityConfig& config) {
  if (datum == MarketDatum::kPrice) return {"price_url", config.price_url};
  if (datum == MarketDatum::kDifficulty) return {"difficulty_url", config.difficulty_url};
  return {};
}

}  // namespace

void throw_exception_from_error(const MarketFault& fault, const boost::source_location& /*where*/) {
  throw std::logic_error("unchecked MarketFault: " + fault.detail);
}

std::span<const ProviderRow> ProviderTable() { return kTable; }

std::vector<Source> SourcesOf(MarketDatum datum, const ProfitabilityConfig& config) {
  std::vector<Source> sources;
  const auto [own_name, own_url] = OwnAddress(datum, config);
  if (!own_url.empty()) sources.push_back({std::string(own_name), own_url, nullptr});
  const bool price = datum == MarketDatum::kPrice || datum == MarketDatum::kHistory;
  for (const std::string& name : price ? config.price_sources : config.chain_sources) {
    for (const ProviderRow& row : kTable) {
      if (row.provider != name || row.datum != datum) continue;
      if (row.usd_only && config.currency != "USD") continue;
      std::string host = config.hosts.at(name);
      while (host.ends_with('/')) host.pop_back();
      sources.push_back({name, host + Filled(row.path, config.currency), &row});
    }
  }
  return sources;
}

bool IsFetched(MarketDatum datum, const ProfitabilityConfig& config) {
  if (!config.enabled || !config.fetch) return false;
  switch (datum) {
    case MarketDatum::kPrice:
      return !config.static_price;
    case MarketDatum::kDifficulty:
      return !config.static_difficulty;
    case MarketDatum::kHeight:
      return !config.block_subsidy_btc;
    case MarketDatum::kFees:
      return !config.block_fees_btc;
    case MarketDatum::kHistory:
      break;
  }
  return true;
}

MarketResult<Fetched> ReadAnswer(const Source& source, MarketDatum datum, std::string_view body,
                                 const std::string& currency) {
  auto fetched =
      source.row == nullptr ? ReadAnyForm(datum, body, currency) : source.row->read(body, currency);
  if (fetched.has_error()) return fetched;
  const Bounds bounds = BoundsOf(datum);
  const auto possible = [&bounds](double value) {
    return value >= bounds.min && value <= bounds.max;  // False for NaN.
  };
  if (datum != MarketDatum::kHistory) {
    if (possible(fetched->value)) return fetched;
    return Fault("the answer " + std::to_string(fetched->value) + " cannot be");
  }
  auto& points = fetched->points;
  const auto good = [&possible](const PricePoint& point) { return possible(point.price); };
  if (points.empty() || !std::all_of(points.begin(), points.end(), good)) {
    return Fault("the answer has no prices, or one that cannot be");
  }
  std::sort(points.begin(), points.end(),
            [](const PricePoint& a, const PricePoint& b) { return a.time < b.time; });
  if (points.size() > kHistoryPoints) {
    points.erase(points.begin(), points.end() - static_cast<std::ptrdiff_t>(kHistoryPoints));
  }
  return fetched;
}

}  // namespace antx
