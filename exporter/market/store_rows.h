// Small parts that the files of the store share.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "history/db.h"

namespace antx {

/// "1:2,3:4.5": pairs of numbers as text, in their shortest exact form.
[[nodiscard]] std::string PairsText(const std::vector<std::pair<double, double>>& pairs);
/// What PairsText wrote; what is no pair is left out.
[[nodiscard]] std::vector<std::pair<double, double>> ReadPairs(std::string_view text);

/// Runs a statement that gives no rows, and makes it ready for the next values.
[[nodiscard]] DbResult<void> RunToEnd(Db& db, DbStatement& statement);

}  // namespace antx
