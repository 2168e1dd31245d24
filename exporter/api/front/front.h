// The TLS listener: Boost.Asio on a thread of its own, HTTP/1.1, a pool of threads for the
// handlers. A client that is slow, idle or in the middle of something holds no thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/access/access_files.h"
#include "api/dispatcher.h"
#include "config/config.h"

namespace antx {

struct FrontSettings {
  std::vector<ListenAddress> addresses;
  int threads = 8;
  int max_connections = 2048;  ///< When they are reached, the one that is silent longest goes.
  ListenerRole role = ListenerRole::kEverything;
};

class TlsFront {
 public:
  /// Binds and serves until destroyed. `dispatcher` and `log` of its context outlive it.
  /// On failure `error` names the address or the file, and nothing is returned.
  [[nodiscard]] static std::unique_ptr<TlsFront> Start(const FrontSettings& settings,
                                                       Dispatcher& dispatcher, std::string& error);
  ~TlsFront();
  TlsFront(const TlsFront&) = delete;
  TlsFront& operator=(const TlsFront&) = delete;

  /// The ports in use; differs from the settings where they said 0.
  [[nodiscard]] std::vector<int> Ports() const;

 private:
  struct Impl;
  explicit TlsFront(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace antx
