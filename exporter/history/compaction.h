// Moves the raw rows of hours that are over into chunks, and adds them to the buckets of the
// coarser steps, a few series in each transaction.
#pragma once

#include <cstdint>
#include <optional>

#include "history/block.h"
#include "history/db.h"
#include "model/history.h"

namespace antx {

/// Reads the chunk of a step that holds `time`, or an empty block.
/// `damaged` is set when its bytes make no sense; the block is empty then.
[[nodiscard]] DbResult<Block> LoadChunk(Db& db, HistoryKind kind, HistoryStep step,
                                        std::int64_t time, std::int64_t series, bool& damaged);

/// What one step of compaction did.
struct CompactionStep {
  bool more = false;      ///< Call again.
  std::int64_t rows = 0;  ///< Raw rows that were moved.
  int damaged_chunks = 0;
};

/// One transaction of about `most_rows` rows. Rows younger than an hour and some minutes stay.
/// A raw row is at any moment either in its raw table or in a chunk, never in both.
/// Boards have no raw chunks: after the hour only their buckets remain.
[[nodiscard]] DbResult<CompactionStep> CompactSome(Db& db, std::int64_t now,
                                                   std::int64_t most_rows = 8'000);

}  // namespace antx
