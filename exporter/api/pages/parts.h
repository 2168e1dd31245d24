// Parts that several pages show: badges, tiles, the table of miners, events, trends.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/pages/chart.h"
#include "api/pages/html.h"
#include "api/pages/layout.h"
#include "api/pages/miner_query.h"
#include "api/pages/totals.h"
#include "api/pages/verdict.h"

namespace antx::pages {

/// The state as a word with sign and colour; the sign tells the weight without colour.
[[nodiscard]] Html Badge(std::string_view word, Weight weight);
/// The findings of a verdict as short texts; at most `most` of them.
[[nodiscard]] Html Findings(const Verdict& verdict, std::size_t most);
/// Freshness as dot and words: "12 s ago".
[[nodiscard]] Html Seen(const View& view, const MinerView& miner);
/// A bar from 0 to 1.
[[nodiscard]] Html Meter(double ratio, Weight weight);

/// One figure with its name; `note` says what stands behind it.
[[nodiscard]] Html Tile(std::string_view title, const Html& value, const Html& note);
/// Hashrate, power, efficiency, heat and how many miners the sums hold.
[[nodiscard]] Html TotalTiles(const Totals& totals);
/// All states as one bar and as links with counts; `selected` is a value of ?state=.
[[nodiscard]] Html StateBar(const Totals& totals, std::string_view selected);

/// The table of miners. With `query`, heads of columns are links that change the order.
[[nodiscard]] Html MinerTable(const View& view, const std::vector<MinerListRow>& rows,
                              const MinerListQuery* query);

/// Newest first. With `with_miner`, a column that links to the miner.
[[nodiscard]] Html EventTable(const View& view, const std::vector<StoredEvent>& events,
                              bool with_miner);
/// The newest events, of one miner or ("") of all, or why there are none.
[[nodiscard]] Html RecentEvents(const View& view, const std::string& miner, std::size_t most);

}  // namespace antx::pages
