// Routes of market data and profit.
#include "api/routes.h"

namespace antx {
namespace {

const RouteParameter kMiner = {"miner_ip", "address", "Only this miner; the whole fleet without."};
const RouteParameter kDays = {"days", "integer", "Days back from now.", "7", 1, 90};

Route PriceRoute(std::string_view pattern, std::string_view name) {
  return {"GET", pattern, name,      HandlePrice, "Price of one bitcoin, and how old it is.",
          {},    "Price", {502, 503}};
}

Route DifficultyRoute(std::string_view pattern, std::string_view name) {
  return {"GET",
          pattern,
          name,
          HandleDifficulty,
          "Difficulty of the network, and how old it is; the reward of a block.",
          {},
          "Difficulty",
          {502, 503}};
}

}  // namespace

std::vector<Route> MoneyRoutes() {
  return {
      {"GET",
       "/api/profitability/current",
       "api_profit",
       HandleProfit,
       "Revenue, cost and profit per day as things are now.",
       {kMiner},
       "ProfitNow",
       {404, 503}},
      {"GET",
       "/api/profitability/history",
       "api_profit_history",
       HandleProfitHistory,
       "Snapshots, ascending: of the fleet every 15 minutes, of a miner as they were asked for.",
       {kMiner, kDays},
       "ProfitHistory",
       {503}},
      {"POST",
       "/api/profitability/snapshot",
       "api_profit_snapshot",
       HandleProfitSnapshot,
       "Keeps a snapshot of this moment.",
       {kMiner},
       "ProfitNow",
       {404, 503},
       "application/json",
       Scope::kAdmin},
      {"GET",
       "/api/profitability/ledger",
       "api_ledger",
       HandleLedger,
       "What each day of each miner came to, and all it was computed from; ascending, at most the "
       "newest 10000 rows.",
       {kMiner, kDays},
       "Ledger",
       {503}},
      PriceRoute("/api/profitability/btc-price", "api_price"),
      PriceRoute("/api/btc-price", "api_price_short"),
      DifficultyRoute("/api/profitability/network-difficulty", "api_difficulty"),
      DifficultyRoute("/api/network-difficulty", "api_difficulty_short"),
      {"GET",
       "/api/btc/history",
       "api_price_history",
       HandlePriceHistory,
       "Price of one bitcoin over the last 14 days.",
       {},
       "PriceHistory",
       {502, 503}},
  };
}

}  // namespace antx
