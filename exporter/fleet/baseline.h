// The hashrate a miner normally has: the median of its last N healthy samples,
// frozen while a drop lasts, so that a drop cannot hide itself by lowering its
// own yardstick. Pure; time is passed in.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/reading.h"
#include "util/clock.h"

namespace antx {

class Baseline {
 public:
  using Clocks = std::map<std::string, double>;  ///< Board and its clock in hertz.
  /// One successful poll.
  struct Sample {
    double hashrate_hashes_per_second = 0;
    bool mining = true;            ///< Not idle, sleeping or stopped.
    double elapsed_seconds = 1e9;  ///< Since the mining process started.
    Clocks clocks;                 ///< A change of > 5 %, of the boards that are in both, resets.
    bool work_mode_changed = false;
  };
  enum class Effect { kNone, kReset };

  /// Takes one sample. `window` is ROLLING_WINDOW_SAMPLES, `ratio` HASHRATE_DROP_THRESHOLD.
  /// kReset: the old figure no longer applies (other work mode or clock, or a drop of 24 h without
  /// a healthy sample, a stop or an hour of silence in between).
  Effect Add(const Sample& sample, std::size_t window, double ratio, SteadyTime now);

  /// The median; absent before the first healthy sample.
  [[nodiscard]] std::optional<double> Value() const;
  [[nodiscard]] std::size_t Samples() const { return samples_.size(); }
  /// Whether the last sample lay below ratio x median: the window does not move.
  [[nodiscard]] bool Frozen() const { return frozen_since_.has_value(); }

  [[nodiscard]] std::vector<double> Save() const { return {samples_.begin(), samples_.end()}; }
  void Restore(const std::vector<double>& samples);

 private:
  void Clear();

  std::deque<double> samples_;
  Clocks clocks_;
  std::optional<SteadyTime> frozen_since_;
  SteadyTime last_low_;  // With frozen_since_: the newest sample of the drop.
};

/// The clocks of the boards that tell one.
[[nodiscard]] Baseline::Clocks ClocksOf(const Reading& reading);

}  // namespace antx
