// Real sockets on loopback: the peer is a thread that does one thing per connection.
#include "net/exchange.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <optional>
#include <thread>

namespace antx {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::string_view_literals::operator""sv;

/// Listens on a free loopback port and serves exactly one connection.
class Peer {
 public:
  explicit Peer(std::function<void(tcp::socket&)> serve)
      : acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        thread_([this, serve = std::move(serve)] {
          tcp::socket socket(io_);
          acceptor_.accept(socket);
          serve(socket);
        }) {}
  ~Peer() { thread_.join(); }
  [[nodiscard]] tcp::endpoint Endpoint() const { return acceptor_.local_endpoint(); }

 private:
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::thread thread_;
};

Result<std::string> Ask(tcp::endpoint peer, ExchangeLimits limits = {}) {
  asio::io_context io;
  std::optional<Result<std::string>> answer;
  auto ask = [](tcp::endpoint to, ExchangeLimits within,
                std::optional<Result<std::string>>& out) -> asio::awaitable<void> {
    out = co_await Exchange(to, "{\"command\":\"summary\"}", within);
  };
  asio::co_spawn(io, ask(peer, limits, answer),
                 [](const std::exception_ptr& thrown) { EXPECT_FALSE(thrown); });
  io.run();
  return *answer;
}

std::string ReadRequest(tcp::socket& socket) {
  std::string request;
  asio::read_until(socket, asio::dynamic_buffer(request), '}');
  return request;
}

TEST(Exchange, ReturnsTheBodyWithoutItsNul) {
  std::string request;
  Peer peer([&](tcp::socket& socket) {
    request = ReadRequest(socket);
    asio::write(socket, asio::buffer("{\"id\":1}\0"sv));
  });
  EXPECT_EQ(Ask(peer.Endpoint()).value(), "{\"id\":1}");
}

TEST(Exchange, SendsTheRequestInOneWrite) {
  std::string request;
  {
    Peer peer([&](tcp::socket& socket) {
      request.resize(4095);
      request.resize(socket.read_some(asio::buffer(request)));
      asio::write(socket, asio::buffer("{}"sv));
    });
    EXPECT_TRUE(Ask(peer.Endpoint()).has_value());
  }
  EXPECT_EQ(request, "{\"command\":\"summary\"}");
}

TEST(Exchange, TellsAClosedPortFromAnythingElse) {
  asio::io_context io;
  tcp::acceptor closed(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  const auto endpoint = closed.local_endpoint();
  closed.close();
  const auto reply = Ask(endpoint);
  ASSERT_TRUE(reply.has_error());
  EXPECT_EQ(reply.error().reason, Reason::kRefused);
}

TEST(Exchange, GivesUpOnAMinerThatNeverAnswers) {
  std::optional<Result<std::string>> reply;
  Peer peer([&](tcp::socket& socket) {
    ReadRequest(socket);
    char byte = 0;
    boost::system::error_code ended;
    asio::read(socket, asio::buffer(&byte, 1), ended);  // Until the client hangs up.
  });
  reply = Ask(peer.Endpoint(), {std::chrono::seconds(1), std::chrono::milliseconds(100), 1024});
  ASSERT_TRUE(reply->has_error());
  EXPECT_EQ(reply->error().reason, Reason::kTimeout);
}

TEST(Exchange, OneDeadlineHoldsForADrippingReply) {
  Peer peer([](tcp::socket& socket) {
    ReadRequest(socket);
    boost::system::error_code ended;
    // Drips for as long as the client listens; the client must be the one who ends it.
    while (!ended) asio::write(socket, asio::buffer(" "sv), ended);
  });
  const auto reply = Ask(peer.Endpoint(), {std::chrono::seconds(1), std::chrono::milliseconds(100),
                                           std::size_t{1} << 40U});
  ASSERT_TRUE(reply.has_error());
  EXPECT_EQ(reply.error().reason, Reason::kTimeout);
}

TEST(Exchange, CutsAReplyThatIsTooLong) {
  Peer peer([](tcp::socket& socket) {
    ReadRequest(socket);
    const std::string much(1U << 20U, 'x');
    boost::system::error_code ended;
    asio::write(socket, asio::buffer(much), ended);
  });
  const auto reply = Ask(peer.Endpoint(), {std::chrono::seconds(5), std::chrono::seconds(5), 4096});
  ASSERT_TRUE(reply.has_error());
  EXPECT_EQ(reply.error().reason, Reason::kOversize);
}

TEST(Exchange, AnEmptyCloseIsAccessDenied) {
  Peer peer([](tcp::socket& socket) { ReadRequest(socket); });
  const auto reply = Ask(peer.Endpoint());
  ASSERT_TRUE(reply.has_error());
  EXPECT_EQ(reply.error().reason, Reason::kAuth);
}

TEST(Exchange, KeepsABodyThatEndsInAReset) {
  Peer peer([](tcp::socket& socket) {
    ReadRequest(socket);
    asio::write(socket, asio::buffer("{\"id\":1}\0"sv));
    socket.set_option(asio::socket_base::linger(true, 0));
  });
  EXPECT_EQ(Ask(peer.Endpoint()).value(), "{\"id\":1}");
}

}  // namespace
}  // namespace antx
