#include "fleet/baseline.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace antx {
namespace {

constexpr double kSettleSeconds = 300;  // A miner ramps up after each restart.
constexpr auto kLongestFreeze = std::chrono::hours(24);
constexpr auto kLongestSilence = std::chrono::hours(1);  // Within one and the same drop.
constexpr double kClockChange = 0.05;

// Of the boards in both: tuning gives each its own clock, and one that falls out is no other clock.
bool ClockChanged(const Baseline::Clocks& before, const Baseline::Clocks& now) {
  double old_sum = 0;
  double new_sum = 0;
  for (const auto& [board, hertz] : now) {
    const auto known = before.find(board);
    if (known == before.end()) continue;
    old_sum += known->second;
    new_sum += hertz;
  }
  return std::abs(new_sum - old_sum) > kClockChange * old_sum;
}

}  // namespace

Baseline::Clocks ClocksOf(const Reading& reading) {
  Baseline::Clocks clocks;
  for (const BoardReading& board : reading.boards) {
    if (board.frequency_hertz && *board.frequency_hertz > 0) {
      clocks.emplace(board.board, *board.frequency_hertz);
    }
  }
  return clocks;
}

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
  clocks_.clear();
}

Baseline::Effect Baseline::Add(const Sample& sample, std::size_t window, double ratio,
                               SteadyTime now) {
  Effect effect = Effect::kNone;
  if (!samples_.empty() && (sample.work_mode_changed || ClockChanged(clocks_, sample.clocks))) {
    Clear();
    effect = Effect::kReset;
  }
  if (!sample.mining || sample.hashrate_hashes_per_second <= 0) {
    frozen_since_.reset();  // A miner that stops is no drop.
    return effect;
  }
  if (sample.elapsed_seconds < kSettleSeconds) return effect;

  const auto median = Value();
  if (median && sample.hashrate_hashes_per_second < ratio * *median) {
    if (!frozen_since_ || now - last_low_ > kLongestSilence) frozen_since_ = now;
    last_low_ = now;
    if (now - *frozen_since_ < kLongestFreeze) return effect;
    Clear();
    effect = Effect::kReset;
  }
  frozen_since_.reset();
  if (clocks_.empty()) clocks_ = sample.clocks;
  samples_.push_back(sample.hashrate_hashes_per_second);
  while (samples_.size() > window) samples_.pop_front();
  return effect;
}

}  // namespace antx
