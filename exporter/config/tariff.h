// The text of a time-of-use tariff: "mon-fri 07:00-21:00 0.25, sat-sun 10:00-14:00 0.08".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace antx {

/// Most a kWh may cost.
inline constexpr double kHighestPowerPrice = 10;
/// Periods of one tariff.
inline constexpr std::size_t kMostTariffPeriods = 48;

/// Periods separated by commas or semicolons, each "DAYS HH:MM-HH:MM PRICE"; days are "daily", a
/// weekday ("mon") or a span of them ("fri-sun", "sat-mon"). An end at or before the begin lies
/// on the next day; the days are those on which a period begins. Nothing when it is none.
[[nodiscard]] std::optional<std::vector<TariffPeriod>> ParseTariff(std::string_view text);
/// The text that ParseTariff takes back.
[[nodiscard]] std::string TariffText(const std::vector<TariffPeriod>& periods);

}  // namespace antx
