// One connection to one machine: reads a request, answers in the machine's way and faults,
// closes. Like the originals, a machine serves one connection after the other.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>

#include "farm/fleet.h"

namespace antx::farm {

class Connection;

/// The one server thread of a machine: who is served, and who waits.
struct Desk {
  bool busy = false;
  std::deque<std::shared_ptr<Connection>> waiting;
  static constexpr std::size_t kMostWaiting = 100;  ///< The listen backlog of cgminer.
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// What does not change from one connection to the next.
  struct Context {
    Fleet& fleet;
    Fleet::Member& member;
    std::shared_ptr<Desk> desk;
  };
  /// @param latency before the answer.
  /// @param drip between two bytes of a slow reply.
  Connection(boost::asio::ip::tcp::socket socket, Context context, std::chrono::nanoseconds latency,
             std::chrono::nanoseconds drip);
  // A connection may outlive fleet and server inside the io_context: going touches neither.
  ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Serves it now or, when the machine is busy, in its turn.
  void Enqueue();

 private:
  void Start();
  void Asked(std::size_t size);
  void Reply();
  [[nodiscard]] bool IsEpic() const;
  void WatchHangUp();
  void Drip(std::size_t at);
  void Pour(std::size_t sent);
  /// Ends this connection; the next one in the queue is served.
  void Finish(bool reset = false);

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  Context context_;
  std::chrono::nanoseconds latency_;
  std::chrono::nanoseconds drip_;
  std::array<char, 4095> request_;  ///< One recv, as cgminer does it.
  std::size_t received_ = 0;
  std::string reply_;
  bool finished_ = false;
};

}  // namespace antx::farm
