// What money keeps on disk: the last good values of the market, snapshots of profit and the
// ledger, in a SQLite file of their own beside the database (or in memory). The layout is in
// store.cc.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "history/db.h"
#include "market/ledger.h"
#include "model/market.h"

namespace antx {

/// The file for a database: "metrics.db" gives "metrics.market.db"; ":memory:" without one.
[[nodiscard]] std::string MarketStorePath(const StorageConfig& storage);

/// Thread safe: one connection under a lock, held for one statement or transaction.
class MarketStore {
 public:
  /// Makes the file when it is absent. A damaged file, or one of a newer version, is an error and
  /// stays as it is.
  [[nodiscard]] static DbResult<std::unique_ptr<MarketStore>> Open(const std::string& path);

  /// Fetched values, with source and time.
  [[nodiscard]] DbResult<void> SaveMarket(const MarketData& fetched);
  [[nodiscard]] DbResult<MarketData> LoadMarket(const std::string& currency);

  [[nodiscard]] DbResult<void> AddProfit(const Profitability& profit);
  /// Since `from`, the newest `limit`, ascending.
  [[nodiscard]] DbResult<std::vector<Profitability>> Profits(std::optional<Ipv4> miner,
                                                             SystemTime from, std::size_t limit);
  /// When the newest snapshot of the fleet was taken.
  [[nodiscard]] std::optional<SystemTime> LastFleetProfit();

  /// Replaces what is stored of the day and its miners.
  [[nodiscard]] DbResult<void> SaveDay(const LedgerDay& day);
  [[nodiscard]] DbResult<LedgerDay> LoadDay(const std::string& day, const std::string& currency);
  /// From `first_day` on, the newest `limit`, ascending by day, then address.
  [[nodiscard]] DbResult<std::vector<LedgerEntry>> Entries(std::optional<Ipv4> miner,
                                                           const std::string& first_day,
                                                           std::size_t limit);

 private:
  explicit MarketStore(Db db) : db_(std::move(db)) {}
  DbResult<void> WriteDay(const LedgerDay& day);
  DbResult<LedgerInputs> ReadInputs(const std::string& day, const std::string& currency);

  std::mutex mutex_;
  Db db_;
};

}  // namespace antx
