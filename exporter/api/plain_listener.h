// The listener: civetweb behind a door of our own. Plain HTTP; TLS is a front before it.
// No exception leaves a handler, no file is served, no idle client holds a thread for long.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/context.h"
#include "api/router.h"

namespace antx {

class HttpServer {
 public:
  /// Binds and serves until destroyed. `context` outlives the server.
  /// On failure `error` names the address and the remedy, and nothing is returned.
  [[nodiscard]] static std::unique_ptr<HttpServer> Start(const WebConfig& web,
                                                         const ApiContext& context,
                                                         std::string& error);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// The ports in use; differs from the settings where they said 0.
  [[nodiscard]] std::vector<int> Ports() const;

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace antx
