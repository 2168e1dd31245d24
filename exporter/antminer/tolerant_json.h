// JSON as miners send it. A strict parse first; only when that fails one pass that
// knows what is inside a string and repairs the defects listed in PROTOCOL.md,
// "Broken JSON", counting each by kind. Pure.
#pragma once

#include <boost/json/value.hpp>
#include <string_view>

#include "model/poll.h"
#include "util/result.h"

namespace antx {

/// The first complete value of `body`. Memory comes from `storage`.
/// Errors: kParse (no JSON, cut short, deeper than `max_depth`). Never throws on bad input.
[[nodiscard]] Result<boost::json::value> ParseTolerant(std::string_view body, int max_depth,
                                                       const boost::json::storage_ptr& storage,
                                                       RepairCounts& repairs);

}  // namespace antx
