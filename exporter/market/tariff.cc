#include "market/tariff.h"

#include <algorithm>
#include <chrono>

namespace antx {
namespace {

constexpr auto kLongestSpan = std::chrono::hours(48);

bool Fits(const TariffPeriod& period, const LocalTime& local) {
  const auto begins_on = [&period](int weekday) { return (period.days >> weekday & 1) != 0; };
  if (period.start_minute < period.end_minute) {
    return begins_on(local.weekday) && local.minute >= period.start_minute &&
           local.minute < period.end_minute;
  }
  // Over midnight: the weekday is the one of the begin.
  if (local.minute >= period.start_minute) return begins_on(local.weekday);
  return local.minute < period.end_minute && begins_on((local.weekday + 6) % 7);
}

/// What a site's settings come to.
TariffConfig Resolve(const TariffConfig& standard, const SiteTariff& site) {
  TariffConfig tariff = standard;
  if (!site.time_zone.empty()) tariff.time_zone = site.time_zone;
  if (site.price || site.periods) {
    tariff.price = site.price.value_or(standard.price);
    tariff.periods = site.periods.value_or(std::vector<TariffPeriod>{});
  }
  return tariff;
}

}  // namespace

Tariff::Tariff(TariffConfig config)
    : config_(std::move(config)), zone_(TimeZone::Load(config_.time_zone)) {
  // The settings were checked; a zone that went since then leaves UTC.
  if (!zone_) zone_ = std::make_shared<const TimeZone>();
}

double Tariff::PriceAt(SystemTime time) const {
  if (config_.periods.empty()) return config_.price;
  const LocalTime local = zone_->Local(time);
  for (const TariffPeriod& period : config_.periods) {
    if (Fits(period, local)) return period.price;
  }
  return config_.price;
}

std::vector<Tariff::Part> Tariff::Divide(SystemTime from, SystemTime to) const {
  if (config_.periods.empty() || from >= to || to - from > kLongestSpan) {
    return {{PriceAt(to), 1}};
  }
  std::vector<Part> parts;
  const std::chrono::duration<double> whole = to - from;
  for (SystemTime at = from; at < to;) {
    const SystemTime next = std::min<SystemTime>(
        to, std::chrono::floor<std::chrono::minutes>(at) + std::chrono::minutes(1));
    const double price = PriceAt(at);
    const double share = std::chrono::duration<double>(next - at) / whole;
    const auto same = std::find_if(parts.begin(), parts.end(),
                                   [price](const Part& part) { return part.price == price; });
    if (same == parts.end()) {
      parts.push_back({price, share});
    } else {
      same->share += share;
    }
    at = next;
  }
  return parts;
}

TariffBook::TariffBook(const ProfitabilityConfig& config)
    : standard_(std::make_shared<const Tariff>(config.tariff)) {
  for (const auto& [site, tariff] : config.sites) {
    sites_[site] = std::make_shared<const Tariff>(Resolve(config.tariff, tariff));
  }
}

std::shared_ptr<const Tariff> TariffBook::Of(const MinerLabels& labels) const {
  if (labels.power_price_per_kilowatt_hour) {
    return std::make_shared<const Tariff>(
        TariffConfig{*labels.power_price_per_kilowatt_hour, "UTC", {}});
  }
  const auto site = sites_.find(labels.site);
  return site == sites_.end() ? standard_ : site->second;
}

std::map<std::string, double> TariffBook::SitePrices(SystemTime time) const {
  std::map<std::string, double> prices;
  for (const auto& [site, tariff] : sites_) prices[site] = tariff->PriceAt(time);
  return prices;
}

}  // namespace antx
