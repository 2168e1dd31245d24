// The fetcher against real sockets on loopback; time moves only when the test says so.
#include "market/fetcher.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "unit/net/http_stub.h"

namespace antx {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HttpStub;
using testing::Status;
using testing::StubReply;
using testing::StubRequest;

class ManualClock final : public Clock {
 public:
  [[nodiscard]] SystemTime Now() const override { return SystemTime(seconds(1'757'620'800)) + at_; }
  [[nodiscard]] SteadyTime Steady() const override { return SteadyTime(seconds(1000)) + at_; }
  void Advance(seconds by) { at_ += by; }

 private:
  seconds at_{0};
};

constexpr const char* kPricePath = "/api/v3/simple/price";
constexpr const char* kGood = R"({"bitcoin":{"usd":65000}})";

/// All providers at one address, told apart by their paths; 404 where nothing is set.
class FetcherTest : public ::testing::Test {
 protected:
  FetcherTest()
      : stub_([this](const StubRequest& request) { return Answer(request); }),
        other_([](const StubRequest&) { return Status("200 OK", "", kGood); }),
        fetcher_({clock_, log_, [this] { return random_; }, [this] { return !stop_; }}) {
    for (auto& [name, url] : config_.hosts) url = stub_.Url("");
    config_.price_sources = {"coingecko", "mempool"};
    config_.chain_sources = {"blockchain", "mempool"};
    log_.SetSink([this](const LogRecord& record) { lines_.push_back(record.message); });
  }
  ~FetcherTest() override { log_.SetSink({}); }

  void Serve(const std::string& path, StubReply reply) {
    const std::lock_guard lock(mutex_);
    replies_[path] = std::move(reply);
  }
  void Serve(const std::string& path, const std::string& body) {
    Serve(path, Status("200 OK", "", body));
  }
  StubReply Answer(const StubRequest& request) {
    const std::string line = request.Line();  // "GET /path?query HTTP/1.1"
    const std::string target = line.substr(4, line.rfind(' ') - 4);
    const std::lock_guard lock(mutex_);
    const auto found = replies_.find(target.substr(0, target.find('?')));
    return found == replies_.end() ? Status("404 Not Found") : found->second;
  }
  /// How often the path was asked for.
  std::size_t Asked(const std::string& path) const {
    std::size_t count = 0;
    for (const StubRequest& request : stub_.Requests()) {
      count += request.Line().starts_with("GET " + path) ? 1 : 0;
    }
    return count;
  }
  /// Only the price is left to the providers.
  void PriceOnly() {
    config_.static_difficulty = 1e14;
    config_.block_subsidy_btc = 3.125;
    config_.block_fees_btc = 0;
    Serve("/api/v3/coins/bitcoin/market_chart", R"({"prices":[[1757548800000,64000]]})");
  }
  std::vector<MarketDatum> Step() { return fetcher_.Step(config_, known_); }
  bool Logged(const std::string& part) const {
    for (const std::string& line : lines_) {
      if (line.find(part) != std::string::npos) return true;
    }
    return false;
  }

  HttpRuntime runtime_;
  std::mutex mutex_;  // Of replies_.
  std::map<std::string, StubReply> replies_;
  HttpStub stub_;
  HttpStub other_;
  ManualClock clock_;
  Logger log_{LogLevel::kInfo, LogFormat::kText};
  std::vector<std::string> lines_;
  double random_ = 1;
  bool stop_ = false;
  ProfitabilityConfig config_;
  MarketData known_;
  MarketFetcher fetcher_;
};

TEST_F(FetcherTest, FetchesEverythingOnceAndAgainInItsTime) {
  Serve(kPricePath, kGood);
  Serve("/q/getdifficulty", "1.1E14");
  Serve("/q/getblockcount", "914000");
  Serve("/api/v1/mining/reward-stats/144",
        R"({"startBlock":1,"endBlock":144,"totalFee":"432000000"})");
  Serve("/api/v3/coins/bitcoin/market_chart", R"({"prices":[[1757548800000,64000]]})");
  EXPECT_EQ(Step().size(), 5U);
  ASSERT_TRUE(known_.price && known_.difficulty && known_.height && known_.fees);
  EXPECT_EQ(known_.price->value, 65000);
  EXPECT_EQ(known_.price->source, "coingecko");
  EXPECT_EQ(known_.price->time, clock_.Now());
  EXPECT_EQ(known_.difficulty->source, "blockchain");
  EXPECT_EQ(known_.height->value, 914000);
  EXPECT_DOUBLE_EQ(known_.fees->value, 0.03);
  EXPECT_EQ(known_.history.size(), 1U);
  EXPECT_TRUE(Step().empty()) << "nothing is due";
  clock_.Advance(seconds(299));
  EXPECT_TRUE(Step().empty());
  clock_.Advance(seconds(1));
  EXPECT_EQ(Step(), std::vector<MarketDatum>{MarketDatum::kPrice});
  clock_.Advance(seconds(1500));
  EXPECT_EQ(Step().size(), 4U) << "price, difficulty, height and fees";
  EXPECT_EQ(lines_, std::vector<std::string>{});
}

TEST_F(FetcherTest, TheNextProviderIsAskedWhenOneFails) {
  PriceOnly();
  Serve("/api/v1/prices", R"({"time":1,"USD":64990})");
  for (StubReply reply :
       {Status("500 Internal Server Error"), Status("429 Too Many Requests"),
        Status("200 OK", "", "no JSON"), Status("200 OK", "", R"({"bitcoin":{"usd":"NaN"}})"),
        Status("200 OK", "", R"({"bitcoin":{"usd":-1}})"),
        Status("200 OK", "", std::string(70000, ' ')),
        Status("302 Found", "Location: " + other_.Url() + "\r\n"),
        StubReply{"HTTP/1.1 200", StubReply::Then::kReset}}) {
    Serve(kPricePath, std::move(reply));
    known_.price.reset();
    fetcher_.Restart(config_, known_);
    (void)Step();
    ASSERT_TRUE(known_.price);
    EXPECT_EQ(known_.price->source, "mempool");
    EXPECT_EQ(known_.price->value, 64990);
  }
  EXPECT_TRUE(other_.Requests().empty()) << "no redirect to another host is followed";
  for (const char* part : {"status 500", "status 429", "no JSON", "is no number", "cannot be",
                           "larger than", "redirects to"}) {
    EXPECT_TRUE(Logged(part)) << part;
  }
}

TEST_F(FetcherTest, ASlowProviderIsLeftAtItsDeadline) {
  PriceOnly();
  config_.timeout = Seconds(0.2);
  Serve(kPricePath, StubReply{"", StubReply::Then::kHold});
  Serve("/api/v1/prices", R"({"USD":64990})");
  (void)Step();
  ASSERT_TRUE(known_.price);
  EXPECT_EQ(known_.price->source, "mempool");
}

TEST_F(FetcherTest, TheLastGoodValueStaysWithItsTime) {
  PriceOnly();
  Serve(kPricePath, kGood);
  (void)Step();
  const MarketValue good = known_.price.value();
  Serve(kPricePath, Status("500 Internal Server Error"));
  clock_.Advance(seconds(300));
  EXPECT_TRUE(Step().empty());
  EXPECT_EQ(known_.price, good);
}

TEST_F(FetcherTest, PausesDoubleAndEndWithASuccess) {
  PriceOnly();
  config_.price_sources = {"coingecko"};
  Serve(kPricePath, Status("500 Internal Server Error"));
  (void)Step();
  EXPECT_EQ(Asked(kPricePath), 1U);
  clock_.Advance(seconds(29));
  (void)Step();
  EXPECT_EQ(Asked(kPricePath), 1U) << "30 s";
  clock_.Advance(seconds(1));
  (void)Step();
  EXPECT_EQ(Asked(kPricePath), 2U);
  clock_.Advance(seconds(59));
  (void)Step();
  EXPECT_EQ(Asked(kPricePath), 2U) << "60 s";
  Serve(kPricePath, kGood);
  clock_.Advance(seconds(1));
  EXPECT_EQ(Step(), std::vector<MarketDatum>{MarketDatum::kPrice});
  std::size_t told = 0;
  for (const std::string& line : lines_) told += line.find("status 500") != std::string::npos;
  EXPECT_EQ(told, 1U) << "the same fault is told once";
}

TEST_F(FetcherTest, ARestingProviderIsPassedOver) {
  PriceOnly();
  Serve(kPricePath, Status("429 Too Many Requests", "Retry-After: 900\r\n"));
  Serve("/api/v1/prices", R"({"USD":64990})");
  (void)Step();
  clock_.Advance(seconds(300));
  (void)Step();
  EXPECT_EQ(Asked(kPricePath), 1U) << "it asked for 15 minutes";
  EXPECT_EQ(Asked("/api/v1/prices"), 2U);
  clock_.Advance(seconds(600));
  (void)Step();
  EXPECT_EQ(Asked(kPricePath), 2U);
}

TEST(MarketPause, DoublesUpToAnHourWithJitter) {
  EXPECT_EQ(MarketPause(1, 1, seconds(0)), seconds(30));
  EXPECT_EQ(MarketPause(1, 0, seconds(0)), seconds(15));
  EXPECT_EQ(MarketPause(2, 1, seconds(0)), seconds(60));
  EXPECT_EQ(MarketPause(7, 1, seconds(0)), seconds(1920));
  EXPECT_EQ(MarketPause(8, 1, seconds(0)), seconds(3600));
  EXPECT_EQ(MarketPause(1000, 1, seconds(0)), seconds(3600));
  EXPECT_EQ(MarketPause(1, 1, seconds(90)), seconds(90)) << "what the provider asked for";
  EXPECT_EQ(MarketPause(1, 1, seconds(1'000'000)), seconds(3600)) << "not for days";
}

TEST_F(FetcherTest, StaticValuesAreNotFetched) {
  PriceOnly();
  config_.static_price = 1;
  (void)Step();
  EXPECT_EQ(Asked(kPricePath), 0U);
  config_.fetch = false;
  fetcher_.Restart(config_, MarketData{});
  const std::size_t before = stub_.Requests().size();
  (void)Step();
  EXPECT_EQ(stub_.Requests().size(), before) << "switched off: nobody is asked";
}

TEST_F(FetcherTest, ARestartDoesNotAskBeforeItsTime) {
  PriceOnly();
  known_.price = MarketValue{64000, "mempool", clock_.Now() - seconds(100), false};
  known_.history_time = clock_.Now();
  fetcher_.Restart(config_, known_);
  Serve(kPricePath, kGood);
  EXPECT_TRUE(Step().empty());
  clock_.Advance(seconds(200));
  EXPECT_EQ(Step(), std::vector<MarketDatum>{MarketDatum::kPrice});
}

TEST_F(FetcherTest, TheKeyGoesToItsProviderOnlyAndIntoNoLine) {
  PriceOnly();
  config_.coingecko_api_key = "key-that-nobody-may-see";
  Serve(kPricePath, Status("401 Unauthorized"));
  Serve("/api/v1/prices", R"({"USD":64990})");
  (void)Step();
  std::size_t with_key = 0;
  for (const StubRequest& request : stub_.Requests()) {
    const bool has =
        request.head.find("x-cg-demo-api-key: key-that-nobody-may-see") != std::string::npos;
    EXPECT_EQ(has, !request.Line().starts_with("GET /api/v1/prices")) << request.Line();
    with_key += has ? 1 : 0;
  }
  EXPECT_EQ(with_key, 2U) << "price and history of coingecko";
  EXPECT_TRUE(Logged("status 401"));
  EXPECT_FALSE(Logged("nobody-may-see"));
}

TEST_F(FetcherTest, AnAddressOfOnesOwnComesFirst) {
  PriceOnly();
  config_.price_url = stub_.Url("/mine?token=secret-word");
  Serve("/mine", "12345.5");
  (void)Step();
  EXPECT_EQ(known_.price->source, "price_url");
  EXPECT_EQ(known_.price->value, 12345.5);
  Serve("/mine", Status("403 Forbidden"));
  Serve(kPricePath, kGood);
  clock_.Advance(seconds(300));
  (void)Step();
  EXPECT_EQ(known_.price->source, "coingecko");
  EXPECT_TRUE(Logged("status 403"));
  EXPECT_FALSE(Logged("secret-word"));
}

TEST_F(FetcherTest, TheEndOfTheProgramCutsARequestOff) {
  PriceOnly();
  Serve(kPricePath, StubReply{"", StubReply::Then::kHold});
  int looks = 0;
  MarketFetcher fetcher({clock_, log_, [] { return 1.0; }, [&looks] { return ++looks < 3; }});
  EXPECT_TRUE(fetcher.Step(config_, known_).empty());
  EXPECT_FALSE(known_.price);
  EXPECT_EQ(lines_, std::vector<std::string>{}) << "no fault of the provider";
}

}  // namespace
}  // namespace antx
