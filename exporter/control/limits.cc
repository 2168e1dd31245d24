#include "control/limits.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "config/values.h"

namespace antx {
namespace {

constexpr auto kSecond = std::chrono::seconds(1);
constexpr auto kMinute = std::chrono::minutes(1);
/// The slowest rate that the starts are kept for: one in so long.
constexpr auto kLongest = std::chrono::hours(1);
constexpr std::size_t kFewForAShare = 10;

std::chrono::nanoseconds Gap(double per_second) {
  const double seconds = std::min(1 / per_second, std::chrono::duration<double>(kLongest).count());
  return std::chrono::nanoseconds(std::llround(std::ceil(seconds * 1e9)));
}

bool ShareAllows(const std::map<std::string, int>& sizes, const std::map<std::string, int>& away,
                 const std::string& key, double share) {
  const auto size = sizes.find(key);
  const auto gone = away.find(key);
  const int miners = size == sizes.end() ? 0 : size->second;
  const int now = gone == away.end() ? 0 : gone->second;
  return now < std::max(1, static_cast<int>(std::floor(share * miners + 1e-9)));
}

/// Behind the last canary: skipped miners are none.
std::size_t CanaryEnd(const RunReport& run) {
  int left = run.limits.canary;
  std::size_t end = 0;
  while (end < run.steps.size() && left > 0) {
    if (run.steps[end++].state != StepState::kSkipped) --left;
  }
  return end;
}

}  // namespace

std::string Pacer::RackKey(const std::string& site, const std::string& rack) {
  return rack.empty() ? "" : site + '\n' + rack;
}

void Pacer::SetSizes(Sizes sites, Sizes racks) {
  sites_ = std::move(sites);
  racks_ = std::move(racks);
}

/// The time when one more may begin, now or later. Windows hold both their ends: with n a second,
/// no stretch of a second, ends included, sees n + 1 starts.
SteadyTime Pacer::RateAllows(const RunLimits& limits, SteadyTime now) const {
  if (starts_.empty()) return now;
  SteadyTime at = std::max(now, starts_.back().time + Gap(limits.miners_per_second));
  const auto most = static_cast<std::size_t>(std::max(1.0, std::floor(limits.miners_per_second)));
  if (limits.miners_per_second >= 1 && starts_.size() >= most) {
    const Start& oldest = starts_[starts_.size() - most];
    at = std::max(at, oldest.time + kSecond + std::chrono::nanoseconds(1));
  }
  return at;
}

/// Nothing but itself in a minute is always allowed: a limit below one miner would be for ever.
SteadyTime Pacer::PowerAllows(double kilowatts, const RunLimits& limits, SteadyTime now) const {
  if (kilowatts <= 0) return now;
  double sum = kilowatts;
  for (auto start = starts_.rbegin(); start != starts_.rend(); ++start) {
    const SteadyTime leaves = start->time + kMinute + std::chrono::nanoseconds(1);
    if (leaves <= now) break;
    sum += start->kilowatts;
    if (sum > limits.kilowatts_per_minute && start->kilowatts > 0) return leaves;
  }
  return now;
}

Admission Pacer::MayBegin(const PacedStep& step, const RunLimits& limits, SteadyTime now) const {
  if (step.away) {
    if (!step.rack.empty() && !ShareAllows(racks_, away_of_rack_, RackKey(step.site, step.rack),
                                           limits.max_share_of_rack)) {
      return {false, std::nullopt,
              "max_share_of_rack: too many of rack " + step.rack + " are away"};
    }
    if (!ShareAllows(sites_, away_of_site_, step.site, limits.max_share_of_site)) {
      return {false, std::nullopt,
              "max_share_of_site: too many of " +
                  (step.site.empty() ? "the miners without a site" : "site " + step.site) +
                  " are away"};
    }
  }
  const SteadyTime rate = RateAllows(limits, now);
  const SteadyTime power = PowerAllows(step.kilowatts, limits, now);
  const SteadyTime at = std::max(rate, power);
  if (at <= now) return {true, now, ""};
  return {false, at, power > rate ? "kilowatts_per_minute" : "miners_per_second"};
}

void Pacer::Begin(const PacedStep& step, SteadyTime now) {
  while (!starts_.empty() && starts_.front().time + kLongest < now) starts_.pop_front();
  starts_.push_back({now, step.kilowatts});
  if (!step.away || !away_.emplace(step.miner, Place{step.site, step.rack}).second) return;
  ++away_of_site_[step.site];
  if (!step.rack.empty()) ++away_of_rack_[RackKey(step.site, step.rack)];
}

void Pacer::Back(const std::string& miner) {
  const auto found = away_.find(miner);
  if (found == away_.end()) return;
  --away_of_site_[found->second.site];
  if (!found->second.rack.empty()) {
    --away_of_rack_[RackKey(found->second.site, found->second.rack)];
  }
  away_.erase(found);
}

RunLimits StandardLimits(const ControlConfig& config) {
  return {config.miners_per_second,
          config.kilowatts_per_minute,
          config.max_share_of_rack,
          config.max_share_of_site,
          config.canary,
          config.canary_wait.count(),
          config.stop_when_failed_percent};
}

ControlResult<RunLimits> LimitsFor(const LimitsAsked& asked, const ControlConfig& config) {
  RunLimits limits = StandardLimits(config);
  std::string fault;
  const auto number = [&fault](const char* name, auto wanted, auto& value, auto low, auto high,
                               bool more_is_looser) {
    if (!wanted || !fault.empty()) return;
    const auto allowed = value;
    value = *wanted;
    const bool looser = more_is_looser ? *wanted > allowed : *wanted < allowed;
    if (!std::isfinite(static_cast<double>(*wanted)) || *wanted < low || *wanted > high) {
      fault = "limits." + std::string(name) + ": must be from " +
              NumberText(static_cast<double>(low)) + " to " + NumberText(static_cast<double>(high));
    } else if (looser) {
      fault = "limits." + std::string(name) + ": control." + name +
              (more_is_looser ? " allows at most " : " asks for at least ") +
              NumberText(static_cast<double>(allowed));
    }
  };
  number("miners_per_second", asked.miners_per_second, limits.miners_per_second, 0.001, 50.0, true);
  number("kilowatts_per_minute", asked.kilowatts_per_minute, limits.kilowatts_per_minute, 0.001,
         1e6, true);
  number("max_share_of_rack", asked.max_share_of_rack, limits.max_share_of_rack, 0.0, 1.0, true);
  number("max_share_of_site", asked.max_share_of_site, limits.max_share_of_site, 0.0, 1.0, true);
  number("canary", asked.canary, limits.canary, 0, 1000, false);
  number("canary_wait_seconds", asked.canary_wait_seconds, limits.canary_wait_seconds, 0.0, 86400.0,
         false);
  number("stop_when_failed_percent", asked.stop_when_failed_percent,
         limits.stop_when_failed_percent, 0.0, 100.0, true);
  if (!fault.empty()) return ControlFault{ControlFault::Kind::kBadRequest, fault, 0};
  return limits;
}

bool TooManyFailed(const RunReport& run) {
  const std::size_t canaries = CanaryEnd(run);
  std::size_t ended = 0;
  std::size_t failed = 0;
  for (std::size_t i = 0; i < run.steps.size(); ++i) {
    const StepReport& step = run.steps[i];
    if (step.state != StepState::kFinished && step.state != StepState::kInterrupted) continue;
    // Still watched, or no poll can tell.
    if (step.state == StepState::kInterrupted && !step.Failed()) continue;
    ++ended;
    if (!step.Failed()) continue;
    ++failed;
    if (i < canaries && run.steps.size() > 1) return true;
  }
  const std::size_t base = std::max(ended, std::min(kFewForAShare, run.steps.size()));
  return static_cast<double>(failed) * 100 >
         run.limits.stop_when_failed_percent * static_cast<double>(base);
}

CanaryGate GateOf(const RunReport& run, SystemTime now) {
  const std::size_t canaries = CanaryEnd(run);
  if (canaries == run.steps.size()) return {canaries, std::nullopt};
  SystemTime last{};
  for (std::size_t i = 0; i < canaries; ++i) {
    const StepReport& step = run.steps[i];
    if (!step.Decided() || step.back == BackState::kWaiting) return {canaries, std::nullopt};
    if (step.ended) last = std::max(last, *step.ended);
  }
  const auto opens =
      last + std::chrono::milliseconds(std::llround(run.limits.canary_wait_seconds * 1000));
  if (canaries > 0 && now < opens) return {canaries, opens};
  return {run.steps.size(), std::nullopt};
}

bool TakesAway(Verb verb) { return verb != Verb::kBlink; }

}  // namespace antx
