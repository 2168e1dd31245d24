#include "control/maintenance.h"

#include <algorithm>
#include <random>

#include "util/text.h"

namespace antx {
namespace {

std::string RandomWord() {
  std::random_device random;
  constexpr std::string_view kLetters = "0123456789abcdef";
  std::string word;
  for (int i = 0; i < 12; ++i) word += kLetters[random() % kLetters.size()];
  return word;
}

}  // namespace

std::string MaintenanceTarget(const MaintenanceEntry& entry) {
  if (!entry.miner.empty()) return "miner " + entry.miner;
  if (entry.rack.empty()) return "site " + entry.site;
  return "rack " + entry.rack + (entry.site.empty() ? "" : " of site " + entry.site);
}

std::string MaintenanceKey(std::int64_t id) { return "maintenance-" + std::to_string(id); }

MaintenanceKeeper::MaintenanceKeeper(const std::string& path, const Clock& clock, Hooks hooks,
                                     std::string& fault)
    : clock_(clock), hooks_(std::move(hooks)), instance_(RandomWord()) {
  auto store = MaintenanceStore::Open(path);
  if (store.has_error()) {
    fault = fault_ = store.error().detail;
    return;
  }
  store_ = std::make_unique<MaintenanceStore>(std::move(*store));
  const auto instance = store_->Instance();
  const auto entries = store_->Load(clock_.Now());
  if (instance.has_error() || entries.has_error()) {
    fault = fault_ = instance.has_error() ? instance.error().detail : entries.error().detail;
    store_.reset();
    return;
  }
  instance_ = *instance;
  for (const MaintenanceEntry& entry : *entries) {
    list_.push_back(std::make_shared<const MaintenanceEntry>(entry));
  }
}

MaintenanceResult<std::shared_ptr<const MaintenanceEntry>> MaintenanceKeeper::Begin(
    MaintenanceEntry wanted, std::chrono::minutes length) {
  const std::lock_guard writing(writing_);
  if (!store_) return MaintenanceError{fault_};
  if (List().size() >= kMostEntries) {
    return MaintenanceError{"more than " + std::to_string(kMostEntries) +
                            " maintenances at once; end some first"};
  }
  wanted.begin = clock_.Now();
  wanted.end = wanted.begin + length;
  const auto id = store_->Add(wanted);
  if (id.has_error()) return MaintenanceError{id.error().detail};
  wanted.id = *id;
  const auto entry = std::make_shared<const MaintenanceEntry>(std::move(wanted));
  MaintenanceList list = List();
  list.push_back(entry);
  Publish(std::move(list));
  if (hooks_.silence) hooks_.silence(*entry);
  Note(*entry, "begins, until " + FormatUtc(entry->end) + ", by " + entry->by +
                   (entry->reason.empty() ? "" : ": " + entry->reason));
  return entry;
}

MaintenanceResult<bool> MaintenanceKeeper::End(std::int64_t id, const std::string& by) {
  const std::lock_guard writing(writing_);
  const MaintenanceList list = List();
  const auto found =
      std::find_if(list.begin(), list.end(), [id](const auto& entry) { return entry->id == id; });
  if (found == list.end()) return false;
  const auto removed = store_->Remove(id);
  if (removed.has_error()) return MaintenanceError{removed.error().detail};
  Publish(Without(id));
  if (hooks_.unsilence) hooks_.unsilence(MaintenanceKey(id));
  Note(**found, "is ended by " + by);
  return true;
}

MaintenanceList MaintenanceKeeper::List() const {
  const std::lock_guard lock(mutex_);
  return list_;
}

MaintenanceList MaintenanceKeeper::Without(std::int64_t id) const {
  MaintenanceList list = List();
  std::erase_if(list, [id](const auto& entry) { return entry->id == id; });
  return list;
}

void MaintenanceKeeper::Publish(MaintenanceList list) {
  const std::lock_guard lock(mutex_);
  list_ = std::move(list);
  if (hooks_.changed) hooks_.changed(list_);
}

void MaintenanceKeeper::Resume() {
  const MaintenanceList list = List();
  if (hooks_.changed) hooks_.changed(list);
  if (!hooks_.silence) return;
  for (const auto& entry : list) hooks_.silence(*entry);
}

void MaintenanceKeeper::Tick() {
  const SystemTime now = clock_.Now();
  MaintenanceList over;
  {
    // The rows on disk go at the next start: this thread waits for nothing.
    const std::lock_guard lock(mutex_);
    const auto first = std::stable_partition(list_.begin(), list_.end(),
                                             [now](const auto& entry) { return entry->end > now; });
    over.assign(first, list_.end());
    list_.erase(first, list_.end());
    if (!over.empty() && hooks_.changed) hooks_.changed(list_);
  }
  for (const auto& entry : over) {
    if (hooks_.unsilence) hooks_.unsilence(MaintenanceKey(entry->id));
    Note(*entry, "is over");
  }
}

void MaintenanceKeeper::Note(const MaintenanceEntry& entry, const std::string& what) const {
  if (!hooks_.tell) return;
  hooks_.tell({clock_.Now(), EventKind::kMaintenance, LogLevel::kInfo, entry.miner,
               EscapeControl("maintenance of " + MaintenanceTarget(entry) + ' ' + what)});
}

}  // namespace antx
