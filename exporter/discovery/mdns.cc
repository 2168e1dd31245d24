#include "discovery/mdns.h"

#include <algorithm>
#include <array>
#include <boost/asio/ip/multicast.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

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

/// The socket and the timer that ends the listening; the timer keeps both alive.
struct Browse : std::enable_shared_from_this<Browse> {
  Browse(const asio::any_io_executor& executor, std::chrono::nanoseconds wait, StopFlag flag)
      : socket(executor),
        timer(executor),
        end(std::chrono::steady_clock::now() + wait),
        stop(std::move(flag)) {}

  void Watch() {
    const auto now = std::chrono::steady_clock::now();
    if (over || *stop || now >= end) {
      over = true;
      boost::system::error_code ignored;
      socket.cancel(ignored);
      return;
    }
    timer.expires_at(std::min(now + kStopCheck, end));
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (!error) self->Watch();
    });
  }

  udp::socket socket;
  asio::steady_timer timer;
  std::chrono::steady_clock::time_point end;
  StopFlag stop;
  bool over = false;
};

}  // namespace

asio::awaitable<MdnsResult> MdnsBrowse(std::vector<NetworkInterface> interfaces,
                                       std::chrono::nanoseconds wait, StopFlag stop) {
  MdnsResult result;
  const auto executor = co_await asio::this_coro::executor;
  const auto browse = std::make_shared<Browse>(executor, wait, std::move(stop));
  boost::system::error_code ec;
  browse->socket.open(udp::v4(), ec);
  if (!ec) browse->socket.bind(udp::endpoint(udp::v4(), 0), ec);
  // Some responders leave packets alone that may have crossed a router.
  if (!ec) browse->socket.set_option(asio::ip::multicast::hops(255), ec);
  if (ec) {
    result.error = "mDNS: " + ec.message();
    co_return result;
  }
  if (Ask(browse->socket, interfaces, result.error) == 0) co_return result;
  result.error.clear();

  browse->Watch();
  std::array<char, 9000> packet;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  for (int i = 0; i < kMostAnswers && !browse->over; ++i) {
    udp::endpoint from;
    const std::size_t size =
        co_await browse->socket.async_receive_from(asio::buffer(packet), from, token);
    if (ec) break;  // The end of the wait.
    const auto told = AddressesInResponse({packet.data(), size});
    result.hints.insert(told.begin(), told.end());
    if (!told.empty() || size > 12) result.hints.insert(Ipv4{from.address().to_v4().to_uint()});
  }
  browse->over = true;
  browse->timer.cancel();
  co_return result;
}

}  // namespace antx
