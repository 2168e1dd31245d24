// Between the thread that makes an answer and the loop that sends it: a queue with a bound, so
// that a slow client costs memory up to the bound and then a thread for a limited time only.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace antx {

struct OutboxLimits {
  std::size_t bytes = 8U << 20U;              ///< Waiting to be sent; beyond it Push() waits.
  std::chrono::milliseconds patience{60000};  ///< That Push() waits for one answer, in sum.
};

/// Push, SetEndless, Finish and Break may be called from any thread, Next on the loop only.
class Outbox : public std::enable_shared_from_this<Outbox> {
 public:
  Outbox(const boost::asio::any_io_executor& loop, OutboxLimits limits)
      : limits_(limits), wake_(loop) {}

  /// False: the client has gone or is too slow; nothing more will be sent.
  bool Push(std::string piece);
  /// The answer goes on for as long as the client listens.
  void SetEndless();
  [[nodiscard]] bool endless() const;
  /// The answer is complete. @param keep_alive the connection may take another request.
  void Finish(bool keep_alive);
  /// The connection is of no use any more.
  void Break();

  /// The next piece; nothing when the answer has ended, one way or the other.
  [[nodiscard]] boost::asio::awaitable<std::optional<std::string>> Next();
  /// After the end: it was sent as it should be, and another request may follow.
  [[nodiscard]] bool keep_alive() const;

 private:
  void Wake();

  const OutboxLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::deque<std::string> pieces_;
  std::size_t bytes_ = 0;
  std::chrono::steady_clock::duration waited_{};
  bool finished_ = false;
  bool keep_alive_ = false;
  bool endless_ = false;
  bool broken_ = false;
  boost::asio::steady_timer wake_;  ///< Cancelled when there is something to do. Loop only.
};

}  // namespace antx
