// The ledger: one row per day, currency and miner with its result and all it was computed from.
// Pure; the file is store.h's. A day is a calendar day of profitability.timezone, so that its
// sums match a bill.
//
// Bitcoins of a day: its hashes x (subsidy + fees) x (1 - pool fee) / (difficulty x 2^32), each
// the mean of the day weighted by time. Revenue: those bitcoins x the mean price. Cost: energy,
// divided among the prices per kWh under which it was drawn.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "market/profit.h"
#include "model/market.h"
#include "model/snapshot.h"

namespace antx {

/// The result that follows from the inputs of an entry; reads nothing else of it.
[[nodiscard]] LedgerResult Recompute(const LedgerEntry& entry);
/// Whether the stored result is the one that follows from the stored inputs.
[[nodiscard]] bool Agrees(const LedgerEntry& entry);

/// One day of all miners, results included.
struct LedgerDay {
  LedgerInputs inputs;
  std::vector<LedgerEntry> entries;  ///< By miner id; their `inputs` are those of the day.
};

/// Adds up what passes. One thread.
class Ledger {
 public:
  /// Goes on with a day that was stored before; replaces what is known of that day.
  void Resume(const LedgerDay& day);

  /// Whether it holds the book of a day; a stored one must be resumed before it is added to.
  [[nodiscard]] bool Holds(const std::string& day, const std::string& currency) const {
    return books_.contains({day, currency});
  }

  /// Adds the span of `seconds` that ends at inputs.now. Energy is what the counters of a miner
  /// gained since it was seen last; the first sight of a miner adds none.
  void Add(const Snapshot& snapshot, const ProfitInputs& inputs, double seconds);

  /// The days that were added to since the last call. Days before the newest one are forgotten.
  [[nodiscard]] std::vector<LedgerDay> TakeChanged();

 private:
  /// A value that is a sum of products with time, and the time.
  struct Mean {
    double sum = 0;
    double seconds = 0;
    void Add(const std::optional<double>& value, double for_seconds);
    [[nodiscard]] std::optional<double> Get() const;
  };
  struct Book {
    LedgerInputs inputs;  // Its means are made from those below.
    Mean price, difficulty, subsidy, fees, pool_fee;
    std::map<std::string, LedgerEntry> entries;
    bool changed = false;
  };
  struct Piece {
    std::string day;
    SystemTime from, to;
    double share = 1;
  };
  static std::vector<Piece> Divide(const Tariff& standard, SystemTime to, double seconds);
  static void AddMarket(const ProfitInputs& inputs, double seconds, Book& book);
  void AddMiner(const MinerView& miner, const ProfitInputs& inputs, double seconds,
                const std::vector<Piece>& pieces);
  static LedgerDay Close(Book& book);

  std::map<std::pair<std::string, std::string>, Book> books_;  // By day and currency.
  std::map<std::string, double> energy_joules_;                // By miner, as seen last.
};

/// "2025-09-11" of a moment in the zone of a tariff.
[[nodiscard]] std::string LedgerDayOf(const Tariff& standard, SystemTime time);

}  // namespace antx
