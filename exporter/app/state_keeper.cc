#include "app/state_keeper.h"

#include <filesystem>
#include <utility>

namespace antx {

StateKeeper::StateKeeper(const StorageConfig& storage, SelfMetrics& self, const Clock& clock,
                         Logger& log)
    : enabled_(storage.enabled), self_(self), clock_(clock), log_(log), path_(storage.path) {
  if (!enabled_) return;
  auto store = StateStore::Open(path_);
  if (store.has_error()) {
    log_.Error("history", store.error().detail + "; running without persistence");
    self_.DatabaseFailed();
    return;
  }
  auto rows = store->Load();
  if (rows.has_error()) {
    log_.Error("history", rows.error().detail);
    self_.DatabaseFailed();
  } else {
    restored_ = std::move(*rows);
  }
  writer_ = std::make_unique<StateWriter>(std::move(*store), [this](const StateWrite& write) {
    if (write.error.empty()) {
      if (!last_error_.empty()) log_.Info("history", "writing works again");
      self_.DatabaseWritten("miner_state", write.rows, clock_.Now());
      std::error_code ignored;
      const auto size = [&](const std::string& file) {
        const auto bytes = std::filesystem::file_size(file, ignored);
        return ignored ? 0.0 : static_cast<double>(bytes);
      };
      self_.DatabaseSize("main", size(path_));
      self_.DatabaseSize("wal", size(path_ + "-wal"));
    } else {
      self_.DatabaseFailed();
      if (write.error != last_error_) log_.Error("history", write.error);
    }
    last_error_ = write.error;
  });
}

void StateKeeper::Save(const Inventory& inventory, const Poller& poller, const Tracker& tracker) {
  if (!writer_) return;
  std::vector<PersistedMiner> miners;
  miners.reserve(inventory.records().size());
  for (const auto& [address, record] : inventory.records()) {
    PersistedMiner miner;
    miner.id = record.facts.id;
    miner.address = address;
    miner.source = record.facts.source;
    miner.first_seen = record.first_seen;
    miner.last_seen = record.last_seen;
    miner.join_refused = poller.MemoryOf(address).join_refused;
    tracker.Save(miner);
    if (miner.identity.firmware.empty()) miner.identity = record.identity;
    miners.push_back(std::move(miner));
  }
  writer_->Submit(std::move(miners));
}

}  // namespace antx
