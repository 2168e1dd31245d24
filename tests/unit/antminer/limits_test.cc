// Figures that no machine can mean: they are dropped, since totals and tables live on them.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "antminer/decode.h"
#include "antminer/web.h"
#include "unit/antminer/replies.h"

namespace antx {
namespace {

Decoded DecodeAll(const std::vector<RawReply>& replies) { return Decode(replies, {}); }

TEST(Limits, ANominalRateOfZeroLeavesTheTableToTellIt) {
  const auto decoded = DecodeAll(
      {{"version", "{" + std::string(kStatus) + R"(,"VERSION":[{"Type":"Antminer S21"}]})"},
       {"stats", R"({"STATUS":{"STATUS":"S"},"STATS":[{"rate_5s":0,"rate_ideal":0,"chain":[
          {"index":0,"asic_num":108,"rate_real":0,"rate_ideal":0.0}]}]})"}});
  EXPECT_EQ(decoded.reading->hashrate_expected_hashes_per_second, 200e12);
  EXPECT_FALSE(decoded.reading->boards.at(0).hashrate_expected_hashes_per_second);
}

TEST(Limits, AbsurdPowerAndRatesAreDroppedAndCounted) {
  for (const char* power : {R"("power":1e50)", R"("power":100000)", R"("chain_power":"1e9 W")",
                            R"("chain_acn1":76,"chain_acs1":"o","chain_power1":250000)",
                            R"("chain_acn1":76,"chain_acs1":"o","chain_consumption1":1e99)"}) {
    const auto decoded = DecodeAll({Stats("Antminer S19", power)});
    EXPECT_FALSE(decoded.reading->power) << power;
    for (const BoardReading& board : decoded.reading->boards) EXPECT_FALSE(board.power_watts);
    EXPECT_EQ(decoded.repairs.at(static_cast<std::size_t>(Repair::kOutOfRange)), 1U) << power;
  }
  const auto overflow = DecodeAll({Stats("Antminer S19", R"("power":1e300)")});
  EXPECT_FALSE(overflow.reading->power);
  EXPECT_EQ(overflow.repairs.at(static_cast<std::size_t>(Repair::kBadNumber)), 1U);
  EXPECT_DOUBLE_EQ(DecodeAll({Stats("Antminer S19", R"("power":"3250 W")")}).reading->power->watts,
                   3250);
  const auto rate = DecodeAll({Stats("Antminer S19", R"("total_rateideal":1e40)")});
  EXPECT_EQ(rate.reading->hashrate_expected_hashes_per_second, 95e12) << "that of the table";
}

TEST(Limits, AbsurdPowerOfOtherFamiliesIsDropped) {
  const std::string lux = "{" + std::string(kStatus) +
                          R"(,"VERSION":[{"LUXminer":"2025.9.8","Type":"Antminer S19k Pro"}]})";
  const std::string bos = "{" + std::string(kStatus) + R"(,"VERSION":[{"BOSer":"boser 1"}]})";
  const std::string power = "{" + std::string(kStatus) + R"(,"POWER":[{"Watts":1e20}]})";
  const std::string tuner =
      "{" + std::string(kStatus) + R"(,"TUNERSTATUS":[{"ApproximateMinerPowerConsumption":1e20}]})";
  const std::string chain =
      R"({"STATUS":{"STATUS":"S"},"STATS":[{"rate_5s":1,"watt":1e20,"chain":[]}]})";
  EXPECT_FALSE(DecodeAll({{"version", lux}, Summary(R"("GHS 5s":1)"), {"power", power}})
                   .reading.value()
                   .power);
  EXPECT_FALSE(DecodeAll({{"version", bos}, Summary(R"("MHS 5s":1)"), {"tunerstatus", tuner}})
                   .reading.value()
                   .power);
  EXPECT_FALSE(DecodeAll({{"stats", chain}}).reading.value().power);
}

TEST(Limits, AbsurdPowerIsDroppedInEveryWebDialect) {
  const auto power = [](WebDialect dialect, const char* page, const char* body) {
    return DecodeWeb(dialect, {{page, std::string(body)}}, {}).reading.power;
  };
  EXPECT_FALSE(power(WebDialect::kVnish, "summary", R"({"miner":{"power_usage":1e9}})"));
  EXPECT_FALSE(power(WebDialect::kMarathon, "brief", R"({"power_consumption_estimated":1e9})"));
  EXPECT_FALSE(
      power(WebDialect::kEpic, "summary", R"({"Power Supply Stats":{"Input Power":1e9}})"));
  EXPECT_FALSE(power(WebDialect::kBraiinsRest, "stats",
                     R"({"power_stats":{"approximated_consumption":{"watt":1e9}}})"));
}

TEST(Limits, ANominalRateOfZeroOnPagesLeavesTheTableToTellIt) {
  const auto vnish =
      DecodeWeb(WebDialect::kVnish,
                {{"info", std::string(R"({"miner":"Antminer S19"})")},
                 {"summary",
                  std::string(R"({"miner":{"hr_nominal":0,"chains":[{"id":1,"hr_nominal":0}]}})")}},
                {});
  EXPECT_EQ(vnish.reading.hashrate_expected_hashes_per_second, 95e12);
  EXPECT_FALSE(vnish.reading.boards.at(0).hashrate_expected_hashes_per_second);
  const auto braiins = DecodeWeb(
      WebDialect::kBraiinsRest,
      {{"details", std::string(R"({"sticker_hashrate":{"gigahash_per_second":140000}})")},
       {"stats", std::string(R"({"miner_stats":{"nominal_hashrate":{"gigahash_per_second":0}}})")}},
      {});
  EXPECT_EQ(braiins.reading.hashrate_expected_hashes_per_second, 140e12);
}

}  // namespace
}  // namespace antx
