// What clients of the HTTP side get, good ones and bad ones.
#include <gtest/gtest.h>

#include <memory>

#include "integration/harness.h"

namespace antx::testing {
namespace {

class HttpTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    farm_ = std::make_unique<Farm>(3, network_ + "1",
                                   std::vector<std::string>{"--profile", "s19pro", "--frozen"});
    exporter_ = std::make_unique<Exporter>(network_ + "0/29");
    ASSERT_TRUE(exporter_->WaitReady()) << exporter_->Log();
    ASSERT_TRUE(exporter_->WaitForValue("antminer_up{miner=\"" + network_ + "3\"}", 1));
  }
  static void TearDownTestSuite() {
    exporter_.reset();
    farm_.reset();
  }
  static inline std::string network_ = OwnNetwork();
  static inline std::unique_ptr<Farm> farm_;
  static inline std::unique_ptr<Exporter> exporter_;
};

TEST_F(HttpTest, MetricsHaveTheExactContentTypes) {
  EXPECT_EQ(exporter_->Get("/metrics").headers.at("content-type"),
            "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(exporter_->Get("/metrics", {"Accept: application/openmetrics-text; version=1.0.0"})
                .headers.at("content-type"),
            "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_EQ(exporter_->Get("/metrics", {"Accept: image/png"}).headers.at("content-type"),
            "text/plain; version=0.0.4; charset=utf-8");
}

TEST_F(HttpTest, OpenMetricsEndWithEof) {
  const auto body =
      exporter_->Get("/metrics", {"Accept: application/openmetrics-text; version=1.0.0"}).body;
  EXPECT_TRUE(body.ends_with("# EOF\n"));
}

TEST_F(HttpTest, CollectKeepsOneGroup) {
  const auto body = exporter_->Get("/metrics?collect[]=pools").body;
  EXPECT_NE(body.find("antminer_pool_up{"), std::string::npos);
  EXPECT_EQ(body.find("antminer_fan_rpm{"), std::string::npos);
}

TEST_F(HttpTest, GzipIsGivenWhenAsked) {
  const auto reply = exporter_->Get("/metrics", {"Accept-Encoding: gzip"});
  EXPECT_EQ(reply.headers.at("content-encoding"), "gzip");
  ASSERT_GE(reply.body.size(), 2U);
  EXPECT_EQ(reply.body.substr(0, 2), "\x1f\x8b");
}

TEST_F(HttpTest, ProbeGivesOneMiner) {
  const auto reply = exporter_->Get("/probe?target=" + network_ + "2");
  EXPECT_EQ(reply.status, 200);
  EXPECT_NE(reply.body.find("antminer_up{miner=\"" + network_ + "2\"} 1"), std::string::npos);
  EXPECT_EQ(reply.body.find(network_ + "3"), std::string::npos);
}

TEST_F(HttpTest, ProbeOfAnythingUnknownIsForbidden) {
  EXPECT_EQ(exporter_->Get("/probe?target=127.255.9.9").status, 403);
  EXPECT_EQ(exporter_->Get("/probe").status, 400);
  EXPECT_GE(exporter_->Get("/probe?target=localhost").status, 400);
}

TEST_F(HttpTest, ServiceDiscoveryListsEveryMiner) {
  const auto reply = exporter_->Get("/sd");
  EXPECT_EQ(reply.status, 200);
  for (const char* miner : {"1", "2", "3"}) {
    EXPECT_NE(reply.body.find(network_ + miner), std::string::npos) << reply.body;
  }
}

TEST_F(HttpTest, ErrorsAreJsonWithTheRightStatus) {
  const auto unknown = exporter_->Get("/api/nothing");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_NE(unknown.body.find("\"ok\":false"), std::string::npos) << unknown.body;
  const auto method = Http(exporter_->port(), "DELETE", "/metrics");
  EXPECT_EQ(method.status, 405);
  EXPECT_NE(method.headers.at("allow").find("GET"), std::string::npos);
  const auto huge = exporter_->Get("/metrics", {"X-Long: " + std::string(100'000, 'x')});
  EXPECT_GE(huge.status, 400);
  EXPECT_LT(huge.status, 500);
  EXPECT_NE(huge.body.find("\"ok\":false"), std::string::npos) << huge.body;
}

TEST_F(HttpTest, LandingPageLoadsNothingFromElsewhere) {
  const auto reply = exporter_->Get("/");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body.find("//"), std::string::npos) << reply.body;
  EXPECT_NE(reply.headers.at("content-security-policy").find("default-src 'self'"),
            std::string::npos);
}

}  // namespace
}  // namespace antx::testing
