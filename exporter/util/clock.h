// The only source of time. Passed in everywhere, so that a test can tick it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace antx {

using SystemTime = std::chrono::system_clock::time_point;
using SteadyTime = std::chrono::steady_clock::time_point;

/// Thread safe. System time may jump (NTP, an operator); steady time never does:
/// intervals and ages are measured in steady time, only stamps are system time.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;
  [[nodiscard]] virtual SystemTime Now() const = 0;
  [[nodiscard]] virtual SteadyTime Steady() const = 0;
};

/// The clock of the operating system.
class RealClock final : public Clock {
 public:
  [[nodiscard]] SystemTime Now() const override;
  [[nodiscard]] SteadyTime Steady() const override;
};

/// Seconds since 1970 with fraction, as Prometheus wants them.
[[nodiscard]] double UnixSeconds(SystemTime time);

/// Milliseconds since 1970, rounded down: how databases and pages keep a time.
[[nodiscard]] std::int64_t Milliseconds(SystemTime time);
[[nodiscard]] SystemTime FromMilliseconds(std::int64_t milliseconds);

/// RFC 3339 in UTC with milliseconds: "2025-09-11T20:13:05.123Z".
[[nodiscard]] std::string FormatUtc(SystemTime time);

}  // namespace antx
