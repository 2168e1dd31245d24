// Keeps the table of known miners up to date, also when the database could not be read at the
// start: then nothing of the last run is lost either.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "history/state_store.h"
#include "model/persisted.h"

namespace antx {

/// One thread at a time.
class StateSaver {
 public:
  /// Opens the table. What the last run left is returned by Restored() the first time.
  [[nodiscard]] DbResult<void> Open(const std::string& path);
  /// The rows of the last run, for who starts up. Taken before the first Save, they are the
  /// caller's; else Save keeps those that the caller does not know and adds their counters.
  [[nodiscard]] std::vector<PersistedMiner> TakeRestored();
  [[nodiscard]] DbResult<std::size_t> Save(std::vector<PersistedMiner> miners);
  void Close() { store_.reset(); }
  [[nodiscard]] bool IsOpen() const { return store_.has_value(); }

 private:
  std::optional<StateStore> store_;
  std::vector<PersistedMiner> before_;
  bool opened_before_ = false;
};

}  // namespace antx
