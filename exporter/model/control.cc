#include "model/control.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "model/snapshot.h"

namespace antx {
namespace {

constexpr std::array<std::string_view, 6> kSteps = {"planned", "sending",     "finished",
                                                    "skipped", "interrupted", "cancelled"};
constexpr std::array<std::string_view, 4> kBacks = {"never", "waiting", "back", "missing"};
constexpr std::array<std::string_view, 5> kRuns = {"running", "paused", "finished", "stopped",
                                                   "failed"};

template <class T, std::size_t N>
std::optional<T> Named(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<T>(found - names.begin());
}

}  // namespace

std::string_view StepStateName(StepState state) {
  return kSteps.at(static_cast<std::size_t>(state));
}
std::optional<StepState> ParseStepState(std::string_view name) {
  return Named<StepState>(kSteps, name);
}
std::string_view BackStateName(BackState state) {
  return kBacks.at(static_cast<std::size_t>(state));
}
std::optional<BackState> ParseBackState(std::string_view name) {
  return Named<BackState>(kBacks, name);
}
std::string_view RunStateName(RunState state) { return kRuns.at(static_cast<std::size_t>(state)); }
std::optional<RunState> ParseRunState(std::string_view name) {
  return Named<RunState>(kRuns, name);
}

bool StepReport::Decided() const {
  return state != StepState::kPlanned && state != StepState::kSending;
}

bool StepReport::Failed() const {
  if (state == StepState::kInterrupted) return back == BackState::kMissing;
  if (state != StepState::kFinished) return false;
  return verdict != CommandVerdict::kDone || back == BackState::kMissing;
}

void throw_exception_from_error(const ControlFault& fault,
                                const boost::source_location& /*where*/) {
  throw std::logic_error("unchecked ControlFault: " + fault.text);
}

bool WorkerMatches(const MinerView& miner, std::string_view worker) {
  if (worker == "-" || worker == "*") return true;
  if (!miner.reading) return false;
  return std::any_of(miner.reading->pools.begin(), miner.reading->pools.end(),
                     [worker](const PoolReading& pool) {
                       if (pool.dev_fee || pool.user.empty()) return false;
                       const auto dot = pool.user.rfind('.');
                       return pool.user == worker ||
                              (dot != std::string::npos && pool.user.substr(dot + 1) == worker);
                     });
}

}  // namespace antx
