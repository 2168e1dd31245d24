// One row of the history in each form of the export.
#include "app/export_format.h"

#include <gtest/gtest.h>

#include "metrics/backfill.h"

namespace antx {
namespace {

HistoryRow Row() {
  HistoryRow row;
  row.time = SystemTime(std::chrono::milliseconds(1'772'323'230'007));
  row.miner = "rack \"7\", left";
  row.address = *Ipv4::Parse("10.1.0.7");
  row.values[static_cast<std::size_t>(MinerMetric::kHashrate)] = 110.5e12;
  row.values[static_cast<std::size_t>(MinerMetric::kPower)] = 3250.5;
  row.values[static_cast<std::size_t>(MinerMetric::kPowerReported)] = 1;
  row.values[static_cast<std::size_t>(MinerMetric::kAccepted)] = 42;
  return row;
}

const ExportFamily& Family(MinerMetric metric) {
  for (const ExportFamily& family : ExportFamilies()) {
    if (family.metric == metric) return family;
  }
  throw std::logic_error("no such family");
}

TEST(ExportFormatTest, CsvQuotesAndLeavesUnknownEmpty) {
  EXPECT_EQ(CsvHead(),
            "timestamp,miner,address,hashrate,power,power_reported,temp_avg,temp_max,fan_avg,"
            "fan_min,accepted,rejected,hardware_errors,boards_up,elapsed,energy,state\n");
  EXPECT_EQ(CsvLine(Row()),
            "2026-03-01T00:00:30.007Z,\"rack \"\"7\"\", left\",10.1.0.7,1.105e+14,3250.5,1,,,,,42,"
            ",,,,,\n");
}

TEST(ExportFormatTest, NdjsonSaysNullForUnknown) {
  const std::string line = NdjsonLine(Row());
  EXPECT_TRUE(
      line.starts_with("{\"timestamp\":\"2026-03-01T00:00:30.007Z\",\"miner\":\"rack "
                       "\\\"7\\\", left\",\"address\":\"10.1.0.7\",\"hashrate\":1.105e+14"))
      << line;
  EXPECT_NE(line.find("\"temp_max\":null"), std::string::npos);
  EXPECT_TRUE(line.ends_with("}\n"));
}

TEST(BackfillTest, SamplesCarrySourceAndTime) {
  EXPECT_EQ(OpenMetricsLine(Family(MinerMetric::kPower), Row()),
            "antminer_power_watts{miner=\"rack \\\"7\\\", left\",source=\"reported\"} 3250.5 "
            "1772323230.007\n");
  EXPECT_EQ(OpenMetricsLine(Family(MinerMetric::kTempMax), Row()), "") << "not told, no sample";
}

TEST(BackfillTest, CountersAreNamedAsOpenMetricsWantsThem) {
  const ExportFamily& accepted = Family(MinerMetric::kAccepted);
  EXPECT_EQ(OpenMetricsHead(accepted),
            "# HELP antminer_shares_accepted Accepted shares.\n"
            "# TYPE antminer_shares_accepted counter\n");
  EXPECT_TRUE(OpenMetricsLine(accepted, Row()).starts_with("antminer_shares_accepted_total{"));
}

}  // namespace
}  // namespace antx
