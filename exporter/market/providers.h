// Who is asked for what, and how an answer is read. One row per provider and datum: a new provider
// is rows here, a host in config/config.h and a word in config/keys_money.cc. Pure.
// Facts: the public documentation of each provider's REST interface.
#pragma once

#include <boost/system/result.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "model/market.h"

namespace antx {

/// Why an answer is of no use; names no address and no key.
struct MarketFault {
  std::string detail;
  std::string kind = {};  ///< Tells faults apart that differ in digits only: a status.
};
template <class T>
using MarketResult = boost::system::result<T, MarketFault>;
[[noreturn]] void throw_exception_from_error(const MarketFault& fault,
                                             const boost::source_location& where);

/// One number, or the points of kHistory.
struct Fetched {
  double value = 0;
  std::vector<PricePoint> points;
};

struct ProviderRow {
  std::string_view provider;  ///< Key of ProfitabilityConfig::hosts.
  MarketDatum datum = MarketDatum::kPrice;
  std::string_view path;  ///< {cur} and {CUR} stand for the currency.
  bool usd_only = false;
  MarketResult<Fetched> (*read)(std::string_view body, const std::string& currency) = nullptr;
};

/// All rows; the settings choose among them and order them.
[[nodiscard]] std::span<const ProviderRow> ProviderTable();

/// Whether the settings leave a datum to the providers.
[[nodiscard]] bool IsFetched(MarketDatum datum, const ProfitabilityConfig& config);

/// Where a datum is asked for now: the address of the settings first, then providers in order.
struct Source {
  std::string name;  ///< A provider, or "price_url" or "difficulty_url".
  std::string url;
  const ProviderRow* row = nullptr;  ///< Null: of the settings, its form is not known.
};
[[nodiscard]] std::vector<Source> SourcesOf(MarketDatum datum, const ProfitabilityConfig& config);

/// Reads an answer of the source and checks that its numbers are possible ones.
[[nodiscard]] MarketResult<Fetched> ReadAnswer(const Source& source, MarketDatum datum,
                                               std::string_view body, const std::string& currency);

}  // namespace antx
