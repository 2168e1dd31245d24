// A queue between two threads that never grows: when it is full the oldest item
// goes. With SnapshotBox the only place where threads meet.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace antx {

/// Thread safe.
template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  /// Returns how many old items were dropped to make room (0 or 1).
  std::size_t Push(T item) {
    std::size_t dropped = 0;
    {
      const std::lock_guard lock(mutex_);
      if (items_.size() == capacity_) {
        items_.pop_front();
        dropped = 1;
      }
      items_.push_back(std::move(item));
    }
    wake_.notify_one();
    return dropped;
  }

  /// Waits for an item; nothing when the queue is closed and empty.
  [[nodiscard]] std::optional<T> Pop() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return closed_ || !items_.empty(); });
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    return item;
  }

  /// Pop gives what is left, then nothing.
  void Close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    wake_.notify_all();
  }

 private:
  std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<T> items_;
  bool closed_ = false;
};

}  // namespace antx
