#include "api/front/session.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <exception>
#include <tuple>
#include <utility>

#include "api/front/message.h"
#include "util/text.h"

namespace antx {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kSlice = 64U * 1024U;

/// In the lists of the front for as long as it lives.
class Listed {
 public:
  Listed(std::shared_ptr<FrontShared> shared, beast::tcp_stream& stream)
      : shared_(std::move(shared)) {
    connection_.stream = &stream;
    place_ = shared_->all.insert(shared_->all.end(), &connection_);
  }
  ~Listed() {
    ClientSpoke();
    if (connection_.outbox) connection_.outbox->Break();
    shared_->all.erase(place_);
  }
  Listed(const Listed&) = delete;
  Listed& operator=(const Listed&) = delete;

  /// From now on the client is awaited: a crowded front may give it up.
  void AwaitClient() {
    if (connection_.is_waiting) return;
    connection_.waiting = shared_->waiting.insert(shared_->waiting.end(), &connection_);
    connection_.is_waiting = true;
  }
  void ClientSpoke() {
    if (connection_.is_waiting) shared_->waiting.erase(connection_.waiting);
    connection_.is_waiting = false;
  }
  void SetOutbox(std::shared_ptr<Outbox> outbox) { connection_.outbox = std::move(outbox); }

 private:
  std::shared_ptr<FrontShared> shared_;
  Connection connection_;
  std::list<Connection*>::iterator place_;
};

/// Runs on a worker: from the request to the last byte of its answer.
void AnswerInto(FrontShared& shared, HttpRequest& request, bool keep_alive, Outbox& outbox) {
  const Dispatcher::Answered answered = shared.dispatcher.Answer(request, shared.role);
  const HttpResponse& response = answered.response;
  const bool chunked = static_cast<bool>(response.stream);
  const bool has_body =
      request.method != "HEAD" && response.status != 204 && response.status != 304;
  if (response.content_type == "text/event-stream") outbox.SetEndless();
  bool alive = outbox.Push(ResponseHead(response, chunked, !keep_alive));
  if (alive && has_body && chunked) {
    response.stream([&](std::string_view piece) {
      if (alive && !piece.empty()) alive = outbox.Push(Chunk(piece));
      return alive;
    });
    if (alive) alive = outbox.Push(Chunk(""));
  } else if (alive && has_body && !response.body.empty()) {
    alive = outbox.Push(response.body);
  }
  shared.dispatcher.Sent(answered);
  outbox.Finish(alive && keep_alive);
}

/// Hands the request to a worker. False: there are too many already.
bool Enqueue(const std::shared_ptr<FrontShared>& shared, HttpRequest request, bool keep_alive,
             const std::shared_ptr<Outbox>& outbox) {
  if (shared->queued.fetch_add(1) >= shared->most_queued) {
    shared->queued.fetch_sub(1);
    return false;
  }
  auto work = [shared, outbox, keep_alive,
               request = std::make_shared<HttpRequest>(std::move(request))] {
    shared->queued.fetch_sub(1);
    try {
      AnswerInto(*shared, *request, keep_alive, *outbox);
    } catch (const std::exception& error) {
      // The head may be out already: the connection ends short and the client notices.
      shared->dispatcher.context().log.Error("http", error.what());
      outbox->Break();
    }
  };
  asio::post(shared->workers, std::move(work));
  return true;
}

asio::awaitable<bool> Write(TlsStream& stream, std::string_view text, std::chrono::seconds limit) {
  while (!text.empty()) {
    beast::get_lowest_layer(stream).expires_after(limit);
    const auto slice = text.substr(0, kSlice);
    const auto [error, size] =
        co_await asio::async_write(stream, asio::buffer(slice.data(), slice.size()), kToken);
    if (error) co_return false;
    text.remove_prefix(size);
  }
  co_return true;
}

/// Sends what the outbox gives. True: all of it is sent and the connection may go on.
asio::awaitable<bool> SendAnswer(TlsStream& stream, const FrontShared& shared, Outbox& outbox) {
  const auto end = std::chrono::steady_clock::now() + shared.times.answer;
  for (;;) {
    const auto piece = co_await outbox.Next();
    if (!piece) co_return outbox.keep_alive();
    const bool late = !outbox.endless() && std::chrono::steady_clock::now() > end;
    if (late || !co_await Write(stream, *piece, shared.times.write)) {
      outbox.Break();
      co_return false;
    }
  }
}

asio::awaitable<void> SendFault(TlsStream& stream, const FrontShared& shared, int status,
                                std::string_view text) {
  const HttpResponse response = shared.dispatcher.Unreadable(status, text);
  const std::string bytes = ResponseHead(response, false, true) + response.body;
  (void)co_await Write(stream, bytes, shared.times.goodbye);
}

/// Waits for a request and reads it. False: the connection ends; what was wrong has been said.
asio::awaitable<bool> ReadRequest(TlsStream& stream, const FrontShared& shared, Listed& listed,
                                  beast::flat_buffer& buffer, RequestParser& parser) {
  listed.AwaitClient();
  SetLimits(parser);
  if (buffer.size() == 0) {
    beast::get_lowest_layer(stream).expires_after(shared.times.idle);
    const auto [error, size] = co_await stream.async_read_some(buffer.prepare(4096), kToken);
    if (error) co_return false;
    buffer.commit(size);
  }
  // One deadline for head and body, so that a dripping client cannot stretch it.
  beast::get_lowest_layer(stream).expires_after(shared.times.request);
  auto [error, size] = co_await http::async_read_header(stream, buffer, parser, kToken);
  if (!error && EqualsNoCase(std::string_view(parser.get()[http::field::expect].data(),
                                              parser.get()[http::field::expect].size()),
                             "100-continue")) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    std::tie(error, size) = co_await asio::async_write(
        stream, asio::buffer(kContinue.data(), kContinue.size()), kToken);
  }
  // Beast 1.81 trips over chunks that are cut short; no client of ours sends them.
  if (!error && parser.chunked()) error = http::error::bad_transfer_encoding;
  if (!error) std::tie(error, size) = co_await http::async_read(stream, buffer, parser, kToken);
  listed.ClientSpoke();
  if (!error) co_return true;
  const bool of_http =
      error.category() == http::make_error_code(http::error::end_of_stream).category();
  if (of_http && error != http::error::end_of_stream && error != http::error::partial_message) {
    const ParseFault fault = FaultOf(error);
    co_await SendFault(stream, shared, fault.status, fault.text);
  }
  co_return false;
}

/// One request and its answer. True: another one may follow.
asio::awaitable<bool> Exchange(TlsStream& stream, const std::shared_ptr<FrontShared>& shared,
                               Listed& listed, beast::flat_buffer& buffer, HttpRequest request) {
  RequestParser parser;
  if (!co_await ReadRequest(stream, *shared, listed, buffer, parser)) co_return false;
  // It may have been read before the front stopped and be seen only now.
  if (shared->stopping) co_return false;
  const bool keep_alive = parser.get().keep_alive();
  if (parser.get().version() != 11) {
    co_await SendFault(stream, *shared, 505, "HTTP/1.1 is spoken here");
    co_return false;
  }
  if (const std::string fault = ToHttpRequest(parser.release(), request); !fault.empty()) {
    co_await SendFault(stream, *shared, 400, fault);
    co_return false;
  }
  const auto outbox = std::make_shared<Outbox>(co_await asio::this_coro::executor, shared->outbox);
  listed.SetOutbox(outbox);
  if (!Enqueue(shared, std::move(request), keep_alive, outbox)) {
    co_await SendFault(stream, *shared, 503, "too many requests wait for an answer");
    co_return false;
  }
  co_return co_await SendAnswer(stream, *shared, *outbox);
}

}  // namespace

asio::awaitable<void> Serve(asio::ip::tcp::socket socket, std::shared_ptr<FrontShared> shared) {
  error_code peer_error;
  const auto peer = socket.remote_endpoint(peer_error);
  // Settings and context of this moment: they stay for the life of the connection.
  const std::shared_ptr<const TlsState> tls = shared->contexts.Current();
  if (peer_error || !tls || shared->stopping) co_return;
  TlsStream stream(beast::tcp_stream(std::move(socket)), *tls->context);
  beast::tcp_stream& tcp = beast::get_lowest_layer(stream);
  error_code ignored;
  tcp.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  Listed listed(shared, tcp);
  listed.AwaitClient();
  tcp.expires_after(shared->times.handshake);
  const auto [error] = co_await stream.async_handshake(TlsStream::server, kToken);
  if (error) {
    shared->dispatcher.context().log.Debug(
        "http", "TLS handshake with " + peer.address().to_string() + " failed: " + error.message());
    co_return;
  }
  if (!HasAllowedName(stream.native_handle(), tls->settings)) {
    shared->dispatcher.context().log.Warn(
        "http",
        "the certificate of " + peer.address().to_string() + " has no name of client_allowed_sans");
    co_return;
  }
  HttpRequest blank;
  blank.peer = peer.address().to_string();
  blank.encrypted = true;
  blank.client_certificate = HasVerifiedCertificate(stream.native_handle(), tls->settings);
  beast::flat_buffer buffer(kMostHeadBytes + kMostBodyBytes);
  while (!shared->stopping && co_await Exchange(stream, shared, listed, buffer, blank)) {
  }
  listed.AwaitClient();
  tcp.expires_after(shared->times.goodbye);
  (void)co_await stream.async_shutdown(kToken);
}

}  // namespace antx
