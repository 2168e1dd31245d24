#include "fleet/limits.h"

#include <string>

#include "model/model_name.h"

namespace antx {
namespace {

constexpr double kTera = 1e12;

void Apply(const std::map<std::string, ThresholdOverride>& overrides, const std::string& key,
           double margin, Thresholds& limits) {
  const auto found = overrides.find(key);
  if (key.empty() || found == overrides.end()) return;
  const ThresholdOverride& set = found->second;
  if (set.temperature_celsius) {
    limits.chip_warning_celsius = *set.temperature_celsius;
    limits.chip_critical_celsius = *set.temperature_celsius + margin;
  }
  if (set.hashrate_drop_ratio) limits.hashrate_ratio = *set.hashrate_drop_ratio;
  if (set.fan_rpm) limits.fan_rpm = *set.fan_rpm;
}

std::string ModelKey(const MinerFacts& facts, const Identity& identity) {
  return NormaliseModel(facts.labels.model.empty() ? identity.model : facts.labels.model);
}

}  // namespace

Thresholds ResolveThresholds(const Config& config, const MinerFacts& facts,
                             const Identity& identity) {
  const AlertsConfig& alerts = config.alerts;
  const double margin = alerts.temperature_critical_margin_celsius;
  Thresholds limits;
  limits.chip_warning_celsius = alerts.temperature_celsius;
  limits.chip_critical_celsius = alerts.temperature_celsius + margin;
  limits.hashrate_ratio = alerts.hashrate_drop_ratio;
  limits.fan_rpm = alerts.fan_rpm;
  limits.power_watts = facts.labels.power_cap_watts;
  Apply(alerts.models, ModelKey(facts, identity), margin, limits);
  Apply(alerts.miners, facts.address.ToString(), margin, limits);
  if (facts.id != facts.address.ToString()) Apply(alerts.miners, facts.id, margin, limits);
  return limits;
}

std::optional<RatedEfficiency> ResolveEfficiency(const Config& config, const MinerFacts& facts,
                                                 const Identity& identity,
                                                 std::optional<double> table_joules_per_terahash) {
  if (identity.algorithm != "sha256") return std::nullopt;
  if (facts.labels.rated_joules_per_terahash) {
    return RatedEfficiency{*facts.labels.rated_joules_per_terahash, PowerSource::kOverride};
  }
  const auto& models = config.efficiency.models;
  const auto found = models.find(ModelKey(facts, identity));
  if (found != models.end()) return RatedEfficiency{found->second, PowerSource::kOverride};
  if (table_joules_per_terahash) {
    return RatedEfficiency{*table_joules_per_terahash, PowerSource::kTable};
  }
  return RatedEfficiency{config.efficiency.default_j_per_th, PowerSource::kDefault};
}

std::optional<Power> ResolvePower(const Reading& reading,
                                  const std::optional<RatedEfficiency>& rated) {
  if (reading.power) return reading.power;
  const double rate = reading.hashrate_hashes_per_second.value_or(0);
  if (!rated || rate <= 0) return std::nullopt;
  return Power{rate / kTera * rated->joules_per_terahash, rated->source};
}

}  // namespace antx
