// The HTTP side as a whole: what answers, and the listeners before it. Plain listeners are
// civetweb, TLS ones are a front of our own; both hand their requests to one Dispatcher.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/context.h"

namespace antx {

class HttpServer {
 public:
  /// Reads the files of access, binds and serves until destroyed. `context` outlives the server.
  /// On failure `error` names the address or the file and the remedy, and nothing is returned.
  [[nodiscard]] static std::unique_ptr<HttpServer> Start(const WebConfig& web,
                                                         const ApiContext& context,
                                                         std::string& error);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// The ports in use, those of web.listen first; differs from the settings where they said 0.
  [[nodiscard]] std::vector<int> Ports() const;
  /// "https" when the listeners speak TLS, else "http".
  [[nodiscard]] std::string Scheme() const;

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// What is wrong with tokens file, certificate and key of the settings; none when all is well.
[[nodiscard]] std::vector<std::string> AccessFaults(const WebConfig& web);

}  // namespace antx
