// From raw rows to buckets of 5 minutes, an hour, a day. Pure.
#pragma once

#include <cstdint>

#include "history/block.h"
#include "model/history.h"

namespace antx {

/// Columns of a raw block: the span in milliseconds that a row stands for, then the metrics.
inline constexpr std::size_t kSpanColumn = 0;
[[nodiscard]] std::size_t RawColumns(HistoryKind kind);
[[nodiscard]] constexpr std::size_t RawColumn(std::size_t metric) { return 1 + metric; }

/// Columns of a rolled block: samples, covered milliseconds, then four for each metric: the
/// mean, mean - min, max - mean, last - mean. Spreads are small numbers and pack well.
inline constexpr std::size_t kSamplesColumn = 0;
inline constexpr std::size_t kCoveredColumn = 1;
[[nodiscard]] std::size_t RolledColumns(HistoryKind kind);
[[nodiscard]] constexpr std::size_t RolledColumn(std::size_t metric) { return 2 + 4 * metric; }

/// Start of the bucket that holds `time` (milliseconds; before 1970 too).
[[nodiscard]] std::int64_t BucketStart(std::int64_t time, std::int64_t length);

/// Adds raw rows to the buckets of `rolled`; a bucket that is there already is combined with
/// them (means weighted by samples). Every raw row must be added to a step exactly once.
void AddToBuckets(const Block& raw, HistoryStep step, Block& rolled);

/// Adds the buckets of a step to those of another one of equal or longer buckets.
void CombineBuckets(const Block& from, HistoryStep step, Block& rolled);

/// One metric of one bucket; nothing when nobody told it.
[[nodiscard]] std::optional<HistoryPoint> ReadBucket(const Block& rolled, std::size_t row,
                                                     std::size_t metric, double unit,
                                                     HistoryStep step);

}  // namespace antx
