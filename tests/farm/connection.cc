#include "farm/connection.h"

#include <algorithm>
#include <boost/asio/write.hpp>
#include <utility>

#include "farm/api_write.h"
#include "farm/dialect.h"
#include "farm/web_dialect.h"

namespace antx::farm {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {
constexpr std::size_t kOversizeBytes = 100U << 20U;  // 100 MB, in pieces.
}

Connection::Connection(tcp::socket socket, Context context, std::chrono::nanoseconds latency,
                       std::chrono::nanoseconds drip)
    : socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      context_(std::move(context)),
      latency_(latency),
      drip_(drip) {
  Counters& counters = context_.member.counters;
  ++counters.connections;
  counters.most_open = std::max(counters.most_open, ++counters.open);
}

void Connection::Enqueue() {
  Desk& desk = *context_.desk;
  if (desk.busy) {
    desk.waiting.push_back(shared_from_this());
    return;
  }
  desk.busy = true;
  Start();
}

void Connection::Start() {
  if (context_.member.miner.faults().reset) return Finish(true);
  socket_.async_read_some(asio::buffer(request_) + received_,
                          [self = shared_from_this()](const error_code& error, std::size_t size) {
                            error ? self->Finish() : self->Asked(size);
                          });
}

void Connection::Asked(std::size_t size) {
  received_ += size;
  const std::string_view request(request_.data(), received_);
  // HTTP may come in pieces; the API itself reads once.
  if (IsEpic() && received_ < request_.size() && !IsWholeRequest(request)) return Start();
  VirtualMiner& miner = context_.member.miner;
  context_.member.counters.Count(CommandOf(request));
  if (miner.faults().hang) return WatchHangUp();
  const double now = context_.fleet.Now();
  context_.member.Settle(now);
  if (auto written = AnswerApiWrite(context_.member, now, request)) {
    if (written->die) return Finish(true);
    reply_ = std::move(written->text);
  } else {
    reply_ = IsEpic() ? AnswerEpicOnApiPort(context_.member, now, request)
                      : Answer(miner, miner.At(now), request);
    if (reply_.empty()) return Finish(true);
  }
  if (latency_ <= std::chrono::nanoseconds::zero()) return Reply();
  timer_.expires_after(latency_);
  timer_.async_wait([self = shared_from_this()](const error_code& error) {
    if (!error) self->Reply();
  });
}

bool Connection::IsEpic() const {
  return context_.member.miner.profile().dialect == Dialect::kEpic;
}

void Connection::Reply() {
  const Faults& faults = context_.member.miner.faults();
  if (faults.garbage) reply_ = "\x01\xfe\xff not what you asked for }{ \"";
  if (faults.truncate) reply_.resize(reply_.size() / 2);
  if (faults.slow_drip) {
    WatchHangUp();
    return Drip(0);
  }
  if (faults.oversize) return Pour(0);
  // cgminer sends the final NUL of its buffer.
  if (!faults.truncate && !faults.garbage && !IsEpic()) reply_ += '\0';
  asio::async_write(
      socket_, asio::buffer(reply_),
      [self = shared_from_this()](const error_code&, std::size_t) { self->Finish(); });
}

/// Ends with the client: a client that gave up frees the machine for the next one.
void Connection::WatchHangUp() {
  socket_.async_read_some(asio::buffer(request_),
                          [self = shared_from_this()](const error_code& error, std::size_t) {
                            error ? self->Finish() : self->WatchHangUp();
                          });
}

void Connection::Drip(std::size_t at) {
  if (at >= reply_.size()) return Finish();
  asio::async_write(socket_, asio::buffer(reply_.data() + at, 1),
                    [self = shared_from_this(), at](const error_code& error, std::size_t) {
                      if (error) return self->Finish();
                      self->timer_.expires_after(self->drip_);
                      self->timer_.async_wait([self, at](const error_code& stopped) {
                        if (!stopped) self->Drip(at + 1);
                      });
                    });
}

void Connection::Pour(std::size_t sent) {
  if (sent >= kOversizeBytes) return Finish();
  reply_.assign(1U << 20U, ' ');
  asio::async_write(socket_, asio::buffer(reply_),
                    [self = shared_from_this(), sent](const error_code& error, std::size_t size) {
                      error ? self->Finish() : self->Pour(sent + size);
                    });
}

void Connection::Finish(bool reset) {
  if (std::exchange(finished_, true)) return;
  --context_.member.counters.open;
  error_code ignored;
  if (reset) socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  // Shut down first: the client sees the end of the reply even when bytes of it are unread here.
  if (!reset) socket_.shutdown(tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
  timer_.cancel();
  Desk& desk = *context_.desk;
  if (desk.waiting.empty()) {
    desk.busy = false;
    return;
  }
  const auto next = std::move(desk.waiting.front());
  desk.waiting.pop_front();
  // Not at once: many connections that end at once would stack up calls.
  asio::post(next->socket_.get_executor(), [next] { next->Start(); });
}

}  // namespace antx::farm
