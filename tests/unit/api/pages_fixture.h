// A fleet made by hand, a history that answers from memory, and requests as the server makes
// them: what the tests of pages share.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/context.h"
#include "api/http_types.h"
#include "api/routes.h"

namespace antx::testing {

/// Tests of pages never probe.
class NoProber final : public Prober {
 public:
  ProbeAnswer Probe(Ipv4 /*target*/, std::chrono::milliseconds /*deadline*/) override { return {}; }
};

/// Stands at one moment.
class FixedClock final : public Clock {
 public:
  [[nodiscard]] SystemTime Now() const override {
    return SystemTime(std::chrono::seconds(1'760'000'000));
  }
  [[nodiscard]] SteadyTime Steady() const override { return SteadyTime(); }
};

/// Answers from vectors and remembers what it was asked.
class MemoryHistory final : public HistoryReader {
 public:
  [[nodiscard]] std::shared_ptr<const std::vector<LatestRow>> Latest() const override {
    return std::make_shared<const std::vector<LatestRow>>();
  }
  [[nodiscard]] HistoryResult<SeriesAnswer> Series(const SeriesQuery& query) const override {
    asked_series.push_back(query);
    if (broken) return HistoryError{"disk <gone>"};
    return SeriesAnswer{true, HistoryStep::kRaw, points};
  }
  [[nodiscard]] HistoryResult<bool> Rows(const RowsQuery& /*query*/,
                                         const HistoryRowSink& /*sink*/) const override {
    return true;
  }
  [[nodiscard]] HistoryResult<std::vector<WindowMeans>> Means(
      SystemTime /*from*/, const std::vector<std::string>& /*miners*/) const override {
    return std::vector<WindowMeans>();
  }
  [[nodiscard]] HistoryResult<std::vector<StoredEvent>> Events(
      const LogQuery& query) const override {
    asked_log = query;
    if (broken) return HistoryError{"disk <gone>"};
    return events;
  }
  [[nodiscard]] HistoryResult<std::vector<StoredError>> Errors(
      const LogQuery& query) const override {
    asked_log = query;
    return errors;
  }

  std::vector<HistoryPoint> points;
  std::vector<StoredEvent> events;
  std::vector<StoredError> errors;
  bool broken = false;
  mutable std::vector<SeriesQuery> asked_series;
  mutable LogQuery asked_log;
};

class PagesTest : public ::testing::Test {
 protected:
  /// A healthy S19 that answered 3 seconds ago; change it, then Publish().
  std::shared_ptr<MinerView> AddMiner(const std::string& address);
  void Publish();
  /// The answer to GET of `path`, with its query.
  [[nodiscard]] HttpResponse Get(const std::string& path) const;

  FixedClock clock_;
  Logger log_{LogLevel::kCritical, LogFormat::kText};
  SnapshotBox box_;
  NoProber prober_;
  SelfMetrics self_;
  std::shared_ptr<Config> config_ = std::make_shared<Config>();
  std::shared_ptr<MemoryHistory> history_ = std::make_shared<MemoryHistory>();
  std::vector<std::shared_ptr<MinerView>> miners_;
  ApiContext context_{box_,
                      [this]() -> std::shared_ptr<const Config> { return config_; },
                      prober_,
                      self_,
                      [] { return ReloadAnswer(); },
                      [] { return ReadyState(); },
                      clock_,
                      log_,
                      "1.2.3",
                      history_};
};

/// How often `part` stands in `text`.
[[nodiscard]] int CountOf(const std::string& text, const std::string& part);

}  // namespace antx::testing
