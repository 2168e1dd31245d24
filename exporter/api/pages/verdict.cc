#include "api/pages/verdict.h"

#include <algorithm>

#include "api/pages/words.h"

namespace antx::pages {
namespace {

/// How bad a state is among those of its weight.
int StateRank(const MinerView& miner) {
  if (!miner.polled) return 1;
  switch (miner.state) {
    case MinerState::kOffline:
      return 9;
    case MinerState::kApiDown:
      return 8;
    case MinerState::kIdle:
      return 7;
    case MinerState::kAccessDenied:
      return 6;
    case MinerState::kLost:
      return 5;
    case MinerState::kDegraded:
      return 4;
    case MinerState::kStarting:
      return 3;
    case MinerState::kSleeping:
      return 2;
    case MinerState::kHashing:
      return 0;
  }
  return 0;
}

void FindHeat(const MinerView& miner, std::vector<Finding>& findings) {
  const auto hottest = miner.reading->HottestChipCelsius();
  if (!hottest) return;
  const Thresholds& limits = miner.thresholds;
  const bool critical = *hottest >= limits.chip_critical_celsius;
  if (!critical && *hottest < limits.chip_warning_celsius) return;
  const double limit = critical ? limits.chip_critical_celsius : limits.chip_warning_celsius;
  findings.push_back({critical ? Weight::kCritical : Weight::kWarning,
                      "chip at " + CelsiusText(*hottest) + ", limit " + CelsiusText(limit)});
}

void FindBoards(const MinerView& miner, std::vector<Finding>& findings) {
  const Reading& reading = *miner.reading;
  if (reading.boards.empty()) return;  // The reply about boards is missing, not the boards.
  const int present = reading.BoardsPresent();
  if (reading.boards_expected && present < *reading.boards_expected) {
    findings.push_back({Weight::kCritical, std::to_string(*reading.boards_expected - present) +
                                               " of " + std::to_string(*reading.boards_expected) +
                                               " boards missing"});
  }
  if (!miner.mining.value_or(true)) return;  // No board hashes then; the state says so.
  for (const BoardReading& board : reading.boards) {
    if (board.present && !board.Up()) {
      findings.push_back({Weight::kCritical, "board " + board.board + " does not hash"});
    }
  }
}

void FindFans(const MinerView& miner, std::vector<Finding>& findings) {
  if (!miner.mining.value_or(false) || !miner.thresholds.JudgesFans(*miner.reading)) return;
  for (const FanReading& fan : miner.reading->fans) {
    if (fan.rpm <= 0) {
      findings.push_back({Weight::kCritical, "fan " + std::to_string(fan.fan) + " stands still"});
    } else if (fan.rpm < miner.thresholds.fan_rpm) {
      findings.push_back({Weight::kWarning,
                          "fan " + std::to_string(fan.fan) + " slow: " + Count(fan.rpm) + " rpm"});
    }
  }
}

void FindRate(const MinerView& miner, std::vector<Finding>& findings) {
  const bool usual = miner.baseline_hashes_per_second.has_value();
  const auto reference =
      usual ? miner.baseline_hashes_per_second : miner.hashrate_expected_hashes_per_second;
  const auto& rate = miner.reading->hashrate_hashes_per_second;
  if (!rate || !reference || *reference <= 0 || *rate <= 0) return;
  const double ratio = *rate / *reference;
  if (ratio >= miner.thresholds.hashrate_ratio) return;
  findings.push_back({Weight::kWarning,
                      "hashrate " + PercentText(ratio) + (usual ? " of usual" : " of expected")});
}

void FindPools(const MinerView& miner, std::vector<Finding>& findings) {
  if (miner.pool_verdict && miner.pool_verdict->unexpected) {
    findings.push_back(
        {Weight::kCritical, "mines for somebody else: " + miner.pool_verdict->target});
  }
  const auto& pools = miner.reading->pools;
  if (pools.empty()) return;
  const bool alive = std::any_of(pools.begin(), pools.end(), [](const PoolReading& pool) {
    return !pool.dev_fee && pool.status == PoolStatus::kAlive;
  });
  const bool known = std::any_of(pools.begin(), pools.end(), [](const PoolReading& pool) {
    return pool.status != PoolStatus::kUnknown;
  });
  if (known && !alive) findings.push_back({Weight::kCritical, "no pool alive"});
}

}  // namespace

std::string_view WeightName(Weight weight) {
  switch (weight) {
    case Weight::kGood:
      return "good";
    case Weight::kNeutral:
      return "neutral";
    case Weight::kWarning:
      return "warning";
    case Weight::kCritical:
      return "critical";
  }
  return "neutral";
}

Weight WeightOf(MinerState state) {
  switch (state) {
    case MinerState::kHashing:
      return Weight::kGood;
    case MinerState::kStarting:
    case MinerState::kSleeping:
      return Weight::kNeutral;
    case MinerState::kDegraded:
    case MinerState::kAccessDenied:
      return Weight::kWarning;
    case MinerState::kIdle:
    case MinerState::kApiDown:
    case MinerState::kOffline:
    case MinerState::kLost:
      return Weight::kCritical;
  }
  return Weight::kNeutral;
}

Verdict Judge(const MinerView& miner) {
  Verdict verdict;
  verdict.weight = miner.polled ? WeightOf(miner.state) : Weight::kNeutral;
  if (!miner.up && miner.polled && !miner.last_error_detail.empty()) {
    verdict.findings.push_back({verdict.weight, miner.last_error_detail});
  }
  if (miner.up && miner.polled && miner.state == MinerState::kApiDown) {
    verdict.findings.push_back({verdict.weight, "its API fails, its web side tells the values"});
  }
  if (miner.reading) {
    FindHeat(miner, verdict.findings);
    FindBoards(miner, verdict.findings);
    FindFans(miner, verdict.findings);
    FindPools(miner, verdict.findings);
    FindRate(miner, verdict.findings);
  }
  std::stable_sort(verdict.findings.begin(), verdict.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.weight > b.weight; });
  for (const Finding& finding : verdict.findings) {
    verdict.weight = std::max(verdict.weight, finding.weight);
  }
  verdict.rank = static_cast<int>(verdict.weight) * 1000 + StateRank(miner) * 20 +
                 static_cast<int>(std::min<std::size_t>(verdict.findings.size(), 19));
  return verdict;
}

std::string_view StateWord(const MinerView& miner) {
  return miner.polled ? MinerStateName(miner.state) : "waiting";
}

std::optional<double> RateRatio(const MinerView& miner) {
  if (!miner.reading || !miner.reading->hashrate_hashes_per_second ||
      miner.hashrate_expected_hashes_per_second.value_or(0) <= 0) {
    return std::nullopt;
  }
  return *miner.reading->hashrate_hashes_per_second / *miner.hashrate_expected_hashes_per_second;
}

std::optional<double> JoulesPerTerahash(const MinerView& miner) {
  if (!miner.reading || !miner.power || !miner.reading->IsSha256() ||
      miner.reading->hashrate_hashes_per_second.value_or(0) <= 0) {
    return std::nullopt;
  }
  return miner.power->watts / (*miner.reading->hashrate_hashes_per_second / 1e12);
}

std::optional<double> SlowestFan(const MinerView& miner) {
  std::optional<double> slowest;
  if (!miner.reading) return slowest;
  for (const FanReading& fan : miner.reading->fans) {
    slowest = std::min(slowest.value_or(fan.rpm), fan.rpm);
  }
  return slowest;
}

Freshness FreshnessOf(const MinerView& miner, SystemTime now, double interval_seconds) {
  if (!miner.last_success) return Freshness::kNever;
  const double age = UnixSeconds(now) - UnixSeconds(*miner.last_success);
  if (age <= 2 * interval_seconds) return Freshness::kFresh;
  return age <= 5 * interval_seconds ? Freshness::kLagging : Freshness::kStale;
}

std::string_view FreshnessName(Freshness freshness) {
  switch (freshness) {
    case Freshness::kFresh:
      return "fresh";
    case Freshness::kLagging:
      return "lagging";
    case Freshness::kStale:
      return "stale";
    case Freshness::kNever:
      return "never";
  }
  return "never";
}

}  // namespace antx::pages
