// A listener without TLS: civetweb behind a door of our own. No exception leaves a handler, no
// file is served, no idle client holds a thread for long.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/dispatcher.h"
#include "config/config.h"

namespace antx {

class PlainListener {
 public:
  /// Binds and serves until destroyed. `dispatcher` outlives it.
  /// On failure `error` names the address and the remedy, and nothing is returned.
  [[nodiscard]] static std::unique_ptr<PlainListener> Start(
      const std::vector<ListenAddress>& addresses, int threads, ListenerRole role,
      Dispatcher& dispatcher, std::string& error);
  ~PlainListener();
  PlainListener(const PlainListener&) = delete;
  PlainListener& operator=(const PlainListener&) = delete;

  /// The ports in use; differs from the settings where they said 0.
  [[nodiscard]] std::vector<int> Ports() const;

 private:
  struct Impl;
  explicit PlainListener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace antx
