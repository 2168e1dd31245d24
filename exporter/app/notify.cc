#include "app/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <utility>

#include "util/text.h"

namespace antx {

ServiceNotifier::ServiceNotifier(std::string socket_path, std::string_view watchdog_usec)
    : socket_path_(std::move(socket_path)) {
  const auto usec = ParseInt(watchdog_usec);
  if (usec && *usec > 0) watchdog_ = std::chrono::microseconds(*usec);
}

void ServiceNotifier::Send(std::string_view state) const {
  sockaddr_un address{};
  if (socket_path_.empty() || socket_path_.size() >= sizeof(address.sun_path)) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_path_.data(), socket_path_.size());
  if (socket_path_.front() == '@') address.sun_path[0] = '\0';
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_path_.size());
  const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return;
  (void)sendto(descriptor, state.data(), state.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address), length);
  close(descriptor);
}

std::optional<std::chrono::microseconds> ServiceNotifier::WatchdogPeriod() const {
  if (!watchdog_) return std::nullopt;
  return *watchdog_ / 2;
}

}  // namespace antx
