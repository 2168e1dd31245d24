// Rows of one series, in memory and packed into the blob of a chunk.
//
// Packed form, version 1: a byte 1, the number of columns and of rows as varints, then the
// times (milliseconds, differences of differences), then each column (differences). A
// difference d is the varint zigzag(d) + 2; 0 and a varint n stand for n more equal values,
// 1 and a varint n for n values that are not there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "history/columns.h"

namespace antx {

/// Rows by ascending time, column by column. Values are kNoValue where nothing was told.
struct Block {
  explicit Block(std::size_t columns) : values(columns) {}

  std::vector<std::int64_t> times;  ///< Milliseconds since 1970.
  std::vector<std::vector<std::int64_t>> values;

  [[nodiscard]] std::size_t size() const { return times.size(); }
  /// Puts a row where it belongs by time and returns its index; an equal time stays in front.
  std::size_t Insert(std::int64_t time);
  /// Index of the row with exactly this time.
  [[nodiscard]] std::optional<std::size_t> Find(std::int64_t time) const;
};

[[nodiscard]] std::string PackBlock(const Block& block);
/// Nothing when the bytes are no chunk of `columns` columns (a damaged file). An older chunk
/// with fewer columns is filled up with kNoValue.
[[nodiscard]] std::optional<Block> UnpackBlock(std::string_view bytes, std::size_t columns);

}  // namespace antx
