#include "history/inbox.h"

#include <iterator>
#include <utility>

namespace antx {
namespace {

template <class T>
std::size_t AppendBounded(std::vector<T>& rows, std::vector<T>&& later, std::size_t most) {
  rows.insert(rows.end(), std::make_move_iterator(later.begin()),
              std::make_move_iterator(later.end()));
  if (rows.size() <= most) return 0;
  const std::size_t over = rows.size() - most;
  rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(over));
  return over;
}

}  // namespace

void PendingWork::Append(PendingWork&& later) {
  for (PendingRound& round : later.rounds) rounds.push_back(std::move(round));
  while (rounds.size() > kMostRounds) {
    rounds.pop_front();
    ++dropped_rounds;
  }
  dropped_log_rows += AppendBounded(events, std::move(later.events), kMostLogRows);
  dropped_log_rows += AppendBounded(errors, std::move(later.errors), kMostLogRows);
  if (later.state) state = std::move(later.state);
  dropped_rounds += later.dropped_rounds;
  dropped_log_rows += later.dropped_log_rows;
}

void Inbox::Add(PendingWork work) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.Append(std::move(work));
  }
  wake_.notify_one();
}

void Inbox::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  wake_.notify_all();
}

bool Inbox::Take(PendingWork& work, SteadyTime deadline) {
  std::unique_lock lock(mutex_);
  wake_.wait_until(lock, deadline, [this] { return closed_ || !waiting_.Empty(); });
  work.Append(std::exchange(waiting_, PendingWork{}));
  return !closed_;
}

}  // namespace antx
