#include "market/ledger.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace antx {
namespace {

constexpr double kJoulesPerKilowattHour = 3.6e6;
constexpr double kTolerance = 1e-9;

bool Near(double a, double b) {
  return std::abs(a - b) <= kTolerance * std::max({1e-12, std::abs(a), std::abs(b)});
}
bool Near(const std::optional<double>& a, const std::optional<double>& b) {
  return a.has_value() == b.has_value() && (!a || Near(*a, *b));
}

void AddSource(const std::optional<MarketValue>& value, std::string& sources) {
  if (!value) return;
  const std::string padded = ',' + sources + ',';
  if (padded.find(',' + value->source + ',') != std::string::npos) return;
  sources += (sources.empty() ? "" : ",") + value->source;
}

void Raise(const std::optional<double>& value, std::optional<double>& highest) {
  if (value) highest = std::max(*value, highest.value_or(0));
}

void AddEnergy(double price, double kwh, std::vector<LedgerEnergy>& energy) {
  const auto at =
      std::lower_bound(energy.begin(), energy.end(), price,
                       [](const LedgerEnergy& part, double wanted) { return part.price < wanted; });
  if (at != energy.end() && at->price == price) {
    at->kwh += kwh;
  } else {
    energy.insert(at, {price, kwh});
  }
}

/// The market as a moment of profit sees it, without a miner.
Profitability Moment(const ProfitInputs& inputs) { return FleetProfit(Snapshot{}, inputs); }

}  // namespace

LedgerResult Recompute(const LedgerEntry& entry) {
  const LedgerInputs& inputs = entry.inputs;
  LedgerResult result;
  for (const LedgerEnergy& part : entry.energy) {
    result.kwh += part.kwh;
    result.cost += part.kwh * part.price;
  }
  if (inputs.difficulty && inputs.subsidy) {
    result.btc =
        BitcoinsFor(entry.hashes, {*inputs.difficulty, *inputs.subsidy, inputs.fees.value_or(0),
                                   inputs.pool_fee_percent.value_or(0)});
    if (inputs.price) {
      result.revenue = *result.btc * *inputs.price;
      result.profit = *result.revenue - result.cost;
    }
  }
  return result;
}

bool Agrees(const LedgerEntry& entry) {
  const LedgerResult again = Recompute(entry);
  const LedgerResult& stored = entry.result;
  return Near(again.btc, stored.btc) && Near(again.revenue, stored.revenue) &&
         Near(again.kwh, stored.kwh) && Near(again.cost, stored.cost) &&
         Near(again.profit, stored.profit);
}

std::string LedgerDayOf(const Tariff& standard, SystemTime time) {
  const std::chrono::year_month_day date(standard.Local(time).day);
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text.data();
}

void Ledger::Mean::Add(const std::optional<double>& value, double for_seconds) {
  if (!value) return;
  sum += *value * for_seconds;
  seconds += for_seconds;
}

std::optional<double> Ledger::Mean::Get() const {
  return seconds > 0 ? std::optional<double>(sum / seconds) : std::nullopt;
}

void Ledger::Resume(const LedgerDay& day) {
  const LedgerInputs& inputs = day.inputs;
  Book book;
  book.inputs = inputs;
  book.price.Add(inputs.price, inputs.price_seconds);
  book.difficulty.Add(inputs.difficulty, inputs.difficulty_seconds);
  book.subsidy.Add(inputs.subsidy, inputs.seconds);
  book.fees.Add(inputs.fees, inputs.seconds);
  book.pool_fee.Add(inputs.pool_fee_percent, inputs.seconds);
  for (const LedgerEntry& entry : day.entries) book.entries[entry.miner] = entry;
  books_[{inputs.day, inputs.currency}] = std::move(book);
}

std::vector<Ledger::Piece> Ledger::Divide(const Tariff& standard, SystemTime to, double seconds) {
  const SystemTime from =
      to - std::chrono::duration_cast<SystemTime::duration>(std::chrono::duration<double>(seconds));
  std::vector<Piece> pieces = {{LedgerDayOf(standard, to), from, to, 1}};
  if (LedgerDayOf(standard, from) == pieces[0].day || seconds > 86400) return pieces;
  // Days end on full minutes; the last one that still is of the day before ends its piece.
  SystemTime midnight = std::chrono::floor<std::chrono::minutes>(to);
  while (midnight > from &&
         LedgerDayOf(standard, midnight - std::chrono::seconds(1)) == pieces[0].day) {
    midnight -= std::chrono::minutes(1);
  }
  if (midnight <= from) return pieces;
  const double before = std::chrono::duration<double>(midnight - from).count() / seconds;
  pieces[0].from = midnight;
  pieces[0].share = 1 - before;
  pieces.insert(pieces.begin(), {LedgerDayOf(standard, from), from, midnight, before});
  return pieces;
}

void Ledger::AddMarket(const ProfitInputs& inputs, double seconds, Book& book) {
  const Profitability moment = Moment(inputs);
  book.price.Add(moment.price, seconds);
  book.difficulty.Add(moment.difficulty, seconds);
  book.subsidy.Add(moment.block_subsidy, seconds);
  book.fees.Add(moment.block_fees, seconds);
  book.pool_fee.Add(moment.pool_fee_percent, seconds);
  if (moment.price) {
    AddSource(inputs.market.price, book.inputs.price_source);
    Raise(moment.price_age_seconds, book.inputs.price_age_seconds);
  }
  if (moment.difficulty) {
    AddSource(inputs.market.difficulty, book.inputs.difficulty_source);
    Raise(moment.difficulty_age_seconds, book.inputs.difficulty_age_seconds);
  }
  AddSource(inputs.market.subsidy, book.inputs.subsidy_source);
  AddSource(inputs.market.fees, book.inputs.fees_source);
  book.inputs.seconds += seconds;
  book.changed = true;
}

void Ledger::AddMiner(const MinerView& miner, const ProfitInputs& inputs, double seconds,
                      const std::vector<Piece>& pieces) {
  if (miner.identity.algorithm != "sha256") return;
  const double joules =
      miner.counters.energy_reported_joules + miner.counters.energy_estimated_joules;
  const auto [seen, first] = energy_joules_.try_emplace(miner.facts.id, joules);
  const double gained = std::max(0.0, joules - seen->second) / kJoulesPerKilowattHour;
  seen->second = joules;
  const bool hashing = miner.reading && miner.reading->hashrate_hashes_per_second;
  if (!hashing && gained <= 0) return;
  for (const Piece& piece : pieces) {
    LedgerEntry& entry = books_.at({piece.day, inputs.market.currency}).entries[miner.facts.id];
    entry.miner = miner.facts.id;
    entry.address = miner.facts.address;
    if (hashing) {
      entry.hashing_seconds += seconds * piece.share;
      entry.hashes += *miner.reading->hashrate_hashes_per_second * seconds * piece.share;
    }
    if (gained <= 0) continue;
    const auto tariff = inputs.tariffs.Of(miner.facts.labels);
    for (const Tariff::Part& part : tariff->Divide(piece.from, piece.to)) {
      AddEnergy(part.price, gained * piece.share * part.share, entry.energy);
    }
  }
}

void Ledger::Add(const Snapshot& snapshot, const ProfitInputs& inputs, double seconds) {
  const auto pieces = Divide(inputs.tariffs.Standard(), inputs.now, seconds);
  for (const Piece& piece : pieces) {
    Book& book = books_[{piece.day, inputs.market.currency}];
    book.inputs.day = piece.day;
    book.inputs.currency = inputs.market.currency;
    AddMarket(inputs, seconds * piece.share, book);
  }
  for (const auto& miner : snapshot.miners) AddMiner(*miner, inputs, seconds, pieces);
}

LedgerDay Ledger::Close(Book& book) {
  LedgerInputs& inputs = book.inputs;
  inputs.price = book.price.Get();
  inputs.difficulty = book.difficulty.Get();
  inputs.subsidy = book.subsidy.Get();
  inputs.fees = book.fees.Get();
  inputs.pool_fee_percent = book.pool_fee.Get();
  inputs.price_seconds = book.price.seconds;
  inputs.difficulty_seconds = book.difficulty.seconds;
  LedgerDay day{inputs, {}};
  day.entries.reserve(book.entries.size());
  for (auto& [id, entry] : book.entries) {
    entry.inputs = inputs;
    entry.result = Recompute(entry);
    day.entries.push_back(entry);
  }
  book.changed = false;
  return day;
}

std::vector<LedgerDay> Ledger::TakeChanged() {
  std::vector<LedgerDay> days;
  for (auto& [key, book] : books_) {
    if (book.changed) days.push_back(Close(book));
  }
  if (!books_.empty()) {
    const std::string newest = books_.rbegin()->first.first;
    std::erase_if(books_, [&newest](const auto& book) { return book.first.first != newest; });
  }
  return days;
}

}  // namespace antx
