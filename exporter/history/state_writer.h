// The history thread: writes the persisted state without holding up the net thread.
#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "history/state_store.h"
#include "model/persisted.h"
#include "util/bounded_queue.h"

namespace antx {

/// What became of one write, told on the history thread.
struct StateWrite {
  std::size_t rows = 0;
  std::string error;  ///< "" when it was written.
};

/// Thread safe. Holds at most one state that waits: a newer one replaces it.
class StateWriter {
 public:
  using Report = std::function<void(const StateWrite&)>;
  StateWriter(StateStore store, Report report);
  /// Writes what still waits, then ends the thread.
  ~StateWriter();
  StateWriter(const StateWriter&) = delete;
  StateWriter& operator=(const StateWriter&) = delete;

  void Submit(std::vector<PersistedMiner> miners) { waiting_.Push(std::move(miners)); }

 private:
  void Run();

  StateStore store_;
  Report report_;
  BoundedQueue<std::vector<PersistedMiner>> waiting_{1};
  std::thread thread_;
};

}  // namespace antx
