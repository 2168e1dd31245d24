// Drops what is older than its step is kept, and the oldest raw rows, then the oldest 5-minute
// rows, when the disk budget is used up. In small pieces, so that a round never waits long.
#pragma once

#include <array>
#include <cstdint>

#include "history/db.h"
#include "model/history.h"

namespace antx {

struct RetentionPlan {
  /// Milliseconds that each step is kept; 0: for ever.
  std::array<std::int64_t, kHistoryStepCount> keep{};
  std::int64_t keep_logs = 0;     ///< Events and error log, milliseconds; 0: for ever.
  std::int64_t budget_bytes = 0;  ///< Of the file; 0: no limit.
};

struct RetentionStep {
  bool more = false;          ///< Call again.
  std::int64_t deleted = 0;   ///< Chunks and log rows.
  bool over_budget = false;   ///< The budget, not the age, was the reason.
  bool budget_unmet = false;  ///< Nothing is left that the budget may take, and it is exceeded.
};

/// One small transaction.
[[nodiscard]] DbResult<RetentionStep> RetainSome(Db& db, const RetentionPlan& plan,
                                                 std::int64_t now);

/// For a database without chunks (in memory): drops raw rows older than `keep`.
[[nodiscard]] DbResult<RetentionStep> DropRawRows(Db& db, std::int64_t now, std::int64_t keep);

struct DatabaseSize {
  std::int64_t file_bytes = 0;      ///< Pages of the main file.
  std::int64_t used_bytes = 0;      ///< Without free pages.
  std::int64_t forecast_bytes = 0;  ///< Expected in a year, at the present growth.
};
[[nodiscard]] DatabaseSize MeasureDatabase(Db& db, const RetentionPlan& plan, std::int64_t now);

}  // namespace antx
