#include "farm/server.h"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <functional>
#include <stdexcept>
#include <vector>

#include "farm/dialect.h"

namespace antx::farm {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kMostRequest = 4095;           // One recv, as cgminer does it.
constexpr std::size_t kOversizeBytes = 100U << 20U;  // 100 MB, in pieces.
constexpr auto kDrip = std::chrono::seconds(1);

std::chrono::nanoseconds ToNanos(double seconds) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(seconds));
}

/// One connection to one machine.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, Fleet& fleet, Fleet::Member& member, double latency)
      : socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        fleet_(fleet),
        member_(member),
        latency_(latency) {
    Counters& counters = member_.counters;
    ++counters.connections;
    counters.most_open = std::max(counters.most_open, ++counters.open);
  }
  ~Connection() { --member_.counters.open; }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Start() {
    if (member_.miner.faults().reset) return Reset();
    socket_.async_read_some(asio::buffer(request_),
                            [self = shared_from_this()](const error_code& error, std::size_t size) {
                              if (!error) self->Asked(size);
                            });
  }

 private:
  void Reset() {
    error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    socket_.close(ignored);
  }

  void Asked(std::size_t size) {
    ++member_.counters.requests;
    if (member_.miner.faults().hang) return WaitForHangUp();
    const Moment moment = member_.miner.At(fleet_.Now());
    reply_ = Answer(member_.miner, moment, {request_.data(), size});
    if (latency_ <= 0) return Reply();
    timer_.expires_after(ToNanos(latency_));
    timer_.async_wait([self = shared_from_this()](const error_code& error) {
      if (!error) self->Reply();
    });
  }

  void Reply() {
    const Faults& faults = member_.miner.faults();
    if (faults.garbage) reply_ = "\x01\xfe\xff not what you asked for }{ \"";
    if (faults.truncate) reply_.resize(reply_.size() / 2);
    if (faults.slow_drip) return Drip(0);
    if (faults.oversize) return Pour(0);
    // cgminer sends the final NUL of its buffer.
    if (!faults.truncate && !faults.garbage) reply_ += '\0';
    asio::async_write(socket_, asio::buffer(reply_),
                      [self = shared_from_this()](const error_code&, std::size_t) {
                        error_code ignored;
                        self->socket_.shutdown(tcp::socket::shutdown_both, ignored);
                      });
  }

  void WaitForHangUp() {
    socket_.async_read_some(asio::buffer(request_),
                            [self = shared_from_this()](const error_code& error, std::size_t) {
                              if (!error) self->WaitForHangUp();
                            });
  }

  void Drip(std::size_t at) {
    if (at >= reply_.size()) return;
    asio::async_write(socket_, asio::buffer(reply_.data() + at, 1),
                      [self = shared_from_this(), at](const error_code& error, std::size_t) {
                        if (error) return;
                        self->timer_.expires_after(kDrip);
                        self->timer_.async_wait([self, at](const error_code& stopped) {
                          if (!stopped) self->Drip(at + 1);
                        });
                      });
  }

  void Pour(std::size_t sent) {
    if (sent >= kOversizeBytes) return;
    reply_.assign(1U << 20U, ' ');
    asio::async_write(socket_, asio::buffer(reply_),
                      [self = shared_from_this(), sent](const error_code& error, std::size_t size) {
                        if (!error) self->Pour(sent + size);
                      });
  }

  tcp::socket socket_;
  asio::steady_timer timer_;
  Fleet& fleet_;
  Fleet::Member& member_;
  double latency_;
  std::array<char, kMostRequest> request_;
  std::string reply_;
};

/// One control connection: lines in, lines out.
class ControlConnection : public std::enable_shared_from_this<ControlConnection> {
 public:
  ControlConnection(tcp::socket socket, Fleet& fleet) : socket_(std::move(socket)), fleet_(fleet) {}
  void Next() {
    asio::async_read_until(socket_, asio::dynamic_buffer(in_, 4096), '\n',
                           [self = shared_from_this()](const error_code& error, std::size_t size) {
                             if (error) return;
                             self->out_ =
                                 RunCommand(self->fleet_, self->in_.substr(0, size - 1)) + '\n';
                             self->in_.erase(0, size);
                             asio::async_write(self->socket_, asio::buffer(self->out_),
                                               [self](const error_code& failed, std::size_t) {
                                                 if (!failed) self->Next();
                                               });
                           });
  }

 private:
  tcp::socket socket_;
  Fleet& fleet_;
  std::string in_;
  std::string out_;
};

}  // namespace

struct Server::Impl {
  Impl(asio::io_context& context, Fleet& all, const ServerOptions& given)
      : io(context), fleet(all), options(given), control(context), scenario_timer(context) {}

  /// One machine's door. A machine that refuses has no listener at all.
  struct Door {
    Door(asio::io_context& context, Fleet::Member& owner) : acceptor(context), member(owner) {}
    tcp::acceptor acceptor;
    Fleet::Member& member;
    bool silent = false;
  };

  void Listen(Fleet::Member& member, std::size_t number);
  error_code Open(Door& door) const;
  void Accept(Door& door);
  void SyncDoors();
  void AcceptControl();
  void FillQueue(const tcp::endpoint& endpoint);
  void Step(std::size_t next, double round_start);

  asio::io_context& io;
  Fleet& fleet;
  ServerOptions options;
  std::deque<Door> doors;
  std::deque<tcp::socket> fillers;
  tcp::acceptor control;
  asio::steady_timer scenario_timer;
  asio::steady_timer door_timer{io};
  Scenario scenario;
  std::uint64_t answers = 0;
};

void Server::Impl::Listen(Fleet::Member& member, std::size_t number) {
  const tcp::endpoint endpoint(asio::ip::address_v4(member.miner.address().value), options.port);
  // Spread over the fleet and not in one block: 100 machines hold each percentage.
  const auto place = static_cast<int>(number * 37 % 100);
  const bool silent = place < options.silent_percent;
  const bool hung = !silent && place < options.silent_percent + options.hung_percent;
  const bool garbage =
      !silent && !hung &&
      place < options.silent_percent + options.hung_percent + options.garbage_percent;
  if (hung) (void)member.miner.SetFault("hang", "", 0);
  if (garbage) (void)member.miner.SetFault("garbage", "", 0);
  Door& door = doors.emplace_back(io, member);
  door.silent = silent;
  const error_code error = Open(door);
  if (error) {
    throw std::runtime_error("cannot listen on " + endpoint.address().to_string() + ':' +
                             std::to_string(options.port) + ": " + error.message() +
                             "; is another simulator running? Raise `ulimit -n` for large fleets");
  }
  if (silent) {
    FillQueue(endpoint);
  } else {
    Accept(door);
  }
}

error_code Server::Impl::Open(Door& door) const {
  const tcp::endpoint endpoint(asio::ip::address_v4(door.member.miner.address().value),
                               options.port);
  error_code error;
  door.acceptor.open(tcp::v4(), error);
  door.acceptor.set_option(asio::socket_base::reuse_address(true), error);
  door.acceptor.bind(endpoint, error);
  if (!error) door.acceptor.listen(door.silent ? 0 : 100, error);
  return error;
}

/// Closes the listeners of machines that refuse, and opens those that are back.
void Server::Impl::SyncDoors() {
  const double now = fleet.Now();
  for (Door& door : doors) {
    const bool refusing = door.member.miner.Refusing(now);
    error_code ignored;
    if (refusing && door.acceptor.is_open()) {
      door.acceptor.close(ignored);
    } else if (!refusing && !door.acceptor.is_open() && !Open(door)) {
      Accept(door);
    }
  }
  door_timer.expires_after(std::chrono::milliseconds(100));
  door_timer.async_wait([this](const error_code& error) {
    if (!error) SyncDoors();
  });
}

/// With the queue of a listener full, the kernel drops further connection attempts: as close
/// to a silent host as loopback comes.
void Server::Impl::FillQueue(const tcp::endpoint& endpoint) {
  for (int i = 0; i < 2; ++i) {
    auto& filler = fillers.emplace_back(io);
    filler.async_connect(endpoint, [](const error_code&) {});
  }
}

void Server::Impl::Accept(Door& door) {
  door.acceptor.async_accept([this, &door](const error_code& error, tcp::socket socket) {
    if (!error) {
      const double spread = options.latency_max - options.latency_min;
      const double part = static_cast<double>(++answers * 7919 % 1000) / 1000;
      const double latency = options.latency_min + spread * part;
      std::make_shared<Connection>(std::move(socket), fleet, door.member, latency)->Start();
    }
    if (door.acceptor.is_open() && error != asio::error::operation_aborted) Accept(door);
  });
}

void Server::Impl::AcceptControl() {
  control.async_accept([this](const error_code& error, tcp::socket socket) {
    if (!error) std::make_shared<ControlConnection>(std::move(socket), fleet)->Next();
    if (error != asio::error::operation_aborted) AcceptControl();
  });
}

void Server::Impl::Step(std::size_t next, double round_start) {
  if (next >= scenario.steps.size()) {
    if (scenario.repeat <= 0) return;
    next = 0;
    round_start += scenario.repeat;
  }
  const double at = round_start + scenario.steps[next].at;
  scenario_timer.expires_after(ToNanos(std::max(0.0, at - fleet.Now())));
  scenario_timer.async_wait([this, next, round_start](const error_code& error) {
    if (error) return;
    (void)RunCommand(fleet, scenario.steps[next].command);
    Step(next + 1, round_start);
  });
}

Server::Server(asio::io_context& io, Fleet& fleet, const ServerOptions& options)
    : impl_(std::make_unique<Impl>(io, fleet, options)) {
  std::size_t number = 0;
  for (auto& member : fleet.members()) impl_->Listen(member, number++);
  impl_->SyncDoors();
  if (options.control_port == 0) return;
  const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), options.control_port);
  error_code error;
  impl_->control.open(tcp::v4(), error);
  impl_->control.set_option(asio::socket_base::reuse_address(true), error);
  impl_->control.bind(endpoint, error);
  if (!error) impl_->control.listen(16, error);
  if (error) {
    throw std::runtime_error(
        "cannot listen on the control port 127.0.0.1:" + std::to_string(options.control_port) +
        ": " + error.message() + "; choose another with --control");
  }
  impl_->AcceptControl();
}

Server::~Server() = default;

void Server::Play(const Scenario& scenario) {
  impl_->scenario = scenario;
  if (!scenario.steps.empty()) impl_->Step(0, impl_->fleet.Now());
}

std::string AskControl(const std::string& address, std::uint16_t port, const std::string& line) {
  asio::io_context io;
  tcp::socket socket(io);
  error_code error;
  socket.connect(tcp::endpoint(asio::ip::make_address_v4(address), port), error);
  if (error) {
    throw std::runtime_error("no simulator answers on " + address + ':' + std::to_string(port) +
                             ": " + error.message());
  }
  asio::write(socket, asio::buffer(line + '\n'));
  std::string answer;
  asio::read_until(socket, asio::dynamic_buffer(answer), '\n');
  answer.resize(answer.find('\n'));
  return answer;
}

}  // namespace antx::farm
