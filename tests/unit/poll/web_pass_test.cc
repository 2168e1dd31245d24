// Passes over the web side of simulated machines, over real sockets on loopback.
#include "poll/web_pass.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>

#include "antminer/families/family.h"
#include "farm/profiles.h"
#include "farm/server.h"

namespace antx {
namespace {

constexpr std::uint16_t kApiPort = 24128;
constexpr std::uint16_t kWebPort = 24180;

/// "127.A.B.1" of this process, so that tests can run side by side.
Ipv4 OwnAddress() {
  const auto number = static_cast<std::uint32_t>(getpid());
  return Ipv4{(127U << 24U) | ((140U + number / 250U % 50U) << 16U) | ((number % 250U) << 8U) | 1U};
}

class TickingClock final : public Clock {
 public:
  [[nodiscard]] SystemTime Now() const override { return real_.Now() + ahead_; }
  [[nodiscard]] SteadyTime Steady() const override { return real_.Steady() + ahead_; }
  void Advance(std::chrono::seconds by) { ahead_ += by; }

 private:
  RealClock real_;
  std::chrono::seconds ahead_{0};
};

class WebPassTest : public ::testing::Test {
 protected:
  WebPassTest() { settings_.web_port = kWebPort; }

  void Start(const char* profile) {
    fleet_.Add(*farm::FindProfile(profile), OwnAddress(), 1);
    farm::ServerOptions options;
    options.port = kApiPort;
    options.control_port = 0;
    options.web_port = kWebPort;
    options.drip = 0.01;
    server_ = std::make_unique<farm::Server>(io_, fleet_, options);
  }
  farm::WebSide& web() { return fleet_.members().front().web; }

  void Login(const std::string& password, const std::string& username = "root") {
    settings_.web_username = username;
    settings_.web_password = password;
  }

  /// One pass; the simulator runs in the same loop.
  void Pass(const std::string& firmware, bool whole = false) {
    WebPassRequest request;
    request.address = OwnAddress();
    request.api_port = kApiPort;
    request.settings = std::make_shared<const MinersConfig>(settings_);
    request.known.firmware = firmware;
    request.whole = whole;
    request.answer_bytes = 256U << 10U;
    request.clock = &clock_;
    bool done = false;
    boost::asio::co_spawn(io_, AskWebSide(client_, request, &memory_),
                          [&done](const std::exception_ptr& thrown) {
                            EXPECT_FALSE(thrown);
                            done = true;
                          });
    io_.restart();
    while (!done) io_.run_one();
  }

  [[nodiscard]] const Reading& told() const { return *memory_.told; }
  [[nodiscard]] std::string Error() const { return memory_.error ? memory_.error->detail : ""; }

  const HttpRuntime runtime_;
  boost::asio::io_context io_{1};
  WebClient client_;
  farm::Fleet fleet_;
  std::unique_ptr<farm::Server> server_;
  TickingClock clock_;
  MinersConfig settings_;
  WebMemory memory_;
};

TEST_F(WebPassTest, StockTellsMacHostnameSerialModeAndJudgement) {
  Start("s19pro");
  Login("root");
  Pass("stock");
  ASSERT_TRUE(memory_.told) << Error();
  EXPECT_FALSE(memory_.error) << Error();
  EXPECT_TRUE(told().identity.mac.starts_with("02:00:7f:")) << told().identity.mac;
  EXPECT_TRUE(told().identity.hostname.starts_with("miner-"));
  EXPECT_TRUE(told().identity.serial.starts_with("SIM"));
  EXPECT_EQ(told().work_mode, "normal");
  EXPECT_EQ(told().components.size(), 4U);
  EXPECT_FALSE(memory_.whole) << "only what the API does not tell was asked for";
  EXPECT_EQ(web().by_path.count("/cgi-bin/stats.cgi"), 0U);
  EXPECT_EQ(web().refused_logins, 0U);
  // One challenge, then the nonce is used again.
  EXPECT_EQ(web().requests, 4U);
}

TEST_F(WebPassTest, WithoutALoginStockIsNotAsked) {
  Start("s19pro");
  Pass("stock");
  EXPECT_EQ(web().requests, 0U);
  EXPECT_FALSE(memory_.tried);
  EXPECT_FALSE(memory_.error);
}

TEST_F(WebPassTest, AWrongLoginIsShownOnceAndThenNoMore) {
  Start("s19pro");
  Login("guess");
  Pass("stock");
  ASSERT_TRUE(memory_.error);
  EXPECT_EQ(memory_.error->reason, Reason::kAuth);
  EXPECT_EQ(memory_.error->detail.find("guess"), std::string::npos);
  EXPECT_EQ(web().refused_logins, 1U);
  const auto requests = web().requests;
  Pass("stock");
  Pass("stock", true);
  EXPECT_EQ(web().requests, requests) << "it was asked again";
  EXPECT_EQ(memory_.error->reason, Reason::kAuth) << "it is still told";
  // Another login is tried, and so is the same one after a long time.
  Login("root");
  Pass("stock");
  EXPECT_FALSE(memory_.error) << Error();
  Login("guess");
  Pass("stock");
  EXPECT_EQ(web().refused_logins, 2U);
  clock_.Advance(std::chrono::hours(7));
  Pass("stock");
  EXPECT_EQ(web().refused_logins, 3U);
}

TEST_F(WebPassTest, AStaleNonceIsNoWrongLogin) {
  Start("s19pro");
  Login("root");
  Pass("stock");
  web().SetFault("web_stale_nonce");
  Pass("stock");
  EXPECT_FALSE(memory_.error) << Error();
  EXPECT_EQ(web().refused_logins, 0U);
}

TEST_F(WebPassTest, OldStockIsFoundOutAndRemembered) {
  Start("s9");
  Login("root");
  Pass("stock", true);
  ASSERT_TRUE(memory_.whole) << Error();
  EXPECT_EQ(memory_.dialect, WebDialect::kStockOld);
  EXPECT_EQ(told().boards.size(), 3U);
  EXPECT_EQ(told().fans.size(), 2U);
  EXPECT_EQ(told().pools.size(), 3U);
  Pass("stock", true);
  EXPECT_EQ(web().by_path["/cgi-bin/summary.cgi"], 2U) << "challenge and page, only once";
}

struct WholeReading {
  const char* profile;
  const char* firmware;
  WebDialect dialect;
};
void PrintTo(const WholeReading& row, std::ostream* out) { *out << row.profile; }

class WholeReadingTest : public WebPassTest, public ::testing::WithParamInterface<WholeReading> {};

TEST_P(WholeReadingTest, StandsForTheApi) {
  Start(GetParam().profile);
  Login("root");
  Pass(GetParam().firmware, true);
  ASSERT_TRUE(memory_.told) << Error();
  EXPECT_FALSE(memory_.error) << Error();
  EXPECT_EQ(memory_.dialect, GetParam().dialect);
  const farm::Profile& profile = *farm::FindProfile(GetParam().profile);
  EXPECT_TRUE(memory_.whole);
  EXPECT_NEAR(told().hashrate_hashes_per_second.value(), profile.nominal * profile.unit,
              profile.nominal * profile.unit * 0.05);
  EXPECT_EQ(told().identity.mac.size(), 17U);
  EXPECT_FALSE(told().identity.hostname.empty());
  EXPECT_EQ(told().identity.firmware, GetParam().firmware);
  if (GetParam().dialect == WebDialect::kBraiinsGraphql) return;
  EXPECT_EQ(told().boards.size(), static_cast<std::size_t>(profile.boards));
  EXPECT_EQ(told().fans.size(), static_cast<std::size_t>(profile.fans));
  EXPECT_FALSE(told().pools.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, WholeReadingTest,
    ::testing::Values(WholeReading{"s19pro", "stock", WebDialect::kStock},
                      WholeReading{"l3plus", "stock", WebDialect::kStockOld},
                      WholeReading{"s19vnish", "vnish", WebDialect::kVnish},
                      WholeReading{"s19braiins", "braiins", WebDialect::kBraiinsRest},
                      WholeReading{"s19braiins-old", "braiins", WebDialect::kBraiinsGraphql},
                      WholeReading{"s19epic", "epic", WebDialect::kEpic},
                      WholeReading{"s19marathon", "marathon", WebDialect::kMarathon}),
    [](const auto& row) {
      std::string name = row.param.profile;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

TEST_F(WebPassTest, ATokenIsUsedAgainAndRenewedWhenItIsTooOld) {
  Start("s19braiins");
  Login("root");
  Pass("braiins");
  Pass("braiins");
  EXPECT_EQ(web().by_path["/api/v1/auth/login"], 1U);
  web().session.clear();
  Pass("braiins");
  EXPECT_FALSE(memory_.error) << Error();
  EXPECT_EQ(web().by_path["/api/v1/auth/login"], 2U);
  web().password = "other";
  web().session.clear();
  Pass("braiins");
  EXPECT_EQ(memory_.error.value().reason, Reason::kAuth);
  Pass("braiins");
  EXPECT_EQ(web().refused_logins, 1U);
}

TEST_F(WebPassTest, AHostWithoutAWebSideIsNoFault) {
  Login("root");
  Pass("vnish", true);
  EXPECT_FALSE(memory_.error) << Error();
  EXPECT_FALSE(memory_.tried);
  Start("s19vnish");
  Pass("vnish", true);
  EXPECT_TRUE(memory_.tried);
  EXPECT_TRUE(memory_.whole);
}

TEST_F(WebPassTest, AnUnknownHostIsRecognisedByItsStartPage) {
  Start("s19pro");
  Login("root");
  Pass("", true);
  ASSERT_TRUE(memory_.whole) << Error();
  EXPECT_EQ(told().identity.firmware, "stock");
  EXPECT_EQ(told().identity.model, "Antminer S19 Pro");
}

struct Hostile {
  const char* fault;
  Reason reason;
};
void PrintTo(const Hostile& row, std::ostream* out) { *out << row.fault; }

class HostileWebTest : public WebPassTest, public ::testing::WithParamInterface<Hostile> {};

TEST_P(HostileWebTest, EndsWithAReasonAndNoReading) {
  Start("s19vnish");
  settings_.web_timeout = Seconds(0.3);
  web().SetFault(GetParam().fault);
  Pass("vnish", true);
  ASSERT_TRUE(memory_.error);
  EXPECT_EQ(memory_.error->reason, GetParam().reason) << Error();
  EXPECT_FALSE(memory_.told);
  EXPECT_FALSE(memory_.denied);
  web().Clear("");
  Pass("vnish", true);
  EXPECT_TRUE(memory_.whole) << Error();
}

INSTANTIATE_TEST_SUITE_P(Faults, HostileWebTest,
                         ::testing::Values(Hostile{"web_garbage", Reason::kParse},
                                           Hostile{"web_oversize", Reason::kOversize},
                                           Hostile{"web_slow_drip", Reason::kTimeout},
                                           Hostile{"web_hang", Reason::kTimeout},
                                           Hostile{"web_redirect", Reason::kApi},
                                           Hostile{"web_error", Reason::kApi},
                                           Hostile{"web_refuse", Reason::kReset}),
                         [](const auto& row) { return std::string(row.param.fault); });

// --- What becomes of it -------------------------------------------------------------------

TEST(WebSide, LoginsMayNameEveryFamilyThatThereIs) {
  for (const Family& family : AllFamilies()) {
    if (family.name == "unknown") continue;
    const auto known = WebFamilies();
    EXPECT_NE(std::find(known.begin(), known.end(), family.name), known.end()) << family.name;
  }
}

TEST(WebSide, FactsJoinTheReadingOfTheApiUntilTheyAreOld) {
  MinersConfig settings;
  const SteadyTime now{std::chrono::hours(1)};
  WebMemory memory;
  memory.asked = memory.told_at = now;
  memory.tried = true;
  Reading web;
  web.work_mode = "high";
  web.identity.mac = "02:00:00:00:00:01";
  memory.told = std::make_shared<const Reading>(web);
  PollOutcome outcome;
  Reading api;
  api.hashrate_hashes_per_second = 1e12;
  outcome.reading = std::make_shared<const Reading>(api);
  AddWebSide(memory, settings, now, outcome);
  EXPECT_EQ(outcome.reading->work_mode, "high");
  EXPECT_EQ(outcome.identity.mac, "02:00:00:00:00:01");
  ASSERT_EQ(outcome.collectors.size(), 1U);
  EXPECT_EQ(outcome.collectors[0], (CollectorResult{Collector::kWeb, true}));
  PollOutcome later;
  later.reading = std::make_shared<const Reading>(api);
  AddWebSide(memory, settings, now + std::chrono::hours(1), later);
  EXPECT_EQ(later.reading->work_mode, "");
  EXPECT_EQ(later.identity.mac, "02:00:00:00:00:01") << "who it is stays known";
}

TEST(WebSide, AnErrorIsCountedOnceAndToldEachTime) {
  MinersConfig settings;
  WebMemory memory;
  memory.asked = SteadyTime{};
  memory.tried = true;
  memory.error = PollError{Reason::kTimeout, "web page summary: no answer"};
  for (int i = 0; i < 3; ++i) {
    PollOutcome outcome;
    AddWebSide(memory, settings, SteadyTime{}, outcome);
    EXPECT_TRUE(outcome.web_error);
    EXPECT_EQ(outcome.command_errors.size(), i == 0 ? 1U : 0U);
  }
}

}  // namespace
}  // namespace antx
