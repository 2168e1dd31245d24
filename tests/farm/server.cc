#include "farm/server.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "farm/connection.h"
#include "farm/control.h"
#include "farm/web_connection.h"

namespace antx::farm {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kDoorBeat = std::chrono::milliseconds(100);

std::chrono::nanoseconds ToNanos(double seconds) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(seconds));
}

/// What to do about an address that cannot be listened on.
std::string Remedy(const error_code& error) {
  if (error == asio::error::address_in_use) {
    return "; is another simulator running? Choose another --base or --port";
  }
  if (error == asio::error::no_descriptors) return "; raise `ulimit -n`";
  return "";
}

/// One control connection: lines in, lines out.
class ControlConnection : public std::enable_shared_from_this<ControlConnection> {
 public:
  using Run = std::function<std::string(std::string_view)>;
  using Sent = std::function<void()>;
  ControlConnection(tcp::socket socket, Run run, Sent sent)
      : socket_(std::move(socket)), run_(std::move(run)), sent_(std::move(sent)) {}

  void Next() {
    asio::async_read_until(socket_, asio::dynamic_buffer(in_, 4096), '\n',
                           [self = shared_from_this()](const error_code& error, std::size_t size) {
                             if (error) return;
                             self->out_ =
                                 self->run_(std::string_view(self->in_).substr(0, size - 1)) + '\n';
                             self->in_.erase(0, size);
                             self->Send();
                           });
  }

 private:
  void Send() {
    asio::async_write(socket_, asio::buffer(out_),
                      [self = shared_from_this()](const error_code& failed, std::size_t) {
                        self->sent_();
                        if (!failed) self->Next();
                      });
  }

  tcp::socket socket_;
  Run run_;
  Sent sent_;
  std::string in_;
  std::string out_;
};

}  // namespace

struct Server::Impl {
  Impl(asio::io_context& context, Fleet& all, const ServerOptions& given)
      : io(context), fleet(all), options(given), control(context), scenario_timer(context) {}

  // Connections that wait know their desk: end the circle.
  ~Impl() {
    for (Door& door : doors) door.desk->waiting.clear();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// One machine's door. A machine that refuses has no listener at all.
  struct Door {
    Door(asio::io_context& context, Fleet::Member& owner) : acceptor(context), member(owner) {}
    tcp::acceptor acceptor;
    Fleet::Member& member;
    std::shared_ptr<Desk> desk = std::make_shared<Desk>();
    bool silent = false;
    bool accepting = false;
  };

  void Listen(Fleet::Member& member, std::size_t number);
  error_code Open(Door& door) const;
  void Accept(Door& door);
  void SyncDoors();
  void WatchDoors();
  void ListenForWeb(Fleet::Member& member);
  void AcceptWeb(tcp::acceptor& acceptor, Fleet::Member& member);
  void ListenForControl();
  void AcceptControl();
  std::string Run(std::string_view line);
  void FillQueue(const tcp::endpoint& endpoint);
  void Step(std::size_t next, double round_start);

  asio::io_context& io;
  Fleet& fleet;
  ServerOptions options;
  std::deque<Door> doors;
  std::deque<tcp::socket> fillers;
  std::deque<tcp::acceptor> web_doors;
  tcp::acceptor control;
  bool control_accepting = false;
  asio::steady_timer scenario_timer;
  asio::steady_timer door_timer{io};
  Scenario scenario;
  std::chrono::steady_clock::time_point scenario_begin;
  std::uint64_t answers = 0;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);  ///< For handlers on their way.
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
                             std::to_string(options.port) + ": " + error.message() + Remedy(error));
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
  error_code ignored;
  door.acceptor.open(tcp::v4(), error);
  if (error) return error;
  door.acceptor.set_option(asio::socket_base::reuse_address(true), ignored);
  door.acceptor.bind(endpoint, error);
  if (!error) door.acceptor.listen(door.silent ? 0 : 100, error);
  if (error) door.acceptor.close(ignored);
  return error;
}

/// Closes the listeners of machines that refuse, and opens those that are back.
void Server::Impl::SyncDoors() {
  const double now = fleet.Now();
  for (Door& door : doors) {
    const bool refusing = door.member.miner.Refusing(now);
    if (refusing && door.acceptor.is_open()) {
      error_code ignored;
      door.acceptor.close(ignored);
      door.accepting = false;
    } else if (!refusing && !door.acceptor.is_open()) {
      if (!Open(door) && door.silent) FillQueue(door.acceptor.local_endpoint());
    }
    if (door.acceptor.is_open() && !door.accepting && !door.silent) Accept(door);
  }
}

void Server::Impl::WatchDoors() {
  SyncDoors();
  if (control.is_open() && !control_accepting) AcceptControl();
  door_timer.expires_after(kDoorBeat);
  // It may be on its way already when the server goes.
  door_timer.async_wait([this, guard = std::weak_ptr(alive)](const error_code& error) {
    if (!error && !guard.expired()) WatchDoors();
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
  if (door.desk->waiting.size() >= Desk::kMostWaiting) return;  // SyncDoors looks again.
  door.accepting = true;
  door.acceptor.async_accept(
      [this, &door, guard = std::weak_ptr(alive)](const error_code& error, tcp::socket socket) {
        if (error == asio::error::operation_aborted || guard.expired()) return;
        door.accepting = false;
        if (error) return;  // Out of descriptors: SyncDoors begins again.
        const double spread = options.latency_max - options.latency_min;
        const double part = static_cast<double>(++answers * 7919 % 1000) / 1000;
        std::make_shared<Connection>(
            std::move(socket), Connection::Context{fleet, door.member, door.desk},
            ToNanos(options.latency_min + spread * part), ToNanos(options.drip))
            ->Enqueue();
        if (door.acceptor.is_open()) Accept(door);
      });
}

void Server::Impl::ListenForWeb(Fleet::Member& member) {
  const tcp::endpoint endpoint(asio::ip::address_v4(member.miner.address().value),
                               options.web_port);
  tcp::acceptor& door = web_doors.emplace_back(io);
  error_code error;
  error_code ignored;
  door.open(tcp::v4(), error);
  if (!error) door.set_option(asio::socket_base::reuse_address(true), ignored);
  if (!error) door.bind(endpoint, error);
  if (!error) door.listen(16, error);
  if (error) {
    throw std::runtime_error("cannot listen on " + endpoint.address().to_string() + ':' +
                             std::to_string(options.web_port) + ": " + error.message() +
                             Remedy(error));
  }
  AcceptWeb(door, member);
}

void Server::Impl::AcceptWeb(tcp::acceptor& acceptor, Fleet::Member& member) {
  acceptor.async_accept([this, &acceptor, &member, guard = std::weak_ptr(alive)](
                            const error_code& error, tcp::socket socket) {
    if (error == asio::error::operation_aborted || guard.expired()) return;
    if (error) {
      // Out of descriptors: later.
      auto timer = std::make_shared<asio::steady_timer>(io, kDoorBeat);
      timer->async_wait([this, timer, &acceptor, &member](const error_code& stopped) {
        if (!stopped) AcceptWeb(acceptor, member);
      });
      return;
    }
    std::make_shared<WebConnection>(std::move(socket), fleet, member, ToNanos(options.drip))
        ->Start();
    AcceptWeb(acceptor, member);
  });
}

void Server::Impl::ListenForControl() {
  const auto host = asio::ip::make_address_v4(options.control_host);
  const tcp::endpoint endpoint(host, options.control_port);
  error_code error;
  control.open(tcp::v4(), error);
  control.set_option(asio::socket_base::reuse_address(true), error);
  control.bind(endpoint, error);
  if (!error) control.listen(16, error);
  if (error || !host.is_loopback()) {
    throw std::runtime_error("cannot listen on the control port " + options.control_host + ':' +
                             std::to_string(options.control_port) + ": " + error.message() +
                             "; choose another with --control");
  }
  AcceptControl();
}

void Server::Impl::AcceptControl() {
  control_accepting = true;
  control.async_accept(
      [this, guard = std::weak_ptr(alive)](const error_code& error, tcp::socket socket) {
        if (error == asio::error::operation_aborted || guard.expired()) return;
        control_accepting = false;
        if (error) return;  // WatchDoors begins again.
        std::make_shared<ControlConnection>(
            std::move(socket), [this](std::string_view line) { return Run(line); },
            [this] {
              if (fleet.quitting()) io.stop();
            })
            ->Next();
        AcceptControl();
      });
}

/// A command is in force when its answer is sent.
std::string Server::Impl::Run(std::string_view line) {
  std::string answer = RunCommand(fleet, line);
  SyncDoors();
  return answer;
}

/// Scenarios follow the speed and not the freeze: values may stand still, what happens goes on.
void Server::Impl::Step(std::size_t next, double round_start) {
  if (next >= scenario.steps.size()) {
    if (scenario.repeat <= 0) return;
    next = 0;
    round_start += scenario.repeat;
  }
  const double at = round_start + scenario.steps[next].at;
  scenario_timer.expires_at(
      scenario_begin +
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(ToNanos(at / fleet.speed())));
  scenario_timer.async_wait([this, next, round_start](const error_code& error) {
    if (error) return;
    (void)Run(scenario.steps[next].command);
    if (fleet.quitting()) return io.stop();
    Step(next + 1, round_start);
  });
}

Server::Server(asio::io_context& io, Fleet& fleet, const ServerOptions& options)
    : impl_(std::make_unique<Impl>(io, fleet, options)) {
  std::size_t number = 0;
  for (auto& member : fleet.members()) impl_->Listen(member, number++);
  if (options.web_port != 0) {
    for (auto& member : fleet.members()) impl_->ListenForWeb(member);
  }
  impl_->WatchDoors();
  if (options.control_port != 0) impl_->ListenForControl();
}

Server::~Server() = default;

void Server::Play(const Scenario& scenario) {
  impl_->scenario = scenario;
  impl_->scenario_begin = std::chrono::steady_clock::now();
  if (!scenario.steps.empty()) impl_->Step(0, 0);
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
