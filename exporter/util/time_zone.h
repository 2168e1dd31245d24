// Local time of a zone of the IANA database, from its compiled file in /usr/share/zoneinfo (RFC
// 8536). The C++20 database is not in GCC 12, and the C library knows one zone per process only.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/clock.h"

namespace antx {

/// Wall clock of a zone.
struct LocalTime {
  std::chrono::sys_days day;  ///< The calendar day.
  int weekday = 0;            ///< 0 Monday .. 6 Sunday.
  int minute = 0;             ///< 0..1439 after midnight.
};

/// Yearly rule of daylight saving time, for times after the last one that a file lists.
struct DaylightRule {
  struct Change {
    enum class Kind { kMonthWeekDay, kDayWithoutLeap, kDay };
    Kind kind = Kind::kMonthWeekDay;
    int month = 1, week = 1, weekday = 0;  ///< kMonthWeekDay; week 5 is the last, 0 Sunday.
    int day = 0;                           ///< 1..365 without 29 February, or 0..365 with it.
    std::int64_t seconds = 7200;           ///< After midnight; may be negative or above a day.
  };
  std::int64_t standard = 0;  ///< Seconds east of UTC.
  std::optional<std::int64_t> daylight;
  Change begin, end;  ///< In the wall clock before the change.
};

/// Immutable; any thread.
class TimeZone {
 public:
  /// The zone with this name, e.g. "Europe/Berlin". "UTC" needs no file. Null: there is none.
  [[nodiscard]] static std::shared_ptr<const TimeZone> Load(
      const std::string& name, const std::string& folder = "/usr/share/zoneinfo");
  /// What a compiled file says; nothing when it is cut or none.
  [[nodiscard]] static std::optional<TimeZone> Parse(std::string_view file);

  /// Seconds east of UTC.
  [[nodiscard]] std::chrono::seconds OffsetAt(SystemTime time) const;
  [[nodiscard]] LocalTime Local(SystemTime time) const;

 private:
  std::vector<std::int64_t> changes_;   ///< Unix time, ascending.
  std::vector<std::int64_t> offsets_;   ///< From each change on.
  std::int64_t first_offset_ = 0;       ///< Before the first change.
  std::optional<DaylightRule> footer_;  ///< After the last change.
};

/// The rule of a POSIX TZ text such as "CET-1CEST,M3.5.0,M10.5.0/3"; nothing when it is none.
[[nodiscard]] std::optional<DaylightRule> ParseDaylightRule(std::string_view text);

}  // namespace antx
