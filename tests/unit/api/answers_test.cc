// One miner, what starts work, the document, the stream, and what every answer gets.
#include <thread>

#include "unit/api/api_fixture.h"

namespace antx {
namespace {

using std::chrono::seconds;
using testing::Http;
namespace json = boost::json;

TEST_F(ApiTest, AMinerIsShownWithTheSourceOfItsValues) {
  MinerView& view = AddMiner("127.1.0.1", seconds(1));
  view.last_error = Reason::kTimeout;
  view.hashrate_lost_hashes_per_second = 2e12;
  Start();
  const json::value miner = Json("/api/miners/127.1.0.1");
  const json::value& lost = miner.at("values").at("hashrate_lost_hashes_per_second");
  EXPECT_EQ(lost.at("value").to_number<double>(), 2e12);
  EXPECT_EQ(miner.at("values").at("power_w").at("source"), "table");
  EXPECT_EQ(miner.at("values").at("power_w").at("value").to_number<double>(), 3000);
  EXPECT_TRUE(miner.at("values").at("ambient_temp_c").at("source").is_null());
  EXPECT_TRUE(miner.at("counters").at("energy_reported_joules").is_null()) << "never told";
  EXPECT_EQ(miner.at("boards").at(0).at("chip_sensors").as_array().size(), 2U);
  EXPECT_TRUE(miner.at("last_error").is_object());
  EXPECT_EQ(Reply("/api/miners/127.9.9.9").status, 404);
  EXPECT_EQ(Fault("/api/miners/127.1").substr(0, 4), "ip: ");
}

TEST_F(ApiTest, UsersOfPoolsAreMaskedUnlessAllowed) {
  auto& view = AddMiner("127.1.0.1", seconds(1));
  auto reading = std::make_shared<Reading>(*view.reading);
  PoolReading pool;
  pool.url = "stratum+tcp://pool.example:3333";
  pool.user = "customer.rig";
  pool.priority = 0;
  pool.accepted = 97;
  pool.rejected = 2;
  pool.stale = 1;
  reading->pools.push_back(pool);
  view.reading = reading;
  Start();
  for (const char* path : {"/api/miners/127.1.0.1", "/api/miners/127.1.0.1/pools"}) {
    config_->metrics.pool_workers = false;
    EXPECT_EQ(Reply(path).body.find("customer"), std::string::npos) << path;
    config_->metrics.pool_workers = true;
    const json::value answer = Json(path);
    EXPECT_EQ(answer.at("pools").at(0).at("user"), "customer.rig");
    EXPECT_EQ(answer.at("pools").at(0).at("prio").to_number<int>(), 0);
    EXPECT_EQ(answer.at("pools").at(0).at("reject_percent").to_number<double>(), 2);
  }
  EXPECT_EQ(Reply("/api/miners/127.9.9.9/pools").status, 404);
}

TEST_F(ApiTest, WhatStartsWorkNeedsLoopbackOrTheTokenAndTheOwnSite) {
  context_.backup = [] {
    return HistoryResult<std::vector<std::string>>(
        std::vector<std::string>{"copy.db", "copy.market.db"});
  };
  Start();
  const std::string host = "Host: 127.0.0.1:" + std::to_string(port_);
  EXPECT_EQ(Http(port_, "POST", "/api/discover").status, 202);
  EXPECT_EQ(rescans_, 1);
  EXPECT_EQ(Http(port_, "POST", "/api/discover", {"Origin: http://elsewhere.example"}).status, 403);
  EXPECT_EQ(Http(port_, "GET", "/api/discover").status, 405);
  config_->web.auth_token = "secret";
  EXPECT_EQ(Http(port_, "POST", "/api/backup").status, 401);
  EXPECT_EQ(Http(port_, "POST", "/api/discover", {"Authorization: Bearer no"}).status, 401);
  const auto copy = Http(port_, "POST", "/api/backup", {"Authorization: Bearer secret"});
  EXPECT_EQ(copy.status, 200);
  EXPECT_NE(copy.body.find(R"("file":"copy.db","files":["copy.db","copy.market.db"])"),
            std::string::npos)
      << copy.body;
  EXPECT_EQ(rescans_, 1);
}

TEST_F(ApiTest, ValidatorsSaveTheSecondTransfer) {
  AddMiner("127.1.0.1", seconds(1));
  Start();
  const auto first = Reply("/api/miners");
  const std::string tag = first.headers.at("etag");
  const auto again = Reply("/api/miners", {"If-None-Match: \"x\", W/" + tag});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(again.headers.count("content-length"), 0U);
  EXPECT_NE(again.headers.at("cache-control").find("no-store"), std::string::npos);
  EXPECT_EQ(Reply("/api/miners", {"If-None-Match: \"x\""}).status, 200);
}

TEST_F(ApiTest, LongTextsAreCompressedForThoseWhoAsk) {
  for (int i = 1; i < 50; ++i) AddMiner("127.1.0." + std::to_string(i), seconds(1));
  Start();
  const auto plain = Reply("/api/miners");
  EXPECT_EQ(plain.headers.count("content-encoding"), 0U);
  const auto packed = Reply("/api/miners", {"Accept-Encoding: gzip"});
  EXPECT_EQ(packed.headers.at("content-encoding"), "gzip");
  EXPECT_LT(packed.body.size(), plain.body.size() / 2);
  EXPECT_NE(packed.headers.at("etag"), plain.headers.at("etag"));
  EXPECT_NE(plain.headers.at("vary").find("Accept-Encoding"), std::string::npos);
  EXPECT_EQ(Reply("/healthz", {"Accept-Encoding: gzip"}).headers.count("content-encoding"), 0U);
}

TEST_F(ApiTest, OtherSitesReadOnlyWhenTheyAreNamed) {
  Start();
  const std::string origin = "Origin: https://board.example";
  const std::vector<std::string> ask = {origin, "Access-Control-Request-Method: GET"};
  EXPECT_EQ(Reply("/api/miners", {origin}).headers.count("access-control-allow-origin"), 0U);
  EXPECT_EQ(Http(port_, "OPTIONS", "/api/miners", ask).status, 405);
  config_->web.cors_origins = {"https://board.example"};
  EXPECT_EQ(Reply("/api/miners", {origin}).headers.at("access-control-allow-origin"),
            "https://board.example");
  EXPECT_EQ(Reply("/api/miners", {"Origin: https://x.example"})
                .headers.count("access-control-allow-origin"),
            0U);
  EXPECT_EQ(Http(port_, "OPTIONS", "/api/miners", ask).status, 204);
  const std::vector<std::string> post = {origin, "Access-Control-Request-Method: POST"};
  EXPECT_EQ(Http(port_, "OPTIONS", "/api/discover", post).status, 405);
  EXPECT_EQ(
      Http(port_, "POST", "/api/discover", {origin}).headers.count("access-control-allow-origin"),
      0U);
}

/// Every reference of the document leads somewhere.
void CheckReferences(const json::value& value, const json::object& schemas) {
  if (value.is_array()) {
    for (const json::value& item : value.as_array()) CheckReferences(item, schemas);
  } else if (value.is_object()) {
    for (const auto& member : value.as_object()) {
      if (member.key() == "$ref") {
        const std::string target(member.value().as_string());
        EXPECT_TRUE(schemas.contains(target.substr(target.rfind('/') + 1))) << target;
      } else {
        CheckReferences(member.value(), schemas);
      }
    }
  }
}

TEST_F(ApiTest, TheDocumentHasEveryRouteAndEverySchema) {
  Start();
  const json::value document = Json("/openapi.json");
  EXPECT_EQ(document.at("openapi"), "3.1.0");
  CheckReferences(document, document.at("components").at("schemas").as_object());
  const json::value routes = Json("/api/debug/routes");
  for (const json::value& route : routes.as_array()) {
    const auto& path = document.at("paths").at(route.at("rule").as_string());
    std::string method(route.at("methods").at(0).as_string());
    std::transform(method.begin(), method.end(), method.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    EXPECT_TRUE(path.as_object().contains(method)) << route;
  }
}

TEST_F(ApiTest, TheStreamRepeatsWhatAClientHasMissed) {
  Event event;
  event.kind = EventKind::kStateChange;
  event.message = "now offline";
  feed_->Push({0, event, clock_.now, 0});
  feed_->Push({0, std::nullopt, clock_.now, 42});
  Start();
  std::thread closer([this] {
    (void)testing::WaitFor([this] { return context_.streams == 1; });
    feed_->Close();
  });
  // The first item went out before the client came back; closing ends the answer.
  const auto reply = Reply("/api/stream", {"Last-Event-ID: 1"});
  closer.join();
  EXPECT_EQ(reply.headers.at("content-type"), "text/event-stream");
  EXPECT_EQ(reply.body.find("now offline"), std::string::npos);
  EXPECT_TRUE(testing::WaitFor([this] { return context_.streams == 0; }));
}

TEST_F(ApiTest, TheStreamHasRoomForSomeOfTheThreads) {
  config_->web.threads = 2;
  Start();
  context_.streams = 1;
  const auto reply = Reply("/api/stream");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.headers.at("retry-after"), "15");
  context_.streams = 0;
}

}  // namespace
}  // namespace antx
