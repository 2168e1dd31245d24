#include "api/front/front.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <future>
#include <thread>
#include <utility>

#include "api/front/session.h"
#include "api/front/tls_context.h"

namespace antx {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr auto kNoDescriptors = std::chrono::milliseconds(100);

}  // namespace

struct TlsFront::Impl {
  Impl(const FrontSettings& settings, Dispatcher& dispatcher)
      : most(static_cast<std::size_t>(settings.max_connections)),
        log(dispatcher.context().log),
        contexts([&dispatcher] { return dispatcher.Rules(); }, log),
        shared(
            std::make_shared<FrontShared>(dispatcher, settings.role, contexts, settings.threads)) {}
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  bool Bind(const ListenAddress& address, std::string& error);
  void Run();
  asio::awaitable<void> Accept(tcp::acceptor& acceptor);
  bool MakeRoom() const;
  void StopOnLoop();

  const std::size_t most;
  Logger& log;
  TlsContexts contexts;
  asio::io_context loop{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{loop.get_executor()};
  std::shared_ptr<FrontShared> shared;
  std::vector<std::unique_ptr<tcp::acceptor>> acceptors;
  std::thread thread;
};

bool TlsFront::Impl::Bind(const ListenAddress& address, std::string& error) {
  error_code fault;
  const auto host = asio::ip::make_address_v4(address.host, fault);
  auto acceptor = std::make_unique<tcp::acceptor>(loop);
  const tcp::endpoint endpoint(host, static_cast<unsigned short>(address.port));
  if (!fault) acceptor->open(endpoint.protocol(), fault);
  if (!fault) acceptor->set_option(tcp::acceptor::reuse_address(true), fault);
  if (!fault) acceptor->bind(endpoint, fault);
  if (!fault) acceptor->listen(asio::socket_base::max_listen_connections, fault);
  if (fault) {
    error = "cannot listen on " + address.ToString() + ": " + fault.message() +
            ". Set web.listen (LISTEN_ADDRESS) or web.control_listen";
    return false;
  }
  acceptors.push_back(std::move(acceptor));
  return true;
}

/// The client that has been silent longest makes room for a new one. False: all are at work.
bool TlsFront::Impl::MakeRoom() const {
  if (shared->all.size() < most) return true;
  if (shared->waiting.empty()) return false;
  Connection* oldest = shared->waiting.front();
  shared->waiting.pop_front();
  oldest->is_waiting = false;
  oldest->stream->close();
  return true;
}

asio::awaitable<void> TlsFront::Impl::Accept(tcp::acceptor& acceptor) {
  while (!shared->stopping) {
    auto [error, socket] = co_await acceptor.async_accept(kToken);
    if (shared->stopping) break;
    if (error) {
      // No descriptors left, most likely: a moment later there may be.
      asio::steady_timer timer(loop, kNoDescriptors);
      (void)co_await timer.async_wait(kToken);
      continue;
    }
    if (!MakeRoom()) continue;
    auto serving = Serve(std::move(socket), shared);
    auto ended = [this](const std::exception_ptr& thrown) {
      if (thrown) log.Error("http", "a connection ended with an unexpected exception");
    };
    asio::co_spawn(loop, std::move(serving), std::move(ended));
  }
}

void TlsFront::Impl::Run() {
  for (const auto& acceptor : acceptors) {
    asio::co_spawn(loop, Accept(*acceptor), [this](const std::exception_ptr& thrown) {
      if (thrown) log.Error("http", "the TLS listener ended with an unexpected exception");
    });
  }
  thread = std::thread([this] {
    for (;;) {
      try {
        loop.run();
        return;
      } catch (const std::exception& error) {
        log.Error("http", error.what());
      }
    }
  });
}

void TlsFront::Impl::StopOnLoop() {
  shared->stopping = true;
  error_code ignored;
  for (const auto& acceptor : acceptors) acceptor->close(ignored);
  for (Connection* connection : shared->all) {
    if (connection->outbox) connection->outbox->Break();
    connection->stream->close();
  }
}

TlsFront::Impl::~Impl() {
  if (!thread.joinable()) return;
  std::promise<void> stopped;
  asio::post(loop, [this, &stopped] {
    StopOnLoop();
    stopped.set_value();
  });
  // From here on no connection hands work to the pool, which would not run it any more; what
  // runs ends by its broken outbox, and then the loop has nothing left to do.
  stopped.get_future().wait();
  shared->workers.join();
  work.reset();
  thread.join();
}

TlsFront::TlsFront(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsFront::~TlsFront() = default;

std::unique_ptr<TlsFront> TlsFront::Start(const FrontSettings& settings, Dispatcher& dispatcher,
                                          std::string& error) {
  auto impl = std::make_unique<Impl>(settings, dispatcher);
  error = impl->contexts.Open();
  if (!error.empty()) return nullptr;
  for (const ListenAddress& address : settings.addresses) {
    if (!impl->Bind(address, error)) return nullptr;
  }
  impl->Run();
  return std::unique_ptr<TlsFront>(new TlsFront(std::move(impl)));
}

std::vector<int> TlsFront::Ports() const {
  std::vector<int> ports;
  error_code ignored;
  for (const auto& acceptor : impl_->acceptors) {
    ports.push_back(acceptor->local_endpoint(ignored).port());
  }
  return ports;
}

}  // namespace antx
