// One connection to the web side of one machine: keep-alive, and the faults of the wire.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "farm/fleet.h"
#include "farm/web_http.h"

namespace antx::farm {

class WebConnection : public std::enable_shared_from_this<WebConnection> {
 public:
  /// @param drip between two bytes of a slow answer.
  WebConnection(boost::asio::ip::tcp::socket socket, Fleet& fleet, Fleet::Member& member,
                std::chrono::nanoseconds drip);
  void Start();

 private:
  void Read();
  void Asked(const WebRequest& request);
  void Send();
  void Drip(std::size_t at);
  void Pour(std::size_t sent);
  void WatchHangUp();
  void Close(bool reset = false);

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  Fleet& fleet_;
  Fleet::Member& member_;
  std::chrono::nanoseconds drip_;
  std::array<char, 4096> chunk_;
  std::string in_;
  std::string out_;
  bool last_ = false;
};

}  // namespace antx::farm
