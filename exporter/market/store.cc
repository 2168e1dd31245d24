#include "market/store.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "history/side_database.h"
#include "market/store_rows.h"

namespace antx {
namespace {

// Times are Unix milliseconds, days "2025-09-11" in profitability.timezone, addresses text.
// `points` is "ms:price,..."; `energy` is "price:kwh,...", prices per kWh, shortest exact numbers.
// Absent values are NULL. `user_version` of the file is the version of the layout.
constexpr std::int64_t kVersion = 1;
constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS market_value (datum TEXT NOT NULL, currency TEXT NOT NULL,
  value REAL, source TEXT NOT NULL, time INTEGER NOT NULL, points TEXT,
  PRIMARY KEY (datum, currency)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ledger_day (day TEXT NOT NULL, currency TEXT NOT NULL,
  seconds REAL NOT NULL, price REAL, price_seconds REAL NOT NULL, price_source TEXT NOT NULL,
  price_age_seconds REAL, difficulty REAL, difficulty_seconds REAL NOT NULL,
  difficulty_source TEXT NOT NULL, difficulty_age_seconds REAL, subsidy REAL,
  subsidy_source TEXT NOT NULL, fees REAL, fees_source TEXT NOT NULL, pool_fee_percent REAL,
  PRIMARY KEY (day, currency)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ledger (day TEXT NOT NULL, currency TEXT NOT NULL, miner TEXT NOT NULL,
  address TEXT NOT NULL, hashing_seconds REAL NOT NULL, hashes REAL NOT NULL,
  energy TEXT NOT NULL, kwh REAL NOT NULL, cost REAL NOT NULL, btc REAL, revenue REAL, profit REAL,
  PRIMARY KEY (day, currency, miner)) WITHOUT ROWID;
PRAGMA user_version=1)";

/// The columns that ProfitFields() names: "name, name" or "?, ?".
std::string ProfitColumns(bool marks, const char* type = "") {
  std::string text;
  for (const ProfitField& field : ProfitFields()) {
    text += (text.empty() ? "" : ", ") + (marks ? "?" : std::string(field.name)) + type;
  }
  return text;
}

constexpr std::array kNumbers = {
    std::pair{MarketDatum::kPrice, &MarketData::price},
    std::pair{MarketDatum::kDifficulty, &MarketData::difficulty},
    std::pair{MarketDatum::kHeight, &MarketData::height},
    std::pair{MarketDatum::kFees, &MarketData::fees},
};

}  // namespace

std::string MarketStorePath(const StorageConfig& storage) {
  if (!storage.enabled) return ":memory:";
  return SideDatabase(storage.path, "market");
}

DbResult<std::unique_ptr<MarketStore>> MarketStore::Open(const std::string& path) {
  auto db = OpenSideDatabase(path, kSchema, kVersion);
  if (db.has_error()) return db.error();
  // `miner` is '' for the fleet.
  const auto made = db->Execute(
      "CREATE TABLE IF NOT EXISTS profit (miner TEXT NOT NULL, time INTEGER NOT NULL, currency "
      "TEXT NOT NULL, miner_count INTEGER NOT NULL, not_answering INTEGER NOT NULL, "
      "other_algorithm INTEGER NOT NULL, power_unknown INTEGER NOT NULL, price_source TEXT NOT "
      "NULL, difficulty_source TEXT NOT NULL, " +
      ProfitColumns(false, " REAL") + ", PRIMARY KEY (miner, time)) WITHOUT ROWID");
  if (made.has_error()) return made.error();
  return std::unique_ptr<MarketStore>(new MarketStore(std::move(*db)));
}

DbResult<void> MarketStore::SaveMarket(const MarketData& fetched) {
  const std::lock_guard lock(mutex_);
  DbTransaction transaction(db_);
  if (auto begun = transaction.Begin(); begun.has_error()) return begun;
  auto put = db_.Prepare("INSERT OR REPLACE INTO market_value VALUES (?,?,?,?,?,?)");
  if (put.has_error()) return put.error();
  for (const auto& [datum, member] : kNumbers) {
    const auto& value = fetched.*member;
    if (!value || value->fixed) continue;
    put->Bind(1, MarketDatumName(datum));
    put->Bind(2, fetched.currency);
    put->Bind(3, value->value);
    put->Bind(4, value->source);
    put->Bind(5, Milliseconds(value->time));
    put->Bind(6, std::string_view());
    if (auto done = RunToEnd(db_, *put); done.has_error()) return done;
  }
  if (fetched.history_time) {
    std::vector<std::pair<double, double>> points;
    for (const PricePoint& point : fetched.history) {
      points.emplace_back(static_cast<double>(Milliseconds(point.time)), point.price);
    }
    put->Bind(1, MarketDatumName(MarketDatum::kHistory));
    put->Bind(2, fetched.currency);
    put->Bind(3, std::optional<double>());
    put->Bind(4, "");
    put->Bind(5, Milliseconds(*fetched.history_time));
    put->Bind(6, PairsText(points));
    if (auto done = RunToEnd(db_, *put); done.has_error()) return done;
  }
  return transaction.Commit();
}

DbResult<MarketData> MarketStore::LoadMarket(const std::string& currency) {
  const std::lock_guard lock(mutex_);
  auto select =
      db_.Prepare("SELECT datum, value, source, time, points FROM market_value WHERE currency = ?");
  if (select.has_error()) return select.error();
  select->Bind(1, currency);
  MarketData data;
  data.currency = currency;
  while (select->Step()) {
    const std::string name = select->Text(0);
    if (name == MarketDatumName(MarketDatum::kHistory)) {
      data.history_time = FromMilliseconds(select->Int(3));
      for (const auto& [ms, price] : ReadPairs(select->Text(4))) {
        data.history.push_back({FromMilliseconds(static_cast<std::int64_t>(ms)), price});
      }
    }
    for (const auto& [datum, member] : kNumbers) {
      if (name != MarketDatumName(datum)) continue;
      data.*member =
          MarketValue{select->Double(1), select->Text(2), FromMilliseconds(select->Int(3)), false};
    }
  }
  if (select->Failed()) return db_.LastError();
  return data;
}

DbResult<void> MarketStore::AddProfit(const Profitability& profit) {
  const std::lock_guard lock(mutex_);
  auto put = db_.Prepare("INSERT OR REPLACE INTO profit VALUES (?,?,?,?,?,?,?,?,?, " +
                         ProfitColumns(true) + ')');
  if (put.has_error()) return put.error();
  put->Bind(1, profit.miner ? profit.miner->ToString() : std::string());
  put->Bind(2, Milliseconds(profit.time));
  put->Bind(3, profit.currency);
  put->Bind(4, profit.miner_count);
  put->Bind(5, profit.not_answering);
  put->Bind(6, profit.other_algorithm);
  put->Bind(7, profit.power_unknown);
  put->Bind(8, profit.price_source);
  put->Bind(9, profit.difficulty_source);
  int index = 10;
  for (const ProfitField& field : ProfitFields()) put->Bind(index++, profit.*field.value);
  return RunToEnd(db_, *put);
}

DbResult<std::vector<Profitability>> MarketStore::Profits(std::optional<Ipv4> miner,
                                                          SystemTime from, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  auto select = db_.Prepare(
      "SELECT time, currency, miner_count, not_answering, other_algorithm, power_unknown, "
      "price_source, difficulty_source, " +
      ProfitColumns(false) +
      " FROM profit WHERE miner = ? AND time >= ? ORDER BY time DESC LIMIT ?");
  if (select.has_error()) return select.error();
  select->Bind(1, miner ? miner->ToString() : std::string());
  select->Bind(2, Milliseconds(from));
  select->Bind(3, static_cast<std::int64_t>(limit));
  std::vector<Profitability> all;
  while (select->Step()) {
    Profitability profit;
    profit.miner = miner;
    profit.time = FromMilliseconds(select->Int(0));
    profit.currency = select->Text(1);
    profit.miner_count = select->Int(2);
    profit.not_answering = select->Int(3);
    profit.other_algorithm = select->Int(4);
    profit.power_unknown = select->Int(5);
    profit.price_source = select->Text(6);
    profit.difficulty_source = select->Text(7);
    int column = 8;
    for (const ProfitField& field : ProfitFields()) {
      profit.*field.value = select->OptionalDouble(column++);
    }
    all.push_back(std::move(profit));
  }
  if (select->Failed()) return db_.LastError();
  std::reverse(all.begin(), all.end());
  return all;
}

std::optional<SystemTime> MarketStore::LastFleetProfit() {
  const std::lock_guard lock(mutex_);
  const auto time =
      db_.Number("SELECT time FROM profit WHERE miner = '' ORDER BY time DESC LIMIT 1");
  return time ? std::optional<SystemTime>(FromMilliseconds(*time)) : std::nullopt;
}

}  // namespace antx
