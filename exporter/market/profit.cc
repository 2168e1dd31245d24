#include "market/profit.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace antx {
namespace {

constexpr double kTwo32 = 4294967296.0;
constexpr double kSecondsPerDay = 86400;
constexpr double kDaysPerMonth = 30;
constexpr double kDaysPerYear = 365;
constexpr double kBlocksPerEra = 210000;
constexpr double kLastEra = 64;

double AgeSeconds(const MarketValue& value, SystemTime now) {
  return std::max(0.0, std::chrono::duration<double>(now - value.time).count());
}

std::optional<double> AgeOf(const std::optional<MarketValue>& value, SystemTime now) {
  if (!value || value->fixed) return std::nullopt;
  return AgeSeconds(*value, now);
}

/// What is the same for every miner.
void TakeMarket(const ProfitInputs& inputs, Profitability& profit) {
  const MarketData& market = inputs.market;
  const double limit = inputs.config.alerts.market_age_seconds;
  const auto take = [&](const std::optional<MarketValue>& value, std::string_view name) {
    std::string why;
    const auto usable = Usable(value, name, inputs.now, limit, why);
    if (!usable) profit.missing.push_back(std::move(why));
    return usable;
  };
  profit.time = inputs.now;
  profit.currency = market.currency;
  profit.price = take(market.price, "price");
  profit.difficulty = take(market.difficulty, "difficulty");
  if (market.price) profit.price_source = market.price->source;
  if (market.difficulty) profit.difficulty_source = market.difficulty->source;
  profit.price_age_seconds = AgeOf(market.price, inputs.now);
  profit.difficulty_age_seconds = AgeOf(market.difficulty, inputs.now);
  profit.pool_fee_percent = inputs.config.profitability.pool_fee_percent;
  if (market.subsidy) {
    profit.block_subsidy = market.subsidy->value;
  } else {
    profit.missing.emplace_back(
        "subsidy: neither profitability.block_subsidy_btc nor a block "
        "height is known");
  }
  // A part of the reward that moves slowly: the last known value holds, and none counts as 0.
  if (market.fees) profit.block_fees = market.fees->value;
}

/// Adds miners up.
class Sum {
 public:
  explicit Sum(const ProfitInputs& inputs)
      : inputs_(inputs), price_(inputs.tariffs.Standard().PriceAt(inputs.now)) {}

  void Add(const MinerView& miner, Profitability& profit) {
    if (miner.identity.algorithm != "sha256") {
      ++profit.other_algorithm;
      return;
    }
    if (miner.reading == nullptr) {
      ++profit.not_answering;
      return;
    }
    ++profit.miner_count;
    if (miner.reading->hashrate_hashes_per_second) {
      hashrate_ = hashrate_.value_or(0) + *miner.reading->hashrate_hashes_per_second / 1e12;
    }
    if (!miner.power) {
      ++profit.power_unknown;
      return;
    }
    watts_ = watts_.value_or(0) + miner.power->watts;
    price_ = inputs_.tariffs.Of(miner.facts.labels)->PriceAt(inputs_.now);
    cost_ += miner.power->watts * price_;
  }

  void Finish(Profitability& profit) const {
    profit.hashrate_ths = hashrate_;
    profit.power_watts = watts_;
    if (profit.miner_count == 0) {
      profit.missing.emplace_back(profit.other_algorithm > 0 && profit.not_answering == 0
                                      ? "hashrate: no miner hashes SHA-256"
                                      : "hashrate: no SHA-256 miner has answered lately");
    } else if (!hashrate_) {
      profit.missing.emplace_back("hashrate: no miner tells it");
    }
    if (profit.miner_count > 0 && !watts_) {
      profit.missing.emplace_back("power: neither measured nor estimated");
    }
    // The mean weighs by power; with nothing drawn the price in force is shown.
    profit.power_price = watts_.value_or(0) > 0 ? cost_ / *watts_ : price_;
    Derive(profit);
  }

 private:
  const ProfitInputs& inputs_;
  std::optional<double> hashrate_, watts_;
  double cost_ = 0;
  double price_;  ///< In force for the last miner, or the standard one.
};

}  // namespace

double BitcoinsFor(double hashes, const Reward& reward) {
  return hashes / (reward.difficulty * kTwo32) * (reward.subsidy + reward.fees) *
         (1 - reward.pool_fee_percent / 100);
}

double SubsidyAt(double height) {
  const double era = std::floor(height / kBlocksPerEra);
  return era < kLastEra ? 50 / std::exp2(era) : 0;
}

void Derive(Profitability& profit) {
  Profitability& p = profit;
  if (p.power_watts) {
    p.daily_kwh = *p.power_watts / 1000 * 24;
    if (p.power_price) p.daily_power_cost = *p.daily_kwh * *p.power_price;
    if (p.hashrate_ths && *p.hashrate_ths > 0) {
      p.joules_per_terahash = *p.power_watts / *p.hashrate_ths;
    }
  }
  if (p.hashrate_ths && p.difficulty && p.block_subsidy) {
    p.btc_per_day = BitcoinsFor(*p.hashrate_ths * 1e12 * kSecondsPerDay,
                                {*p.difficulty, *p.block_subsidy, p.block_fees.value_or(0),
                                 p.pool_fee_percent.value_or(0)});
    p.monthly_btc = *p.btc_per_day * kDaysPerMonth;
    p.yearly_btc = *p.btc_per_day * kDaysPerYear;
    if (p.price) p.revenue = *p.btc_per_day * *p.price;
    if (p.daily_power_cost && *p.btc_per_day > 0) {
      p.break_even_price = *p.daily_power_cost / *p.btc_per_day;
    }
  }
  if (p.revenue && p.daily_power_cost) {
    p.profit = *p.revenue - *p.daily_power_cost;
    if (*p.revenue > 0) p.margin_percent = *p.profit / *p.revenue * 100;
    p.monthly_profit = *p.profit * kDaysPerMonth;
    p.yearly_profit = *p.profit * kDaysPerYear;
  }
}

std::optional<double> Usable(const std::optional<MarketValue>& value, std::string_view name,
                             SystemTime now, double limit_seconds, std::string& why) {
  if (!value) {
    why = std::string(name) + ": not known yet";
    return std::nullopt;
  }
  if (value->fixed) return value->value;
  const double age = AgeSeconds(*value, now);
  if (age <= limit_seconds) return value->value;
  why = std::string(name) + ": " + std::to_string(std::llround(age)) + " s old, allowed are " +
        std::to_string(std::llround(limit_seconds)) + " s (alerts.market_age_seconds)";
  return std::nullopt;
}

Profitability FleetProfit(const Snapshot& snapshot, const ProfitInputs& inputs) {
  Profitability profit;
  TakeMarket(inputs, profit);
  Sum sum(inputs);
  for (const auto& miner : snapshot.miners) sum.Add(*miner, profit);
  sum.Finish(profit);
  return profit;
}

Profitability MinerProfit(const MinerView& miner, const ProfitInputs& inputs) {
  Profitability profit;
  TakeMarket(inputs, profit);
  profit.miner = miner.facts.address;
  Sum sum(inputs);
  sum.Add(miner, profit);
  sum.Finish(profit);
  return profit;
}

}  // namespace antx
