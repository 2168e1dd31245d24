// The dictionary of series: which number stands for which miner, board or the fleet.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "history/db.h"
#include "model/history.h"

namespace antx {

struct SeriesInfo {
  std::int64_t series = 0;
  HistoryKind kind = HistoryKind::kMiner;
  std::string miner;    ///< Id; "" for the fleet.
  std::string board;    ///< "" but for boards.
  std::string address;  ///< Last known; "" for the fleet.
  std::string model;
  std::string algorithm;
  std::int64_t rate_unit = 1;  ///< H/s per stored unit.
};

/// A miner that changes its algorithm (another machine at the address) begins a series of its own:
/// the rows of before keep their unit. One thread at a time. Holds all rows: about 200 bytes a
/// series.
class SeriesTable {
 public:
  [[nodiscard]] DbResult<void> Load(Db& db);
  /// The series of kind, miner, board and algorithm, created or brought up to date in the database
  /// when needed.
  [[nodiscard]] DbResult<const SeriesInfo*> Ensure(Db& db, SeriesInfo wanted);
  /// Null when there is none.
  [[nodiscard]] const SeriesInfo* Find(HistoryKind kind, std::string_view miner,
                                       std::string_view board, std::string_view algorithm) const;
  [[nodiscard]] std::int64_t next() const { return next_; }
  /// What a rolled back transaction may have put in: reads all rows again.
  [[nodiscard]] DbResult<void> Reload(Db& db);

 private:
  using Key = std::tuple<HistoryKind, std::string, std::string, std::string>;
  /// All series of a miner or board have its present address.
  [[nodiscard]] DbResult<void> Move(Db& db, const SeriesInfo& wanted);
  std::map<Key, SeriesInfo, std::less<>> rows_;
  std::int64_t next_ = 0;
};

/// Reads one row of `SELECT series,kind,miner,board,address,model,algorithm,rate_unit`.
[[nodiscard]] SeriesInfo ReadSeries(const DbStatement& row);
inline constexpr std::string_view kSelectSeries =
    "SELECT series,kind,miner,board,address,model,algorithm,rate_unit FROM series";

}  // namespace antx
