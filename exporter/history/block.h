// Rows of one series, in memory and packed into the blob of a chunk.
//
// A byte 3, the length of the body as a varint, the length of the body by raw deflate (0: it would
// not get smaller and stands as it is), the body, and the bits of the columns that are kept as bits
// (column_codec.h). The body: the number of columns and of rows as varints, the times
// (milliseconds, differences), then each column.
//
// Files of before hold forms 1 and 2, which are read and no longer written: a byte 1 and a body of
// differences alone, or a byte 2, the length of such a body and the body by raw deflate.
#pragma once

#include <cstdint>
#include <memory>
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

/// Packs one block after the other. One thread at a time.
class BlockPacker {
 public:
  BlockPacker();
  ~BlockPacker();
  BlockPacker(const BlockPacker&) = delete;
  BlockPacker& operator=(const BlockPacker&) = delete;
  [[nodiscard]] std::string Pack(const Block& block);

 private:
  struct Deflater;
  std::unique_ptr<Deflater> deflater_;
};

/// Nothing when the bytes are no chunk of `columns` columns (a damaged file). An older chunk
/// with fewer columns is filled up with kNoValue; `stored` gets the number it has.
[[nodiscard]] std::optional<Block> UnpackBlock(std::string_view bytes, std::size_t columns,
                                               std::size_t* stored = nullptr);

}  // namespace antx
