// Reads the rows of series back, wherever they lie: in raw tables or in chunks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "history/block.h"
#include "history/db.h"
#include "history/series_table.h"
#include "model/history.h"

namespace antx {

/// A time range in milliseconds, the end excluded.
struct TimeRange {
  std::int64_t from = 0;
  std::int64_t to = 0;
};

/// Raw rows of one series that are not in chunks yet.
[[nodiscard]] DbResult<Block> ReadHotRows(Db& db, const SeriesInfo& series, TimeRange range);

/// Rows of a step of one series, chunks and raw tables together, in the range; a bucket
/// belongs to it when it starts in it. Chunks that make no sense are left out.
[[nodiscard]] DbResult<Block> ReadBlock(Db& db, const SeriesInfo& series, HistoryStep step,
                                        TimeRange range);

/// The range, cut to where chunks or raw rows can be; empty when there are none.
[[nodiscard]] TimeRange CutToStored(Db& db, HistoryStep step, TimeRange range);

/// Appends the rows of `from` that lie in the range.
void AppendRows(const Block& from, TimeRange range, Block& to);

}  // namespace antx
