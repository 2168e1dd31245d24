#include "farm/web_connection.h"

#include <boost/asio/write.hpp>
#include <utility>

#include "farm/web_dialect.h"
#include "util/text.h"

namespace antx::farm {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {
constexpr std::size_t kOversizeBytes = 100U << 20U;  // 100 MB, in pieces.
}

WebConnection::WebConnection(tcp::socket socket, Fleet& fleet, Fleet::Member& member,
                             std::chrono::nanoseconds drip)
    : socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      fleet_(fleet),
      member_(member),
      drip_(drip) {}

void WebConnection::Start() {
  const bool down = fleet_.Now() < member_.web.down_until;
  if (down || member_.web.Has("web_refuse")) return Close(true);
  Read();
}

void WebConnection::Read() {
  if (auto parsed = ParseRequest(in_)) {
    in_.erase(0, parsed->size);
    if (parsed->request.method.empty()) return Close();
    return Asked(parsed->request);
  }
  socket_.async_read_some(asio::buffer(chunk_),
                          [self = shared_from_this()](const error_code& error, std::size_t size) {
                            if (error) return self->Close();
                            self->in_.append(self->chunk_.data(), size);
                            self->Read();
                          });
}

void WebConnection::Asked(const WebRequest& request) {
  const WebResponse response = AnswerWeb(member_, fleet_.Now(), request);
  if (response.die) return Close(true);
  const WebSide& web = member_.web;
  if (web.Has("web_hang")) return WatchHangUp();
  last_ = EqualsNoCase(request.Header("connection"), "close");
  out_ = ToBytes(response, last_);
  if (web.Has("web_garbage")) {
    out_ =
        ToBytes({200, "\x01\xfe\xff {\"a\": }{ \xc3\x28 ][ \"x\"", "text/html", {}, false}, true);
    last_ = true;
  }
  if (web.Has("web_oversize")) {
    out_ = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[";
    asio::async_write(socket_, asio::buffer(out_),
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                        error ? self->Close() : self->Pour(0);
                      });
    return;
  }
  if (web.Has("web_slow_drip")) {
    WatchHangUp();
    return Drip(0);
  }
  Send();
}

void WebConnection::Send() {
  asio::async_write(socket_, asio::buffer(out_),
                    [self = shared_from_this()](const error_code& error, std::size_t) {
                      if (error || self->last_) return self->Close();
                      self->Read();
                    });
}

void WebConnection::WatchHangUp() {
  socket_.async_read_some(asio::buffer(chunk_),
                          [self = shared_from_this()](const error_code& error, std::size_t) {
                            error ? self->Close() : self->WatchHangUp();
                          });
}

void WebConnection::Drip(std::size_t at) {
  if (at >= out_.size()) return Close();
  asio::async_write(socket_, asio::buffer(out_.data() + at, 1),
                    [self = shared_from_this(), at](const error_code& error, std::size_t) {
                      if (error) return self->Close();
                      self->timer_.expires_after(self->drip_);
                      self->timer_.async_wait([self, at](const error_code& stopped) {
                        if (!stopped) self->Drip(at + 1);
                      });
                    });
}

void WebConnection::Pour(std::size_t sent) {
  if (sent >= kOversizeBytes) return Close();
  out_.assign(1U << 20U, ' ');
  asio::async_write(socket_, asio::buffer(out_),
                    [self = shared_from_this(), sent](const error_code& error, std::size_t size) {
                      error ? self->Close() : self->Pour(sent + size);
                    });
}

void WebConnection::Close(bool reset) {
  error_code ignored;
  if (reset) socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
  timer_.cancel();
}

}  // namespace antx::farm
