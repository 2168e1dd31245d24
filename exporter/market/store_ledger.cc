// The store's part of the ledger.
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "market/store.h"
#include "market/store_rows.h"
#include "util/text.h"

namespace antx {
namespace {

std::string EnergyText(const std::vector<LedgerEnergy>& energy) {
  std::vector<std::pair<double, double>> pairs;
  pairs.reserve(energy.size());
  for (const LedgerEnergy& part : energy) pairs.emplace_back(part.price, part.kwh);
  return PairsText(pairs);
}

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

DbResult<void> RunToEnd(Db& db, DbStatement& statement) {
  (void)statement.Step();
  if (statement.Failed()) return db.LastError();
  statement.Reset();
  return {};
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
