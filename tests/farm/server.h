// The sockets of the simulator: one listener a machine and the control port, all on one
// thread and all on loopback.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "farm/fleet.h"
#include "farm/scenario.h"

namespace antx::farm {

struct ServerOptions {
  std::uint16_t port = 4028;
  std::uint16_t control_port = 14029;  ///< 0: none.
  double latency_min = 0;              ///< Seconds before an answer.
  double latency_max = 0;
  int hung_percent = 0;     ///< Machines that accept and never answer.
  int silent_percent = 0;   ///< Machines whose queue of connections is full: no answer at all.
  int garbage_percent = 0;  ///< Machines that answer nonsense.
  std::string control_host = "127.0.0.1";  ///< Loopback.
  std::uint16_t web_port = 0;              ///< Of the machines' web side; 0: none.
  double drip = 1;                         ///< Seconds between two bytes of a slow_drip.
};

class Server {
 public:
  /// Binds everything. `fleet` outlives `io`, whose connections count in it. Throws
  /// std::runtime_error naming the address and the remedy.
  Server(boost::asio::io_context& io, Fleet& fleet, const ServerOptions& options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void Play(const Scenario& scenario);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Sends one line to a control port and gives the answer. Throws std::runtime_error.
[[nodiscard]] std::string AskControl(const std::string& address, std::uint16_t port,
                                     const std::string& line);

}  // namespace antx::farm
