// Routes of commands to miners: what is read from a request and what is answered.
#include <gmock/gmock.h>

#include "api/control_body.h"
#include "unit/api/api_fixture.h"

namespace antx {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Remembers what it was asked and answers with what the test set.
class StoredController final : public Controller {
 public:
  ControlResult<ControlPlan> Plan(const ControlCaller& who, const MinerSelection& which,
                                  const Command& what) override {
    Keep(who, what);
    selection = which;
    if (fault) return *fault;
    return plan;
  }
  ControlResult<std::int64_t> Execute(const ControlCaller& who, std::int64_t id,
                                      const LimitsAsked& asked) override {
    Keep(who, {});
    executed = id;
    limits = asked;
    if (fault) return *fault;
    return 7;
  }
  ControlResult<std::int64_t> Start(const ControlCaller& who, const MinerSelection& which,
                                    const Command& what, const LimitsAsked& asked) override {
    Keep(who, what);
    selection = which;
    limits = asked;
    if (fault) return *fault;
    return 8;
  }
  ControlResult<SingleAnswer> Single(const ControlCaller& who, Ipv4 address, std::string_view name,
                                     const Command& what) override {
    Keep(who, what);
    worker = address.ToString() + ' ' + std::string(name);
    if (fault) return *fault;
    return answer;
  }
  ControlResult<std::vector<RunSummary>> Runs(int limit) override {
    RunSummary run;
    run.id = limit;
    return std::vector<RunSummary>{run};
  }
  ControlResult<RunReport> Run(std::int64_t id) override {
    if (fault) return *fault;
    RunReport run;
    run.id = id;
    run.command = command;
    run.steps.push_back(answer.step);
    return run;
  }
  ControlResult<void> StopRun(const ControlCaller& who, std::int64_t id) override {
    return Switch(who, "stop " + std::to_string(id));
  }
  ControlResult<void> Continue(const ControlCaller& who, std::int64_t id) override {
    return Switch(who, "continue " + std::to_string(id));
  }
  ControlResult<void> StopAll(const ControlCaller& who) override { return Switch(who, "stop"); }
  ControlResult<void> Resume(const ControlCaller& who) override { return Switch(who, "resume"); }
  ControlResult<std::vector<AuditRow>> Audit(std::int64_t before, int limit) override {
    AuditRow row;
    row.sequence = before - 1;
    row.what = std::to_string(limit);
    return std::vector<AuditRow>{row};
  }

  ControlCaller caller;
  Command command;
  MinerSelection selection;
  LimitsAsked limits;
  std::int64_t executed = 0;
  std::string worker, switched;
  std::optional<ControlFault> fault;
  SingleAnswer answer;
  ControlPlan plan;
  int calls = 0;

 private:
  void Keep(const ControlCaller& who, const Command& what) {
    caller = who;
    command = what;
    ++calls;
  }
  ControlResult<void> Switch(const ControlCaller& who, const std::string& what) {
    Keep(who, {});
    switched = what;
    if (fault) return *fault;
    return {};
  }
};

class ControlRoutesTest : public ApiTest {
 protected:
  ControlRoutesTest() {
    config_->control.enabled = true;
    config_->control.token = "operator-token";
    context_.control = &control_;
    control_.answer.run = 5;
    control_.answer.step.miner_id = "m1";
    control_.answer.step.state = StepState::kFinished;
    control_.answer.step.verdict = CommandVerdict::kDone;
    auto& miner = AddMiner("127.0.0.1", std::chrono::seconds(1));
    auto reading = std::make_shared<Reading>(*miner.reading);
    PoolReading first;
    first.pool = 0;
    first.priority = 1;
    first.url = "stratum+tcp://second.example:3333";
    first.user = "acct.rig07";
    PoolReading second = first;
    second.pool = 1;
    second.priority = 0;
    second.url = "stratum+tcp://first.example:3333";
    PoolReading other = first;
    other.pool = 2;
    other.priority = 2;
    other.url = "stratum+tcp://other.example:3333";
    other.user = "acct.rig08";
    reading->pools = {first, second, other};
    reading->hashrate_average_hashes_per_second = 99e12;
    miner.reading = reading;
    miner.identity.firmware = "stock";
    miner.identity.program = "bmminer 2.0.0";
    Start();
  }
  testing::HttpReply Post(const std::string& path, const std::string& body = "",
                          std::vector<std::string> headers = {}) {
    headers.emplace_back("Authorization: Bearer operator-token");
    return testing::Http(port_, "POST", path, headers, body);
  }
  std::string Bad(const std::string& path, const std::string& body,
                  const std::vector<std::string>& headers = {}) {
    const int before = control_.calls;
    const auto reply = Post(path, body, headers);
    EXPECT_EQ(reply.status, 400) << reply.body;
    EXPECT_EQ(control_.calls, before) << "nothing was asked for";
    return reply.body;
  }
  static constexpr const char* kPool =
      R"({"url":"stratum+tcp://p.example:3333","username":"acct.rig07","password":"hush hush"})";
  StoredController control_;
};

TEST_F(ControlRoutesTest, TheSummaryOfAWorkerIsReadFromTheLastRound) {
  const auto json = Json("/miners/127.0.0.1/rig07/summary");
  EXPECT_EQ(json.at("ip").as_string(), "127.0.0.1");
  EXPECT_EQ(json.at("worker").as_string(), "rig07");
  EXPECT_EQ(json.at("model").as_string(), "Antminer S19 Pro");
  EXPECT_EQ(json.at("firmware").as_string(), "bmminer 2.0.0");
  EXPECT_DOUBLE_EQ(json.at("hashrate_5s").to_number<double>(), 100000);
  EXPECT_DOUBLE_EQ(json.at("hashrate_avg").to_number<double>(), 99000);
  EXPECT_DOUBLE_EQ(json.at("temperature").to_number<double>(), 60);
  EXPECT_EQ(json.at("pools"), (boost::json::array{"stratum+tcp://first.example:3333",
                                                  "stratum+tcp://second.example:3333"}));
  EXPECT_EQ(Json("/miners/127.0.0.1/-/summary").at("pools").as_array().size(), 3U);
  EXPECT_EQ(Reply("/miners/127.0.0.1/rig09/summary").status, 404);
  EXPECT_EQ(Reply("/miners/127.0.0.9/rig07/summary").status, 404);
  EXPECT_THAT(Fault("/miners/127.1/rig07/summary"), HasSubstr("ip: must be"));
}

TEST_F(ControlRoutesTest, OfASilentMinerNoWorkerIsKnown) {
  AddMiner("127.0.0.2", std::chrono::minutes(9)).reading = nullptr;
  Publish();
  const auto reply = Reply("/miners/127.0.0.2/rig07/summary");
  EXPECT_EQ(reply.status, 502);
  EXPECT_THAT(reply.body, HasSubstr("has not answered lately"));
  EXPECT_EQ(Reply("/miners/127.0.0.2/-/summary").status, 200);
}

TEST_F(ControlRoutesTest, TheDocumentedCommandsAnswerAsTheyDid) {
  auto reply = Post("/miners/127.0.0.1/rig07/reset");
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(boost::json::parse(reply.body).at("status").as_string(), "reset issued");
  EXPECT_EQ(control_.command.verb, Verb::kRestart);
  EXPECT_EQ(control_.worker, "127.0.0.1 rig07");
  EXPECT_EQ(control_.caller.name, "control.token");
  EXPECT_EQ(control_.caller.address, "127.0.0.1");
  reply = Post("/miners/127.0.0.1/rig07/reboot", R"({"reason":"it hangs"})");
  EXPECT_EQ(boost::json::parse(reply.body).at("status").as_string(), "reboot issued");
  EXPECT_EQ(control_.command.verb, Verb::kReboot);
  EXPECT_EQ(control_.caller.reason, "it hangs");
  reply = Post("/miners/127.0.0.1/rig07/pool", kPool);
  EXPECT_EQ(reply.status, 202);
  const auto json = boost::json::parse(reply.body);
  EXPECT_EQ(json.at("status").as_string(), "pool updated");
  EXPECT_EQ(json.at("new_pool"), (boost::json::object{{"url", "stratum+tcp://p.example:3333"},
                                                      {"username", "acct.rig07"},
                                                      {"password", "***"}}));
  EXPECT_EQ(control_.command.pools.at(0).password, "hush hush");
  EXPECT_THAT(reply.body, Not(HasSubstr("hush")));
}

TEST_F(ControlRoutesTest, WhatWasNotSeenIsNotSaid) {
  control_.answer.step.state = StepState::kSending;
  control_.answer.step.verdict.reset();
  const auto reply = Post("/miners/127.0.0.1/rig07/pool", kPool);
  EXPECT_EQ(reply.status, 202);
  const auto json = boost::json::parse(reply.body);
  EXPECT_EQ(json.at("status").as_string(), "pool update issued");
  EXPECT_TRUE(json.at("response").at("step").at("verdict").is_null());
  EXPECT_EQ(json.at("response").at("run").as_int64(), 5);
}

TEST_F(ControlRoutesTest, VerdictsAndRefusalsHaveTheirStatus) {
  const auto verdict = [this](CommandVerdict given) {
    control_.answer.step.verdict = given;
    control_.answer.step.detail = "Access denied to 'restart' command";
    return Post("/miners/127.0.0.1/rig07/reset");
  };
  EXPECT_EQ(verdict(CommandVerdict::kRefused).status, 502);
  EXPECT_THAT(verdict(CommandVerdict::kRefused).body,
              HasSubstr("refused: Access denied to 'restart' command (run 5)"));
  EXPECT_EQ(verdict(CommandVerdict::kDenied).status, 502);
  EXPECT_EQ(verdict(CommandVerdict::kNotVerified).status, 502);
  EXPECT_EQ(verdict(CommandVerdict::kNoLogin).status, 502);
  EXPECT_EQ(verdict(CommandVerdict::kNoAnswer).status, 504);
  EXPECT_EQ(verdict(CommandVerdict::kUnsupported).status, 501);
  EXPECT_EQ(verdict(CommandVerdict::kCancelled).status, 503);
  using Kind = ControlFault::Kind;
  for (const auto& [kind, status] : std::vector<std::pair<Kind, int>>{{Kind::kBadRequest, 400},
                                                                      {Kind::kUnknown, 404},
                                                                      {Kind::kConflict, 409},
                                                                      {Kind::kRefused, 502},
                                                                      {Kind::kUnsupported, 501},
                                                                      {Kind::kUnavailable, 503},
                                                                      {Kind::kNoAnswer, 504}}) {
    control_.fault = ControlFault{kind, "why", 0};
    EXPECT_EQ(Post("/miners/127.0.0.1/rig07/reset").status, status);
  }
  control_.fault = ControlFault{Kind::kTooMany, "over the limit: miners_per_second", 12};
  const auto reply = Post("/miners/127.0.0.1/rig07/reset");
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.headers.at("retry-after"), "12");
}

TEST_F(ControlRoutesTest, EveryFaultOfABodyNamesItsField) {
  const std::string pool = "/miners/127.0.0.1/rig07/pool";
  EXPECT_THAT(Bad(pool, "nonsense"), HasSubstr("body: must be a JSON object"));
  EXPECT_THAT(Bad(pool, "[]"), HasSubstr("body: must be a JSON object"));
  EXPECT_THAT(Bad(pool, "{}"), HasSubstr("url: is missing"));
  const auto with = [](const std::string& url, const std::string& user = "u",
                       const std::string& more = "") {
    return R"({"url":")" + url + R"(","username":")" + user + R"(","password":"x")" + more + '}';
  };
  for (const char* url :
       {"http://p.example:1", "p.example:1", "stratum+tcp://p.example", "stratum+tcp://:1",
        "stratum+tcp://user:pw@p.example:1", "stratum+tcp://p.example:0",
        "stratum+tcp://p.example:65536", "stratum+tcp://p.example:1/x", "stratum+tcp://p,q:1",
        "stratum+tcp://p.example:+1", "stratum+tcp://p\\n.example:1"}) {
    EXPECT_THAT(Bad(pool, with(url)), HasSubstr("url: ")) << url;
  }
  EXPECT_THAT(Bad(pool, with("stratum+tcp://p:1", "")), HasSubstr("username: is missing"));
  EXPECT_THAT(Bad(pool, with("stratum+tcp://p:1", "a\\u0007b")), HasSubstr("username: must be"));
  EXPECT_THAT(Bad(pool, with("stratum+tcp://p:1", "u", R"(,"pasword":"x")")),
              HasSubstr("pasword: there is no such field"));
  EXPECT_THAT(Bad(pool, R"({"url":"stratum+tcp://p:1","username":"u"})"),
              HasSubstr("password: is missing"));
  EXPECT_THAT(Bad(pool, R"({"pools":[]})"), HasSubstr("pools: must be a list of 1 to 3"));
  EXPECT_THAT(Bad(pool, R"({"pools":[{"url":"stratum+tcp://p:1"}]})"),
              HasSubstr("pools[0].username"));
  EXPECT_THAT(Bad("/api/control/blink", R"({"miners":["127.0.0.1"]})"), HasSubstr("on: is miss"));
  EXPECT_THAT(Bad("/api/control/work_mode", R"({"miners":["a"]})"), HasSubstr("mode: is miss"));
  EXPECT_THAT(Bad("/api/control/sleep", R"({"miners":"a"})"), HasSubstr("miners: must be a list"));
  EXPECT_THAT(Bad("/api/control/sleep", R"({"filter":{"sites":"n"}})"),
              HasSubstr("filter.sites: there is no such field"));
  EXPECT_THAT(Bad("/api/control/sleep", R"({"miners":["a"],"limits":{"canari":3}})"),
              HasSubstr("limits.canari: there is no such field"));
  EXPECT_THAT(Bad("/api/control/sleep", R"({"miners":["a"],"limits":{"canary":1.5}})"),
              HasSubstr("limits.canary: must be a whole number"));
  EXPECT_THAT(Bad("/api/control/plans", R"({"verb":"explode","miners":["a"]})"),
              HasSubstr("verb: must be one of"));
  EXPECT_THAT(Bad("/api/control/sleep", R"({"miners":["a"]})", {"Idempotency-Key: a b"}),
              HasSubstr("Idempotency-Key: "));
  EXPECT_THAT(Bad("/miners/localhost/rig07/reset", ""), HasSubstr("ip: must be"));
}

TEST_F(ControlRoutesTest, AVerbTakesAListOrAFilterAndLimits) {
  const auto reply = Post("/api/control/pool",
                          R"({"filter":{"site":"north","state":"hashing"},"pools":[
{"url":"stratum+tcp://a:1","username":"u","password":""},
{"url":"stratum2+tcp://b:2/9awtMD5","username":"v","password":"y"}],
"limits":{"miners_per_second":0.5,"canary":2},"reason":"new pool"})",
                          {"Idempotency-Key: 42"});
  EXPECT_EQ(reply.status, 202) << reply.body;
  EXPECT_EQ(boost::json::parse(reply.body).at("run").as_int64(), 8);
  EXPECT_EQ(control_.command.pools.size(), 2U);
  EXPECT_EQ(control_.selection.site, "north");
  EXPECT_EQ(control_.selection.state, "hashing");
  EXPECT_EQ(control_.limits.miners_per_second, 0.5);
  EXPECT_EQ(control_.limits.canary, 2);
  EXPECT_EQ(control_.limits.max_share_of_site, std::nullopt);
  EXPECT_EQ(control_.caller.key, "42");
  EXPECT_THAT(control_.caller.request, HasSubstr("/api/control/pool\n{"));
  EXPECT_EQ(reply.headers.at("location"), "/api/control/runs/8");
}

TEST_F(ControlRoutesTest, PlansAndRunsAreShownWithoutPasswords) {
  control_.plan.command.verb = Verb::kPool;
  control_.plan.command.pools = {{"stratum+tcp://a:1", "u", "hush hush"}};
  control_.plan.miners.push_back({"m1", *Ipv4::Parse("127.0.0.1"), "S19", "n", "r", 100e12, 3000});
  control_.plan.skipped.push_back({"m2", *Ipv4::Parse("127.0.0.2"), "offline", "state offline"});
  control_.plan.money = PlanMoney{"USD", 1.5, 0.5, 1.0, 0};
  const auto planned = Post("/api/control/plans", R"({"verb":"sleep","miners":["127.0.0.1"]})");
  EXPECT_EQ(planned.status, 200);
  const auto plan = boost::json::parse(planned.body).at("plan");
  EXPECT_EQ(plan.at("miners").at(0).at("hashrate_ths").to_number<double>(), 100);
  EXPECT_EQ(plan.at("skipped").at(0).at("reason").as_string(), "offline");
  EXPECT_EQ(plan.at("money_per_hour").at("profit").to_number<double>(), 1);
  EXPECT_THAT(planned.body, Not(HasSubstr("hush")));
  control_.command = control_.plan.command;
  const auto run =
      testing::Http(port_, "GET", "/api/control/runs/9", {"Authorization: Bearer operator-token"});
  EXPECT_EQ(run.status, 200);
  EXPECT_THAT(run.body, Not(HasSubstr("hush")));
  EXPECT_EQ(boost::json::parse(run.body).at("run").at("id").as_int64(), 9);
  EXPECT_EQ(Post("/api/control/plans/12/execute").status, 202);
  EXPECT_EQ(control_.executed, 12);
  for (const char* id : {"0", "-1", "x", "+3", "99999999999999999999"}) {
    EXPECT_EQ(Post("/api/control/plans/" + std::string(id) + "/execute").status, 404) << id;
  }
}

TEST_F(ControlRoutesTest, SwitchesAndPages) {
  EXPECT_EQ(Post("/api/control/stop", R"({"reason":"fire"})").status, 200);
  EXPECT_EQ(control_.switched, "stop");
  EXPECT_EQ(control_.caller.reason, "fire");
  EXPECT_EQ(Post("/api/control/resume").status, 200);
  EXPECT_EQ(control_.switched, "resume");
  EXPECT_EQ(Post("/api/control/runs/3/stop").status, 200);
  EXPECT_EQ(control_.switched, "stop 3");
  EXPECT_EQ(Post("/api/control/runs/3/continue").status, 200);
  EXPECT_EQ(control_.switched, "continue 3");
  const auto audit = testing::Http(port_, "GET", "/api/control/audit?before_id=10&limit=3",
                                   {"Authorization: Bearer operator-token"});
  EXPECT_EQ(boost::json::parse(audit.body).at("rows").at(0).at("id").as_int64(), 9);
  EXPECT_EQ(boost::json::parse(audit.body).at("rows").at(0).at("what").as_string(), "3");
  context_.control = nullptr;
  EXPECT_EQ(Post("/api/control/stop").status, 503);
}

}  // namespace
}  // namespace antx
