// The book of announced maintenance: on disk, in the events, in the snapshot and as silences.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "control/maintenance_store.h"
#include "model/event.h"
#include "model/maintenance.h"
#include "util/clock.h"

namespace antx {

/// "rack r7 of site a", "miner 10.0.0.7", "site a".
[[nodiscard]] std::string MaintenanceTarget(const MaintenanceEntry& entry);
/// Names the silence of an entry.
[[nodiscard]] std::string MaintenanceKey(std::int64_t id);

class MaintenanceKeeper final : public MaintenanceBook {
 public:
  /// All may be called from any thread, with a mutex of the book held: they must not call it.
  struct Hooks {
    std::function<void(const MaintenanceEntry& entry)> silence;
    std::function<void(const std::string& key)> unsilence;
    std::function<void(const Event& event)> tell;
    std::function<void(MaintenanceList list)> changed;
  };

  /// Opens the file. When that fails, `fault` says why, the book is empty, and Begin fails with
  /// that reason.
  MaintenanceKeeper(const std::string& path, const Clock& clock, Hooks hooks, std::string& fault);

  [[nodiscard]] MaintenanceResult<std::shared_ptr<const MaintenanceEntry>> Begin(
      MaintenanceEntry wanted, std::chrono::minutes length) override;
  [[nodiscard]] MaintenanceResult<bool> End(std::int64_t id, const std::string& by) override;
  [[nodiscard]] MaintenanceList List() const override;

  /// Silences all that is in force, again; after the start and after new settings.
  void Resume();
  /// Ends what is over. Waits for no disk.
  void Tick();
  /// See MaintenanceStore; random when there is no file.
  [[nodiscard]] const std::string& instance() const { return instance_; }

 private:
  void Note(const MaintenanceEntry& entry, const std::string& what) const;
  [[nodiscard]] MaintenanceList Without(std::int64_t id) const;
  void Publish(MaintenanceList list);

  const Clock& clock_;
  Hooks hooks_;
  std::string fault_;
  std::string instance_;
  std::mutex writing_;  ///< Held while the file is written; taken before `mutex_`.
  std::unique_ptr<MaintenanceStore> store_;
  mutable std::mutex mutex_;
  MaintenanceList list_;
};

}  // namespace antx
