#include "bench/raw_floor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <unordered_map>

#include "bench/bench_util.h"

namespace antx::bench {
namespace {

class Loop {
 public:
  Loop(const std::vector<std::uint32_t>& addresses, std::uint16_t port,
       const std::vector<std::string>& requests)
      : addresses_(addresses), port_(port), requests_(requests), epoll_(epoll_create1(0)) {}
  ~Loop() { close(epoll_); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  FloorResult Run(int parallel) {
    const double cpu = CpuSeconds();
    const double wall = WallSeconds();
    while (open_ < parallel && Start()) {
    }
    std::array<epoll_event, 64> events{};
    while (open_ > 0) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 5000);
      if (count <= 0) break;  // Nothing for 5 s: the fleet is gone.
      for (int i = 0; i < count; ++i) Handle(events.at(static_cast<std::size_t>(i)));
    }
    result_.cpu_seconds = CpuSeconds() - cpu;
    result_.wall_seconds = WallSeconds() - wall;
    return result_;
  }

 private:
  bool Start() {
    const std::size_t total = addresses_.size() * requests_.size();
    if (next_ >= total) return false;
    const std::size_t item = next_++;
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port_);
    // One command after the other over all miners: never two at once at one miner.
    to.sin_addr.s_addr = htonl(addresses_[item % addresses_.size()]);
    (void)connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
    request_of_[descriptor] = item / addresses_.size();
    epoll_event event{};
    event.events = EPOLLOUT;
    event.data.fd = descriptor;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
    ++open_;
    return true;
  }

  void Handle(const epoll_event& event) {
    const int descriptor = event.data.fd;
    if ((event.events & EPOLLOUT) != 0U) {
      const std::string& request = requests_[request_of_[descriptor]];
      if (send(descriptor, request.data(), request.size(), MSG_NOSIGNAL) <= 0) {
        return Finish(descriptor, false);
      }
      epoll_event next{};
      next.events = EPOLLIN;
      next.data.fd = descriptor;
      epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &next);
      return;
    }
    const ssize_t size = recv(descriptor, buffer_.data(), buffer_.size(), 0);
    if (size > 0) return;
    if (size < 0 && errno == EAGAIN) return;
    Finish(descriptor, size == 0);
  }

  void Finish(int descriptor, bool good) {
    close(descriptor);
    ++(good ? result_.exchanges : result_.failures);
    --open_;
    Start();
  }

  const std::vector<std::uint32_t>& addresses_;
  std::uint16_t port_;
  const std::vector<std::string>& requests_;
  int epoll_;
  int open_ = 0;
  std::size_t next_ = 0;
  std::unordered_map<int, std::size_t> request_of_;
  std::array<char, 16384> buffer_{};
  FloorResult result_;
};

}  // namespace

FloorResult RawFloor(const std::vector<std::uint32_t>& addresses, std::uint16_t port,
                     const std::vector<std::string>& requests, int parallel) {
  return Loop(addresses, port, requests).Run(parallel);
}

}  // namespace antx::bench
