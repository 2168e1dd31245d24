#include "discovery/sweep.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <deque>

namespace antx {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::steady_clock;

// Connects that end at once (refused on the own network) are done in batches, so that
// the polls on the same thread wait for a few milliseconds at most.
constexpr int kBatch = 64;

Reach ReachOf(int error) {
  if (error == 0) return Reach::kOpen;
  if (error == ECONNREFUSED || error == ECONNRESET) return Reach::kRefused;
  if (error == ETIMEDOUT || error == EHOSTUNREACH || error == ENETUNREACH) return Reach::kSilent;
  return Reach::kError;
}

int HalfOfDescriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 256;
  return static_cast<int>(std::clamp<rlim_t>(limit.rlim_cur / 2, 1, 1U << 20U));
}

/// One connect that has not ended yet.
struct Pending {
  Pending(const asio::any_io_executor& executor, Target to, steady_clock::time_point until)
      : socket(executor), target(to), deadline(until) {}
  tcp::socket socket;
  Target target;
  steady_clock::time_point deadline;
  bool done = false;
};

class Sweep : public std::enable_shared_from_this<Sweep> {
 public:
  Sweep(asio::any_io_executor executor, std::vector<Target> targets, SweepLimits limits,
        std::function<void(const Target&, Reach)> result, StopFlag stop, AddressTurns turns)
      : executor_(std::move(executor)),
        targets_(std::move(targets)),
        limits_(limits),
        result_(std::move(result)),
        stop_(std::move(stop)),
        turns_(std::move(turns)),
        wake_(executor_) {
    limits_.concurrent = std::min(limits_.concurrent, HalfOfDescriptors());
  }

  asio::awaitable<void> Run() {
    begin_ = steady_clock::now();
    boost::system::error_code ec;
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    while (!*stop_ && (next_ < targets_.size() || open_ > 0)) {
      Expire(steady_clock::now());
      for (int i = 0; i < kBatch && MayStart(); ++i) StartNext();
      if (MayStart()) {
        co_await asio::post(executor_, asio::use_awaitable);
      } else if (next_ < targets_.size() || open_ > 0) {
        wake_.expires_at(NextWake());
        co_await wake_.async_wait(token);  // Woken early when a place gets free.
      }
    }
    for (const auto& pending : waiting_) Close(*pending);
  }

 private:
  bool MayStart() const {
    if (next_ >= targets_.size() || open_ >= limits_.concurrent) return false;
    if (limits_.per_second == 0) return true;
    const auto elapsed = std::chrono::duration<double>(steady_clock::now() - begin_).count();
    return static_cast<double>(next_) <= elapsed * limits_.per_second;
  }

  steady_clock::time_point NextWake() const {
    auto wake = steady_clock::now() + kStopCheck;
    if (!waiting_.empty()) wake = std::min(wake, waiting_.front()->deadline);
    if (limits_.per_second > 0 && next_ < targets_.size()) {
      wake = std::min(wake, steady_clock::now() + std::chrono::milliseconds(10));
    }
    return wake;
  }

  void StartNext() {
    const Target target = targets_[next_];
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0 && open_ > 0 && (errno == EMFILE || errno == ENFILE)) {
      limits_.concurrent = open_;  // Others hold the rest: this address waits for its turn.
      return;
    }
    ++next_;
    if (descriptor < 0) return result_(target, Reach::kError);
    if (!turns_.TryTake(target.address)) {
      close(descriptor);
      return result_(target, Reach::kBusy);
    }
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(limits_.port);
    to.sin_addr.s_addr = htonl(target.address.value);
    const int code = connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
    if (code == 0 || errno != EINPROGRESS) {
      const int error = code == 0 ? 0 : errno;
      close(descriptor);
      turns_.GiveBack(target.address);
      return result_(target, ReachOf(error));
    }
    Wait(descriptor, target);
  }

  void Wait(int descriptor, const Target& target) {
    auto pending =
        std::make_shared<Pending>(executor_, target, steady_clock::now() + limits_.timeout);
    boost::system::error_code ec;
    pending->socket.assign(tcp::v4(), descriptor, ec);
    if (ec) {
      close(descriptor);
      turns_.GiveBack(target.address);
      return result_(target, Reach::kError);
    }
    ++open_;
    waiting_.push_back(pending);
    pending->socket.async_wait(
        tcp::socket::wait_write,
        [self = shared_from_this(), pending](const boost::system::error_code& error) {
          if (!pending->done) self->Finish(*pending, error);
        });
  }

  void Finish(Pending& pending, const boost::system::error_code& wait_error) {
    int error = wait_error ? wait_error.value() : 0;
    socklen_t size = sizeof(error);
    if (!wait_error) {
      getsockopt(pending.socket.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size);
    }
    Close(pending);
    result_(pending.target, ReachOf(error));
    wake_.cancel();
  }

  /// All wait equally long, so the queue is in the order of the deadlines.
  void Expire(steady_clock::time_point now) {
    while (!waiting_.empty() && (waiting_.front()->done || waiting_.front()->deadline <= now)) {
      const auto pending = waiting_.front();
      waiting_.pop_front();
      if (pending->done) continue;
      Close(*pending);
      result_(pending->target, Reach::kSilent);
    }
  }

  void Close(Pending& pending) {
    if (pending.done) return;
    pending.done = true;
    --open_;
    boost::system::error_code ignored;
    pending.socket.close(ignored);
    turns_.GiveBack(pending.target.address);
  }

  asio::any_io_executor executor_;
  std::vector<Target> targets_;
  SweepLimits limits_;
  std::function<void(const Target&, Reach)> result_;
  StopFlag stop_;
  AddressTurns turns_;
  asio::steady_timer wake_;
  std::deque<std::shared_ptr<Pending>> waiting_;
  std::size_t next_ = 0;
  int open_ = 0;
  steady_clock::time_point begin_;
};

}  // namespace

asio::awaitable<void> ConnectSweep(std::vector<Target> targets, SweepLimits limits,
                                   std::function<void(const Target&, Reach)> result, StopFlag stop,
                                   AddressTurns turns) {
  const auto executor = co_await asio::this_coro::executor;
  const auto sweep = std::make_shared<Sweep>(executor, std::move(targets), limits,
                                             std::move(result), std::move(stop), std::move(turns));
  co_await sweep->Run();
}

}  // namespace antx
