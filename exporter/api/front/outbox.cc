#include "api/front/outbox.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace antx {

namespace asio = boost::asio;

bool Outbox::Push(std::string piece) {
  {
    std::unique_lock lock(mutex_);
    const auto has_room = [this] { return broken_ || bytes_ < limits_.bytes; };
    if (!has_room()) {
      const auto begin = std::chrono::steady_clock::now();
      if (!room_.wait_for(lock, limits_.patience - waited_, has_room)) broken_ = true;
      waited_ += std::chrono::steady_clock::now() - begin;
    }
    if (!broken_) {
      bytes_ += piece.size();
      pieces_.push_back(std::move(piece));
    }
  }
  Wake();
  const std::lock_guard lock(mutex_);
  return !broken_;
}

void Outbox::SetEndless() {
  const std::lock_guard lock(mutex_);
  endless_ = true;
}

bool Outbox::endless() const {
  const std::lock_guard lock(mutex_);
  return endless_;
}

void Outbox::Finish(bool keep_alive) {
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    keep_alive_ = keep_alive;
  }
  Wake();
}

void Outbox::Break() {
  {
    const std::lock_guard lock(mutex_);
    broken_ = true;
    pieces_.clear();
  }
  room_.notify_all();
  Wake();
}

void Outbox::Wake() {
  asio::post(wake_.get_executor(), [self = shared_from_this()] { self->wake_.cancel(); });
}

asio::awaitable<std::optional<std::string>> Outbox::Next() {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (broken_) co_return std::nullopt;
      if (!pieces_.empty()) {
        std::string piece = std::move(pieces_.front());
        pieces_.pop_front();
        bytes_ -= piece.size();
        room_.notify_all();
        co_return piece;
      }
      if (finished_) co_return std::nullopt;
    }
    // Wake() runs on this loop: it cannot come between the look above and the wait below.
    boost::system::error_code ignored;
    wake_.expires_at(asio::steady_timer::time_point::max());
    co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

bool Outbox::keep_alive() const {
  const std::lock_guard lock(mutex_);
  return finished_ && keep_alive_ && !broken_;
}

}  // namespace antx
