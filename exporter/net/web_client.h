// HTTP to the web side of miners: many at once on one thread of its own (curl_multi), with
// Digest, cookies and keep-alive within a session, and hard limits against hostile hosts: a
// deadline and a size for each answer, no redirect, no name look-up, no proxy, no compression.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_client.h"
#include "util/ipv4.h"

namespace antx {

struct WebCall {
  std::string method = "GET";
  std::uint16_t port = 80;
  std::string path = "/";            ///< With query; sent as it is.
  std::vector<std::string> headers;  ///< "Name: value"; may hold tokens, never logged.
  std::string content_type;          ///< Of `body`.
  std::string body;                  ///< Sent by every method but GET.
  std::chrono::milliseconds connect{std::chrono::seconds(2)};
  std::chrono::milliseconds total{std::chrono::seconds(5)};  ///< Both steps of Digest included.
  std::size_t answer_bytes = 1U << 20U;
  bool last = false;  ///< The connection is closed after the answer.
};

struct WebAnswer {
  int status = 0;  ///< 100..599, never a redirect.
  std::string body;
  std::string www_authenticate;  ///< Of the last answer; "" none.
};

/// The talk with one miner: login, nonce, cookies and the open connection live in it. Made by
/// WebClient::Open; used for one call at a time; goes with its last owner.
class WebSession;

/// Thread safe. One per program, after HttpRuntime.
class WebClient {
 public:
  using Done = std::function<void(HttpResult<WebAnswer>)>;

  /// Starts the thread.
  WebClient();
  /// Open calls end with kCancelled.
  ~WebClient();
  WebClient(const WebClient&) = delete;
  WebClient& operator=(const WebClient&) = delete;

  /// A session with a miner. With `username` Digest is used where the miner asks for it.
  [[nodiscard]] std::shared_ptr<WebSession> Open(Ipv4 miner, const std::string& username = {},
                                                 const std::string& password = {});

  /// Sends one call; `done` is called once, on the client's thread. A redirect is the error
  /// kRedirect. Details of errors name the address of the miner, never path, header or body.
  void Fetch(std::shared_ptr<WebSession> session, WebCall call, Done done);

  /// The same as a coroutine, which goes on with its own executor.
  [[nodiscard]] boost::asio::awaitable<HttpResult<WebAnswer>> Ask(
      std::shared_ptr<WebSession> session, WebCall call);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace antx
