#include "fleet/limits.h"

#include <gtest/gtest.h>

namespace antx {
namespace {

Identity Sha256(const char* model) {
  Identity identity;
  identity.model = model;
  identity.algorithm = "sha256";
  return identity;
}

TEST(ResolveEfficiency, PrefersTheInventoryThenEffThenTableThenDefault) {
  Config config;
  MinerFacts facts;
  const Identity identity = Sha256("Antminer S19 Pro");
  EXPECT_EQ(ResolveEfficiency(config, facts, identity, std::nullopt)->source,
            PowerSource::kDefault);
  auto rated = ResolveEfficiency(config, facts, identity, 29.5);
  EXPECT_EQ(rated->source, PowerSource::kTable);
  config.efficiency.models["s19 pro"] = 27;
  rated = ResolveEfficiency(config, facts, identity, 29.5);
  EXPECT_EQ(rated->source, PowerSource::kOverride);
  EXPECT_DOUBLE_EQ(rated->joules_per_terahash, 27);
  facts.labels.rated_joules_per_terahash = 26;
  EXPECT_DOUBLE_EQ(ResolveEfficiency(config, facts, identity, 29.5)->joules_per_terahash, 26);
}

TEST(ResolveEfficiency, MatchesWholeModelNamesOnly) {
  Config config;
  config.efficiency.models["s19"] = 34.5;
  EXPECT_EQ(ResolveEfficiency(config, {}, Sha256("Antminer S19k Pro"), std::nullopt)->source,
            PowerSource::kDefault);
}

TEST(ResolveEfficiency, IsAbsentForOtherAlgorithms) {
  Identity scrypt;
  scrypt.algorithm = "scrypt";
  EXPECT_FALSE(ResolveEfficiency({}, {}, scrypt, std::nullopt));
}

TEST(ResolvePower, PrefersWhatTheMinerReports) {
  Reading reading;
  reading.hashrate_hashes_per_second = 110e12;
  const RatedEfficiency rated{29.5, PowerSource::kTable};
  EXPECT_NEAR(ResolvePower(reading, rated)->watts, 3245, 1e-9);
  EXPECT_EQ(ResolvePower(reading, rated)->source, PowerSource::kTable);
  reading.power = Power{3300, PowerSource::kReported};
  EXPECT_EQ(ResolvePower(reading, rated), reading.power);
}

TEST(ResolvePower, NeverInventsZeroWatts) {
  Reading reading;
  const RatedEfficiency rated{29.5, PowerSource::kTable};
  EXPECT_FALSE(ResolvePower(reading, rated));
  reading.hashrate_hashes_per_second = 0;
  EXPECT_FALSE(ResolvePower(reading, rated));
  reading.hashrate_hashes_per_second = 1e12;
  EXPECT_FALSE(ResolvePower(reading, std::nullopt));
}

TEST(ResolveThresholds, MinerBeatsModelBeatsGeneral) {
  Config config;
  config.alerts.temperature_celsius = 80;
  config.alerts.models["s9"].temperature_celsius = 110;
  config.alerts.miners["10.0.0.1"].temperature_celsius = 95;
  config.alerts.miners["10.0.0.1"].fan_rpm = 1000;
  MinerFacts facts;
  facts.id = "10.0.0.1";
  facts.address = *Ipv4::Parse("10.0.0.1");
  facts.labels.power_cap_watts = 3400;
  Thresholds limits = ResolveThresholds(config, facts, Sha256("Antminer S9"));
  EXPECT_DOUBLE_EQ(limits.chip_warning_celsius, 95);
  EXPECT_DOUBLE_EQ(limits.chip_critical_celsius, 105);
  EXPECT_DOUBLE_EQ(limits.fan_rpm, 1000);
  EXPECT_EQ(limits.power_watts, 3400);
  facts.address = *Ipv4::Parse("10.0.0.2");
  facts.id = "10.0.0.2";
  limits = ResolveThresholds(config, facts, Sha256("Antminer S9"));
  EXPECT_DOUBLE_EQ(limits.chip_warning_celsius, 110);
  limits = ResolveThresholds(config, facts, Sha256("Antminer S19"));
  EXPECT_DOUBLE_EQ(limits.chip_warning_celsius, 80);
}

}  // namespace
}  // namespace antx
