#include "discovery/mdns.h"

#include <array>
#include <boost/asio/ip/multicast.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "discovery/dns_message.h"

namespace antx {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;

constexpr std::uint32_t kGroup = 0xe00000fbU;  // 224.0.0.251
constexpr std::uint16_t kPort = 5353;
constexpr int kMostAnswers = 4096;

/// Services that miners announce, or may; the last two are only worth a look.
const std::vector<std::string>& Services() {
  static const std::vector<std::string> names = {"_cgminer._tcp.local", "_bosminer._tcp.local",
                                                 "_http._tcp.local", "_ssh._tcp.local"};
  return names;
}

/// Sends the question out of every interface; returns how many took it.
int Ask(udp::socket& socket, const std::vector<NetworkInterface>& interfaces, std::string& error) {
  const std::string query = MakePtrQuery(Services());
  int sent = 0;
  for (const NetworkInterface& interface : interfaces) {
    if (!interface.up || interface.address.IsLoopback()) continue;
    boost::system::error_code ec;
    socket.set_option(
        asio::ip::multicast::outbound_interface(asio::ip::address_v4(interface.address.value)), ec);
    if (!ec) {
      socket.send_to(asio::buffer(query), udp::endpoint(asio::ip::address_v4(kGroup), kPort), 0,
                     ec);
    }
    if (ec) {
      error = "mDNS on " + interface.name + ": " + ec.message();
    } else {
      ++sent;
    }
  }
  return sent;
}

}  // namespace

asio::awaitable<MdnsResult> MdnsBrowse(std::vector<NetworkInterface> interfaces,
                                       std::chrono::nanoseconds wait, StopFlag stop) {
  MdnsResult result;
  const auto executor = co_await asio::this_coro::executor;
  udp::socket socket(executor);
  boost::system::error_code ec;
  socket.open(udp::v4(), ec);
  if (!ec) socket.bind(udp::endpoint(udp::v4(), 0), ec);
  if (ec) {
    result.error = "mDNS: " + ec.message();
    co_return result;
  }
  if (Ask(socket, interfaces, result.error) == 0) co_return result;
  result.error.clear();

  asio::steady_timer deadline(executor, wait);
  deadline.async_wait([&socket](const boost::system::error_code&) {
    boost::system::error_code ignored;
    socket.cancel(ignored);
  });
  std::array<char, 9000> packet;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  for (int i = 0; i < kMostAnswers && !*stop; ++i) {
    udp::endpoint from;
    const std::size_t size = co_await socket.async_receive_from(asio::buffer(packet), from, token);
    if (ec) break;  // The deadline.
    const auto told = AddressesInResponse({packet.data(), size});
    result.hints.insert(told.begin(), told.end());
    if (!told.empty() || size > 12) result.hints.insert(Ipv4{from.address().to_v4().to_uint()});
  }
  deadline.cancel();
  co_return result;
}

}  // namespace antx
