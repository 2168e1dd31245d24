#include "net/exchange.h"

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "net/reply_reader.h"

namespace antx {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

PollError Classify(const error_code& error, std::string_view step) {
  Reason reason = Reason::kUnreachable;
  if (error == boost::beast::error::timeout || error == asio::error::timed_out) {
    reason = Reason::kTimeout;
  } else if (error == asio::error::connection_refused) {
    reason = Reason::kRefused;
  } else if (error == asio::error::connection_reset || error == asio::error::broken_pipe ||
             error == asio::error::connection_aborted) {
    reason = Reason::kReset;
  } else if (error == asio::error::operation_aborted) {
    reason = Reason::kCancelled;
  }
  return {reason, std::string(step) + ": " + error.message()};
}

}  // namespace

asio::awaitable<Result<std::string>> Exchange(asio::ip::tcp::endpoint miner, std::string request,
                                              ExchangeLimits limits, bool* connected) {
  boost::beast::tcp_stream stream(co_await asio::this_coro::executor);
  error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);

  stream.expires_after(limits.connect);
  co_await stream.async_connect(miner, token);
  if (ec) co_return Classify(ec, "connect");
  if (connected != nullptr) *connected = true;

  // One deadline for request and reply, so that a dripping miner cannot stretch it.
  stream.expires_after(limits.reply);
  co_await asio::async_write(stream, asio::buffer(request), token);
  if (ec) co_return Classify(ec, "write");

  ReplyReader reader(limits.reply_bytes);
  std::array<char, 8192> chunk;
  bool more = true;
  while (more && !ec) {
    const std::size_t size = co_await stream.async_read_some(asio::buffer(chunk), token);
    if (size > 0) more = reader.Feed({chunk.data(), size});
  }
  const bool reset = ec == asio::error::connection_reset;
  if (ec && ec != asio::error::eof && !reset) co_return Classify(ec, "read");
  co_return std::move(reader).Finish(reset);
}

}  // namespace antx
