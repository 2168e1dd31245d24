// What is wrong with a miner, in words and by weight: the worst come first on every page. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/snapshot.h"

namespace antx::pages {

/// From harmless to urgent; also the class of its colour.
enum class Weight { kGood, kNeutral, kWarning, kCritical };
/// "good", "neutral", "warning", "critical".
[[nodiscard]] std::string_view WeightName(Weight weight);
[[nodiscard]] Weight WeightOf(MinerState state);

struct Finding {
  Weight weight = Weight::kWarning;
  std::string text;  ///< Plain text, may hold what the miner said.
};

struct Verdict {
  Weight weight = Weight::kGood;  ///< The heaviest of state and findings.
  int rank = 0;                   ///< Higher is worse; orders equal weights too.
  std::vector<Finding> findings;  ///< Heaviest first.
};

[[nodiscard]] Verdict Judge(const MinerView& miner);

/// "hashing", ..., or "waiting" before the first poll.
[[nodiscard]] std::string_view StateWord(const MinerView& miner);
/// Whether its values count: a reading that is not older than 2.5 poll intervals.
[[nodiscard]] inline bool IsFresh(const MinerView& miner) { return miner.reading != nullptr; }
/// Hashrate over what is expected of it; absent without either.
[[nodiscard]] std::optional<double> RateRatio(const MinerView& miner);
/// Power over hashrate, for SHA-256 that hashes.
[[nodiscard]] std::optional<double> JoulesPerTerahash(const MinerView& miner);
/// Absent without fans.
[[nodiscard]] std::optional<double> SlowestFan(const MinerView& miner);

/// "12 s old" is fresh: the words of the dot beside a miner.
enum class Freshness { kFresh, kLagging, kStale, kNever };
/// By the age of the last answer: fresh up to 2, lagging up to 5 poll intervals.
[[nodiscard]] Freshness FreshnessOf(const MinerView& miner, SystemTime now,
                                    double interval_seconds);
[[nodiscard]] std::string_view FreshnessName(Freshness freshness);

}  // namespace antx::pages
