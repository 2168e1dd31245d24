// What happened lately, for readers that wait for news. The writer never waits for a reader.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "model/event.h"

namespace antx {

struct FeedItem {
  std::uint64_t id = 0;
  std::optional<Event> event;  ///< Nothing: a round of polls has ended.
  SystemTime time;
  std::uint64_t sequence = 0;  ///< Of the round's snapshot.
};

struct FeedNews {
  std::vector<FeedItem> items;  ///< In order of their ids; empty when nothing came in time.
  bool lost = false;            ///< Items between were dropped before they could be read.
  bool closed = false;
};

/// Thread safe. Keeps the newest `capacity` items.
class EventFeed {
 public:
  /// @param first_id ids grow from here; above those of an earlier run when they shall not clash.
  EventFeed(std::size_t capacity, std::uint64_t first_id)
      : capacity_(capacity), oldest_(first_id), next_(first_id) {}

  /// Gives the item its id.
  void Push(FeedItem item);
  /// Items after `id`; waits for one at most `patience`. An id that was never given waits for
  /// the next item.
  [[nodiscard]] FeedNews After(std::uint64_t id, std::chrono::milliseconds patience) const;
  /// The id of the newest item, or one less than the first.
  [[nodiscard]] std::uint64_t Newest() const;
  /// All readers return at once, now and later.
  void Close();

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable wake_;
  std::deque<FeedItem> items_;
  std::size_t capacity_;
  std::uint64_t oldest_;  ///< Id of the front item.
  std::uint64_t next_;
  bool closed_ = false;
};

}  // namespace antx
