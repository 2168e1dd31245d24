// Market data and money, as their readers see them. `market` implements the interface; api and
// metrics see nothing else of it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/history.h"
#include "util/clock.h"
#include "util/ipv4.h"

namespace antx {

/// What is fetched. Its name is the label `source` of the time of the last success.
enum class MarketDatum : std::uint8_t { kPrice, kDifficulty, kHeight, kFees, kHistory };
inline constexpr int kMarketDatumCount = 5;
/// "price", "difficulty", "height", "fees", "history".
[[nodiscard]] std::string_view MarketDatumName(MarketDatum datum);

/// One number and where it comes from.
struct MarketValue {
  double value = 0;
  std::string source;  ///< A provider, "static", "height" or "built-in".
  SystemTime time;     ///< When it was fetched; without meaning when `fixed`.
  bool fixed = false;  ///< From the settings or the protocol: never too old.
  bool operator==(const MarketValue&) const = default;
};

struct PricePoint {
  SystemTime time;
  double price = 0;
  bool operator==(const PricePoint&) const = default;
};

/// All that is known of the market, good values only; what failed later keeps its last value.
struct MarketData {
  std::string currency = "USD";      ///< Of price and history.
  std::optional<MarketValue> price;  ///< Of one bitcoin.
  std::optional<MarketValue> difficulty;
  std::optional<MarketValue> height;   ///< Of the newest block.
  std::optional<MarketValue> subsidy;  ///< Bitcoins per block.
  std::optional<MarketValue> fees;     ///< Bitcoins per block, mean of a day.
  std::vector<PricePoint> history;     ///< Ascending; the last 14 days.
  std::optional<SystemTime> history_time;
  bool operator==(const MarketData&) const = default;
};

/// What is exported of the market now; absent values have no series.
struct MarketGauges {
  std::string currency;
  std::optional<double> bitcoin_price, network_difficulty, block_subsidy, block_fees;
  std::optional<double> electricity_price;         ///< Standard tariff, per kWh.
  std::map<std::string, double> site_prices;       ///< Of sites with a tariff of their own.
  std::map<std::string, SystemTime> last_success;  ///< By MarketDatumName; fetched ones only.
  bool operator==(const MarketGauges&) const = default;
};

/// Profit at one moment, of one miner or of the fleet. Absent: an input is missing, and `missing`
/// says which. Money is in `currency`, whatever the names of the keys say.
struct Profitability {
  SystemTime time;
  std::optional<Ipv4> miner;         ///< Nothing: the fleet.
  std::int64_t miner_count = 0;      ///< SHA-256 miners that answered lately.
  std::int64_t not_answering = 0;    ///< SHA-256 miners left out since they did not.
  std::int64_t other_algorithm = 0;  ///< Left out.
  std::int64_t power_unknown = 0;    ///< Of miner_count: neither measured nor estimated.
  std::string currency = "USD";
  std::string price_source, difficulty_source;
  std::optional<double> price_age_seconds, difficulty_age_seconds;  ///< Absent for fixed values.
  std::vector<std::string> missing;                                 ///< "price: ...", one each.

  // The numbers of ProfitFields().
  std::optional<double> price, difficulty, hashrate_ths, power_watts, power_price, daily_kwh,
      daily_power_cost, btc_per_day, revenue, profit, margin_percent, break_even_price,
      joules_per_terahash, monthly_profit, yearly_profit, monthly_btc, yearly_btc;
  std::optional<double> pool_fee_percent, block_subsidy, block_fees;
};

/// A number of Profitability: its key in JSON and its column on disk.
struct ProfitField {
  std::string_view name;
  std::optional<double> Profitability::*value;
  int decimals;  ///< Shown; -1: all.
};
[[nodiscard]] std::span<const ProfitField> ProfitFields();

/// What one day of one miner (or of the fleet's market) was computed from, and the result.
struct LedgerInputs {
  std::string day;  ///< "2025-09-11" in profitability.timezone.
  std::string currency = "USD";
  /// Means over the time they were known, weighted by time; absent: never known on that day.
  std::optional<double> price, difficulty, subsidy, fees, pool_fee_percent;
  std::string price_source, difficulty_source, subsidy_source, fees_source;  ///< All, with commas.
  std::optional<double> price_age_seconds, difficulty_age_seconds;           ///< Highest.
  double seconds = 0;                                                        ///< Watched.
  double price_seconds = 0;  ///< Of them with a price.
  double difficulty_seconds = 0;
};
struct LedgerEnergy {
  double price = 0;  ///< Per kWh.
  double kwh = 0;
};
struct LedgerResult {
  std::optional<double> btc, revenue, profit;
  double kwh = 0;
  double cost = 0;
};
struct LedgerEntry {
  LedgerInputs inputs;
  std::string miner;  ///< Id.
  Ipv4 address;
  double hashing_seconds = 0;  ///< It answered, and its hashrate was known.
  double hashes = 0;
  std::vector<LedgerEnergy> energy;  ///< By price, ascending.
  LedgerResult result;
};

/// Thread safe. Nothing waits for a provider.
class MarketReader {
 public:
  virtual ~MarketReader() = default;
  [[nodiscard]] virtual std::shared_ptr<const MarketData> Data() const = 0;
  /// Of one miner or of the fleet; nothing for a miner that is not known.
  [[nodiscard]] virtual std::optional<Profitability> Current(std::optional<Ipv4> miner) const = 0;
  /// Keeps a snapshot of this moment.
  [[nodiscard]] virtual HistoryResult<void> Keep(const Profitability& profit) = 0;
  /// Snapshots since `from`, ascending, at most 10,000: the newest.
  [[nodiscard]] virtual HistoryResult<std::vector<Profitability>> History(
      std::optional<Ipv4> miner, SystemTime from) const = 0;
  /// Days from `first_day` on, ascending by day, then address; at most 10,000: the newest.
  [[nodiscard]] virtual HistoryResult<std::vector<LedgerEntry>> Ledger(
      std::optional<Ipv4> miner, const std::string& first_day) const = 0;
  /// Whether the result of an entry is the one that follows from its inputs.
  [[nodiscard]] virtual bool Verify(const LedgerEntry& entry) const = 0;
};

}  // namespace antx
