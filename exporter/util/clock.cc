#include "util/clock.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace antx {

SystemTime RealClock::Now() const { return std::chrono::system_clock::now(); }
SteadyTime RealClock::Steady() const { return std::chrono::steady_clock::now(); }

double UnixSeconds(SystemTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

std::int64_t Milliseconds(SystemTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

SystemTime FromMilliseconds(std::int64_t milliseconds) {
  return SystemTime(std::chrono::milliseconds(milliseconds));
}

std::string FormatUtc(SystemTime time) {
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(time);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(millis);
  const std::time_t stamp = std::chrono::system_clock::to_time_t(seconds);
  std::tm parts{};
  gmtime_r(&stamp, &parts);
  std::array<char, 64> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                    parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                    parts.tm_min, parts.tm_sec, static_cast<int>((millis - seconds).count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace antx
