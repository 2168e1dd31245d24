// Simulated machines and small servers on loopback addresses that no other test process uses.
#pragma once

#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "discovery/targets.h"
#include "farm/server.h"

namespace antx::testing {

constexpr std::uint16_t kPort = 24028;

/// "127.A.B.0" of this process, so that tests can run side by side.
inline std::uint32_t OwnNetwork() {
  const auto number = static_cast<std::uint32_t>(getpid());
  return (127U << 24U) | ((200U + number / 250U % 50U) << 16U) | ((number % 250U) << 8U);
}

inline std::vector<Target> Addresses(std::uint32_t count) {
  std::vector<Target> targets;
  for (std::uint32_t i = 1; i <= count; ++i) targets.push_back({Ipv4{OwnNetwork() + i}, 0});
  return targets;
}

/// Machines on the first `count` addresses.
inline std::unique_ptr<farm::Server> AddMiners(boost::asio::io_context& io, farm::Fleet& fleet,
                                               int count, farm::ServerOptions options = {}) {
  for (int i = 1; i <= count; ++i) {
    fleet.Add(*farm::FindProfile("s19pro"), Ipv4{OwnNetwork() + static_cast<std::uint32_t>(i)}, 1);
  }
  options.port = kPort;
  options.control_port = 0;
  return std::make_unique<farm::Server>(io, fleet, options);
}

/// Something that is no miner: gives the same answer to whatever is asked, then closes.
class FixedReply {
 public:
  FixedReply(boost::asio::io_context& io, std::uint32_t host, std::string reply)
      : acceptor_(io, {boost::asio::ip::address_v4(OwnNetwork() + host), kPort}),
        reply_(std::move(reply)) {
    Accept();
  }

 private:
  using Socket = boost::asio::ip::tcp::socket;
  struct Client {
    explicit Client(Socket from) : socket(std::move(from)) {}
    Socket socket;
    std::array<char, 4096> request{};
  };

  void Accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, Socket socket) {
      if (error) return;
      const auto client = std::make_shared<Client>(std::move(socket));
      client->socket.async_read_some(
          boost::asio::buffer(client->request),
          [this, client](const boost::system::error_code& failed, std::size_t) {
            if (failed) return;
            boost::asio::async_write(client->socket, boost::asio::buffer(reply_),
                                     [client](const boost::system::error_code&, std::size_t) {});
          });
      Accept();
    });
  }

  boost::asio::ip::tcp::acceptor acceptor_;
  std::string reply_;
};

}  // namespace antx::testing
