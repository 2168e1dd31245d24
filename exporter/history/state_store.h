// What must outlive a restart, one row per known miner: inventory, identity,
// the exporter's own counters, the baseline window. On-disk form: table
// `miner_state`, described in state_store.cc.
#pragma once

#include <vector>

#include "history/db.h"
#include "model/persisted.h"

namespace antx {

class StateStore {
 public:
  /// Opens the file, checks it and creates or migrates the table. A damaged file is never
  /// overwritten: the error says so and the caller runs without persistence.
  [[nodiscard]] static DbResult<StateStore> Open(const std::string& path);

  /// All rows; a row that makes no sense is left out.
  [[nodiscard]] DbResult<std::vector<PersistedMiner>> Load();
  /// Replaces all rows in one transaction: after a crash there is the old or the new state.
  [[nodiscard]] DbResult<void> Save(const std::vector<PersistedMiner>& miners);

 private:
  explicit StateStore(Db db) : db_(std::move(db)) {}
  [[nodiscard]] DbResult<void> Replace(const std::vector<PersistedMiner>& miners);
  Db db_;
};

}  // namespace antx
