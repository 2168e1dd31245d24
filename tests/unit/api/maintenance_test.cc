// The routes of announced maintenance.
#include "unit/api/api_fixture.h"

namespace antx {
namespace {

class MaintenanceApiTest : public ApiTest {
 protected:
  MaintenanceApiTest() {
    config_->control.enabled = true;
    config_->control.token = "operator";
    context_.maintenance = &maintenance_;
    Place("192.0.2.11", "north", "r1");
    Place("192.0.2.12", "north", "r2");
    Place("192.0.2.13", "south", "r1");
    Start();
  }
  void Place(const std::string& address, const std::string& site, const std::string& rack) {
    MinerView& miner = AddMiner(address, std::chrono::seconds(1));
    miner.facts.id = "id-" + address;
    miner.facts.labels.site = site;
    miner.facts.labels.rack = rack;
  }
  testing::HttpReply Call(const std::string& method, const std::string& path,
                          const std::string& body = "") {
    return testing::Http(port_, method, path, {"Authorization: Bearer operator"}, body);
  }
  testing::HttpReply Begin(const std::string& body) {
    return Call("POST", "/api/maintenance", body);
  }
  std::string ErrorOf(const testing::HttpReply& reply) {
    return std::string(boost::json::parse(reply.body).at("error").as_string());
  }
};

TEST_F(MaintenanceApiTest, BeginsListsAndEnds) {
  const auto reply = Begin(R"({"rack":"r2","minutes":90,"reason":"fan \"swap\""})");
  ASSERT_EQ(reply.status, 201) << reply.body;
  const auto begun = boost::json::parse(reply.body).at("maintenance");
  EXPECT_EQ(begun.at("rack").as_string(), "r2");
  EXPECT_TRUE(begun.at("site").is_null());
  EXPECT_EQ(begun.at("reason").as_string(), "fan \"swap\"");
  EXPECT_EQ(begun.at("by").as_string(), "control.token");
  EXPECT_EQ(begun.at("end").as_string(), "2025-09-11T21:30:00.000Z");
  EXPECT_EQ(Json("/api/maintenance").at("maintenance").at(0), begun);
  EXPECT_EQ(Call("DELETE", "/api/maintenance/1").status, 200);
  EXPECT_EQ(maintenance_.ended_by, "control.token");
  EXPECT_TRUE(Json("/api/maintenance").at("maintenance").as_array().empty());
  EXPECT_EQ(Call("DELETE", "/api/maintenance/1").status, 404);
}

TEST_F(MaintenanceApiTest, AMinerIsNamedByIdOrAddress) {
  for (const char* name : {"192.0.2.11", "id-192.0.2.11"}) {
    ASSERT_EQ(Begin(R"({"miner":")" + std::string(name) + R"(","minutes":1})").status, 201);
    EXPECT_EQ(maintenance_.list.back()->miner, "id-192.0.2.11");
  }
}

TEST_F(MaintenanceApiTest, ARackOfTwoSitesNeedsItsSite) {
  auto reply = Begin(R"({"rack":"r1","minutes":1})");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(ErrorOf(reply), R"(site: is missing; racks of this name are in "north", "south")");
  EXPECT_EQ(Begin(R"({"rack":"r1","site":"south","minutes":1})").status, 201);
  EXPECT_EQ(Begin(R"({"site":"north","minutes":10080})").status, 201);
}

TEST_F(MaintenanceApiTest, WhatIsNotKnownIs404) {
  for (const char* body :
       {R"({"miner":"192.0.2.99","minutes":1})", R"({"rack":"r9","minutes":1})",
        R"({"site":"east","minutes":1})", R"({"rack":"r2","site":"south","minutes":1})"}) {
    EXPECT_EQ(Begin(body).status, 404) << body;
  }
  EXPECT_TRUE(maintenance_.list.empty());
}

TEST_F(MaintenanceApiTest, ABadBodyIs400AndNamesTheField) {
  const std::pair<const char*, const char*> rows[] = {
      {"", "the body is no JSON object"},
      {"[]", "the body is no JSON object"},
      {R"({"rack":"r1","minutes":1)", "the body is no JSON object"},
      {R"({"rack":"r2"})", "minutes: is missing"},
      {R"({"minutes":5})", "miner, rack or site is missing"},
      {R"({"rack":"r2","minutes":0})", "minutes: must be a whole number from 1 to 10080"},
      {R"({"rack":"r2","minutes":10081})", "minutes: must be"},
      {R"({"rack":"r2","minutes":1.5})", "minutes: must be"},
      {R"({"rack":"r2","minutes":"5"})", "minutes: must be"},
      {R"({"rack":"r2","minutes":99999999999999999999})", "minutes: must be"},
      {R"({"rack":7,"minutes":5})", "rack: must be text"},
      {R"({"rack":" ","minutes":5})", "rack: must not be empty"},
      {R"({"rack":"a\u0000b","minutes":5})", "rack: must have no control characters"},
      {R"({"rack":"r2","minutes":5,"reason":null})", "reason: must be text"},
      {R"({"rack":"r2","minutes":5,"until":"x"})", "until: is not known"},
      {R"({"miner":"192.0.2.11","rack":"r1","minutes":5})", "miner: stands alone"},
  };
  for (const auto& [body, fault] : rows) {
    const auto reply = Begin(body);
    ASSERT_EQ(reply.status, 400) << body;
    EXPECT_EQ(ErrorOf(reply).substr(0, std::string(fault).size()), fault) << body;
  }
  const std::string longest(301, 'x');
  EXPECT_EQ(Begin(R"({"rack":"r2","minutes":5,"reason":")" + longest + R"("})").status, 400);
  EXPECT_EQ(Begin(R"({"rack":"r2","minutes":5,"reason":""})").status, 201);
  EXPECT_EQ(maintenance_.list.size(), 1U);
  for (const char* id : {"x", "0", "-1", "1.5"}) {
    EXPECT_EQ(Call("DELETE", std::string("/api/maintenance/") + id).status, 400) << id;
  }
}

TEST_F(MaintenanceApiTest, OffIs403AndADiskThatIsGone503) {
  maintenance_.broken = true;
  EXPECT_EQ(Begin(R"({"rack":"r2","minutes":5})").status, 503);
  EXPECT_EQ(Call("DELETE", "/api/maintenance/1").status, 503);
  config_->control.enabled = false;
  EXPECT_EQ(Begin(R"({"rack":"r2","minutes":5})").status, 403);
  EXPECT_EQ(Call("DELETE", "/api/maintenance/1").status, 403);
  EXPECT_EQ(Reply("/api/maintenance").status, 200);
}

/// control.enabled by a reload: there is no keeper of maintenance yet.
TEST_F(ApiTest, MaintenanceNeedsControlFromTheStart) {
  config_->control.enabled = true;
  config_->control.token = "operator";
  Start();
  const auto reply =
      testing::Http(port_, "POST", "/api/maintenance", {"Authorization: Bearer operator"},
                    R"({"rack":"r2","minutes":5})");
  EXPECT_EQ(reply.status, 503);
  EXPECT_NE(reply.body.find("next start"), std::string::npos) << reply.body;
  EXPECT_EQ(Reply("/api/maintenance").status, 200);
}

TEST_F(MaintenanceApiTest, AMinerShowsItsMaintenanceAndWhereItWorks) {
  auto plain = Json("/api/miners/192.0.2.11");
  EXPECT_TRUE(plain.at("maintenance").is_null());
  EXPECT_TRUE(plain.at("pool_check").is_null());
  MaintenanceEntry entry;
  entry.id = 7;
  entry.site = "north";
  auto snapshot = std::make_shared<Snapshot>(*box_.Latest());
  auto view = std::make_shared<MinerView>(*snapshot->miners.at(0));
  view->maintenance = std::make_shared<const MaintenanceEntry>(entry);
  view->pool_verdict = PoolVerdict{true, "thief.example:1 (ro***.x)", ""};
  snapshot->miners[0] = view;
  box_.Publish(snapshot);
  const auto shown = Json("/api/miners/192.0.2.11");
  EXPECT_EQ(shown.at("maintenance").at("id").as_int64(), 7);
  EXPECT_TRUE(shown.at("pool_check").at("unexpected").as_bool());
  EXPECT_EQ(shown.at("pool_check").at("target").as_string(), "thief.example:1 (ro***.x)");
}

}  // namespace
}  // namespace antx
