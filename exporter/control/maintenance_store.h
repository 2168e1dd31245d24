// Announced maintenance on disk, in a small SQLite file of its own beside the database, so that it
// goes on after a restart. On-disk form: maintenance_store.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "history/db.h"
#include "model/maintenance.h"

namespace antx {

/// The file beside the database, or ":memory:" when there is no database.
[[nodiscard]] std::string MaintenanceStorePath(const StorageConfig& storage);

/// Use it from one thread at a time.
class MaintenanceStore {
 public:
  /// A damaged file, or one of a newer version, is an error and stays as it is.
  [[nodiscard]] static DbResult<MaintenanceStore> Open(const std::string& path);

  /// Writes the entry down and returns its id.
  [[nodiscard]] DbResult<std::int64_t> Add(const MaintenanceEntry& entry);
  [[nodiscard]] DbResult<void> Remove(std::int64_t id);
  /// What is not over at `now`, by id; the rest is removed.
  [[nodiscard]] DbResult<std::vector<MaintenanceEntry>> Load(SystemTime now);
  /// A word that is made once per file, at random: names this exporter at an Alertmanager.
  [[nodiscard]] DbResult<std::string> Instance();

 private:
  explicit MaintenanceStore(Db db) : db_(std::move(db)) {}
  Db db_;
};

}  // namespace antx
