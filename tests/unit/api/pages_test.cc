// The pages as answers to requests: what they list, in which order, and what they refuse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/api/pages_fixture.h"

namespace antx {
namespace {

using testing::CountOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::PagesTest;

const std::vector<std::string> kPaths = {"/",
                                         "/dashboard/",
                                         "/dashboard/?ip=10.0.0.1",
                                         "/dashboard/miners",
                                         "/dashboard/miner/10.0.0.1",
                                         "/dashboard/logs",
                                         "/dashboard/logs?log=errors"};

std::string Header(const HttpResponse& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

TEST_F(PagesTest, AnswerAsHtmlWithHeaders) {
  AddMiner("10.0.0.1");
  Publish();
  for (const std::string& path : kPaths) {
    const auto page = Get(path);
    EXPECT_EQ(page.status, 200) << path;
    EXPECT_EQ(page.content_type, "text/html; charset=utf-8") << path;
    EXPECT_EQ(Header(page, "Referrer-Policy"), "same-origin") << path;
    EXPECT_THAT(page.body, HasSubstr("<h1")) << path;
    // The content security policy forbids these.
    EXPECT_THAT(page.body, Not(HasSubstr(" style="))) << path;
    EXPECT_THAT(page.body, Not(HasSubstr("<style"))) << path;
    EXPECT_THAT(page.body, Not(HasSubstr(" onclick"))) << path;
  }
}

TEST_F(PagesTest, NameNoOtherHostButTheMinersOwnPage) {
  AddMiner("10.0.0.1");
  Publish();
  for (const std::string& path : kPaths) {
    const int own = path.starts_with("/dashboard/miner/") ? 1 : 0;
    EXPECT_EQ(CountOf(Get(path).body, "http://"), own) << path;
    EXPECT_EQ(CountOf(Get(path).body, "https://"), 0) << path;
  }
  config_->web.grafana_url = "https://grafana.example/\"><b>";
  EXPECT_THAT(Get("/").body, HasSubstr("https://grafana.example/&quot;&gt;&lt;b&gt;"));
  EXPECT_THAT(Get("/dashboard/miner/10.0.0.1").body, HasSubstr("var-miner=10.0.0.1"));
}

TEST_F(PagesTest, EscapeEverythingThatMinersSay) {
  const std::string bad = "<script>alert('x')</script>\"'&\xff";
  auto miner = AddMiner("10.0.0.1");
  miner->facts.id = bad;
  miner->facts.labels = {bad, bad, bad, "", {}, {}, {}, {}};
  miner->identity = {bad, bad, bad, bad, bad, bad, bad, bad, bad, bad};
  miner->up = false;
  miner->last_error_detail = bad;
  miner->last_error = Reason::kParse;
  auto reading = std::make_shared<Reading>(*miner->reading);
  PoolReading pool;
  pool.url = pool.host = pool.user = bad;
  reading->pools = {pool};
  reading->work_mode = bad;
  reading->boards[0].board = reading->boards[0].serial = bad;
  miner->reading = reading;
  Publish();
  history_->events = {{1, clock_.Now(), bad, LogLevel::kError, bad, bad, bad}};
  history_->errors = {{1, clock_.Now(), LogLevel::kError, bad, bad, bad, bad}};
  history_->points = {{clock_.Now() - std::chrono::hours(1), 1, 1, 1, 1, 1, 1}};
  auto paths = kPaths;
  paths.insert(paths.end(),
               {"/dashboard/miners?q=%3Cscript%3E", "/dashboard/miners?model=%3Cscript%3E",
                "/dashboard/miners?state=%3Cscript%3E", "/dashboard/logs?ip=%3Cscript%3E",
                "/dashboard/?ip=%3Cscript%3E", "/dashboard/?range=%3Cscript%3E",
                "/dashboard/miner/<script>", "/dashboard/logs?level=%3Cscript%3E"});
  for (const std::string& path : paths) {
    const std::string body = Get(path).body;
    // The one script is ours, in the head.
    EXPECT_EQ(CountOf(body, "<script"), 1) << path;
    EXPECT_THAT(body, HasSubstr("<script src=\"/static/app.js\" defer>")) << path;
    EXPECT_EQ(body.find('\xff'), std::string::npos) << path;
  }
}

TEST_F(PagesTest, RefuseBadParametersByName) {
  Publish();
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"/dashboard/miners?page=0", "page: "},
      {"/dashboard/miners?page=x", "page: "},
      {"/dashboard/miners?per_page=201", "per_page: "},
      {"/dashboard/miners?sort=colour", "sort: "},
      {"/dashboard/miners?order=up", "order: "},
      {"/dashboard/miners?state=happy", "state: "},
      {"/dashboard/miners?q=" + std::string(201, 'a'), "q: "},
      {"/dashboard/logs?level=loud", "level: "},
      {"/dashboard/logs?since=soon", "since: "},
      {"/dashboard/logs?log=all", "log: "},
      {"/dashboard/logs?before=-1", "before: "},
      {"/dashboard/logs?ip=" + std::string(129, 'a'), "ip: "},
      {"/dashboard/?ip=miner", "ip: "},
      {"/dashboard/?range=1y", "range: "},
      {"/dashboard/miner/10.0.0.1?range=1y", "range: "},
  };
  for (const auto& [path, name] : cases) {
    const auto page = Get(path);
    EXPECT_EQ(page.status, 400) << path;
    EXPECT_THAT(page.body, HasSubstr("<p>" + name)) << path;
  }
  EXPECT_EQ(Get("/dashboard/?ip=10.9.9.9").status, 404);
  EXPECT_EQ(Get("/dashboard/miner/10.9.9.9").status, 404);
}

TEST_F(PagesTest, HelpWithAnEmptyFleet) {
  config_->discovery.ranges = {{*Ipv4::Parse("10.1.0.0"), *Ipv4::Parse("10.1.0.9"), "10.1.0.0-9"}};
  Publish();
  const std::string home = Get("/").body;
  EXPECT_THAT(home, HasSubstr("No miner found yet"));
  EXPECT_THAT(home, HasSubstr("<code>10.1.0.0-9</code>"));
  EXPECT_THAT(Get("/dashboard/miners").body, HasSubstr("No miner found yet"));
  EXPECT_EQ(Get("/dashboard/").status, 200);
}

TEST_F(PagesTest, SumFreshMinersOnlyAndTellHowManyAreMissing) {
  AddMiner("10.0.0.1");
  AddMiner("10.0.0.2");
  auto silent = AddMiner("10.0.0.3");
  silent->state = MinerState::kOffline;
  silent->up = false;
  silent->reading = nullptr;  // Its power of 3,250 W stays known and must not count.
  Publish();
  const std::string home = Get("/").body;
  EXPECT_THAT(home, HasSubstr("1 of 3 miners needs attention"));
  EXPECT_THAT(home, HasSubstr("<b>190 TH/s</b>"));
  EXPECT_THAT(home, HasSubstr("<b>6,500 W</b>"));
  EXPECT_THAT(home, HasSubstr("1 without fresh values</a>, not in the sums"));
}

TEST_F(PagesTest, NeverMixOtherAlgorithmsIntoTheSum) {
  AddMiner("10.0.0.1");
  auto other = AddMiner("10.0.0.2");
  auto reading = std::make_shared<Reading>(*other->reading);
  reading->identity.algorithm = other->identity.algorithm = "equihash";
  reading->hashrate_hashes_per_second = 140e3;
  other->reading = reading;
  other->power.reset();
  Publish();
  const std::string home = Get("/").body;
  EXPECT_THAT(home, HasSubstr("<b>95.0 TH/s</b>"));
  EXPECT_THAT(home, HasSubstr("140 kSol/s equihash"));
  EXPECT_THAT(home, HasSubstr("not known of 1"));
}

TEST_F(PagesTest, ShowAllThatIsKnownOfAMiner) {
  auto miner = AddMiner("10.0.0.1");
  auto reading = std::make_shared<Reading>(*miner->reading);
  PoolReading pool;
  pool.url = "stratum+tcp://pool.example:3333";
  pool.user = "worker.7";
  pool.status = PoolStatus::kAlive;
  pool.active = true;
  reading->pools = {pool};
  reading->fans[1].rpm = 0;
  miner->reading = reading;
  miner->state = MinerState::kDegraded;
  miner->state_since = clock_.Now() - std::chrono::minutes(4);
  Publish();
  const std::string page = Get("/dashboard/miner/10.0.0.1").body;
  for (const char* text :
       {"degraded", ">4 min</time>", "fan 2 stands still", "stands still</b>", "Board 0",
        "70 \u00b0C", "76 of 76", "worker.7", "stratum+tcp://pool.example:3333", "in use",
        "estimated: hashrate \u00d7 34.5 J/TH, rated for the model", "3 s ago"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
}

TEST_F(PagesTest, AskTheHistoryOncePerShownRow) {
  for (int i = 1; i <= 120; ++i) AddMiner("10.0.1." + std::to_string(i));
  Publish();
  const std::string page = Get("/dashboard/miners?per_page=25&page=2").body;
  EXPECT_EQ(history_->asked_series.size(), 25U);
  EXPECT_EQ(CountOf(page, "data-key="), 25);
  EXPECT_THAT(page, HasSubstr("26\u201350 of 120"));
  // A page that does not exist any more is the last one.
  EXPECT_THAT(Get("/dashboard/miners?per_page=25&page=99").body, HasSubstr("101\u2013120 of 120"));
}

TEST_F(PagesTest, DrawWhatTheHistoryHolds) {
  AddMiner("10.0.0.1");
  Publish();
  EXPECT_THAT(Get("/dashboard/").body, HasSubstr("Nothing stored in this time"));
  for (int i = 0; i < 60; ++i) {
    const double value = 90e12 + i * 1e11;
    history_->points.push_back(
        {clock_.Now() - std::chrono::minutes(60 - i), value, value, value, value, 1, 1});
  }
  EXPECT_EQ(CountOf(Get("/dashboard/miner/10.0.0.1").body, "<svg class=\"plot\""), 4);
  EXPECT_EQ(CountOf(Get("/dashboard/miners").body, "<svg class=\"spark\""), 1);
  history_->broken = true;
  EXPECT_THAT(Get("/dashboard/").body, HasSubstr("disk &lt;gone&gt;"));
  EXPECT_THAT(Get("/dashboard/logs").body, HasSubstr("disk &lt;gone&gt;"));
  context_.history = nullptr;
  EXPECT_THAT(Get("/dashboard/logs").body, HasSubstr("There is no history"));
  EXPECT_EQ(Get("/dashboard/miners").status, 200);
}

TEST_F(PagesTest, FilterAndPageLogs) {
  AddMiner("10.0.0.1");
  Publish();
  for (int i = 0; i < 101; ++i) {
    history_->events.push_back(
        {500 - i, clock_.Now(), "reboot", LogLevel::kWarning, "10.0.0.1", "fleet", "restarted"});
  }
  const std::string page = Get("/dashboard/logs?level=warn&ip=10.0.0.1&since=2h&before=501").body;
  EXPECT_EQ(history_->asked_log.level, LogLevel::kWarning);
  EXPECT_EQ(history_->asked_log.miner, "10.0.0.1");
  EXPECT_EQ(history_->asked_log.since, clock_.Now() - std::chrono::hours(2));
  EXPECT_EQ(history_->asked_log.before_id, 501);
  EXPECT_EQ(CountOf(page, "restarted"), 100);
  EXPECT_THAT(page, HasSubstr("&amp;before=401"));
  EXPECT_THAT(page, HasSubstr("level=WARNING&amp;ip=10.0.0.1&amp;since=2h"));
}

TEST_F(PagesTest, RedirectTheOldPathAndKeepTheMiner) {
  const auto answer = Get("/dashboard?ip=10.0.0.1%0d%0aX:1");
  EXPECT_EQ(answer.status, 308);
  EXPECT_EQ(Header(answer, "Location"), "/dashboard/?ip=10.0.0.1%0D%0AX%3A1");
  EXPECT_EQ(Header(Get("/dashboard"), "Location"), "/dashboard/");
}

TEST_F(PagesTest, ServeFilesWithAnETag) {
  for (const std::string path : {"/static/style.css", "/static/app.js", "/static/icon.svg"}) {
    const auto file = Get(path);
    EXPECT_EQ(file.status, 200);
    EXPECT_GT(file.body.size(), 100U);
    EXPECT_EQ(Header(file, "ETag").size(), 18U) << path;
  }
}

}  // namespace
}  // namespace antx
