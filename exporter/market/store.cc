#include "market/store.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <map>
#include <utility>

#include "util/text.h"

namespace antx {
namespace {

using std::chrono::milliseconds;

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

std::int64_t Millis(SystemTime time) {
  return std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
}
SystemTime FromMillis(std::int64_t value) { return SystemTime(milliseconds(value)); }

/// A list of pairs of numbers as text.
std::string PairsText(const std::vector<std::pair<double, double>>& pairs) {
  std::string text;
  std::array<char, 64> number{};
  for (const auto& [key, value] : pairs) {
    text += text.empty() ? "" : ",";
    for (const double part : {key, value}) {
      const auto end = std::to_chars(number.data(), number.data() + number.size(), part).ptr;
      text.append(number.data(), end);
      text += ':';
    }
    text.pop_back();
  }
  return text;
}

std::vector<std::pair<double, double>> ReadPairs(std::string_view text) {
  std::vector<std::pair<double, double>> pairs;
  for (const std::string_view item : SplitList(text, ",")) {
    const auto colon = item.find(':');
    if (colon == std::string_view::npos) continue;
    const auto key = ParseDouble(item.substr(0, colon));
    const auto value = ParseDouble(item.substr(colon + 1));
    if (key && value) pairs.emplace_back(*key, *value);
  }
  return pairs;
}

std::string EnergyText(const std::vector<LedgerEnergy>& energy) {
  std::vector<std::pair<double, double>> pairs;
  for (const LedgerEnergy& part : energy) pairs.emplace_back(part.price, part.kwh);
  return PairsText(pairs);
}

/// The columns that ProfitFields() names: "name, name" or "?, ?".
std::string ProfitColumns(bool marks, const char* type = "") {
  std::string text;
  for (const ProfitField& field : ProfitFields()) {
    text += (text.empty() ? "" : ", ") + (marks ? "?" : std::string(field.name)) + type;
  }
  return text;
}

DbResult<void> RunToEnd(Db& db, DbStatement& statement) {
  (void)statement.Step();
  if (statement.Failed()) return db.LastError();
  statement.Reset();
  return {};
}

constexpr std::array kNumbers = {
    std::pair{MarketDatum::kPrice, &MarketData::price},
    std::pair{MarketDatum::kDifficulty, &MarketData::difficulty},
    std::pair{MarketDatum::kHeight, &MarketData::height},
    std::pair{MarketDatum::kFees, &MarketData::fees},
};

/// Of the columns after day, currency in the order of kSchema.
LedgerInputs InputsFrom(const DbStatement& row, int at) {
  LedgerInputs inputs;
  inputs.day = row.Text(at);
  inputs.currency = row.Text(at + 1);
  inputs.seconds = row.Double(at + 2);
  inputs.price = row.OptionalDouble(at + 3);
  inputs.price_seconds = row.Double(at + 4);
  inputs.price_source = row.Text(at + 5);
  inputs.price_age_seconds = row.OptionalDouble(at + 6);
  inputs.difficulty = row.OptionalDouble(at + 7);
  inputs.difficulty_seconds = row.Double(at + 8);
  inputs.difficulty_source = row.Text(at + 9);
  inputs.difficulty_age_seconds = row.OptionalDouble(at + 10);
  inputs.subsidy = row.OptionalDouble(at + 11);
  inputs.subsidy_source = row.Text(at + 12);
  inputs.fees = row.OptionalDouble(at + 13);
  inputs.fees_source = row.Text(at + 14);
  inputs.pool_fee_percent = row.OptionalDouble(at + 15);
  return inputs;
}
constexpr int kInputColumns = 16;

LedgerEntry EntryFrom(const DbStatement& row, int at) {
  LedgerEntry entry;
  entry.miner = row.Text(at);
  entry.address = Ipv4::Parse(row.Text(at + 1)).value_or(Ipv4{});
  entry.hashing_seconds = row.Double(at + 2);
  entry.hashes = row.Double(at + 3);
  for (const auto& [price, kwh] : ReadPairs(row.Text(at + 4))) entry.energy.push_back({price, kwh});
  entry.result.kwh = row.Double(at + 5);
  entry.result.cost = row.Double(at + 6);
  entry.result.btc = row.OptionalDouble(at + 7);
  entry.result.revenue = row.OptionalDouble(at + 8);
  entry.result.profit = row.OptionalDouble(at + 9);
  return entry;
}
constexpr const char* kEntryColumns =
    "l.miner, l.address, l.hashing_seconds, l.hashes, l.energy, l.kwh, l.cost, l.btc, l.revenue, "
    "l.profit";

}  // namespace

std::string MarketStorePath(const StorageConfig& storage) {
  if (!storage.enabled) return ":memory:";
  return std::filesystem::path(storage.path).replace_extension(".market.db").string();
}

DbResult<std::unique_ptr<MarketStore>> MarketStore::Open(const std::string& path) {
  auto db = Db::Open(path);
  if (db.has_error()) return db.error();
  if (!db->IsSound()) {
    return DbError{DbError::Kind::kDamaged, "database " + path +
                                                ": it is damaged; the file is kept as it is: move "
                                                "it away to start an empty one"};
  }
  const auto version = db->Number("PRAGMA user_version");
  if (version && *version > kVersion) {
    return DbError{DbError::Kind::kOther, "database " + path + ": its layout is version " +
                                              std::to_string(*version) + ", this program knows " +
                                              std::to_string(kVersion)};
  }
  auto made = db->Execute(kSchema);
  if (made.has_error()) return made.error();
  // `miner` is '' for the fleet.
  made = db->Execute(
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
    put->Bind(5, Millis(value->time));
    put->Bind(6, std::string_view());
    if (auto done = RunToEnd(db_, *put); done.has_error()) return done;
  }
  if (fetched.history_time) {
    std::vector<std::pair<double, double>> points;
    for (const PricePoint& point : fetched.history) {
      points.emplace_back(static_cast<double>(Millis(point.time)), point.price);
    }
    put->Bind(1, MarketDatumName(MarketDatum::kHistory));
    put->Bind(2, fetched.currency);
    put->Bind(3, std::optional<double>());
    put->Bind(4, std::string_view());
    put->Bind(5, Millis(*fetched.history_time));
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
      data.history_time = FromMillis(select->Int(3));
      for (const auto& [ms, price] : ReadPairs(select->Text(4))) {
        data.history.push_back({FromMillis(static_cast<std::int64_t>(ms)), price});
      }
    }
    for (const auto& [datum, member] : kNumbers) {
      if (name != MarketDatumName(datum)) continue;
      data.*member =
          MarketValue{select->Double(1), select->Text(2), FromMillis(select->Int(3)), false};
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
  put->Bind(2, Millis(profit.time));
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
  select->Bind(2, Millis(from));
  select->Bind(3, static_cast<std::int64_t>(limit));
  std::vector<Profitability> all;
  while (select->Step()) {
    Profitability profit;
    profit.miner = miner;
    profit.time = FromMillis(select->Int(0));
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
  return time ? std::optional<SystemTime>(FromMillis(*time)) : std::nullopt;
}

DbResult<void> MarketStore::SaveDay(const LedgerDay& day) {
  const std::lock_guard lock(mutex_);
  DbTransaction transaction(db_);
  if (auto begun = transaction.Begin(); begun.has_error()) return begun;
  if (auto written = WriteDay(day); written.has_error()) return written;
  return transaction.Commit();
}

DbResult<void> MarketStore::WriteDay(const LedgerDay& day) {
  const LedgerInputs& inputs = day.inputs;
  auto put =
      db_.Prepare("INSERT OR REPLACE INTO ledger_day VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  if (put.has_error()) return put.error();
  put->Bind(1, inputs.day);
  put->Bind(2, inputs.currency);
  put->Bind(3, inputs.seconds);
  put->Bind(4, inputs.price);
  put->Bind(5, inputs.price_seconds);
  put->Bind(6, inputs.price_source);
  put->Bind(7, inputs.price_age_seconds);
  put->Bind(8, inputs.difficulty);
  put->Bind(9, inputs.difficulty_seconds);
  put->Bind(10, inputs.difficulty_source);
  put->Bind(11, inputs.difficulty_age_seconds);
  put->Bind(12, inputs.subsidy);
  put->Bind(13, inputs.subsidy_source);
  put->Bind(14, inputs.fees);
  put->Bind(15, inputs.fees_source);
  put->Bind(16, inputs.pool_fee_percent);
  if (auto done = RunToEnd(db_, *put); done.has_error()) return done;
  auto row = db_.Prepare("INSERT OR REPLACE INTO ledger VALUES (?,?,?,?,?,?,?,?,?,?,?,?)");
  if (row.has_error()) return row.error();
  for (const LedgerEntry& entry : day.entries) {
    row->Bind(1, inputs.day);
    row->Bind(2, inputs.currency);
    row->Bind(3, entry.miner);
    row->Bind(4, entry.address.ToString());
    row->Bind(5, entry.hashing_seconds);
    row->Bind(6, entry.hashes);
    row->Bind(7, EnergyText(entry.energy));
    row->Bind(8, entry.result.kwh);
    row->Bind(9, entry.result.cost);
    row->Bind(10, entry.result.btc);
    row->Bind(11, entry.result.revenue);
    row->Bind(12, entry.result.profit);
    if (auto done = RunToEnd(db_, *row); done.has_error()) return done;
  }
  return {};
}

DbResult<LedgerInputs> MarketStore::ReadInputs(const std::string& day,
                                               const std::string& currency) {
  auto select = db_.Prepare("SELECT * FROM ledger_day WHERE day = ? AND currency = ?");
  if (select.has_error()) return select.error();
  select->Bind(1, day);
  select->Bind(2, currency);
  LedgerInputs inputs;
  inputs.day = day;
  inputs.currency = currency;
  if (select->Step()) inputs = InputsFrom(*select, 0);
  if (select->Failed()) return db_.LastError();
  return inputs;
}

DbResult<LedgerDay> MarketStore::LoadDay(const std::string& day, const std::string& currency) {
  const std::lock_guard lock(mutex_);
  auto inputs = ReadInputs(day, currency);
  if (inputs.has_error()) return inputs.error();
  LedgerDay loaded{std::move(*inputs), {}};
  auto select = db_.Prepare(std::string("SELECT ") + kEntryColumns +
                            " FROM ledger l WHERE l.day = ? AND l.currency = ? ORDER BY l.miner");
  if (select.has_error()) return select.error();
  select->Bind(1, day);
  select->Bind(2, currency);
  while (select->Step()) {
    loaded.entries.push_back(EntryFrom(*select, 0));
    loaded.entries.back().inputs = loaded.inputs;
  }
  if (select->Failed()) return db_.LastError();
  return loaded;
}

DbResult<std::vector<LedgerEntry>> MarketStore::Entries(std::optional<Ipv4> miner,
                                                        const std::string& first_day,
                                                        std::size_t limit) {
  const std::lock_guard lock(mutex_);
  auto select =
      db_.Prepare(std::string("SELECT d.*, ") + kEntryColumns +
                  " FROM ledger l JOIN ledger_day d ON d.day = l.day AND d.currency = l.currency"
                  " WHERE l.day >= ?1 AND (?2 = '' OR l.address = ?2)"
                  " ORDER BY l.day DESC, l.currency DESC, l.miner DESC LIMIT ?3");
  if (select.has_error()) return select.error();
  select->Bind(1, first_day);
  select->Bind(2, miner ? miner->ToString() : std::string());
  select->Bind(3, static_cast<std::int64_t>(limit));
  std::vector<LedgerEntry> entries;
  while (select->Step()) {
    entries.push_back(EntryFrom(*select, kInputColumns));
    entries.back().inputs = InputsFrom(*select, 0);
  }
  if (select->Failed()) return db_.LastError();
  std::sort(entries.begin(), entries.end(), [](const LedgerEntry& a, const LedgerEntry& b) {
    if (a.inputs.day != b.inputs.day) return a.inputs.day < b.inputs.day;
    return a.address < b.address;
  });
  return entries;
}

}  // namespace antx
