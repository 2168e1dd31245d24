#include "fleet/baseline.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace antx {
namespace {

constexpr double kSettleSeconds = 300;  // A miner ramps up after each restart.
constexpr auto kLongestFreeze = std::chrono::hours(24);
constexpr double kFrequencyChange = 0.05;

bool FrequencyChanged(std::optional<double> before, std::optional<double> now) {
  return before && now && std::abs(*now - *before) > kFrequencyChange * *before;
}

}  // namespace

std::optional<double> Baseline::Value() const {
  if (samples_.empty()) return std::nullopt;
  std::vector<double> sorted(samples_.begin(), samples_.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t middle = sorted.size() / 2;
  if (sorted.size() % 2 == 1) return sorted[middle];
  return (sorted[middle - 1] + sorted[middle]) / 2;
}

void Baseline::Restore(const std::vector<double>& samples) {
  Clear();
  for (const double sample : samples) {
    if (std::isfinite(sample) && sample > 0) samples_.push_back(sample);
  }
}

void Baseline::Clear() {
  samples_.clear();
  frozen_since_.reset();
  frequency_hertz_.reset();
}

Baseline::Effect Baseline::Add(const Sample& sample, std::size_t window, double ratio,
                               SteadyTime now) {
  Effect effect = Effect::kNone;
  const bool other_clock = FrequencyChanged(frequency_hertz_, sample.frequency_hertz);
  const bool frozen_out = frozen_since_ && now - *frozen_since_ >= kLongestFreeze;
  if (!samples_.empty() && (sample.work_mode_changed || other_clock || frozen_out)) {
    Clear();
    effect = Effect::kReset;
  }
  if (!sample.mining || sample.hashrate_hashes_per_second <= 0) return effect;
  if (sample.elapsed_seconds < kSettleSeconds) return effect;

  const auto median = Value();
  if (median && sample.hashrate_hashes_per_second < ratio * *median) {
    if (!frozen_since_) frozen_since_ = now;
    return effect;
  }
  frozen_since_.reset();
  if (sample.frequency_hertz && !frequency_hertz_) frequency_hertz_ = sample.frequency_hertz;
  samples_.push_back(sample.hashrate_hashes_per_second);
  while (samples_.size() > window) samples_.pop_front();
  return effect;
}

}  // namespace antx
