#include "api/pages/words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace antx::pages {
namespace {

std::string Fixed(double value, int decimals) {
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return {text.data(), static_cast<std::size_t>(std::clamp(size, 0, 63))};
}

/// A value with the prefix that leaves 1 to 999 of it.
std::string Scaled(double value, std::string_view unit) {
  static constexpr std::array<std::string_view, 7> kPrefixes = {"", "k", "M", "G", "T", "P", "E"};
  std::size_t prefix = 0;
  while (std::abs(value) >= 999.5 && prefix + 1 < kPrefixes.size()) {
    value /= 1000;
    ++prefix;
  }
  return Figure(value) + ' ' + std::string(kPrefixes.at(prefix)) + std::string(unit);
}

}  // namespace

std::string Figure(double value, int digits) {
  const double size = std::abs(value);
  if (size == 0) return "0";
  const int before = size < 1 ? 1 : static_cast<int>(std::floor(std::log10(size))) + 1;
  return Fixed(value, std::clamp(digits - before, 0, 6));
}

std::string Count(double value) {
  std::string text = Fixed(value, 0);
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  for (std::size_t at = text.size(); at > first + 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string RateText(double hashes_per_second, std::string_view algorithm) {
  return Scaled(hashes_per_second, algorithm == "equihash" ? "Sol/s" : "H/s");
}

std::string PowerText(double watts) {
  return watts < 10000 ? Count(watts) + " W" : Scaled(watts, "W");
}

std::string EfficiencyText(double joules_per_terahash) {
  return Figure(joules_per_terahash) + " J/TH";
}

std::string CelsiusText(double celsius) { return Fixed(celsius, 0) + " \u00b0C"; }

std::string PercentText(double ratio) { return Fixed(ratio * 100, 0) + " %"; }

std::string SpanText(double seconds) {
  const auto all = static_cast<long long>(std::clamp(seconds, 0.0, 1e12));
  if (all < 60) return std::to_string(all) + " s";
  if (all < 3600) return std::to_string(all / 60) + " min";
  if (all < 86400) {
    return std::to_string(all / 3600) + " h " + std::to_string(all / 60 % 60) + " min";
  }
  return std::to_string(all / 86400) + " d " + std::to_string(all / 3600 % 24) + " h";
}

std::string AgoText(double seconds) { return SpanText(seconds) + " ago"; }

std::string StampText(SystemTime time) {
  std::string text = FormatUtc(time);
  if (text.size() < 19) return text;
  text.resize(19);
  text[10] = ' ';
  return text + " UTC";
}

}  // namespace antx::pages
