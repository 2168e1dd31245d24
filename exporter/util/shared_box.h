// One pointer to an immutable value that one thread replaces and others read.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace antx {

/// What std::atomic<std::shared_ptr<const T>> is meant to be. That one of GCC 12 leaves load()
/// with a relaxed store: a data race to ThreadSanitizer and, on ARM, in truth. The lock is held
/// for the copy of a pointer only. Thread safe.
template <class T>
class SharedBox {
 public:
  SharedBox() = default;
  explicit SharedBox(std::shared_ptr<const T> value) : value_(std::move(value)) {}
  SharedBox(const SharedBox&) = delete;
  SharedBox& operator=(const SharedBox&) = delete;
  SharedBox& operator=(std::shared_ptr<const T> next) {
    store(std::move(next));
    return *this;
  }

  [[nodiscard]] std::shared_ptr<const T> load() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void store(std::shared_ptr<const T> next) {
    const std::lock_guard lock(mutex_);
    value_.swap(next);
    // The old value ends with `next`, after the lock is gone.
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace antx
