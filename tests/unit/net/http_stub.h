// An HTTP server of a test: real sockets on loopback, one thread, answers made by a function.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace antx::testing {

struct StubRequest {
  std::string head;  ///< Request line and headers.
  std::string body;
  [[nodiscard]] std::string Line() const { return head.substr(0, head.find("\r\n")); }
};

struct StubReply {
  enum class Then { kClose, kHold, kReset };
  std::string bytes;
  Then then = Then::kClose;  ///< kHold: stays open and silent until the stub ends.
};

inline StubReply Status(const std::string& status, const std::string& more_headers = "",
                        const std::string& body = "") {
  return {"HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\nConnection: close\r\n" + more_headers + "\r\n" + body,
          StubReply::Then::kClose};
}

class HttpStub {
 public:
  using Handler = std::function<StubReply(const StubRequest&)>;
  /// `handler` runs on the stub's thread. `port` 0: any free one.
  explicit HttpStub(Handler handler, int port = 0) : handler_(std::move(handler)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    (void)bind(listener_, reinterpret_cast<const sockaddr*>(&address), size);
    (void)listen(listener_, 64);
    (void)getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~HttpStub() {
    shutdown(listener_, SHUT_RDWR);  // Ends accept().
    thread_.join();
    close(listener_);
    for (const int held : held_) close(held);
  }
  HttpStub(const HttpStub&) = delete;
  HttpStub& operator=(const HttpStub&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string Url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  [[nodiscard]] std::vector<StubRequest> Requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void Serve() {
    int peer = -1;
    while ((peer = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0) {
      const timeval limit{5, 0};
      setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
      StubRequest request;
      if (!Read(peer, request)) {
        close(peer);
        continue;
      }
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      Answer(peer, handler_(request));
    }
  }

  void Answer(int peer, const StubReply& reply) {
    std::size_t sent = 0;
    while (sent < reply.bytes.size()) {
      const ssize_t size =
          send(peer, reply.bytes.data() + sent, reply.bytes.size() - sent, MSG_NOSIGNAL);
      if (size <= 0) break;
      sent += static_cast<std::size_t>(size);
    }
    if (reply.then == StubReply::Then::kHold) {
      held_.push_back(peer);
      return;
    }
    if (reply.then == StubReply::Then::kReset) {
      const linger now{1, 0};
      setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    }
    close(peer);
  }

  static bool Read(int peer, StubRequest& request) {
    std::string text;
    std::size_t end = std::string::npos;
    std::size_t wanted = 0;
    std::array<char, 65536> chunk{};
    while (end == std::string::npos || text.size() < wanted) {
      const ssize_t size = recv(peer, chunk.data(), chunk.size(), 0);
      if (size <= 0) return false;
      text.append(chunk.data(), static_cast<std::size_t>(size));
      if (end != std::string::npos) continue;
      end = text.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      const auto length = text.find("Content-Length: ");
      wanted = end + 4;
      if (length < end) wanted += std::stoul(text.substr(length + 16));
    }
    request = {text.substr(0, end + 2), text.substr(end + 4)};
    return true;
  }

  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;  // Of requests_.
  std::vector<StubRequest> requests_;
  std::vector<int> held_;  // Stub thread; then the destructor.
  std::thread thread_;
};

}  // namespace antx::testing
