// Rows, series and logs of the past.
#include "unit/api/api_fixture.h"

namespace antx {
namespace {

using std::chrono::seconds;
namespace json = boost::json;

std::vector<double> Rates(const json::value& rows) {
  std::vector<double> rates;
  for (const json::value& row : rows.as_array()) {
    rates.push_back(row.at("hashrate_ths").to_number<double>());
  }
  return rates;
}

class RowsTest : public ApiTest {
 protected:
  RowsTest() {
    // Four rounds; in each two miners.
    for (int i = 0; i < 4; ++i) {
      AddRow("127.1.0.2", seconds(40 - 10 * i), 2 * i + 2);
      AddRow("127.1.0.1", seconds(40 - 10 * i), 2 * i + 1);
    }
  }
};

TEST_F(RowsTest, NewestRowsAreKeptAndListedAscending) {
  Start();
  EXPECT_EQ(Rates(Json("/api/metrics?limit=3")), (std::vector<double>{6, 7, 8}));
  EXPECT_EQ(Rates(Json("/api/metrics?limit=3&order=oldest")), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(Json("/api/metrics?limit=0").as_array().size(), 1U);
  EXPECT_EQ(Json("/api/metrics").as_array().size(), 8U);
  config_->api.max_limit = 5;
  EXPECT_EQ(Json("/api/metrics?limit=100").as_array().size(), 5U);
  EXPECT_EQ(Json("/api/metrics").as_array().size(), 5U);
  EXPECT_EQ(Fault("/api/metrics?limit=abc").substr(0, 7), "limit: ");
}

TEST_F(RowsTest, PagesMeetWithoutGapOrRepeat) {
  Start();
  for (const std::string order : {"newest", "oldest"}) {
    std::vector<double> seen;
    std::string cursor;
    int pages = 0;
    do {
      const auto reply = Reply("/api/metrics?limit=3&order=" + order + "&cursor=" + cursor);
      ASSERT_EQ(reply.status, 200) << reply.body;
      const auto rates = Rates(json::parse(reply.body));
      seen.insert(order == "newest" ? seen.begin() : seen.end(), rates.begin(), rates.end());
      const auto next = reply.headers.find("x-next-cursor");
      cursor = next == reply.headers.end() ? "" : next->second;
    } while (!cursor.empty() && ++pages < 10);
    EXPECT_EQ(seen, (std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8})) << order;
  }
  for (const char* bad : {"1", "x-127.0.0.1", "-5-127.0.0.1", "99999999999999999-127.0.0.1"}) {
    EXPECT_EQ(Fault(std::string("/api/metrics?cursor=") + bad).substr(0, 8), "cursor: ");
  }
}

TEST_F(RowsTest, RowsHaveSixKeysAndTheModelOnlyForOneMiner) {
  AddMiner("127.1.0.1", seconds(1));
  Start();
  EXPECT_EQ(Json("/api/metrics?limit=1").at(0).as_object().size(), 6U);
  const json::value row = Json("/api/metrics?limit=1&ip=127.1.0.1").at(0);
  EXPECT_EQ(row.as_object().size(), 7U);
  EXPECT_EQ(row.at("model"), "Antminer S19 Pro");
  EXPECT_EQ(Json("/api/metrics?limit=1&ip=127.1.0.2").at(0).as_object().size(), 6U);
}

TEST_F(RowsTest, FiltersByTimeAndMiner) {
  AddMiner("127.1.0.2", seconds(1));
  Start();
  EXPECT_EQ(Rates(Json("/api/metrics?since=20s")), (std::vector<double>{5, 6, 7, 8}));
  EXPECT_EQ(Rates(Json("/api/metrics?until=20s")), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(Rates(Json("/api/metrics?ips=127.1.0.2&ip=127.1.0.1&since=10s")),
            (std::vector<double>{7}));
  EXPECT_EQ(Rates(Json("/api/metrics?active_only=true&since=10s")), (std::vector<double>{8}));
  EXPECT_TRUE(Json("/api/metrics?ip=2001:db8::1").as_array().empty());
  EXPECT_TRUE(Json("/api/metrics?since=2100-01-01").as_array().empty());
  EXPECT_EQ(Fault("/api/metrics?since=yesterday").substr(0, 7), "since: ");
}

TEST_F(RowsTest, StreamsEveryRowAsLines) {
  config_->api.max_limit = 2;
  Start();
  const auto csv = Reply("/api/metrics?format=csv");
  EXPECT_EQ(csv.headers.at("content-type"), "text/csv; charset=utf-8");
  EXPECT_EQ(std::count(csv.body.begin(), csv.body.end(), '\n'), 9);
  EXPECT_EQ(csv.body.substr(csv.body.find('\n') + 1, 48),
            "2025-09-11T19:59:20.000Z,127.1.0.1,3000,1,,,\n202");
  const auto lines = Reply("/api/metrics?format=ndjson");
  EXPECT_EQ(lines.headers.at("content-type"), "application/x-ndjson");
  EXPECT_EQ(std::count(lines.body.begin(), lines.body.end(), '\n'), 8);
  const auto cut = Reply("/api/metrics?format=ndjson&limit=7");
  EXPECT_EQ(std::count(cut.body.begin(), cut.body.end(), '\n'), 2);
}

TEST_F(RowsTest, WithoutHistoryTheAnswerIs503) {
  Start();
  history_->broken = true;
  for (const char* path : {"/api/metrics", "/api/miners/summary", "/api/events", "/api/error-logs",
                           "/api/fleet/history"}) {
    EXPECT_EQ(Reply(path).status, 503) << path;
  }
  EXPECT_EQ(Reply("/api/miners/current").status, 200);
}

TEST_F(ApiTest, SeriesAreAskedAsTheParametersSay) {
  AddMiner("127.1.0.1", seconds(1));
  history_->series.known = true;
  history_->series.step = HistoryStep::kHour;
  history_->series.points = {{clock_.now, 2, 1, 3, 2.5, 7, 0.5}};
  Start();
  const json::value answer =
      Json("/api/miners/127.1.0.1/history?metric=power&step=1h&from=2h&to=1h&points=9");
  EXPECT_EQ(answer.at("metric"), "power");
  EXPECT_EQ(answer.at("step"), "1h");
  EXPECT_EQ(answer.at("points").at(0).at("max").to_number<double>(), 3);
  EXPECT_EQ(history_->asked.miner, "127.1.0.1");
  EXPECT_EQ(history_->asked.step, HistoryStep::kHour);
  EXPECT_EQ(history_->asked.most_points, 9U);
  EXPECT_EQ(history_->asked.to, clock_.now - std::chrono::hours(1));
  (void)Json("/api/fleet/history");
  EXPECT_EQ(history_->asked.miner, "");
  EXPECT_FALSE(history_->asked.step);
  EXPECT_EQ(history_->asked.from, clock_.now - std::chrono::hours(24));
  EXPECT_EQ(Fault("/api/fleet/history?from=1h&to=2h").substr(0, 6), "from: ");
  EXPECT_EQ(Fault("/api/fleet/history?metric=x").substr(0, 8), "metric: ");
  EXPECT_EQ(Fault("/api/miners/here/history").substr(0, 4), "ip: ");
}

TEST_F(ApiTest, UnknownSeriesAre404) {
  Start();
  EXPECT_EQ(Reply("/api/miners/127.9.9.9/history").status, 404);
  EXPECT_EQ(Reply("/api/miners/127.9.9.9/history?board=7").status, 404);
}

TEST_F(ApiTest, LogsAreListedWithAddresses) {
  AddMiner("127.1.0.1", seconds(1)).facts.id = "rig-1";
  history_->events = {
      {5, clock_.now, "state_change", LogLevel::kWarning, "rig-1", "fleet", "now offline"},
      {4, clock_.now - seconds(9), "config_loaded", LogLevel::kInfo, "", "config", "reloaded"}};
  history_->errors = {{7, clock_.now - seconds(3), LogLevel::kError, "poll", "127.1.0.1",
                       "connect timed out", "{\"attempt\":2}"}};
  Start();
  const json::value events = Json("/api/events?level=warn&ip=127.1.0.1&limit=3&before_id=9");
  EXPECT_EQ(events.at(0).at("miner_ip"), "127.1.0.1");
  EXPECT_TRUE(events.at(1).at("miner_ip").is_null());
  EXPECT_EQ(history_->log_asked.level, LogLevel::kWarning);
  EXPECT_EQ(history_->log_asked.miner, "127.1.0.1");
  EXPECT_EQ(history_->log_asked.limit, 3U);
  EXPECT_EQ(history_->log_asked.before_id, 9);
  const json::value errors = Json("/api/error-logs");
  EXPECT_EQ(errors.at(0).at("context").at("attempt").to_number<int>(), 2);
  EXPECT_EQ(errors.at(0).at("created_at"), "2025-09-11T19:59:57.000Z");
  const json::value logs = Json("/api/miner/127.1.0.1/logs?limit=2");
  EXPECT_EQ(logs.at("logs").as_array().size(), 2U);
  EXPECT_EQ(logs.at("logs").at(1).at("source"), "poll");
  EXPECT_EQ(Reply("/api/miner/127.9.9.9/logs").status, 404);
  EXPECT_EQ(Fault("/api/events?level=loud").substr(0, 7), "level: ");
  config_->logging.to_database = false;
  EXPECT_EQ(Json("/api/error-logs").as_array().size(), 0U);
}

}  // namespace
}  // namespace antx
