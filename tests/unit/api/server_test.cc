// The real server on a free port, with a snapshot made for the test.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "api/http_server.h"
#include "integration/harness.h"

namespace antx {
namespace {

using testing::Get;
using testing::Http;

/// Answers as it was told to.
class FixedProber final : public Prober {
 public:
  ProbeAnswer Probe(Ipv4 /*target*/, std::chrono::milliseconds deadline) override {
    asked = deadline;
    return answer;
  }
  ProbeAnswer answer;
  std::chrono::milliseconds asked{};
};

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    auto view = std::make_shared<MinerView>();
    view->facts.id = "<b>miner</b>";
    view->facts.address = *Ipv4::Parse("127.1.2.3");
    view->identity.model = "Antminer <script>alert(1)</script>";
    view->polled = true;
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->miners.push_back(view);
    box_.Publish(snapshot);
    prober_.answer = {ProbeAnswer::Verdict::kAnswered, view};
    config_->web.listen = {{"127.0.0.1", 0}};
    config_->web.max_scrapes = 1;
  }
  void Start() {
    std::string error;
    server_ = HttpServer::Start(config_->web, context_, error);
    ASSERT_NE(server_, nullptr) << error;
    port_ = server_->Ports().at(0);
  }

  RealClock clock_;
  Logger log_{LogLevel::kCritical, LogFormat::kText};
  SnapshotBox box_;
  FixedProber prober_;
  SelfMetrics self_;
  std::shared_ptr<Config> config_ = std::make_shared<Config>();
  ReloadAnswer reload_{true, {}, {}};
  ReadyState ready_{true, "", true, true};
  ApiContext context_{box_,
                      [this]() -> std::shared_ptr<const Config> { return config_; },
                      prober_,
                      self_,
                      [this] { return reload_; },
                      [this] { return ready_; },
                      clock_,
                      log_,
                      "1.2.3"};
  std::unique_ptr<HttpServer> server_;
  int port_ = 0;
};

TEST_F(ServerTest, EscapesWhatMinersSay) {
  Start();
  const auto page = Get(port_, "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.body.find("<script>"), std::string::npos);
  EXPECT_NE(page.body.find("&lt;script&gt;"), std::string::npos);
}

TEST_F(ServerTest, HeadHasNoBody) {
  Start();
  const auto reply = Http(port_, "HEAD", "/healthz");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "");
}

TEST_F(ServerTest, ApiRepliesForbidCachingErrorsIncluded) {
  Start();
  for (const char* path : {"/api/miners", "/api/nothing"}) {
    EXPECT_NE(Get(port_, path).headers["cache-control"].find("no-store"), std::string::npos);
  }
}

TEST_F(ServerTest, ReloadNeedsLoopbackOrTheToken) {
  Start();
  EXPECT_EQ(Http(port_, "POST", "/-/reload").status, 200);
  EXPECT_EQ(Http(port_, "GET", "/-/reload").status, 405);
  config_->web.auth_token = "secret";
  EXPECT_EQ(Http(port_, "POST", "/-/reload").status, 401);
  EXPECT_EQ(Http(port_, "POST", "/-/reload", {"Authorization: Bearer wrong!"}).status, 401);
  EXPECT_EQ(Http(port_, "POST", "/-/reload", {"Authorization: Bearer secret"}).status, 200);
  reload_ = {false, {"POLL_INTERVAL: bad"}, {}};
  const auto reply = Http(port_, "POST", "/-/reload", {"Authorization: Bearer secret"});
  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(reply.body.find("POLL_INTERVAL: bad"), std::string::npos);
}

TEST_F(ServerTest, ReadinessTellsWhyNot) {
  ready_ = {false, "the first poll cycle is not done yet", true, true};
  Start();
  const auto reply = Get(port_, "/-/ready");
  EXPECT_EQ(reply.status, 503);
  EXPECT_NE(reply.body.find("first poll cycle"), std::string::npos);
  EXPECT_EQ(Get(port_, "/-/healthy").status, 200);
  EXPECT_EQ(Get(port_, "/readyz").status, 503);
}

TEST_F(ServerTest, ProbeHonoursTheTimeoutOfPrometheus) {
  Start();
  const std::string header = "X-Prometheus-Scrape-Timeout-Seconds: ";
  EXPECT_EQ(Get(port_, "/probe?target=127.1.2.3", {header + "5"}).status, 200);
  EXPECT_EQ(prober_.asked, std::chrono::milliseconds(4500));
  EXPECT_EQ(Get(port_, "/probe?target=127.1.2.3", {header + "soon"}).status, 400);
  prober_.answer = {ProbeAnswer::Verdict::kForbidden, nullptr};
  EXPECT_EQ(Get(port_, "/probe?target=127.9.9.9").status, 403);
  prober_.answer = {ProbeAnswer::Verdict::kBusy, nullptr};
  EXPECT_EQ(Get(port_, "/probe?target=127.1.2.3").status, 503);
}

TEST_F(ServerTest, TooManyScrapesAtOnceGet503) {
  context_.scrapes = 1;  // One is running.
  Start();
  EXPECT_EQ(Get(port_, "/metrics").status, 503);
  context_.scrapes = 0;
  EXPECT_EQ(Get(port_, "/metrics").status, 200);
  EXPECT_EQ(context_.scrapes, 0);
}

TEST_F(ServerTest, ServesManyClientsAtOnce) {
  config_->web.max_scrapes = 100;
  Start();
  std::atomic<int> good{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 16; ++i) {
    clients.emplace_back([&] {
      for (int j = 0; j < 10; ++j) good += Get(port_, "/metrics").status == 200 ? 1 : 0;
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(good, 160);
}

TEST_F(ServerTest, ClientsThatSayNothingHoldNoThread) {
  config_->web.threads = 2;
  Start();
  const std::vector<testing::IdleConnection> idle = [this] {
    std::vector<testing::IdleConnection> all;
    for (int i = 0; i < 20; ++i) all.emplace_back(port_);
    return all;
  }();
  EXPECT_EQ(Get(port_, "/-/healthy").status, 200);
  // All of them are still there, so nobody had to wait for one to be given up.
  for (const auto& connection : idle) EXPECT_TRUE(connection.Open());
}

TEST_F(ServerTest, BadParametersAreNamed) {
  Start();
  EXPECT_NE(Get(port_, "/metrics?collect[]=nonsense").body.find("collect[]"), std::string::npos);
  EXPECT_EQ(Get(port_, "/metrics?shard=4/4").status, 400);
  EXPECT_EQ(Get(port_, "/metrics?shard=0/4").status, 200);
}

TEST_F(ServerTest, ServiceDiscoveryListsMinersOrShards) {
  Start();
  EXPECT_NE(Get(port_, "/sd").body.find("\"127.1.2.3\""), std::string::npos);
  const auto shards = Get(port_, "/sd?shards=2");
  EXPECT_NE(shards.body.find("\"__param_shard\":\"1/2\""), std::string::npos) << shards.body;
  EXPECT_NE(shards.body.find("\"__scheme__\":\"http\""), std::string::npos) << shards.body;
  EXPECT_EQ(Get(port_, "/sd?shards=0").status, 400);
}

TEST_F(ServerTest, APortInUseIsTold) {
  Start();
  config_->web.listen = {{"127.0.0.1", port_}};
  std::string error;
  EXPECT_EQ(HttpServer::Start(config_->web, context_, error), nullptr);
  EXPECT_NE(error.find(std::to_string(port_)), std::string::npos);
}

}  // namespace
}  // namespace antx
