// What waits for the history thread. Bounded: a disk that is full for hours costs the oldest
// rounds, never memory.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "history/store.h"
#include "model/history.h"
#include "model/persisted.h"
#include "model/snapshot.h"

namespace antx {

struct PendingRound {
  std::shared_ptr<const Snapshot> snapshot;
  Stamp stamp;
  std::chrono::milliseconds interval{};
};

/// Work that is not in the database yet.
struct PendingWork {
  static constexpr std::size_t kMostRounds = 4;  ///< Each holds a whole snapshot.
  static constexpr std::size_t kMostLogRows = 10'000;

  std::deque<PendingRound> rounds;
  std::vector<StoredEvent> events;
  std::vector<StoredError> errors;
  std::optional<std::vector<PersistedMiner>> state;
  std::size_t dropped_rounds = 0;  ///< Since it was last looked at.
  std::size_t dropped_log_rows = 0;

  [[nodiscard]] bool Empty() const {
    return rounds.empty() && events.empty() && errors.empty() && !state;
  }
  /// Takes over later work; the oldest goes where there is too much.
  void Append(PendingWork&& later);
};

/// Thread safe.
class Inbox {
 public:
  void Add(PendingWork work);
  /// Takes no more waiting; Take returns at once from now on.
  void Close();
  /// Moves what is there into `work`; waits for something until `deadline`. False: closed.
  bool Take(PendingWork& work, SteadyTime deadline);

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  PendingWork waiting_;
  bool closed_ = false;
};

}  // namespace antx
