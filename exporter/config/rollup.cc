#include "config/rollup.h"

#include <algorithm>
#include <utility>

#include "config/config.h"
#include "util/text.h"

namespace antx {
namespace {

using std::chrono::hours;

constexpr std::array<std::string_view, 4> kSteps = {"raw", "5m", "1h", "1d"};
constexpr std::array<std::pair<char, int>, 4> kUnits = {
    {{'y', 365 * 24}, {'w', 7 * 24}, {'d', 24}, {'h', 1}}};
constexpr std::int64_t kMostHours = 200LL * 365 * 24;

/// Forever (0) is longer than anything.
bool Shorter(hours a, hours b) { return a.count() != 0 && (b.count() == 0 || a < b); }

std::optional<hours> ParseDuration(std::string_view text) {
  if (EqualsNoCase(text, "forever")) return hours(0);
  if (text.empty()) return std::nullopt;
  const auto number = ParseInt(text.substr(0, text.size() - 1));
  if (!number || *number < 1 || *number > kMostHours) return std::nullopt;
  for (const auto& [letter, factor] : kUnits) {
    if (letter == text.back() && *number * factor <= kMostHours) return hours(*number * factor);
  }
  return std::nullopt;
}

std::string DurationText(hours duration) {
  if (duration.count() == 0) return "forever";
  for (const auto& [letter, factor] : kUnits) {
    if (letter == 'w' || duration.count() % factor != 0) continue;
    return std::to_string(duration.count() / factor) + letter;
  }
  return {};
}

}  // namespace

std::optional<Ladder> ParseRollup(std::string_view text) {
  std::array<std::optional<hours>, 4> named;
  for (const std::string_view item : SplitList(text, ",")) {
    const auto colon = std::min(item.find(':'), item.size());
    const std::string_view step = Trim(item.substr(0, colon));
    const auto* known = std::find(kSteps.begin(), kSteps.end(), step);
    const auto duration = ParseDuration(Trim(item.substr(std::min(colon + 1, item.size()))));
    if (known == kSteps.end() || !duration) return std::nullopt;
    auto& slot = named.at(static_cast<std::size_t>(known - kSteps.begin()));
    if (slot) return std::nullopt;
    slot = duration;
  }
  if (std::none_of(named.begin(), named.end(), [](const auto& slot) { return slot.has_value(); })) {
    return std::nullopt;
  }
  Ladder keep = StorageConfig{}.keep;
  for (std::size_t i = 0; i < keep.size(); ++i) {
    const bool too_short = i > 0 && Shorter(named[i].value_or(keep[i]), keep[i - 1]);
    if (named[i] && too_short) return std::nullopt;
    keep[i] = too_short ? keep[i - 1] : named[i].value_or(keep[i]);
  }
  return keep;
}

std::string RollupText(const Ladder& keep) {
  std::string text;
  for (std::size_t i = 0; i < keep.size(); ++i) {
    text += (i == 0 ? "" : ",") + std::string(kSteps[i]) + ':' + DurationText(keep[i]);
  }
  return text;
}

Ladder WithFiveMinuteStep(Ladder keep, hours duration) {
  keep[1] = duration;
  if (Shorter(keep[1], keep[0])) keep[0] = keep[1];
  for (std::size_t i = 2; i < keep.size(); ++i) {
    if (Shorter(keep[i], keep[i - 1])) keep[i] = keep[i - 1];
  }
  return keep;
}

}  // namespace antx
