// The tables of the history and the keys of its chunks.
#pragma once

#include <cstdint>
#include <string>

#include "history/db.h"
#include "model/history.h"

namespace antx {

/// Milliseconds of one chunk of a step: raw an hour, 5m six hours, 1h two days, 1d 64 days.
[[nodiscard]] std::int64_t ChunkLength(HistoryStep step);

/// Chunks are numbered step, period, series (4, 32 and 24 bits): an old period is one range
/// of numbers, and new chunks go to the end of the table.
[[nodiscard]] std::int64_t ChunkKey(HistoryStep step, std::int64_t time, std::int64_t series);
inline constexpr std::int64_t kMostSeries = (1 << 24) - 1;

inline constexpr std::int64_t kHourMilliseconds = 3'600'000;

/// Rows stamped before this come from a clock that was not set (2020-01-01).
inline constexpr std::int64_t kClockUnset = 1'577'836'800'000;

/// Creates or migrates the tables. Before a migration of an older version the file is copied
/// to `<path>.before-v<N>`. A newer version than this program knows is refused.
[[nodiscard]] DbResult<void> MigrateHistory(Db& db);
inline constexpr std::int64_t kHistoryVersion = 2;

}  // namespace antx
