#include "model/event_feed.h"

#include <algorithm>
#include <utility>

namespace antx {

void EventFeed::Push(FeedItem item) {
  {
    const std::lock_guard lock(mutex_);
    item.id = next_++;
    items_.push_back(std::move(item));
    if (items_.size() > capacity_) {
      items_.pop_front();
      ++oldest_;
    }
  }
  wake_.notify_all();
}

FeedNews EventFeed::After(std::uint64_t id, std::chrono::milliseconds patience) const {
  std::unique_lock lock(mutex_);
  if (id >= next_) id = next_ - 1;
  wake_.wait_for(lock, patience, [this, id] { return closed_ || next_ > id + 1; });
  FeedNews news;
  news.closed = closed_;
  news.lost = oldest_ > id + 1;
  const std::uint64_t first = std::max(oldest_, id + 1);
  for (std::uint64_t i = first; i < next_; ++i) news.items.push_back(items_[i - oldest_]);
  return news;
}

std::uint64_t EventFeed::Newest() const {
  const std::lock_guard lock(mutex_);
  return next_ - 1;
}

void EventFeed::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  wake_.notify_all();
}

}  // namespace antx
