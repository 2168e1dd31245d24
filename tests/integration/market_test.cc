// The whole exporter with providers of market data on loopback, and without any.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cmath>

#include "integration/harness.h"
#include "unit/net/http_stub.h"

namespace antx::testing {
namespace {

constexpr const char* kKey = "key-that-nobody-may-see";
constexpr const char* kPrice = "antminer_market_bitcoin_price{currency=\"USD\"}";

/// All providers at one address, each with its documented answer.
class Providers {
 public:
  void Break() { broken_ = true; }
  [[nodiscard]] const HttpStub& stub() const { return stub_; }
  /// Settings that point every provider here, with short intervals.
  [[nodiscard]] Environment Settings(const Environment& more = {}) const {
    Environment settings = {{"MARKET_FETCH", "true"},       {"PRICE_INTERVAL", "1"},
                            {"CHAIN_INTERVAL", "1"},        {"COINGECKO_API_KEY", kKey},
                            {"DEFAULT_POWER_COST", "0.08"}, {"POOL_FEE_PERCENT", "2"}};
    for (const char* name : {"BINANCE_URL", "BLOCKCHAIN_URL", "COINBASE_URL", "COINCAP_URL",
                             "COINGECKO_URL", "MEMPOOL_URL"}) {
      settings[name] = stub_.Url("");
    }
    settings.insert(more.begin(), more.end());
    return settings;
  }

 private:
  StubReply Answer(const StubRequest& request) const {
    const std::string line = request.Line();
    const auto is = [&line](const char* path) { return line.find(path) != std::string::npos; };
    if (is("market_chart")) return Status("200 OK", "", R"({"prices":[[1757548800000,64000]]})");
    if (is("/simple/price")) {
      if (broken_) return Status("429 Too Many Requests", "Retry-After: 600\r\n");
      return Status("200 OK", "", R"({"bitcoin":{"usd":65000}})");
    }
    if (is("/api/v1/prices")) return Status("200 OK", "", R"({"time":1,"USD":64000})");
    if (is("/q/getdifficulty")) return Status("200 OK", "", "1.1E14");
    if (is("/q/getblockcount")) return Status("200 OK", "", "914000");
    if (is("/reward-stats/")) {
      return Status("200 OK", "", R"({"startBlock":1,"endBlock":144,"totalFee":"432000000"})");
    }
    return Status("404 Not Found");
  }
  std::atomic<bool> broken_{false};
  HttpStub stub_{[this](const StubRequest& request) { return Answer(request); }};
};

boost::json::value Json(const Exporter& exporter, const std::string& path) {
  const HttpReply reply = exporter.Get(path);
  EXPECT_EQ(reply.status, 200) << path << ' ' << reply.body;
  boost::system::error_code error;
  return boost::json::parse(reply.body, error);
}

double Number(const boost::json::value& object, const char* key) {
  return object.at(key).to_number<double>();
}

TEST(Market, MetricsAndJsonFollowTheProviders) {
  const std::string miner = OwnNetwork() + "1";
  const Farm farm(1, miner, {"--profile", "s19pro"});
  Providers providers;
  const Exporter exporter(miner, providers.Settings());
  ASSERT_TRUE(exporter.WaitForValue(kPrice, 65000)) << exporter.Log();
  ASSERT_TRUE(exporter.WaitForValue("antminer_market_network_difficulty", 1.1e14));
  ASSERT_TRUE(exporter.WaitForValue("antminer_market_block_subsidy_bitcoins", 3.125));
  ASSERT_TRUE(exporter.WaitForValue("antminer_market_block_fees_bitcoins", 0.03));
  EXPECT_EQ(exporter.Value("antminer_electricity_price_per_kilowatt_hour{currency=\"USD\"}"), 0.08);
  EXPECT_EQ(exporter.Value("antminer_pool_fee_ratio"), 0.02);
  for (const char* source : {"price", "difficulty", "height", "fees"}) {
    EXPECT_TRUE(exporter.Value("antminer_market_last_success_timestamp_seconds{source=\"" +
                               std::string(source) + "\"}"))
        << source;
  }
  ASSERT_TRUE(WaitFor([&] {
    const auto now = Json(exporter, "/api/profitability/current").at("profitability");
    return !now.at("daily_profit_usd").is_null();
  })) << exporter.Get("/api/profitability/current").body;
  const auto now =
      Json(exporter, "/api/profitability/current?miner_ip=" + miner).at("profitability");
  const double btc =
      Number(now, "hashrate_ths") * 1e12 * 86400 * (3.125 + 0.03) * 0.98 / (1.1e14 * std::exp2(32));
  EXPECT_NEAR(Number(now, "estimated_btc_per_day"), btc, btc * 1e-3);
  EXPECT_NEAR(Number(now, "daily_profit_usd"), btc * 65000 - Number(now, "power_w") * 0.024 * 0.08,
              0.05);
  EXPECT_EQ(now.at("price_source"), "coingecko");
  EXPECT_EQ(exporter.Get("/api/profitability/current?miner_ip=127.0.0.9").status, 404);
  EXPECT_EQ(Number(Json(exporter, "/api/profitability/btc-price"), "btc_price_usd"), 65000);
  EXPECT_EQ(Number(Json(exporter, "/api/network-difficulty"), "network_difficulty"), 1.1e14);
  const auto history = Json(exporter, "/api/btc/history");
  EXPECT_EQ(Number(history, "last"), 64000);
  EXPECT_EQ(history.at("points").as_array().at(0).at("x"), 1757548800000);
  providers.Break();
  ASSERT_TRUE(exporter.WaitForValue(kPrice, 64000)) << "the next provider";
  EXPECT_NE(exporter.Log().find("price: coingecko: "), std::string::npos);
  EXPECT_EQ(exporter.Log().find(kKey), std::string::npos);
  for (const char* path : {"/metrics", "/api/profitability/current", "/api/error-logs"}) {
    EXPECT_EQ(exporter.Get(path).body.find(kKey), std::string::npos) << path;
  }
}

TEST(Market, SimulatedMinersMakeNobodyAsk) {
  const std::string miner = OwnNetwork() + "1";
  const Farm farm(1, miner, {"--profile", "s19pro"});
  Providers providers;
  Environment settings = providers.Settings();
  settings.erase("MARKET_FETCH");
  const Exporter exporter(miner, settings);
  ASSERT_TRUE(exporter.WaitReady()) << exporter.Log();
  const auto now = Json(exporter, "/api/profitability/current").at("profitability");
  EXPECT_TRUE(now.at("daily_profit_usd").is_null());
  EXPECT_EQ(now.at("missing").as_array().at(0), "price: not known yet");
  EXPECT_EQ(exporter.Get("/api/btc-price").status, 502);
  EXPECT_FALSE(exporter.Value(kPrice)) << "unknown is no series";
  EXPECT_TRUE(providers.stub().Requests().empty());
}

TEST(Market, StaticValuesSnapshotsAndLedgerOverARestart) {
  const std::string miner = OwnNetwork() + "1";
  const Farm farm(1, miner, {"--profile", "s19pro"});
  Exporter exporter(miner, {{"STATIC_PRICE", "65000"},
                            {"STATIC_DIFFICULTY", "1.1e14"},
                            {"TARIFF", "daily 00:00-12:00 0.1, daily 12:00-24:00 0.1"},
                            {"TARIFF_TIMEZONE", "Asia/Tokyo"}});
  ASSERT_TRUE(exporter.WaitForValue(kPrice, 65000)) << exporter.Log();
  ASSERT_TRUE(
      exporter.WaitForValue("antminer_electricity_price_per_kilowatt_hour{currency=\"USD\"}", 0.1));
  ASSERT_TRUE(exporter.WaitReady());
  ASSERT_TRUE(WaitFor([&] {
    return Number(Json(exporter, "/api/profitability/history"), "count") >= 1;
  })) << "the first snapshot of the fleet";
  EXPECT_EQ(Http(exporter.port(), "POST", "/api/profitability/snapshot?miner_ip=" + miner).status,
            200);
  EXPECT_EQ(Http(exporter.port(), "POST", "/api/profitability/snapshot?miner_ip=127.0.0.9").status,
            404);
  const auto kept = Json(exporter, "/api/profitability/history?days=1&miner_ip=" + miner);
  ASSERT_EQ(Number(kept, "count"), 1);
  EXPECT_EQ(kept.at("history").as_array().at(0).at("miner_ip"), boost::json::string(miner));
  EXPECT_EQ(exporter.Get("/api/profitability/history?days=91").status, 400);
  exporter.Restart();
  ASSERT_TRUE(exporter.WaitForValue(kPrice, 65000)) << exporter.Log();
  const auto ledger = Json(exporter, "/api/profitability/ledger?miner_ip=" + miner);
  ASSERT_GE(Number(ledger, "count"), 1) << "written at the stop";
  const auto& row = ledger.at("ledger").as_array().at(0);
  EXPECT_EQ(row.at("verified"), true);
  EXPECT_GT(Number(row, "hashes"), 0);
  EXPECT_EQ(row.at("inputs").at("btc_price_source"), "static");
  EXPECT_EQ(Number(Json(exporter, "/api/btc/history"), "last"), 65000) << "of its own snapshots";
  EXPECT_EQ(Number(Json(exporter, "/api/profitability/history?miner_ip=" + miner), "count"), 1);
}

TEST(Market, SwitchedOffThereIsNone) {
  const std::string miner = OwnNetwork() + "1";
  const Exporter exporter(miner, {{"PROFITABILITY_ENABLED", "false"}, {"STATIC_PRICE", "65000"}});
  for (const char* path : {"/api/profitability/current", "/api/profitability/history",
                           "/api/btc-price", "/api/btc/history", "/api/profitability/ledger"}) {
    const HttpReply reply = exporter.Get(path);
    EXPECT_EQ(reply.status, 503) << path;
    EXPECT_NE(reply.body.find("profitability.enabled is off"), std::string::npos) << path;
  }
  EXPECT_FALSE(exporter.Value(kPrice));
}

}  // namespace
}  // namespace antx::testing
