// Tells systemd how the service is doing (Type=notify): one datagram to
// $NOTIFY_SOCKET. Does nothing outside systemd. Facts: man sd_notify(3).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace antx {

class ServiceNotifier {
 public:
  /// @param socket_path $NOTIFY_SOCKET ("@..." is an abstract name); "" disables it.
  /// @param watchdog_usec $WATCHDOG_USEC; "" disables the watchdog.
  ServiceNotifier(std::string socket_path, std::string_view watchdog_usec);

  /// "READY=1", "RELOADING=1", "STOPPING=1", "WATCHDOG=1", also several lines. Never blocks;
  /// a lost datagram is not an error of the exporter.
  void Send(std::string_view state) const;

  /// Half the watchdog time, as systemd asks; nothing when there is no watchdog.
  [[nodiscard]] std::optional<std::chrono::microseconds> WatchdogPeriod() const;

 private:
  std::string socket_path_;
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace antx
