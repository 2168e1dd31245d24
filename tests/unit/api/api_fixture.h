// A server over a snapshot and a past that the test sets: no poller, no database.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <memory>
#include <string>
#include <vector>

#include "api/http_server.h"
#include "integration/harness.h"

namespace antx {

/// Rows held in a list, in the order of the interface.
class ListHistory final : public HistoryReader {
 public:
  std::shared_ptr<const std::vector<LatestRow>> Latest() const override {
    return std::make_shared<const std::vector<LatestRow>>(latest);
  }
  HistoryResult<SeriesAnswer> Series(const SeriesQuery& query) const override {
    if (broken) return HistoryError{"the disk is gone"};
    asked = query;
    return series;
  }
  HistoryResult<bool> Rows(const RowsQuery& query, const HistoryRowSink& sink) const override {
    if (broken) return HistoryError{"the disk is gone"};
    auto sorted = rows;
    std::sort(sorted.begin(), sorted.end(), [&query](const HistoryRow& a, const HistoryRow& b) {
      const bool before = a.time != b.time ? a.time < b.time : a.address < b.address;
      return query.newest_first ? !before : before;
    });
    for (const HistoryRow& row : sorted) {
      const bool named =
          query.miners.empty() || std::find(query.miners.begin(), query.miners.end(),
                                            row.address.ToString()) != query.miners.end();
      if (!named || (query.from && row.time < *query.from) || (query.to && row.time >= *query.to)) {
        continue;
      }
      if (!sink(row)) return false;
    }
    return true;
  }
  HistoryResult<std::vector<WindowMeans>> Means(
      SystemTime from, const std::vector<std::string>& /*miners*/) const override {
    if (broken) return HistoryError{"the disk is gone"};
    means_from = from;
    return means;
  }
  HistoryResult<std::vector<StoredEvent>> Events(const LogQuery& query) const override {
    if (broken) return HistoryError{"the disk is gone"};
    log_asked = query;
    return events;
  }
  HistoryResult<std::vector<StoredError>> Errors(const LogQuery& query) const override {
    if (broken) return HistoryError{"the disk is gone"};
    log_asked = query;
    return errors;
  }

  std::vector<LatestRow> latest;
  std::vector<HistoryRow> rows;
  std::vector<WindowMeans> means;
  std::vector<StoredEvent> events;
  std::vector<StoredError> errors;
  SeriesAnswer series;
  bool broken = false;
  mutable SeriesQuery asked;
  mutable LogQuery log_asked;
  mutable SystemTime means_from;
};

/// A clock that stands still.
class FixedClock final : public Clock {
 public:
  SystemTime Now() const override { return now; }
  SteadyTime Steady() const override { return {}; }
  SystemTime now{std::chrono::seconds(1'757'620'800)};  // 2025-09-11T20:00:00Z
};

class NoProber final : public Prober {
 public:
  ProbeAnswer Probe(Ipv4 /*target*/, std::chrono::milliseconds /*deadline*/) override { return {}; }
};

/// A book in memory.
class ListMaintenance final : public MaintenanceBook {
 public:
  MaintenanceResult<std::shared_ptr<const MaintenanceEntry>> Begin(
      MaintenanceEntry wanted, std::chrono::minutes length) override {
    if (broken) return MaintenanceError{"the disk is gone"};
    wanted.id = ++last_id;
    wanted.begin = begin;
    wanted.end = begin + length;
    list.push_back(std::make_shared<const MaintenanceEntry>(wanted));
    return list.back();
  }
  MaintenanceResult<bool> End(std::int64_t id, const std::string& by) override {
    if (broken) return MaintenanceError{"the disk is gone"};
    ended_by = by;
    return std::erase_if(list, [id](const auto& entry) { return entry->id == id; }) > 0;
  }
  MaintenanceList List() const override { return list; }

  MaintenanceList list;
  SystemTime begin{std::chrono::seconds(1'757'620'800)};
  std::int64_t last_id = 0;
  std::string ended_by;
  bool broken = false;
};

class ApiTest : public ::testing::Test {
 protected:
  ApiTest() { config_->web.listen = {{"127.0.0.1", 0}}; }

  void Publish() {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->taken = clock_.now;
    for (const auto& view : views_) snapshot->miners.push_back(view);
    box_.Publish(snapshot);
  }
  void Start() {
    Publish();
    std::string error;
    server_ = HttpServer::Start(config_->web, context_, error);
    ASSERT_NE(server_, nullptr) << error;
    port_ = server_->Ports().at(0);
  }
  ~ApiTest() override { feed_->Close(); }

  /// A SHA-256 miner that answered `age` ago with 100 TH/s, 3000 W, 60 C and 4000 rpm.
  MinerView& AddMiner(const std::string& address, std::chrono::seconds age) {
    auto view = std::make_shared<MinerView>();
    view->facts = {address, *Ipv4::Parse(address), DiscoverySource::kTcp, {}};
    view->identity.model = "Antminer S19 Pro";
    view->identity.algorithm = "sha256";
    view->polled = view->up = true;
    view->last_success = clock_.now - age;
    auto reading = std::make_shared<Reading>();
    reading->identity = view->identity;
    reading->hashrate_hashes_per_second = 100e12;
    reading->elapsed_seconds = 3600;
    BoardReading board;
    board.board = "1";
    board.chip_celsius = {{0, 55.0F}, {1, 60.0F}};
    reading->boards.push_back(board);
    reading->fans = {{1, 4000}, {2, 0}};
    view->reading = reading;
    view->power = Power{3000, PowerSource::kTable};
    views_.push_back(view);
    return *view;
  }
  void AddRow(const std::string& address, std::chrono::seconds age, double ths) {
    HistoryRow row;
    row.time = clock_.now - age;
    row.miner = address;
    row.address = *Ipv4::Parse(address);
    row.values[static_cast<std::size_t>(MinerMetric::kHashrate)] = ths * 1e12;
    row.values[static_cast<std::size_t>(MinerMetric::kPower)] = 3000.0;
    history_->rows.push_back(row);
  }

  testing::HttpReply Reply(const std::string& path, const std::vector<std::string>& headers = {}) {
    return testing::Get(port_, path, headers);
  }
  boost::json::value Json(const std::string& path) {
    const auto reply = Reply(path);
    EXPECT_EQ(reply.status, 200) << path << ' ' << reply.body;
    boost::system::error_code fault;
    auto value = boost::json::parse(reply.body, fault);
    EXPECT_FALSE(fault) << reply.body;
    return value;
  }
  /// The error text of an answer 400.
  std::string Fault(const std::string& path) {
    const auto reply = Reply(path);
    EXPECT_EQ(reply.status, 400) << path << ' ' << reply.body;
    const auto value = boost::json::parse(reply.body);
    EXPECT_FALSE(value.at("ok").as_bool());
    return std::string(value.at("error").as_string());
  }

  FixedClock clock_;
  Logger log_{LogLevel::kCritical, LogFormat::kText};
  SnapshotBox box_;
  NoProber prober_;
  SelfMetrics self_;
  std::shared_ptr<Config> config_ = std::make_shared<Config>();
  std::shared_ptr<ListHistory> history_ = std::make_shared<ListHistory>();
  std::shared_ptr<EventFeed> feed_ = std::make_shared<EventFeed>(10, 1);
  std::vector<std::shared_ptr<MinerView>> views_;  ///< In the order of their addresses.
  int rescans_ = 0;
  ListMaintenance maintenance_;
  ApiContext context_{box_,
                      [this]() -> std::shared_ptr<const Config> { return config_; },
                      prober_,
                      self_,
                      [] { return ReloadAnswer{}; },
                      [] { return ReadyState{}; },
                      clock_,
                      log_,
                      "1.2.3",
                      history_,
                      [this] { ++rescans_; },
                      nullptr,
                      feed_};
  std::unique_ptr<HttpServer> server_;
  int port_ = 0;
};

}  // namespace antx
