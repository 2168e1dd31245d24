#include "market/providers.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace antx {
namespace {

const ProviderRow& Row(const std::string& provider, MarketDatum datum) {
  for (const ProviderRow& row : ProviderTable()) {
    if (row.provider == provider && row.datum == datum) return row;
  }
  ADD_FAILURE() << "no row " << provider;
  return ProviderTable().front();
}

MarketResult<Fetched> Read(const std::string& provider, MarketDatum datum, const std::string& body,
                           const std::string& currency = "USD") {
  const Source source{provider, "", &Row(provider, datum)};
  return ReadAnswer(source, datum, body, currency);
}

double Value(const std::string& provider, MarketDatum datum, const std::string& body,
             const std::string& currency = "USD") {
  const auto fetched = Read(provider, datum, body, currency);
  EXPECT_FALSE(fetched.has_error()) << fetched.error().detail;
  return fetched.has_error() ? -1 : fetched->value;
}

std::string Fault(const std::string& provider, MarketDatum datum, const std::string& body) {
  const auto fetched = Read(provider, datum, body);
  EXPECT_TRUE(fetched.has_error()) << body;
  return fetched.has_error() ? fetched.error().detail : "";
}

TEST(Providers, EachShapeOfThePrice) {
  const auto price = MarketDatum::kPrice;
  EXPECT_EQ(Value("coingecko", price, R"({"bitcoin":{"usd":64981}})"), 64981);
  EXPECT_EQ(Value("coingecko", price, R"({"bitcoin":{"eur":59000.5}})", "EUR"), 59000.5);
  EXPECT_EQ(Value("mempool", price, R"({"time":1757621585,"USD":64990,"EUR":59001})"), 64990);
  EXPECT_EQ(Value("mempool", price, R"({"time":1757621585,"USD":64990,"EUR":59001})", "EUR"),
            59001);
  EXPECT_EQ(
      Value("coinbase", price, R"({"data":{"amount":"64975.125","base":"BTC","currency":"USD"}})"),
      64975.125);
  EXPECT_EQ(Value("binance", price, R"({"symbol":"BTCUSDT","price":"64990.01000000"})"), 64990.01);
  EXPECT_EQ(Value("coincap", price,
                  R"({"data":{"id":"bitcoin","priceUsd":"64975.12"},"timestamp":1757621585000})"),
            64975.12);
}

TEST(Providers, EachShapeOfTheChain) {
  EXPECT_EQ(Value("blockchain", MarketDatum::kDifficulty, "1.1E14"), 1.1e14);
  EXPECT_EQ(Value("blockchain", MarketDatum::kDifficulty, "136039021104742.0\n"),
            136039021104742.0);
  EXPECT_EQ(Value("mempool", MarketDatum::kDifficulty,
                  R"({"hashrates":[],"difficulty":[],"currentHashrate":9.6e20,)"
                  R"("currentDifficulty":136039021104742.2})"),
            136039021104742.2);
  EXPECT_EQ(Value("blockchain", MarketDatum::kHeight, "914000"), 914000);
  EXPECT_EQ(Value("mempool", MarketDatum::kHeight, "914001\n"), 914001);
}

TEST(Providers, FeesAreTheMeanOfABlockInBitcoins) {
  // 144 blocks with 432,000,000 satoshis of fees; numbers as texts and as numbers.
  const auto fees = MarketDatum::kFees;
  EXPECT_DOUBLE_EQ(Value("mempool", fees,
                         R"({"startBlock":913857,"endBlock":914000,"totalReward":"45432000000",)"
                         R"("totalFee":"432000000","totalTx":"460000"})"),
                   0.03);
  EXPECT_DOUBLE_EQ(
      Value("mempool", fees, R"({"startBlock":913857,"endBlock":914000,"totalFee":432000000})"),
      0.03);
  EXPECT_EQ(Fault("mempool", fees, R"({"startBlock":2,"endBlock":1,"totalFee":1})"),
            "endBlock lies before startBlock");
  EXPECT_EQ(Fault("mempool", fees, R"({"startBlock":1,"endBlock":2})"),
            "the answer has no \"totalFee\"");
}

TEST(Providers, TheSeedsFallbackOfDifficultyHasNoDifficulty) {
  // /api/v1/difficulty-adjustment never held it: an answer like this must not pass for one.
  EXPECT_EQ(Fault("mempool", MarketDatum::kDifficulty,
                  R"({"progressPercent":44.4,"difficultyChange":2.1,"remainingBlocks":1121})"),
            "the answer has no \"currentDifficulty\"");
}

TEST(Providers, HistoryIsAscendingAndEndsWithTheNewestTwoWeeks) {
  const auto fetched = Read("coingecko", MarketDatum::kHistory,
                            R"({"prices":[[1757548800000,64000.5],[1757462400000,63000]],)"
                            R"("market_caps":[],"total_volumes":[]})");
  ASSERT_FALSE(fetched.has_error());
  ASSERT_EQ(fetched->points.size(), 2U);
  EXPECT_EQ(fetched->points[0].price, 63000);
  EXPECT_EQ(fetched->points[1].time, SystemTime(std::chrono::milliseconds(1757548800000)));
  std::string many = R"({"data":[)";
  for (int day = 0; day < 20; ++day) {
    many += std::string(day == 0 ? "" : ",") + R"({"priceUsd":")" + std::to_string(60000 + day) +
            R"(","time":)" + std::to_string(1757462400000LL + day * 86400000LL) + '}';
  }
  const auto cut = Read("coincap", MarketDatum::kHistory, many + "]}");
  ASSERT_FALSE(cut.has_error());
  ASSERT_EQ(cut->points.size(), 14U);
  EXPECT_EQ(cut->points.back().price, 60019);
}

TEST(Providers, WhatCannotBeIsNoAnswer) {
  for (const ProviderRow& row : ProviderTable()) {
    const Source source{std::string(row.provider), "", &row};
    for (const char* body : {"",
                             "{}",
                             "[]",
                             "null",
                             "nan",
                             "NaN",
                             "inf",
                             "-1",
                             "error code: 1020",
                             "<html></html>",
                             R"({"bitcoin":{"usd":-5}})",
                             R"({"bitcoin":{"usd":0}})",
                             R"({"bitcoin":{"usd":null}})",
                             R"({"bitcoin":{"usd":"nan"}})",
                             R"({"bitcoin":{"usd":1e999}})",
                             R"({"bitcoin":5})",
                             R"({"USD":0})",
                             R"({"USD":"-1"})",
                             R"({"price":"1e400"})",
                             R"({"data":{"amount":""}})",
                             R"({"data":{"priceUsd":"NaN"}})",
                             R"({"currentDifficulty":0})",
                             R"({"prices":[]})",
                             R"({"prices":[[1,2,3]]})",
                             R"({"prices":[[1757548800000,-2]]})",
                             R"({"prices":[[1e300,2]]})",
                             R"({"prices":[[-5,2]]})",
                             R"({"data":[]})",
                             R"({"startBlock":1,"endBlock":1,"totalFee":-1})"}) {
      EXPECT_TRUE(ReadAnswer(source, row.datum, body, "USD").has_error())
          << row.provider << ' ' << MarketDatumName(row.datum) << ' ' << body;
    }
  }
}

TEST(Providers, AnAnswerCutAtAnyByteIsNoAnswer) {
  const std::string whole = R"({"bitcoin":{"usd":64981}})";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_TRUE(Read("coingecko", MarketDatum::kPrice, whole.substr(0, size)).has_error()) << size;
  }
}

TEST(Providers, AnAddressOfOnesOwnMayAnswerInAnyKnownForm) {
  const Source own{"price_url", "", nullptr};
  for (const char* body : {"65000.5", R"({"bitcoin":{"usd":65000.5}})", R"({"USD":65000.5})",
                           R"({"data":{"amount":"65000.5"}})", R"({"price":"65000.5"})"}) {
    const auto fetched = ReadAnswer(own, MarketDatum::kPrice, body, "USD");
    ASSERT_FALSE(fetched.has_error()) << body;
    EXPECT_EQ(fetched->value, 65000.5);
  }
  const auto fault = ReadAnswer(own, MarketDatum::kPrice, R"({"preis":65000})", "USD");
  ASSERT_TRUE(fault.has_error());
  EXPECT_NE(fault.error().detail.find("neither a number nor"), std::string::npos);
}

TEST(Providers, TheSettingsOrderAndPlaceThem) {
  ProfitabilityConfig config;
  config.price_url = "http://127.0.0.1:1/price";
  config.price_sources = {"mempool", "coingecko", "binance"};
  config.hosts["mempool"] = "http://127.0.0.1:2/";
  config.hosts["coingecko"] = "http://127.0.0.1:3";
  auto sources = SourcesOf(MarketDatum::kPrice, config);
  ASSERT_EQ(sources.size(), 4U);
  EXPECT_EQ(sources[0].url, "http://127.0.0.1:1/price");
  EXPECT_EQ(sources[0].row, nullptr);
  EXPECT_EQ(sources[1].url, "http://127.0.0.1:2/api/v1/prices");
  EXPECT_EQ(sources[2].url, "http://127.0.0.1:3/api/v3/simple/price?ids=bitcoin&vs_currencies=usd");
  EXPECT_EQ(sources[3].name, "binance");
  config.currency = "EUR";
  sources = SourcesOf(MarketDatum::kPrice, config);
  ASSERT_EQ(sources.size(), 3U) << "binance knows dollars only";
  EXPECT_TRUE(sources[2].url.ends_with("vs_currencies=eur"));
  config.price_sources = {"coinbase"};
  config.hosts["coinbase"] = "http://127.0.0.1:4";
  EXPECT_EQ(SourcesOf(MarketDatum::kPrice, config)[1].url,
            "http://127.0.0.1:4/v2/prices/BTC-EUR/spot");
  EXPECT_TRUE(SourcesOf(MarketDatum::kHistory, config).empty());
}

TEST(Providers, EachHasAHost) {
  const ProfitabilityConfig config;
  for (const ProviderRow& row : ProviderTable()) {
    EXPECT_TRUE(config.hosts.contains(std::string(row.provider))) << row.provider;
  }
}

}  // namespace
}  // namespace antx
