// The history thread with real files: what it tells, what it keeps when writing fails.
#include "history/history.h"

#include <atomic>
#include <condition_variable>
#include <fstream>
#include <map>
#include <mutex>

#include "history/side_database.h"
#include "unit/history/history_fixture.h"

namespace antx {
namespace {

using std::chrono::seconds;

/// Notes what the history tells; Wait blocks until a condition holds.
class Notes final : public HistoryObserver {
 public:
  void RowsWritten(std::string_view table, std::size_t rows) override {
    Change([&] { written[std::string(table)] += rows; });
  }
  void OperationFailed() override {
    Change([&] { ++failures; });
  }
  void Available(bool is_available) override {
    Change([&] { available = is_available; });
  }
  void RoundsDropped(std::size_t rounds) override {
    Change([&] { dropped += rounds; });
  }
  void SizeMeasured(const DatabaseSize& size, std::int64_t /*wal*/) override {
    Change([&] { bytes = size.file_bytes; });
  }
  void Happened(EventKind kind, LogLevel level, const std::string& message) override {
    Change([&] {
      events.emplace_back(kind, message);
      if (level == LogLevel::kWarning) ++warnings;
    });
  }

  template <class Condition>
  bool Wait(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, seconds(60), condition);
  }

  std::map<std::string, std::size_t> written;
  int failures = 0;
  bool available = false;
  std::size_t dropped = 0;
  std::int64_t bytes = 0;
  std::vector<std::pair<EventKind, std::string>> events;
  int warnings = 0;

 private:
  template <class Action>
  void Change(Action action) {
    {
      const std::lock_guard lock(mutex_);
      action();
    }
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
};

class HistoryThreadTest : public HistoryTest {
 protected:
  HistoryOptions Options() const {
    HistoryOptions options;
    options.path = path_;
    options.interval = seconds(30);
    return options;
  }

  void AddRound(History& history) {
    const Stamp stamp{real_.Now(), real_.Steady()};
    history.AddRound(Fleet({Miner(1, stamp.system, 1e14), Miner(2, stamp.system, 1e14)}), stamp);
  }

  static std::size_t RowCount(const History& history) {
    std::size_t rows = 0;
    (void)history.reader().Rows({}, [&](const HistoryRow&) { return ++rows > 0; });
    return rows;
  }

  static PersistedMiner Saved(const char* address) {
    PersistedMiner miner;
    miner.id = address;
    miner.address = *Ipv4::Parse(address);
    miner.counters.restarts = 2;
    miner.first_seen = miner.last_seen = SystemTime(seconds(1'700'000'000));
    return miner;
  }

  RealClock real_;
  Notes notes_;
};

TEST_F(HistoryThreadTest, WritesRoundsEventsErrorsAndState) {
  {
    History history(Options(), real_, notes_);
    EXPECT_TRUE(history.Open().empty());
    AddRound(history);
    history.AddEvent({0, real_.Now(), "reboot", LogLevel::kInfo, "10.1.0.1", "fleet", "back"});
    history.AddError({0, real_.Now(), LogLevel::kError, "http", "", "no port", ""});
    history.SaveState({Saved("10.1.0.1")});
    ASSERT_TRUE(notes_.Wait([this] { return notes_.written["miner_state"] == 1; }));
    EXPECT_EQ(RowCount(history), 2U);
    EXPECT_EQ(history.reader().Latest()->size(), 2U);
    EXPECT_TRUE(history.available());
  }
  History history(Options(), real_, notes_);
  const auto restored = history.Open();
  ASSERT_EQ(restored.size(), 1U);
  EXPECT_EQ(restored[0].counters.restarts, 2);
  EXPECT_EQ(history.reader().Events({}).value().size(), 1U);
  EXPECT_EQ(history.reader().Errors({}).value().size(), 1U);
  EXPECT_EQ(history.reader().Latest()->size(), 2U) << "known before the first round";
}

TEST_F(HistoryThreadTest, WhatWaitsIsWrittenBeforeTheEnd) {
  {
    History history(Options(), real_, notes_);
    (void)history.Open();
    for (int i = 0; i < 3; ++i) AddRound(history);
  }
  EXPECT_EQ(notes_.written["rounds"], 3U * 3 + 3 * 2) << "fleet, two miners, two boards a round";
}

TEST_F(HistoryThreadTest, ALockedFileIsWaitedForAndNothingIsLost) {
  History history(Options(), real_, notes_);
  (void)history.Open();
  auto other = Db::Open(path_);
  ASSERT_FALSE(other->Execute("BEGIN EXCLUSIVE").has_error());
  AddRound(history);
  ASSERT_TRUE(notes_.Wait([this] { return notes_.events.size() == 1; }));
  EXPECT_EQ(notes_.events[0].first, EventKind::kDatabaseFailed);
  EXPECT_NE(notes_.events[0].second.find("another process holds it"), std::string::npos);
  EXPECT_FALSE(history.available());
  ASSERT_FALSE(other->Execute("COMMIT").has_error());
  ASSERT_TRUE(notes_.Wait([this] { return notes_.events.size() == 2; }));
  EXPECT_EQ(notes_.events[1].first, EventKind::kDatabaseRecovered);
  EXPECT_EQ(RowCount(history), 2U);
  EXPECT_EQ(notes_.dropped, 0U);
}

TEST_F(HistoryThreadTest, AFolderThatAppearsLaterIsUsedAndKeepsWhatItHeld) {
  {
    History history(Options(), real_, notes_);
    (void)history.Open();
    history.SaveState({Saved("10.1.0.1"), Saved("10.1.0.9")});
  }
  const auto away = folder_.string() + "-away";
  std::filesystem::rename(folder_, away);
  History history(Options(), real_, notes_);
  EXPECT_TRUE(history.Open().empty());
  EXPECT_FALSE(history.available());
  std::filesystem::rename(away, folder_);
  const auto saved_before = notes_.written["miner_state"];
  history.SaveState({Saved("10.1.0.1")});
  ASSERT_TRUE(notes_.Wait([&] { return notes_.written["miner_state"] > saved_before; }));
  const auto rows = StateStore::Open(path_)->Load().value();
  ASSERT_EQ(rows.size(), 2U) << "the miner that this run has not found yet stays";
  EXPECT_EQ(rows[0].counters.restarts, 4) << "counters of both runs";
}

TEST_F(HistoryThreadTest, ADamagedFileIsReportedAndReplaced) {
  std::ofstream(path_) << std::string(50'000, 'x');
  History history(Options(), real_, notes_);
  (void)history.Open();
  ASSERT_EQ(notes_.events.size(), 1U);
  EXPECT_EQ(notes_.events[0].first, EventKind::kDatabaseFailed);
  EXPECT_NE(notes_.events[0].second.find(".corrupt-"), std::string::npos);
  AddRound(history);
  ASSERT_TRUE(notes_.Wait([this] { return notes_.written["rounds"] > 0; }));
  EXPECT_EQ(RowCount(history), 2U);
}

TEST_F(HistoryThreadTest, WithoutADatabaseRowsAreInMemory) {
  HistoryOptions options = Options();
  options.enabled = false;
  History history(options, real_, notes_);
  EXPECT_TRUE(history.Open().empty());
  AddRound(history);
  history.AddEvent({0, real_.Now(), "reboot", LogLevel::kInfo, "", "fleet", "x"});
  ASSERT_TRUE(notes_.Wait([this] { return notes_.written["rounds"] > 0; }));
  EXPECT_EQ(RowCount(history), 2U);
  EXPECT_TRUE(history.reader().Events({}).value().empty());
  EXPECT_TRUE(history.Backup().has_error());
  EXPECT_FALSE(std::filesystem::exists(path_));
}

/// The real clock, with minutes that pass at once.
class SkippingClock final : public Clock {
 public:
  [[nodiscard]] SystemTime Now() const override { return real_.Now() + skipped_.load(); }
  [[nodiscard]] SteadyTime Steady() const override { return real_.Steady() + skipped_.load(); }
  void Skip(seconds time) { skipped_ = skipped_.load() + time; }

 private:
  RealClock real_;
  std::atomic<seconds> skipped_{seconds(0)};
};

TEST_F(HistoryThreadTest, ABudgetThatCannotBeMetIsToldOnce) {
  SkippingClock clock;
  HistoryOptions options = Options();
  options.plan.budget_bytes = 1;
  History history(options, clock, notes_);
  (void)history.Open();
  AddRound(history);
  ASSERT_TRUE(notes_.Wait([this] { return notes_.written["rounds"] > 0; }));
  // An event wakes the thread; when the next one is written, its chores are done.
  const auto skip_minutes = [&](int count) {
    for (int i = 0; i < count; ++i) {
      const auto before = notes_.written["events"];
      clock.Skip(seconds(61));
      history.AddEvent({0, real_.Now(), "reboot", LogLevel::kInfo, "", "fleet", "x"});
      ASSERT_TRUE(notes_.Wait([&] { return notes_.written["events"] > before; }));
    }
  };
  skip_minutes(6);
  ASSERT_EQ(notes_.warnings, 1);
  EXPECT_EQ(notes_.events[0].first, EventKind::kDatabaseFailed);
  EXPECT_NE(notes_.events[0].second.find("STORAGE_MAX_GIGABYTES"), std::string::npos);
  EXPECT_TRUE(history.available());
  RetentionPlan plan;
  plan.budget_bytes = 2;
  history.Reconfigure(plan, seconds(30));
  skip_minutes(4);
  EXPECT_EQ(notes_.warnings, 2) << "another budget";
}

TEST_F(HistoryThreadTest, ABackupCanBeTakenWhileItRuns) {
  History history(Options(), real_, notes_);
  (void)history.Open();
  AddRound(history);
  ASSERT_TRUE(notes_.Wait([this] { return notes_.written["rounds"] > 0; }));
  const auto names = history.Backup();
  ASSERT_TRUE(names.has_value()) << names.error().detail;
  ASSERT_EQ(names->size(), 1U) << "there is nothing beside it";
  EXPECT_EQ(Db::Open(names->front())->Number("SELECT count(*) FROM raw_miner"), 2);
}

TEST_F(HistoryThreadTest, ABackupTakesTheFilesBesideItAlong) {
  for (const std::string& path : {path_, SideDatabase(path_, "control")}) {
    auto db = Db::Open(path);
    ASSERT_TRUE(db->Execute("CREATE TABLE kept (a)").has_value());
    ASSERT_TRUE(db->Execute("INSERT INTO kept VALUES (7)").has_value());
  }
  const std::string target = SideDatabase(path_, "copy");
  const auto names = BackupDatabases(path_, target);
  ASSERT_TRUE(names.has_value()) << names.error().detail;
  EXPECT_EQ(*names, (std::vector<std::string>{target, SideDatabase(target, "control")}));
  for (const std::string& name : *names) {
    EXPECT_EQ(Db::Open(name)->Number("SELECT a FROM kept"), 7) << name;
  }
  EXPECT_TRUE(BackupDatabases(path_, target).has_error()) << "nothing is overwritten";
}

TEST(InboxTest, TheOldestRoundGoesWhenNothingCanBeWritten) {
  PendingWork work;
  for (int i = 0; i < 6; ++i) {
    PendingWork more;
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->sequence = static_cast<std::uint64_t>(i);
    more.rounds.push_back({snapshot, {}, {}});
    work.Append(std::move(more));
  }
  EXPECT_EQ(work.dropped_rounds, 2U);
  ASSERT_EQ(work.rounds.size(), PendingWork::kMostRounds);
  EXPECT_EQ(work.rounds.front().snapshot->sequence, 2U);
}

}  // namespace
}  // namespace antx
