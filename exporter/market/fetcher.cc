#include "market/fetcher.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace antx {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr milliseconds kFirstPause = seconds(30);
constexpr milliseconds kLongestPause = std::chrono::hours(1);
constexpr Seconds kHistoryInterval{3600};
constexpr std::size_t kAnswerBytes = 64U << 10U;

constexpr std::array kData = {MarketDatum::kPrice, MarketDatum::kDifficulty, MarketDatum::kHeight,
                              MarketDatum::kFees, MarketDatum::kHistory};

Seconds IntervalOf(MarketDatum datum, const ProfitabilityConfig& config) {
  if (datum == MarketDatum::kPrice) return config.price_interval;
  return datum == MarketDatum::kHistory ? kHistoryInterval : config.chain_interval;
}

/// The field of a number; null for kHistory.
std::optional<MarketValue>* Slot(MarketDatum datum, MarketData& data) {
  switch (datum) {
    case MarketDatum::kPrice:
      return &data.price;
    case MarketDatum::kDifficulty:
      return &data.difficulty;
    case MarketDatum::kHeight:
      return &data.height;
    case MarketDatum::kFees:
      return &data.fees;
    case MarketDatum::kHistory:
      break;
  }
  return nullptr;
}

std::optional<SystemTime> TimeOf(MarketDatum datum, MarketData data) {
  if (datum == MarketDatum::kHistory) return data.history_time;
  const auto* value = Slot(datum, data);
  return *value ? std::optional<SystemTime>((*value)->time) : std::nullopt;
}

/// Without its digits, which count milliseconds: the same fault is told once.
std::string Kind(const std::string& detail) {
  std::string kind;
  for (const char c : detail) {
    if (c < '0' || c > '9') kind += c;
  }
  return kind;
}

SteadyTime Later(SteadyTime from, Seconds by) { return from + duration_cast<nanoseconds>(by); }

}  // namespace

milliseconds MarketPause(int failures, double random, seconds retry_after) {
  // Above 2^7 times the first pause the longest one holds anyway.
  const int doublings = std::clamp(failures - 1, 0, 7);
  const milliseconds pause = std::min(kLongestPause, kFirstPause * (1 << doublings));
  const double share = 0.5 + 0.5 * std::clamp(random, 0.0, 1.0);
  const milliseconds jittered(std::llround(static_cast<double>(pause.count()) * share));
  return std::max(jittered, std::min<milliseconds>(retry_after, kLongestPause));
}

void MarketFetcher::Restart(const ProfitabilityConfig& config, const MarketData& known) {
  states_.clear();
  const SteadyTime now = parts_.clock.Steady();
  for (const MarketDatum datum : kData) {
    SteadyTime& due = due_.at(static_cast<std::size_t>(datum));
    due = now;
    const auto time = TimeOf(datum, known);
    if (!time) continue;
    const auto age = std::chrono::duration<double>(parts_.clock.Now() - *time);
    const Seconds interval = IntervalOf(datum, config);
    if (age.count() >= 0 && age < interval) due = Later(now, interval - age);
  }
}

std::vector<MarketDatum> MarketFetcher::Step(const ProfitabilityConfig& config, MarketData& known) {
  std::vector<MarketDatum> changed;
  for (const MarketDatum datum : kData) {
    if (!IsFetched(datum, config) || !parts_.keep_going()) continue;
    if (parts_.clock.Steady() < due_.at(static_cast<std::size_t>(datum))) continue;
    if (Ask(datum, config, known)) changed.push_back(datum);
  }
  return changed;
}

bool MarketFetcher::Ask(MarketDatum datum, const ProfitabilityConfig& config, MarketData& known) {
  SteadyTime& due = due_.at(static_cast<std::size_t>(datum));
  const std::string name(MarketDatumName(datum));
  // Without any source, or with all at rest: not before the first of them may be asked again.
  SteadyTime next = Later(parts_.clock.Steady(), IntervalOf(datum, config));
  for (const Source& source : SourcesOf(datum, config)) {
    SourceState& state = states_[name + ' ' + source.name];
    if (parts_.clock.Steady() < state.next_try) {
      next = std::min(next, state.next_try);
      continue;
    }
    seconds retry_after{0};
    auto answer = AskOne(source, datum, config, retry_after);
    if (!parts_.keep_going()) return false;  // Cut off by the end of the program.
    const SteadyTime now = parts_.clock.Steady();
    if (answer.has_error()) {
      state.next_try = now + MarketPause(++state.failures, parts_.random(), retry_after);
      next = std::min(next, state.next_try);
      const std::string fault = answer.error().kind + Kind(answer.error().detail);
      if (std::exchange(state.last_fault, fault) != fault) {
        parts_.log.Warn("market", name + ": " + source.name + ": " + answer.error().detail);
      }
      continue;
    }
    if (state.failures > 0) parts_.log.Info("market", name + ": " + source.name + " answers again");
    state = {};
    if (auto* slot = Slot(datum, known)) {
      *slot = MarketValue{answer->value, source.name, parts_.clock.Now(), false};
    } else {
      known.history = std::move(answer->points);
      known.history_time = parts_.clock.Now();
    }
    due = Later(now, IntervalOf(datum, config));
    return true;
  }
  due = next;
  return false;
}

MarketResult<Fetched> MarketFetcher::AskOne(const Source& source, MarketDatum datum,
                                            const ProfitabilityConfig& config,
                                            seconds& retry_after) {
  HttpCall call;
  call.url = source.url;
  call.headers = {"Accept: application/json, text/plain"};
  if (source.name == "coingecko" && !config.coingecko_api_key.empty()) {
    call.headers.push_back("x-cg-demo-api-key: " + config.coingecko_api_key);
  }
  call.connect = call.total = milliseconds(std::llround(config.timeout.count() * 1000));
  call.answer_bytes = kAnswerBytes;
  const auto answer = client_.Send(call, parts_.keep_going);
  if (answer.has_error()) return MarketFault{answer.error().detail};
  if (answer->status != 200) {
    retry_after = answer->retry_after.value_or(seconds(0));
    const std::string status = std::to_string(answer->status);
    return MarketFault{OriginOf(source.url) + ": status " + status, status};
  }
  auto fetched = ReadAnswer(source, datum, answer->body, config.currency);
  if (fetched.has_error()) {
    return MarketFault{OriginOf(source.url) + ": " + fetched.error().detail};
  }
  return fetched;
}

}  // namespace antx
