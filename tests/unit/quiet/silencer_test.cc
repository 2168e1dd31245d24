// The silencer against a real Alertmanager, and against servers that are none.
#include "control/silencer.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <csignal>
#include <mutex>

#include "integration/harness.h"
#include "net/http_client.h"
#include "unit/net/http_stub.h"

namespace antx {
namespace {

namespace json = boost::json;
using std::chrono::hours;
using std::chrono::minutes;
using testing::WaitFor;

constexpr const char* kRoutes = "route: {receiver: none}\nreceivers: [{name: none}]\n";

class SilencerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    program_ = testing::InstalledProgram("prometheus-alertmanager").value_or("");
    config_->control.alertmanager_url = "http://127.0.0.1:" + std::to_string(port_) + '/';
  }
  [[nodiscard]] bool Installed() const { return !program_.empty(); }
  void StartAlertmanager() {
    const std::string port = std::to_string(port_);
    alertmanager_.emplace(
        std::vector<std::string>{program_, "--config.file=" + folder_.Write("am.yml", kRoutes),
                                 "--storage.path=" + folder_.Path("data"),
                                 "--web.listen-address=127.0.0.1:" + port,
                                 "--cluster.listen-address="},
        testing::Environment{});
    ASSERT_TRUE(WaitFor([this] { return testing::Get(port_, "/-/ready").status == 200; }))
        << alertmanager_->Output();
  }
  void StopAlertmanager() {
    alertmanager_->Signal(SIGTERM);
    ASSERT_TRUE(alertmanager_->Wait());
  }
  void StartSilencer() {
    silencer_.reset();
    const auto count = [this](std::string_view result) {
      const std::lock_guard lock(mutex_);
      ++counts_[std::string(result)];
    };
    config_->control.silence_linger = Seconds(0);
    silencer_ = std::make_unique<Silencer>(Silencer::Parts{clock_, log_, count, "here"}, config_);
  }
  int Counted(const std::string& result) {
    const std::lock_guard lock(mutex_);
    return counts_[result];
  }
  json::array Silences(const std::string& state = "active") const {
    const auto reply = testing::Get(port_, "/api/v2/silences");
    json::array found;
    if (reply.status != 200) return found;
    const json::value all = json::parse(reply.body);
    for (const json::value& one : all.as_array()) {
      if (one.at("status").at("state").as_string() == std::string_view(state)) found.push_back(one);
    }
    return found;
  }
  ::testing::AssertionResult Active(std::size_t count) const {
    if (WaitFor([&] { return Silences().size() == count; })) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "there are " << json::serialize(Silences());
  }

  HttpRuntime runtime_;
  testing::TempFolder folder_;
  int port_ = testing::FreePort();
  std::string program_;
  std::optional<testing::Process> alertmanager_;
  RealClock clock_;
  Logger log_{LogLevel::kCritical, LogFormat::kText};
  std::shared_ptr<Config> config_ = std::make_shared<Config>();
  std::mutex mutex_;
  std::map<std::string, int> counts_;
  std::unique_ptr<Silencer> silencer_;
};

TEST_F(SilencerTest, ASilenceAppearsWithItsMatchersAndGoesAway) {
  if (!Installed()) GTEST_SKIP() << "prometheus-alertmanager is not installed";
  StartAlertmanager();
  StartSilencer();
  silencer_->Begin("run-1", {"10.0.0.7", "10.0.0.8"}, minutes(10), "restart of 2 miners");
  ASSERT_TRUE(Active(1));
  const json::value one = Silences()[0];
  EXPECT_EQ(one.at("createdBy").as_string(), "antminer_exporter");
  EXPECT_EQ(one.at("comment").as_string(), "restart of 2 miners [antminer_exporter here run-1 0]");
  for (const json::value& matcher : one.at("matchers").as_array()) {
    const bool miner = matcher.at("name").as_string() == "miner";
    EXPECT_EQ(matcher.at("value").as_string(),
              miner ? "^(?:10\\.0\\.0\\.7|10\\.0\\.0\\.8)$" : "AntminerPoolUnexpected");
    EXPECT_EQ(matcher.at("isRegex").as_bool(), miner);
    EXPECT_EQ(matcher.at("isEqual").as_bool(), miner);
  }
  EXPECT_EQ(one.at("matchers").as_array().size(), 2U);
  silencer_->End("run-1");
  EXPECT_TRUE(Active(0));
  EXPECT_TRUE(WaitFor([this] { return Counted("ended") == 1; }));
  EXPECT_EQ(Counted("opened"), 1);
  EXPECT_EQ(Counted("failed"), 0);
}

TEST_F(SilencerTest, ItMutesTheAlertsOfItsMinersAndNoOthers) {
  if (!Installed()) GTEST_SKIP() << "prometheus-alertmanager is not installed";
  StartAlertmanager();
  StartSilencer();
  silencer_->Begin("run-1", {"10.0.0.7"}, minutes(10), "restart");
  ASSERT_TRUE(Active(1));
  const std::string alerts =
      R"([{"labels":{"alertname":"AntminerOffline","miner":"10.0.0.7"}},)"
      R"({"labels":{"alertname":"AntminerPoolUnexpected","miner":"10.0.0.7"}},)"
      R"({"labels":{"alertname":"AntminerOffline","miner":"10.0.0.77"}}])";
  ASSERT_EQ(
      testing::Http(port_, "POST", "/api/v2/alerts", {"Content-Type: application/json"}, alerts)
          .status,
      200);
  std::string muted;
  ASSERT_TRUE(WaitFor([&] {
    muted.clear();
    const auto reply = testing::Get(port_, "/api/v2/alerts?active=false");
    const auto list = json::parse(reply.body).as_array();
    for (const json::value& one : list) {
      muted += one.at("labels").at("alertname").as_string();
      muted += ' ';
      muted += one.at("labels").at("miner").as_string();
    }
    return !list.empty();
  }));
  EXPECT_EQ(muted, "AntminerOffline 10.0.0.7");
}

TEST_F(SilencerTest, AfterARestartWhatGoesOnIsKeptAndTheRestEnded) {
  if (!Installed()) GTEST_SKIP() << "prometheus-alertmanager is not installed";
  StartAlertmanager();
  StartSilencer();
  silencer_->Begin("maintenance-1", {"a"}, hours(1), "work");
  silencer_->Begin("run-1", {"b"}, hours(1), "restart");
  ASSERT_TRUE(Active(2));
  StartSilencer();  // As after a kill: what is open stays open.
  EXPECT_EQ(Silences().size(), 2U);
  silencer_->Begin("maintenance-1", {"a"}, hours(2), "work");
  silencer_->Settle();
  ASSERT_TRUE(Active(1));
  EXPECT_EQ(Silences()[0].at("comment").as_string(),
            "work [antminer_exporter here maintenance-1 0]");
  silencer_->End("maintenance-1");
  EXPECT_TRUE(Active(0));
}

TEST_F(SilencerTest, AnAlertmanagerThatIsDownGetsItLater) {
  if (!Installed()) GTEST_SKIP() << "prometheus-alertmanager is not installed";
  StartSilencer();
  silencer_->Begin("run-1", {"a"}, hours(1), "restart");
  silencer_->Begin("run-2", {"b"}, hours(1), "restart");
  silencer_->End("run-2");
  ASSERT_TRUE(WaitFor([this] { return Counted("failed") >= 1; }));
  StartAlertmanager();
  ASSERT_TRUE(Active(1));
  StopAlertmanager();
  silencer_->End("run-1");
  silencer_->Begin("run-3", {"c"}, hours(1), "restart");
  const int failed = Counted("failed");
  ASSERT_TRUE(WaitFor([&] { return Counted("failed") > failed; }));
  StartAlertmanager();
  ASSERT_TRUE(WaitFor([this] {
    const json::array silences = Silences();
    return silences.size() == 1 &&
           silences[0].at("comment").as_string() == "restart [antminer_exporter here run-3 0]";
  }));
}

TEST_F(SilencerTest, TheSameKeyAgainMovesTheEnd) {
  if (!Installed()) GTEST_SKIP() << "prometheus-alertmanager is not installed";
  StartAlertmanager();
  StartSilencer();
  silencer_->Begin("run-1", {"a"}, minutes(10), "restart");
  ASSERT_TRUE(Active(1));
  const std::string first(Silences()[0].at("endsAt").as_string());
  const std::string id(Silences()[0].at("id").as_string());
  StartSilencer();  // Which has to find it first.
  silencer_->Begin("run-1", {"a"}, hours(10), "restart");
  ASSERT_TRUE(WaitFor([&] {
    const json::array silences = Silences();
    return silences.size() == 1 && silences[0].at("endsAt").as_string() > first;
  }));
  EXPECT_EQ(Silences()[0].at("id").as_string(), id);
}

TEST_F(SilencerTest, WithoutAnAddressNothingHappens) {
  config_->control.alertmanager_url = "";
  StartSilencer();
  silencer_->Begin("run-1", {"a"}, minutes(1), "restart");
  silencer_->End("run-1");
  silencer_->Settle();
  silencer_.reset();
  EXPECT_EQ(Counted("failed") + Counted("opened") + Counted("dropped"), 0);
}

TEST_F(SilencerTest, NoMinersNoSilence) {
  testing::HttpStub stub(
      [](const testing::StubRequest&) { return testing::Status("200 OK", "", "[]"); });
  config_->control.alertmanager_url = stub.Url();
  StartSilencer();
  silencer_->Begin("run-1", {}, minutes(1), "restart");
  silencer_->Settle();
  ASSERT_TRUE(WaitFor([&] { return !stub.Requests().empty(); }));
  silencer_.reset();
  for (const auto& request : stub.Requests()) {
    EXPECT_EQ(request.Line(), "GET /api/v2/silences HTTP/1.1");
  }
}

TEST_F(SilencerTest, ALoginIsSentAndWhatIsRefusedIsGivenUp) {
  testing::HttpStub stub([](const testing::StubRequest& request) {
    if (request.Line().starts_with("GET")) return testing::Status("200 OK", "", "[]");
    return testing::Status("400 Bad Request", "", "\"bad matcher\"");
  });
  config_->control.alertmanager_url = stub.Url("/base");
  config_->control.alertmanager_username = "ann";
  config_->control.alertmanager_password = "secret";
  StartSilencer();
  silencer_->Begin("run-1", {"a"}, minutes(1), "restart");
  ASSERT_TRUE(WaitFor([this] { return Counted("refused") == 1; }));
  silencer_.reset();
  int posts = 0;
  for (const auto& request : stub.Requests()) {
    EXPECT_NE(request.head.find("Authorization: Basic YW5uOnNlY3JldA=="), std::string::npos);
    posts += request.Line() == "POST /base/api/v2/silences HTTP/1.1" ? 1 : 0;
  }
  EXPECT_EQ(posts, 1);
}

TEST_F(SilencerTest, AServerThatNeverAnswersHoldsNobodyUp) {
  testing::HttpStub stub([](const testing::StubRequest&) {
    return testing::StubReply{"", testing::StubReply::Then::kHold};
  });
  config_->control.alertmanager_url = stub.Url();
  StartSilencer();
  // More than the list holds, while the thread waits for an answer that does not come.
  for (std::size_t i = 0; i <= SilenceBook::kMostKeys; ++i) {
    silencer_->Begin("run-" + std::to_string(i), {"a"}, hours(1), "restart");
  }
  EXPECT_EQ(Counted("dropped"), 1);
}

TEST(SilencePause, GrowsToAMinute) {
  std::vector<int> pauses;
  for (int failures = 0; failures < 9; ++failures) {
    pauses.push_back(static_cast<int>(SilencePause(failures).count()));
  }
  EXPECT_EQ(pauses, (std::vector<int>{0, 1, 2, 4, 8, 16, 32, 60, 60}));
}

}  // namespace
}  // namespace antx
