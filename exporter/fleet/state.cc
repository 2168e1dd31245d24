#include "fleet/state.h"

#include <algorithm>
#include <string_view>

#include "util/text.h"

namespace antx {
namespace {

constexpr double kStartSeconds = 300;
/// This family has no API but that of the web side.
constexpr std::string_view kNoApi = "epic";
constexpr auto kLostAfter = std::chrono::minutes(10);

bool RateIsLow(const StateInput& input) {
  const auto usual = input.baseline_hashes_per_second ? input.baseline_hashes_per_second
                                                      : input.expected_hashes_per_second;
  const double rate = input.reading->hashrate_hashes_per_second.value_or(0);
  return usual && rate < input.thresholds.hashrate_ratio * *usual;
}

bool HardwareIsMissing(const StateInput& input) {
  const Reading& reading = *input.reading;
  const auto& boards = reading.boards;
  if (reading.boards_expected && !boards.empty() &&
      reading.BoardsPresent() < *reading.boards_expected) {
    return true;
  }
  if (std::any_of(boards.begin(), boards.end(),
                  [](const BoardReading& board) { return board.present && !board.Up(); })) {
    return true;
  }
  return input.thresholds.JudgesFans(reading) &&
         std::any_of(reading.fans.begin(), reading.fans.end(),
                     [](const FanReading& fan) { return fan.rpm <= 0; });
}

MinerState StateOfAnswering(const StateInput& input) {
  const Reading& reading = *input.reading;
  if (reading.work_mode == "sleep") return MinerState::kSleeping;
  const bool young = reading.elapsed_seconds && *reading.elapsed_seconds < kStartSeconds;
  if (reading.starting || (young && RateIsLow(input) && !reading.stopped_by_fault)) {
    return MinerState::kStarting;
  }
  if (!IsMining(reading)) return MinerState::kIdle;
  if (RateIsLow(input) || HardwareIsMissing(input)) return MinerState::kDegraded;
  return MinerState::kHashing;
}

bool AccessDenied(const PollError& error) {
  return error.reason == Reason::kAuth ||
         (error.reason == Reason::kApi && ContainsNoCase(error.detail, "access denied"));
}

}  // namespace

bool IsMining(const Reading& reading) {
  if (reading.work_mode == "sleep") return false;
  if (reading.mining && !*reading.mining) return false;
  return reading.hashrate_hashes_per_second.value_or(0) > 0;
}

MinerState DeriveState(const StateInput& input) {
  const bool by_web = input.reading != nullptr && input.reading->by_web;
  if (input.reading != nullptr && (!by_web || input.reading->identity.firmware == kNoApi)) {
    return StateOfAnswering(input);
  }
  if (input.error && AccessDenied(*input.error)) return MinerState::kAccessDenied;
  if (!by_web && input.web_denied) return MinerState::kAccessDenied;
  const bool answers = by_web || input.connected ||
                       (input.error && (input.error->reason == Reason::kRefused ||
                                        input.error->reason == Reason::kReset));
  if (answers) return MinerState::kApiDown;
  const auto lost_after = std::max(std::chrono::nanoseconds(kLostAfter), 10 * input.interval);
  return input.silent >= lost_after ? MinerState::kLost : MinerState::kOffline;
}

}  // namespace antx
