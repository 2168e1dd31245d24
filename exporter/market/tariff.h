// What a kWh costs, when and where: flat or by time of use in local time. Pure.
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "config/config.h"
#include "model/inventory.h"
#include "util/clock.h"
#include "util/time_zone.h"

namespace antx {

/// One tariff with its zone. Immutable; any thread.
class Tariff {
 public:
  explicit Tariff(TariffConfig config);

  /// Per kWh at this moment: the first period that fits, else the flat price.
  [[nodiscard]] double PriceAt(SystemTime time) const;

  struct Part {
    double price = 0;
    double share = 0;  ///< Of the span, above 0 to 1.
  };
  /// How the span [from, to) divides among prices; at least one part. Prices change on full
  /// minutes; a span above two days counts at its last price.
  [[nodiscard]] std::vector<Part> Divide(SystemTime from, SystemTime to) const;

  /// Local time of the tariff.
  [[nodiscard]] LocalTime Local(SystemTime time) const { return zone_->Local(time); }

 private:
  TariffConfig config_;
  std::shared_ptr<const TimeZone> zone_;
};

/// The tariffs of a configuration, by site. Immutable; any thread.
class TariffBook {
 public:
  explicit TariffBook(const ProfitabilityConfig& config);
  /// Where neither site nor miner has its own.
  [[nodiscard]] const Tariff& Standard() const { return *standard_; }
  /// The tariff of a miner: its own price, else its site's, else the standard one.
  [[nodiscard]] std::shared_ptr<const Tariff> Of(const MinerLabels& labels) const;
  /// Prices per kWh at that time, of the sites that have a tariff of their own.
  [[nodiscard]] std::map<std::string, double> SitePrices(SystemTime time) const;

 private:
  std::shared_ptr<const Tariff> standard_;
  std::map<std::string, std::shared_ptr<const Tariff>> sites_;
};

}  // namespace antx
