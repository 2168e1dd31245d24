// What the list of miners is asked for: search, filters, order, page. Everything comes from the
// query string, so that the list works without script and can be sent as a link. Pure.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/pages/verdict.h"
#include "api/query.h"
#include "model/snapshot.h"

namespace antx::pages {

/// A column that the list can be ordered by.
struct SortKey {
  std::string_view name;   ///< Value of ?sort=.
  std::string_view title;  ///< Head of the column.
  bool number = false;     ///< Aligned to the right, largest first when asked for.
};
[[nodiscard]] const std::vector<SortKey>& SortKeys();

inline constexpr int kDefaultPerPage = 50;
inline constexpr int kMostPerPage = 200;

struct MinerListQuery {
  std::string search;    ///< ?q=: part of id, address, model, firmware, site, rack, worker, ...
  std::string state;     ///< ?state=: a state, "waiting", "attention" or "stale"; "" all.
  std::string model;     ///< ?model=: exactly; "" all.
  std::string firmware;  ///< ?firmware=
  std::string site;      ///< ?site=
  std::string sort = "state";
  bool descending = true;
  int page = 1;
  int per_page = kDefaultPerPage;

  /// The same question with other values: "?q=s19&page=2". Not escaped for HTML.
  [[nodiscard]] std::string Url() const;
};

/// A query or what is wrong with it: "page: must be a whole number ...".
[[nodiscard]] Parsed<MinerListQuery> ParseMinerListQuery(const Query& query);

struct MinerListRow {
  std::shared_ptr<const MinerView> miner;
  Verdict verdict;
};
struct MinerListAnswer {
  std::vector<MinerListRow> rows;  ///< Of the asked page.
  int found = 0;                   ///< Before paging.
  int pages = 1;
  int page = 1;  ///< The last one when the asked one does not exist (any more).
};
[[nodiscard]] MinerListAnswer SelectMiners(const Snapshot& snapshot, const MinerListQuery& query);

/// For a URL's query: everything but letters, digits and -._~ as %XX.
[[nodiscard]] std::string PercentEncoded(std::string_view text);

}  // namespace antx::pages
