// How fast commands may begin, and how many miners may be away at once. Pure: time is given.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "config/config.h"
#include "model/control.h"
#include "util/clock.h"

namespace antx {

/// What counts of a miner whose power nobody knows: as much as a large one takes.
inline constexpr double kUnknownKilowatts = 4;

/// One command as the limits see it.
struct PacedStep {
  std::string miner;
  std::string site;
  std::string rack;      ///< "": of no rack, under no limit of racks.
  double kilowatts = 0;  ///< 0: switches no power.
  bool away = true;      ///< Counts as away until Back().
};

struct Admission {
  bool now = false;
  /// When it may begin; nothing: not before some miner is back.
  std::optional<SteadyTime> at;
  std::string why;  ///< "" when it may begin now.
};

/// Keeps the starts of all runs together; each run brings its own limits. One thread.
class Pacer {
 public:
  using Sizes = std::map<std::string, int>;
  /// Miners of the inventory by site, and by RackKey().
  void SetSizes(Sizes sites, Sizes racks);
  [[nodiscard]] static std::string RackKey(const std::string& site, const std::string& rack);

  [[nodiscard]] Admission MayBegin(const PacedStep& step, const RunLimits& limits,
                                   SteadyTime now) const;
  void Begin(const PacedStep& step, SteadyTime now);
  /// The miner is not away any more; nothing happens when it was not.
  void Back(const std::string& miner);
  [[nodiscard]] bool IsAway(const std::string& miner) const { return away_.count(miner) != 0; }

 private:
  struct Start {
    SteadyTime time;
    double kilowatts;
  };
  struct Place {
    std::string site, rack;
  };
  [[nodiscard]] SteadyTime RateAllows(const RunLimits& limits, SteadyTime now) const;
  [[nodiscard]] SteadyTime PowerAllows(double kilowatts, const RunLimits& limits,
                                       SteadyTime now) const;

  Sizes sites_, racks_;
  std::deque<Start> starts_;  ///< Ascending; as far back as any limit looks.
  std::map<std::string, Place> away_;
  Sizes away_of_site_, away_of_rack_;
};

/// The settings as limits, each also the loosest that a request may ask for.
[[nodiscard]] RunLimits StandardLimits(const ControlConfig& config);
/// The limits of a run; a fault names what is looser than the settings or out of range.
[[nodiscard]] ControlResult<RunLimits> LimitsFor(const LimitsAsked& asked,
                                                 const ControlConfig& config);

/// Whether a run must stop: a canary failed, or too many of those that came to an end. With fewer
/// than ten ended ones the share is of ten (or of all): one failure is no trend.
[[nodiscard]] bool TooManyFailed(const RunReport& run);

/// Which steps may begin at all: the canaries, or all of them. Nothing: wait, at least until the
/// time given (canaries are being watched), if any.
struct CanaryGate {
  std::size_t open_steps = 0;  ///< Steps from the first on that may begin.
  std::optional<SystemTime> opens;
};
[[nodiscard]] CanaryGate GateOf(const RunReport& run, SystemTime now);

/// Whether the command takes hashrate away for a while, so that the miner counts as away.
[[nodiscard]] bool TakesAway(Verb verb);

}  // namespace antx
