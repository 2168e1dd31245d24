// Figures as people read them: three digits and a unit, ages in words. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "util/clock.h"

namespace antx::pages {

/// What stands where a value is not known.
inline constexpr std::string_view kUnknown = "\u2013";

/// "95.4", "110", "1.23": `digits` significant digits, no exponent.
[[nodiscard]] std::string Figure(double value, int digits = 3);
/// "3,260"
[[nodiscard]] std::string Count(double value);
/// "95.4 TH/s"; Sol/s for equihash. 0 is "0 H/s".
[[nodiscard]] std::string RateText(double hashes_per_second, std::string_view algorithm = "sha256");
/// "3.26 kW", "812 W"
[[nodiscard]] std::string PowerText(double watts);
/// "29.5 J/TH"
[[nodiscard]] std::string EfficiencyText(double joules_per_terahash);
/// "71 °C"
[[nodiscard]] std::string CelsiusText(double celsius);
/// "96 %"
[[nodiscard]] std::string PercentText(double ratio);
/// "12 s", "4 min", "3 h 5 min", "2 d 4 h"; negative counts as 0.
[[nodiscard]] std::string SpanText(double seconds);
/// "12 s ago"
[[nodiscard]] std::string AgoText(double seconds);
/// "2025-09-11 20:13:05 UTC"
[[nodiscard]] std::string StampText(SystemTime time);

/// The text of a value, or kUnknown without one.
template <class Writer>
[[nodiscard]] std::string OrUnknown(const std::optional<double>& value, Writer writer) {
  return value ? writer(*value) : std::string(kUnknown);
}

}  // namespace antx::pages
