// The ladder of the history, "raw:7d,5m:90d,1h:3y,1d:forever". Pure.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace antx {

/// How long each step (raw, 5m, 1h, 1d) is kept; 0: forever.
using Ladder = std::array<std::chrono::hours, 4>;

/// Steps in any order, none twice; a step left out keeps its default, or as long as the finer
/// one. Nothing when a word is not understood or a step is shorter than the finer one.
[[nodiscard]] std::optional<Ladder> ParseRollup(std::string_view text);

/// The text that ParseRollup reads back.
[[nodiscard]] std::string RollupText(const Ladder& keep);

/// `keep` with another duration of the 5-minute step; its neighbours follow where they must.
[[nodiscard]] Ladder WithFiveMinuteStep(Ladder keep, std::chrono::hours duration);

}  // namespace antx
