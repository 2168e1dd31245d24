// Every route and method against every kind of caller, in every kind of set-up.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>

#include "api/dispatcher.h"
#include "api/routes.h"
#include "config/load.h"
#include "unit/api/api_fixture.h"

namespace antx {
namespace {

constexpr const char* kUsers =
    "basic_auth_users:\n  ann: $2b$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy\n";

struct Caller {
  const char* name;
  const char* peer;
  const char* authorization;
  bool certificate = false;
};

constexpr std::array<Caller, 13> kCallers = {{
    {"nobody, loopback", "127.0.0.1", ""},
    {"nobody, elsewhere", "192.0.2.9", ""},
    {"nonsense", "192.0.2.9", "x"},
    {"wrong token", "192.0.2.9", "Bearer antx_nobody"},
    {"wrong password", "192.0.2.9", "Basic YW5uOndyb25n"},
    {"expired token", "192.0.2.9", "Bearer antx_expired"},
    {"token of another place", "192.0.2.9", "Bearer antx_elsewhere"},
    {"read", "192.0.2.9", "Bearer antx_read"},
    {"operate", "192.0.2.9", "Bearer antx_operate"},
    {"admin", "192.0.2.9", "Bearer antx_admin"},
    {"web.auth_token", "192.0.2.9", "Bearer antx_setting"},
    {"user", "192.0.2.9", "Basic YW5uOm9wZW4gc2VzYW1l"},
    {"certificate", "192.0.2.9", "", true},
}};

/// What a caller gets for reading and for changing; 0: it comes through.
struct Expected {
  int read;
  int change;
};
struct Plan {
  const char* name;
  bool users;
  bool tokens;
  bool auth_token;
  std::array<Expected, kCallers.size()> expected;  ///< In the order of kCallers.
};

constexpr std::array<Plan, 5> kPlans = {{
    {"nothing is set up",
     false,
     false,
     false,
     {{{0, 0},
       {0, 403},
       {0, 401},
       {0, 401},
       {0, 401},
       {0, 401},
       {0, 401},
       {0, 401},
       {0, 401},
       {0, 401},
       {0, 401},
       {0, 401},
       {0, 403}}}},
    {"web.auth_token",
     false,
     false,
     true,
     {{{0, 401},
       {0, 401},
       {0, 401},
       {0, 401},
       {0, 401},
       {0, 401},
       {0, 401},
       {0, 401},
       {0, 401},
       {0, 401},
       {0, 0},
       {0, 401},
       {0, 403}}}},
    {"tokens",
     false,
     true,
     false,
     {{{401, 401},
       {401, 401},
       {401, 401},
       {401, 401},
       {401, 401},
       {401, 401},
       {403, 403},
       {0, 403},
       {0, 403},
       {0, 0},
       {401, 401},
       {401, 401},
       {0, 403}}}},
    {"users",
     true,
     false,
     false,
     {{{401, 401},
       {401, 401},
       {401, 401},
       {401, 401},
       {401, 401},
       {401, 401},
       {401, 401},
       {401, 401},
       {401, 401},
       {401, 401},
       {401, 401},
       {0, 403},
       {401, 401}}}},
    {"users, tokens and web.auth_token",
     true,
     true,
     true,
     {{{401, 401},
       {401, 401},
       {401, 401},
       {401, 401},
       {401, 401},
       {401, 401},
       {403, 403},
       {0, 403},
       {0, 403},
       {0, 0},
       {0, 0},
       {0, 403},
       {401, 401}}}},
}};

class MatrixTest : public ApiTest {
 protected:
  void Open(const Plan& plan) {
    std::string web_file;
    if (plan.users) web_file = folder_.Write("web.yml", kUsers);
    if (plan.tokens) {
      config_->web.tokens_file = folder_.Path("tokens");
      ASSERT_EQ(WriteTokens(config_->web.tokens_file, Tokens()), "");
    }
    if (plan.auth_token) config_->web.auth_token = "antx_setting";
    config_->api.debug_routes = true;  // It has a rule of its own for loopback.
    config_->control.enabled = true;   // Without it commands are 403 for everybody.
    context_.maintenance = &maintenance_;
    box_.Publish(std::make_shared<Snapshot>());
    files_ = std::make_unique<AccessFiles>(web_file, log_);
    ASSERT_TRUE(files_->Open(config_->web.tokens_file).empty());
    dispatcher_ = std::make_unique<Dispatcher>(context_, *files_, "/metrics");
  }
  std::vector<TokenRecord> Tokens() const {
    std::vector<TokenRecord> tokens;
    const auto add = [&tokens](const std::string& name, Scope scope) -> TokenRecord& {
      tokens.push_back({name, TokenHash("antx_" + name), scope, {}, std::nullopt, {}});
      return tokens.back();
    };
    add("read", Scope::kRead);
    add("operate", Scope::kOperate);
    add("admin", Scope::kAdmin);
    add("expired", Scope::kAdmin).expires = clock_.now;
    std::string fault;
    std::string warning;
    add("elsewhere", Scope::kAdmin).from = {*ParseRange("192.0.3.0/24", fault, warning)};
    return tokens;
  }
  int Ask(const Caller& caller, const std::string& method, const std::string& path,
          ListenerRole role = ListenerRole::kEverything) {
    HttpRequest request;
    request.method = method;
    request.path = path;
    request.peer = caller.peer;
    request.client_certificate = caller.certificate;
    request.headers = {{"host", "192.0.2.1:14028"}};
    if (*caller.authorization != '\0') request.headers["authorization"] = caller.authorization;
    return dispatcher_->Answer(request, role).response.status;
  }

  testing::TempFolder folder_;
  std::unique_ptr<AccessFiles> files_;
  std::unique_ptr<Dispatcher> dispatcher_;
};

std::string PathOf(std::string_view pattern) {
  std::string path(pattern);
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"{ip}", "127.0.0.1"}, {"{file}", "start.js"}, {"{worker}", "rig"}, {"{id}", "1"}}) {
    if (const auto at = path.find(name); at != std::string::npos) {
      path.replace(at, name.size(), value);
    }
  }
  return path;
}

const std::set<std::string> kHealth = {"/-/healthy", "/-/ready", "/healthz", "/readyz"};
const std::set<std::string> kChanges = {"/-/reload", "/api/discover", "/api/backup",
                                        "/api/profitability/snapshot"};

/// Commands to miners, and what tells of them: never without a credential, on loopback too, and
/// the scope operate does.
const std::set<std::string> kCommands = {"POST /miners/{ip}/{worker}/reset",
                                         "POST /miners/{ip}/{worker}/reboot",
                                         "POST /miners/{ip}/{worker}/pool",
                                         "POST /api/control/plans",
                                         "POST /api/control/plans/{id}/execute",
                                         "POST /api/control/restart",
                                         "POST /api/control/reboot",
                                         "POST /api/control/blink",
                                         "POST /api/control/sleep",
                                         "POST /api/control/wake",
                                         "POST /api/control/work_mode",
                                         "POST /api/control/pool",
                                         "POST /api/control/runs/{id}/stop",
                                         "POST /api/control/runs/{id}/continue",
                                         "POST /api/control/stop",
                                         "POST /api/control/resume",
                                         "POST /api/maintenance",
                                         "DELETE /api/maintenance/{id}",
                                         "GET /api/control/runs",
                                         "GET /api/control/runs/{id}",
                                         "GET /api/control/audit"};

bool IsCommand(const std::string& method, const std::string& pattern) {
  return kCommands.count((method == "HEAD" ? "GET" : method) + ' ' + pattern) != 0;
}

int ExpectedOfCommand(const Plan& plan, const std::string& caller) {
  const bool any = plan.users || plan.tokens || plan.auth_token;
  if (caller.starts_with("nobody")) return any ? 401 : 403;
  if (caller == "certificate") return plan.users ? 401 : 403;
  if (caller == "web.auth_token") return plan.auth_token ? 0 : 401;
  if (caller == "user") return plan.users ? 403 : 401;
  if (!plan.tokens) return 401;
  if (caller == "read" || caller == "token of another place") return 403;
  return caller == "operate" || caller == "admin" ? 0 : 401;
}

class EveryPlan : public MatrixTest, public ::testing::WithParamInterface<Plan> {};

TEST_P(EveryPlan, EveryRouteAndMethodTreatsEveryCallerByTheTable) {
  Open(GetParam());
  int asked = 0;
  std::map<std::string, std::set<std::string>> methods;
  for (const Route& route : AllRoutes("/metrics")) {
    auto& of_path = methods[std::string(route.pattern)];
    of_path.insert(std::string(route.method));
    if (route.method == "GET") of_path.insert("HEAD");
  }
  for (const auto& [pattern, known] : methods) {
    for (const std::string method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}) {
      const bool has = known.count(method) != 0;
      const bool health = kHealth.count(pattern) != 0 && has;
      const bool change = kChanges.count(pattern) != 0 && has;
      const bool command = IsCommand(method, pattern);
      for (std::size_t i = 0; i < kCallers.size(); ++i) {
        const Expected& expected = GetParam().expected.at(i);
        int wanted = health ? 0 : change ? expected.change : expected.read;
        if (command) wanted = ExpectedOfCommand(GetParam(), kCallers.at(i).name);
        const int status = Ask(kCallers.at(i), method, PathOf(pattern));
        const std::string what = method + ' ' + pattern + " by " + kCallers.at(i).name;
        if (wanted != 0) {
          EXPECT_EQ(status, wanted) << what;
        } else {
          EXPECT_TRUE(status != 401 && status != 403 && status != 429) << what << ": " << status;
          EXPECT_EQ(status == 405, !has) << what << ": " << status;
        }
        ++asked;
      }
    }
  }
  EXPECT_GT(asked, 2000);
  for (std::size_t i = 0; i < kCallers.size(); ++i) {
    const int wanted = GetParam().expected.at(i).read;
    EXPECT_EQ(Ask(kCallers.at(i), "GET", "/nothing/here"), wanted == 0 ? 404 : wanted);
  }
}

INSTANTIATE_TEST_SUITE_P(Matrix, EveryPlan, ::testing::ValuesIn(kPlans),
                         [](const auto& plan) { return "Plan" + std::to_string(plan.index); });

TEST_F(MatrixTest, EveryRouteThatChangesSomethingIsInTheMatrix) {
  for (const Route& route : AllRoutes("/metrics")) {
    const std::string pattern(route.pattern);
    const bool command = IsCommand(std::string(route.method), pattern);
    const bool read = command && route.method == "GET";
    EXPECT_EQ(route.method != "GET", kChanges.count(pattern) != 0 || (command && !read)) << pattern;
    EXPECT_EQ(route.credential, command) << pattern;
    EXPECT_EQ(route.scope == Scope::kNone, kHealth.count(pattern) != 0) << pattern;
    EXPECT_EQ(route.method != "GET" || read, route.scope > Scope::kRead) << pattern;
  }
}

TEST_F(MatrixTest, CommandsAreOffUntilTheyAreEnabled) {
  Open(kPlans.at(4));
  config_->control.enabled = false;
  int asked = 0;
  for (const Route& route : AllRoutes("/metrics")) {
    if (!route.credential) continue;
    HttpRequest request;
    request.method = route.method;
    request.path = PathOf(route.pattern);
    request.peer = "127.0.0.1";
    request.headers = {{"host", "127.0.0.1"}, {"authorization", "Bearer antx_admin"}};
    const HttpResponse response = dispatcher_->Answer(request, ListenerRole::kEverything).response;
    EXPECT_EQ(response.status, 403) << route.pattern;
    EXPECT_NE(response.body.find("control.enabled"), std::string::npos) << response.body;
    ++asked;
  }
  EXPECT_EQ(asked, 21);
}

TEST_F(MatrixTest, AListenerOfItsOwnTakesTheChanges) {
  Open(kPlans.at(0));
  const Caller& local = kCallers.at(0);
  EXPECT_EQ(Ask(local, "POST", "/api/discover", ListenerRole::kReads), 403);
  EXPECT_EQ(Ask(local, "GET", "/api/miners", ListenerRole::kReads), 200);
  EXPECT_EQ(rescans_, 0);
  EXPECT_EQ(Ask(local, "POST", "/api/discover", ListenerRole::kWrites), 202);
  EXPECT_EQ(Ask(local, "GET", "/api/miners", ListenerRole::kWrites), 403);
  EXPECT_EQ(Ask(local, "GET", "/-/healthy", ListenerRole::kWrites), 200);
  EXPECT_EQ(Ask(local, "GET", "/-/healthy", ListenerRole::kReads), 200);
}

}  // namespace
}  // namespace antx
