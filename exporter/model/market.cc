#include "model/market.h"

namespace antx {

std::string_view MarketDatumName(MarketDatum datum) {
  constexpr std::array<std::string_view, kMarketDatumCount> kNames = {"price", "difficulty",
                                                                      "height", "fees", "history"};
  return kNames.at(static_cast<std::size_t>(datum));
}

std::span<const ProfitField> ProfitFields() {
  using P = Profitability;
  static constexpr std::array kFields = {
      ProfitField{"btc_price_usd", &P::price, 2},
      ProfitField{"network_difficulty", &P::difficulty, -1},
      ProfitField{"hashrate_ths", &P::hashrate_ths, 2},
      ProfitField{"power_w", &P::power_watts, 2},
      ProfitField{"power_cost_usd_per_kwh", &P::power_price, 4},
      ProfitField{"daily_power_kwh", &P::daily_kwh, 2},
      ProfitField{"daily_power_cost_usd", &P::daily_power_cost, 2},
      ProfitField{"estimated_btc_per_day", &P::btc_per_day, -1},
      ProfitField{"estimated_revenue_usd_per_day", &P::revenue, 2},
      ProfitField{"daily_profit_usd", &P::profit, 2},
      ProfitField{"profit_margin_pct", &P::margin_percent, 2},
      ProfitField{"break_even_btc_price", &P::break_even_price, 2},
      ProfitField{"efficiency_j_per_th", &P::joules_per_terahash, 2},
      ProfitField{"monthly_profit_usd", &P::monthly_profit, 2},
      ProfitField{"yearly_profit_usd", &P::yearly_profit, 2},
      ProfitField{"monthly_btc", &P::monthly_btc, -1},
      ProfitField{"yearly_btc", &P::yearly_btc, -1},
      ProfitField{"pool_fee_pct", &P::pool_fee_percent, -1},
      ProfitField{"block_subsidy_btc", &P::block_subsidy, -1},
      ProfitField{"block_fees_btc", &P::block_fees, -1},
  };
  return kFields;
}

}  // namespace antx
