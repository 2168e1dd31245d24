// What the market is now: fetched values under those of the settings. Pure.
#pragma once

#include "config/config.h"
#include "model/market.h"

namespace antx {

/// `fetched` with static values, the subsidy and the fees of the settings. The subsidy follows
/// from a setting, else from the block height, else, until a halving can come, it is 3.125.
[[nodiscard]] MarketData Compose(const MarketData& fetched, const ProfitabilityConfig& config,
                                 SystemTime now);

/// What is exported of it: no price and no difficulty that is too old. Subsidy and fees move
/// slowly, their last value stays. Times of what is fetched only. Nothing while money is switched
/// off.
[[nodiscard]] MarketGauges GaugesOf(const MarketData& market, const Config& config,
                                    double electricity_price, SystemTime now);

}  // namespace antx
