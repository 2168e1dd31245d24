#include "market/compose.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "market/profit.h"
#include "market/providers.h"

namespace antx {
namespace {

using std::chrono::January;
using std::chrono::sys_days;

// Block 840,000 of April 2024 to block 1,049,999. Blocks of ten minutes reach its end in April
// 2028; that they come three months early is as good as impossible.
constexpr double kSubsidyOfThisEra = 3.125;
constexpr sys_days kEraIsSureUntil = std::chrono::year(2028) / January / 1;

std::optional<MarketValue> Fixed(const std::optional<double>& value, const char* source) {
  if (!value) return std::nullopt;
  return MarketValue{*value, source, {}, true};
}

std::optional<MarketValue> Subsidy(const MarketData& fetched, const ProfitabilityConfig& config,
                                   SystemTime now) {
  if (config.block_subsidy_btc) return Fixed(config.block_subsidy_btc, "static");
  if (fetched.height) return Fixed(SubsidyAt(fetched.height->value), "height");
  if (now < kEraIsSureUntil) return Fixed(kSubsidyOfThisEra, "built-in");
  return std::nullopt;
}

}  // namespace

MarketData Compose(const MarketData& fetched, const ProfitabilityConfig& config, SystemTime now) {
  MarketData market = fetched;
  market.currency = config.currency;
  if (config.static_price) market.price = Fixed(config.static_price, "static");
  if (config.static_difficulty) market.difficulty = Fixed(config.static_difficulty, "static");
  market.subsidy = Subsidy(fetched, config, now);
  if (config.block_fees_btc) {
    market.fees = Fixed(config.block_fees_btc, "static");
  } else if (!config.fetch) {
    market.fees = Fixed(0, "static");
  }
  return market;
}

MarketGauges GaugesOf(const MarketData& market, const Config& config, double electricity_price,
                      SystemTime now) {
  MarketGauges gauges;
  gauges.currency = config.profitability.currency;
  if (!config.profitability.enabled) return gauges;
  gauges.electricity_price = electricity_price;
  const double limit = config.alerts.market_age_seconds;
  std::string why;
  gauges.bitcoin_price = Usable(market.price, "price", now, limit, why);
  gauges.network_difficulty = Usable(market.difficulty, "difficulty", now, limit, why);
  if (market.subsidy) gauges.block_subsidy = market.subsidy->value;
  if (market.fees) gauges.block_fees = market.fees->value;
  const std::pair<MarketDatum, const std::optional<MarketValue>*> values[] = {
      {MarketDatum::kPrice, &market.price},
      {MarketDatum::kDifficulty, &market.difficulty},
      {MarketDatum::kHeight, &market.height},
      {MarketDatum::kFees, &market.fees}};
  for (const auto& [datum, value] : values) {
    if (!*value || (*value)->fixed) continue;
    // What nobody asks for any more grows old without being missed.
    const bool asked =
        IsFetched(datum, config.profitability) && !SourcesOf(datum, config.profitability).empty();
    if (!asked) continue;
    gauges.last_success[std::string(MarketDatumName(datum))] = (*value)->time;
  }
  return gauges;
}

}  // namespace antx
