// Revenue, cost and profit. Pure: the formulas, the inputs they may use and the sums over miners.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "config/config.h"
#include "market/tariff.h"
#include "model/market.h"
#include "model/snapshot.h"

namespace antx {

/// Bitcoins for a number of hashes: hashes x (subsidy + fees) x (1 - fee of the pool) /
/// (difficulty x 2^32). For a rate and 86,400 s: bitcoins per day.
struct Reward {
  double difficulty = 0;
  double subsidy = 0;
  double fees = 0;
  double pool_fee_percent = 0;
};
[[nodiscard]] double BitcoinsFor(double hashes, const Reward& reward);

/// 50 / 2^floor(height / 210000).
[[nodiscard]] double SubsidyAt(double height);

/// Fills what follows from price, difficulty, hashrate_ths, power_watts, power_price, pool fee,
/// subsidy and fees of `profit`; what misses an input stays absent. Unknown fees count as 0.
void Derive(Profitability& profit);

/// A value that is not older than `limit_seconds`; otherwise nothing, and `why` says so.
[[nodiscard]] std::optional<double> Usable(const std::optional<MarketValue>& value,
                                           std::string_view name, SystemTime now,
                                           double limit_seconds, std::string& why);

struct ProfitInputs {
  const Config& config;
  const MarketData& market;
  const TariffBook& tariffs;
  SystemTime now;
};
/// Of the whole fleet. Miners that did not answer lately earn and cost nothing; those of other
/// algorithms are left out and counted; power drawn without hashing is charged.
[[nodiscard]] Profitability FleetProfit(const Snapshot& snapshot, const ProfitInputs& inputs);
[[nodiscard]] Profitability MinerProfit(const MinerView& miner, const ProfitInputs& inputs);

}  // namespace antx
