// From raw rows to buckets of 5 minutes, an hour, a day. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "history/block.h"
#include "model/history.h"

namespace antx {

/// Columns of a raw block: the span in milliseconds that a row stands for, then the metrics.
inline constexpr std::size_t kSpanColumn = 0;
[[nodiscard]] std::size_t RawColumns(HistoryKind kind);
[[nodiscard]] constexpr std::size_t RawColumn(std::size_t metric) { return 1 + metric; }

/// Columns of a rolled block: rows, covered milliseconds, then six for each metric: the mean as a
/// whole number, mean - min, max - mean, last - mean, what the sum of its values is above the mean
/// times their number, and how many rows have no value. Small numbers, and most of them 0, pack
/// well. Sums of days and of counts are exact, however often rows are added; the other means of 5m
/// and 1h are rounded to the unit.
inline constexpr std::size_t kSamplesColumn = 0;
inline constexpr std::size_t kCoveredColumn = 1;
inline constexpr std::size_t kRolledStride = 6;
[[nodiscard]] std::size_t RolledColumns(HistoryKind kind);
[[nodiscard]] constexpr std::size_t RolledColumn(std::size_t metric) {
  return 2 + kRolledStride * metric;
}

/// Start of the bucket that holds `time` (milliseconds; before 1970 too).
[[nodiscard]] std::int64_t BucketStart(std::int64_t time, std::int64_t length);

/// Adds raw rows to the buckets of `rolled`; a bucket that is there already gets them in addition.
/// Every raw row must be added to a step exactly once.
void AddToBuckets(const Block& raw, HistoryKind kind, HistoryStep step, Block& rolled);

/// The rows of a chunk; nothing when its bytes make no sense. Rolled chunks of before, with four
/// columns for each metric, are read as if each row had a value.
[[nodiscard]] std::optional<Block> UnpackChunk(std::string_view bytes, HistoryKind kind,
                                               HistoryStep step);

/// The values of one metric in one bucket, in stored units.
struct BucketSum {
  double sum = 0;
  std::int64_t samples = 0;  ///< Rows that have a value.
};
[[nodiscard]] BucketSum ReadSum(const Block& rolled, std::size_t row, std::size_t metric);

/// One metric of one bucket; nothing when nobody told it.
[[nodiscard]] std::optional<HistoryPoint> ReadBucket(const Block& rolled, std::size_t row,
                                                     std::size_t metric, double unit,
                                                     HistoryStep step);

}  // namespace antx
