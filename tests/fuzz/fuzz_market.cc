// Any bytes as the answer of each provider, as a tariff and as a compiled time zone. What is read
// must be possible and must be written back the same.
#include <cmath>
#include <cstdint>
#include <string_view>

#include "config/tariff.h"
#include "market/providers.h"
#include "util/time_zone.h"

namespace {

void Answers(std::string_view bytes) {
  for (const antx::ProviderRow& row : antx::ProviderTable()) {
    const antx::Source source{std::string(row.provider), "", &row};
    const auto fetched = antx::ReadAnswer(source, row.datum, bytes, "USD");
    if (fetched.has_error()) continue;
    if (!std::isfinite(fetched->value) || fetched->value < 0) __builtin_trap();
    for (const antx::PricePoint& point : fetched->points) {
      if (!(point.price > 0)) __builtin_trap();
    }
  }
}

void Tariffs(std::string_view bytes) {
  const auto periods = antx::ParseTariff(bytes);
  if (periods && antx::ParseTariff(antx::TariffText(*periods)) != periods) __builtin_trap();
}

void Zones(std::string_view bytes) {
  (void)antx::ParseDaylightRule(bytes);
  const auto zone = antx::TimeZone::Parse(bytes);
  if (!zone) return;
  for (const std::int64_t second : {-4'000'000'000LL, 0LL, 1'757'620'800LL, 9'000'000'000LL}) {
    const auto local = zone->Local(antx::SystemTime(std::chrono::seconds(second)));
    if (local.minute < 0 || local.minute > 1439) __builtin_trap();
    if (local.weekday < 0 || local.weekday > 6) __builtin_trap();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Answers(bytes);
  Tariffs(bytes);
  Zones(bytes);
  return 0;
}
