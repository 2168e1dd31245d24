// Asks providers when it is time: one after the other until one gives a good answer. A provider
// that failed is left alone for a while that doubles, with jitter, and not less than it asked for.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>

#include "config/config.h"
#include "market/providers.h"
#include "model/market.h"
#include "net/http_client.h"
#include "util/clock.h"
#include "util/log.h"

namespace antx {

/// How long a source is left alone after so many failures in a row (from 1): 30 s, doubled up to
/// an hour, half to all of it at random (0..1); at least `retry_after`, which counts up to an hour.
[[nodiscard]] std::chrono::milliseconds MarketPause(int failures, double random,
                                                    std::chrono::seconds retry_after);

/// One thread.
class MarketFetcher {
 public:
  struct Parts {
    const Clock& clock;
    Logger& log;
    std::function<double()> random;    ///< 0..1
    std::function<bool()> keep_going;  ///< False ends a request.
  };
  explicit MarketFetcher(Parts parts) : parts_(std::move(parts)) {}

  /// Forgets pauses; a datum that is known and young is not asked for before its time.
  void Restart(const ProfitabilityConfig& config, const MarketData& known);

  /// Asks for what is due and stores good answers in `known`; values that fail stay as they are.
  /// Returns the data that changed.
  std::vector<MarketDatum> Step(const ProfitabilityConfig& config, MarketData& known);

 private:
  struct SourceState {
    int failures = 0;
    SteadyTime next_try{};
    std::string last_fault;  ///< What was logged last; "" when it works.
  };
  bool Ask(MarketDatum datum, const ProfitabilityConfig& config, MarketData& known);
  MarketResult<Fetched> AskOne(const Source& source, MarketDatum datum,
                               const ProfitabilityConfig& config,
                               std::chrono::seconds& retry_after);

  Parts parts_;
  HttpClient client_;
  std::array<SteadyTime, kMarketDatumCount> due_{};
  std::map<std::string, SourceState> states_;  // By datum and source.
};

}  // namespace antx
