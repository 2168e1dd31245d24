#include "config/tariff.h"

#include <array>
#include <cstdio>

#include "config/values.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::uint8_t kEveryDay = 0x7F;

std::optional<std::size_t> ParseDay(std::string_view text) {
  for (std::size_t i = 0; i < kDays.size(); ++i) {
    if (EqualsNoCase(text, kDays.at(i))) return i;
  }
  return std::nullopt;
}

std::optional<std::uint8_t> ParseDays(std::string_view text) {
  if (EqualsNoCase(text, "daily")) return kEveryDay;
  const auto dash = text.find('-');
  const auto first = ParseDay(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : ParseDay(text.substr(dash + 1));
  if (!first || !last) return std::nullopt;
  unsigned days = 1U << *first;
  for (std::size_t day = *first; day != *last;) {  // "sat-mon" goes over the end of the week.
    day = (day + 1) % kDays.size();
    days |= 1U << day;
  }
  return static_cast<std::uint8_t>(days);
}

/// "HH:MM" up to 24:00.
std::optional<int> ParseMinute(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = ParseInt(text.substr(0, 2));
  const auto minute = ParseInt(text.substr(3));
  if (!hour || !minute || *hour < 0 || *minute < 0 || *minute > 59) return std::nullopt;
  const auto total = *hour * 60 + *minute;
  return total <= 1440 ? std::optional<int>(static_cast<int>(total)) : std::nullopt;
}

std::optional<TariffPeriod> ParsePeriod(std::string_view text) {
  const auto words = SplitList(text, " \t");
  if (words.size() != 3) return std::nullopt;
  const auto days = ParseDays(words[0]);
  const auto dash = words[1].find('-');
  if (!days || dash == std::string_view::npos) return std::nullopt;
  const auto start = ParseMinute(words[1].substr(0, dash));
  auto end = ParseMinute(words[1].substr(dash + 1));
  if (end && *end == 0) end = 1440;
  const auto price = ParseDouble(words[2]);
  // 00:00-24:00 is the whole day; another begin that is the end may mean that or nothing.
  if (!start || !end || *start == 1440 || *start == *end) return std::nullopt;
  if (!price || *price < 0 || *price > kHighestPowerPrice) return std::nullopt;
  return TariffPeriod{*days, *start, *end, *price};
}

std::string MinuteText(int minute) {
  std::array<char, 16> text{};
  (void)std::snprintf(text.data(), text.size(), "%02d:%02d", minute / 60, minute % 60);
  return text.data();
}

/// The one span of days that makes up the set, since the parser takes spans only.
std::string DaysText(std::uint8_t days) {
  if (days == kEveryDay) return "daily";
  const auto has = [days](std::size_t day) { return (days >> (day % 7) & 1U) != 0; };
  std::size_t first = 0;
  while (!has(first) || has(first + 6)) ++first;
  std::size_t last = first;
  while (has(last + 1)) ++last;
  const std::string text(kDays.at(first % 7));
  return last == first ? text : text + '-' + std::string(kDays.at(last % 7));
}

}  // namespace

std::optional<std::vector<TariffPeriod>> ParseTariff(std::string_view text) {
  std::vector<TariffPeriod> periods;
  for (const std::string_view part : SplitList(text, ",;")) {
    const auto period = ParsePeriod(part);
    if (!period || periods.size() == kMostTariffPeriods) return std::nullopt;
    periods.push_back(*period);
  }
  return periods;
}

std::string TariffText(const std::vector<TariffPeriod>& periods) {
  std::string text;
  for (const TariffPeriod& period : periods) {
    text += (text.empty() ? "" : ", ") + DaysText(period.days) + ' ' +
            MinuteText(period.start_minute) + '-' + MinuteText(period.end_minute) + ' ' +
            NumberText(period.price);
  }
  return text;
}

}  // namespace antx
