// Market data and profit.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>

#include "api/json_writer.h"
#include "api/routes.h"
#include "api/rows.h"

namespace antx {
namespace {

constexpr std::chrono::days kHistoryOfPrices{14};

/// 503 where money is off; nothing: go on.
std::optional<HttpResponse> Off(const ApiContext& context) {
  if (context.market == nullptr) return ErrorResponse(503, "market data is not available");
  if (context.config()->profitability.enabled) return std::nullopt;
  return ErrorResponse(503, "profitability.enabled is off");
}

/// What ?miner_ip= names.
struct Subject {
  bool fleet = true;
  std::optional<Ipv4> miner;  ///< Absent though no fleet: an address that no miner can have.
};
Subject SubjectOf(const HttpRequest& request) {
  const auto addresses = request.parameters.Addresses("miner_ip");
  if (!addresses) return {};
  if (addresses->empty()) return {false, std::nullopt};
  return {false, addresses->front()};
}

std::optional<double> Rounded(const std::optional<double>& value, int decimals) {
  if (!value || decimals < 0) return value;
  const double factor = std::pow(10, decimals);
  return std::round(*value * factor) / factor;
}

std::optional<std::string> OrNull(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

void WriteProfit(const Profitability& profit, JsonWriter& json) {
  json.BeginObject().Field("timestamp", profit.time).Key("miner_ip");
  profit.miner ? json.Value(profit.miner->ToString()) : json.Value(nullptr);
  json.Field("miner_count", profit.miner_count)
      .Field("miners_not_answering", profit.not_answering)
      .Field("miners_other_algorithm", profit.other_algorithm)
      .Field("miners_power_unknown", profit.power_unknown)
      .Field("currency", profit.currency)
      .Field("price_source", OrNull(profit.price_source))
      .Field("difficulty_source", OrNull(profit.difficulty_source));
  for (const ProfitField& field : ProfitFields()) {
    json.Field(field.name, Rounded(profit.*field.value, field.decimals));
  }
}

/// With what is known of this moment only: ages and what is missing.
void WriteProfitNow(const Profitability& profit, JsonWriter& json) {
  WriteProfit(profit, json);
  json.Field("price_age_seconds", Rounded(profit.price_age_seconds, 0))
      .Field("difficulty_age_seconds", Rounded(profit.difficulty_age_seconds, 0));
  json.Key("missing").BeginList();
  for (const std::string& text : profit.missing) json.Value(text);
  json.EndList().EndObject();
}

/// The profit that the request asks for, or the answer to one that cannot be had.
std::optional<Profitability> Find(const ApiContext& context, const HttpRequest& request) {
  const Subject subject = SubjectOf(request);
  if (!subject.fleet && !subject.miner) return std::nullopt;
  return context.market->Current(subject.miner);
}

HttpResponse UnknownMiner() { return ErrorResponse(404, "miner_ip: no such miner"); }

double AgeOf(const MarketValue& value, SystemTime now) {
  return std::max(0.0, std::chrono::duration<double>(now - value.time).count());
}

/// timestamp, source, age_seconds, stale.
void WriteOrigin(const MarketValue& value, const ApiContext& context, JsonWriter& json) {
  const SystemTime now = context.clock.Now();
  const double age = AgeOf(value, now);
  json.Field("timestamp", value.fixed ? now : value.time).Field("source", value.source);
  json.Key("age_seconds");
  value.fixed ? json.Value(nullptr) : json.Value(std::round(age));
  json.Field("stale", !value.fixed && age > context.config()->alerts.market_age_seconds);
}

std::optional<double> ValueOf(const std::optional<MarketValue>& value) {
  return value ? std::optional<double>(value->value) : std::nullopt;
}

void WriteLedgerInputs(const LedgerInputs& inputs, JsonWriter& json) {
  json.Key("inputs")
      .BeginObject()
      .Field("watched_seconds", inputs.seconds)
      .Field("btc_price", inputs.price)
      .Field("btc_price_source", OrNull(inputs.price_source))
      .Field("btc_price_age_seconds", inputs.price_age_seconds)
      .Field("btc_price_known_seconds", inputs.price_seconds)
      .Field("network_difficulty", inputs.difficulty)
      .Field("network_difficulty_source", OrNull(inputs.difficulty_source))
      .Field("network_difficulty_age_seconds", inputs.difficulty_age_seconds)
      .Field("network_difficulty_known_seconds", inputs.difficulty_seconds)
      .Field("block_subsidy_btc", inputs.subsidy)
      .Field("block_subsidy_source", OrNull(inputs.subsidy_source))
      .Field("block_fees_btc", inputs.fees)
      .Field("block_fees_source", OrNull(inputs.fees_source))
      .Field("pool_fee_pct", inputs.pool_fee_percent)
      .EndObject();
}

void WriteEntry(const LedgerEntry& entry, bool verified, JsonWriter& json) {
  json.BeginObject()
      .Field("day", entry.inputs.day)
      .Field("currency", entry.inputs.currency)
      .Field("miner_ip", entry.address.ToString())
      .Field("miner", entry.miner)
      .Field("hashing_seconds", entry.hashing_seconds)
      .Field("hashes", entry.hashes);
  json.Key("energy").BeginList();
  for (const LedgerEnergy& part : entry.energy) {
    json.BeginObject().Field("price_per_kwh", part.price).Field("kwh", part.kwh).EndObject();
  }
  json.EndList()
      .Field("kwh", entry.result.kwh)
      .Field("cost", entry.result.cost)
      .Field("btc", entry.result.btc)
      .Field("revenue", entry.result.revenue)
      .Field("profit", entry.result.profit)
      .Field("verified", verified);
  WriteLedgerInputs(entry.inputs, json);
  json.EndObject();
}

/// "2025-09-11" in UTC, a day early: the zone of the ledger lies at most a day off.
std::string FirstDay(SystemTime now, std::int64_t days) {
  return FormatUtc(now - std::chrono::days(days + 1)).substr(0, 10);
}

/// Where no provider gives the past: the last price of each day that was kept here.
std::vector<PricePoint> OwnPrices(const ApiContext& context) {
  const auto kept = context.market->History(std::nullopt, context.clock.Now() - kHistoryOfPrices);
  std::map<std::chrono::sys_days, PricePoint> days;
  if (kept.has_error()) return {};
  const std::string currency = context.config()->profitability.currency;
  for (const Profitability& profit : *kept) {
    if (!profit.price || profit.currency != currency) continue;
    days[std::chrono::floor<std::chrono::days>(profit.time)] = {profit.time, *profit.price};
  }
  std::vector<PricePoint> points;
  points.reserve(days.size());
  for (const auto& [day, point] : days) points.push_back(point);
  return points;
}

}  // namespace

HttpResponse HandleProfit(const ApiContext& context, const HttpRequest& request) {
  if (auto off = Off(context)) return std::move(*off);
  const auto profit = Find(context, request);
  if (!profit) return UnknownMiner();
  JsonWriter json;
  json.BeginObject().Field("ok", true).Key("profitability");
  WriteProfitNow(*profit, json);
  json.EndObject();
  return JsonResponse(json.Take());
}

HttpResponse HandleProfitHistory(const ApiContext& context, const HttpRequest& request) {
  if (auto off = Off(context)) return std::move(*off);
  const Subject subject = SubjectOf(request);
  std::vector<Profitability> rows;
  if (subject.fleet || subject.miner) {
    const std::chrono::days back(request.parameters.Integer("days"));
    auto kept = context.market->History(subject.miner, context.clock.Now() - back);
    if (kept.has_error()) return NoHistory(kept.error().detail);
    rows = std::move(*kept);
  }
  JsonWriter json;
  json.BeginObject().Field("ok", true).Field("count", rows.size()).Key("history").BeginList();
  for (const Profitability& row : rows) {
    WriteProfit(row, json);
    json.EndObject();
  }
  json.EndList().EndObject();
  return JsonResponse(json.Take());
}

HttpResponse HandleProfitSnapshot(const ApiContext& context, const HttpRequest& request) {
  if (auto off = Off(context)) return std::move(*off);
  const auto profit = Find(context, request);
  if (!profit) return UnknownMiner();
  const auto kept = context.market->Keep(*profit);
  if (kept.has_error()) return NoHistory(kept.error().detail);
  JsonWriter json;
  json.BeginObject().Field("ok", true).Field("message", "Snapshot saved").Key("profitability");
  WriteProfitNow(*profit, json);
  json.EndObject();
  return JsonResponse(json.Take());
}

HttpResponse HandleLedger(const ApiContext& context, const HttpRequest& request) {
  if (auto off = Off(context)) return std::move(*off);
  const Subject subject = SubjectOf(request);
  std::vector<LedgerEntry> rows;
  if (subject.fleet || subject.miner) {
    const std::string first = FirstDay(context.clock.Now(), request.parameters.Integer("days"));
    auto kept = context.market->Ledger(subject.miner, first);
    if (kept.has_error()) return NoHistory(kept.error().detail);
    rows = std::move(*kept);
  }
  JsonWriter json;
  json.BeginObject().Field("ok", true).Field("count", rows.size()).Key("ledger").BeginList();
  for (const LedgerEntry& row : rows) WriteEntry(row, context.market->Verify(row), json);
  json.EndList().EndObject();
  return JsonResponse(json.Take());
}

HttpResponse HandlePrice(const ApiContext& context, const HttpRequest& /*request*/) {
  if (auto off = Off(context)) return std::move(*off);
  const auto market = context.market->Data();
  if (!market->price) return ErrorResponse(502, "the price is not known yet");
  JsonWriter json;
  json.BeginObject().Field("ok", true).Field("btc_price_usd", market->price->value);
  json.Field("currency", market->currency);
  WriteOrigin(*market->price, context, json);
  json.EndObject();
  return JsonResponse(json.Take());
}

HttpResponse HandleDifficulty(const ApiContext& context, const HttpRequest& /*request*/) {
  if (auto off = Off(context)) return std::move(*off);
  const auto market = context.market->Data();
  if (!market->difficulty) return ErrorResponse(502, "the difficulty is not known yet");
  JsonWriter json;
  json.BeginObject().Field("ok", true).Field("network_difficulty", market->difficulty->value);
  WriteOrigin(*market->difficulty, context, json);
  json.Field("block_height", ValueOf(market->height))
      .Field("block_subsidy_btc", ValueOf(market->subsidy))
      .Field("block_fees_btc", ValueOf(market->fees));
  json.EndObject();
  return JsonResponse(json.Take());
}

HttpResponse HandlePriceHistory(const ApiContext& context, const HttpRequest& /*request*/) {
  if (auto off = Off(context)) return std::move(*off);
  const auto market = context.market->Data();
  const auto points = market->history.empty() ? OwnPrices(context) : market->history;
  if (points.empty()) return ErrorResponse(502, "no prices of the last 14 days are known yet");
  JsonWriter json;
  json.BeginObject().Field("ok", true).Key("points").BeginList();
  for (const PricePoint& point : points) {
    json.BeginObject().Field("x", Milliseconds(point.time)).Field("y", point.price).EndObject();
  }
  json.EndList()
      .Field("last", points.back().price)
      .Field("currency", market->currency)
      .Field("updated", market->history_time && !market->history.empty() ? *market->history_time
                                                                         : points.back().time);
  json.EndObject();
  return JsonResponse(json.Take());
}

}  // namespace antx
