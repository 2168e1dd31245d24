// Files that are damaged, cut, foreign or locked: kept as they are, and read as far as it goes.
#include "history/recovery.h"

#include <fstream>
#include <sstream>

#include "history/compaction.h"
#include "history/layout.h"
#include "history/retention.h"
#include "unit/history/history_fixture.h"

namespace antx {
namespace {

using std::chrono::seconds;

class RecoveryTest : public HistoryTest {
 protected:
  /// Writes rounds of 30 miners and closes the file.
  void Fill(int rounds) {
    auto store = OpenStore();
    for (int i = 0; i < rounds; ++i) {
      clock_.Pass(seconds(30));
      std::vector<std::shared_ptr<MinerView>> miners;
      for (int miner = 1; miner <= 30; ++miner) {
        miners.push_back(Miner(miner, clock_.system, 1e14 + i * 1e9));
      }
      ASSERT_TRUE(store->WriteRound(*Fleet(miners), Now(), seconds(30)));
    }
    ASSERT_FALSE(store->db().Execute("PRAGMA wal_checkpoint(TRUNCATE)").has_error());
  }

  std::string Bytes(const std::string& path) const {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  void Write(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  }

  static std::int64_t Count(Db& db, const char* table) {
    return db.Number("SELECT count(*) FROM " + std::string(table)).value_or(-1);
  }
};

TEST_F(RecoveryTest, ASoundFileIsOpenedAndNothingElse) {
  Fill(3);
  const auto opened = OpenOrSalvage(path_, "T", false);
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->quarantined, "");
}

TEST_F(RecoveryTest, AMissingFileIsMade) {
  auto opened = OpenOrSalvage(path_, "T", false);
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->quarantined, "");
  EXPECT_FALSE(MigrateHistory(opened->db).has_error());
}

TEST_F(RecoveryTest, FlippedBytesCostOnlyWhatTheyHit) {
  Fill(200);
  const std::string whole = Bytes(path_);
  std::string bad = whole;
  ASSERT_GT(bad.size(), 20U * 16384);
  for (std::size_t i = 0; i < 16384; ++i) bad[bad.size() / 2 / 16384 * 16384 + i] = '\x5a';
  Write(bad);
  auto opened = OpenOrSalvage(path_, "T", false);
  ASSERT_TRUE(opened.has_value()) << opened.error().detail;
  EXPECT_EQ(opened->quarantined, path_ + ".corrupt-T");
  EXPECT_TRUE(Bytes(opened->quarantined) == bad) << "the damaged file stays as it was";
  EXPECT_GT(Count(opened->db, "raw_miner"), 200 * 30 / 2);
  EXPECT_LT(Count(opened->db, "raw_miner") + Count(opened->db, "raw_board"), 200 * 60);
  EXPECT_TRUE(opened->db.IsSound());
  EXPECT_TRUE(HistoryStore::Open(std::move(opened->db)).has_value());
}

TEST_F(RecoveryTest, ATruncatedFileIsSalvaged) {
  Fill(200);
  Write(Bytes(path_).substr(0, 30 * 16384 + 100));
  auto opened = OpenOrSalvage(path_, "T", false);
  ASSERT_TRUE(opened.has_value()) << opened.error().detail;
  EXPECT_NE(opened->quarantined, "");
  EXPECT_TRUE(opened->db.IsSound());
  EXPECT_TRUE(HistoryStore::Open(std::move(opened->db)).has_value());
}

TEST_F(RecoveryTest, AForeignFileIsMovedAsideWhole) {
  const std::string text(100'000, 'x');
  Write(text);
  auto opened = OpenOrSalvage(path_, "T", false);
  ASSERT_TRUE(opened.has_value()) << opened.error().detail;
  EXPECT_TRUE(Bytes(path_ + ".corrupt-T") == text);
  EXPECT_EQ(opened->salvaged_rows, 0U);
}

TEST_F(RecoveryTest, AFileThatCannotBeOpenedIsNotMoved) {
  std::filesystem::create_directories(path_);  // A folder where the file should be.
  const auto opened = OpenOrSalvage(path_, "T", false);
  ASSERT_TRUE(opened.has_error());
  EXPECT_EQ(opened.error().kind, DbError::Kind::kForbidden);
  EXPECT_TRUE(std::filesystem::is_directory(path_));
}

TEST_F(RecoveryTest, ALayoutOfANewerProgramIsRefusedAndKept) {
  Fill(1);
  {
    auto db = Db::Open(path_);
    ASSERT_FALSE(db->Execute("UPDATE schema_version SET version = 99").has_error());
  }
  auto db = Db::Open(path_);
  const auto store = HistoryStore::Open(std::move(*db));
  ASSERT_TRUE(store.has_error());
  EXPECT_NE(store.error().detail.find("version 99"), std::string::npos);
}

TEST_F(RecoveryTest, ABackupIsACompleteDatabase) {
  Fill(10);
  auto db = Db::OpenReadOnly(path_);
  const std::string target = path_ + ".copy";
  ASSERT_FALSE(db->BackupTo(target).has_error());
  auto copy = Db::Open(target);
  EXPECT_EQ(Count(*copy, "raw_miner"), 300);
  EXPECT_TRUE(copy->IsSound());
}

class RetentionTest : public RecoveryTest {
 protected:
  void CompactAll(HistoryStore& store) {
    while (CompactSome(store.db(), Milliseconds(clock_.system)).value().more) {
    }
  }
  static std::int64_t Chunks(Db& db, HistoryStep step) {
    return db
        .Number("SELECT count(*) FROM chunks WHERE id >= " + std::to_string(ChunkKey(step, 0, 0)) +
                " AND id < " + std::to_string(ChunkKey(step, 0, 0) + (std::int64_t{1} << 56)))
        .value();
  }
};

TEST_F(RetentionTest, EachStepIsKeptForItsTime) {
  Fill(2879);  // A day.
  clock_.Pass(std::chrono::hours(2));
  auto store = OpenStore();
  CompactAll(*store);
  constexpr std::int64_t kHour = 3'600'000;
  EXPECT_EQ(Chunks(store->db(), HistoryStep::kRaw), 24 * 31) << "30 miners and the fleet";
  RetentionPlan plan;
  plan.keep = {6 * kHour, 14 * kHour, 0, 0};
  while (RetainSome(store->db(), plan, Milliseconds(clock_.system)).value().more) {
  }
  // Two hours have passed since the last row; the hour of the limit stays whole.
  EXPECT_EQ(Chunks(store->db(), HistoryStep::kRaw), 5 * 31);
  EXPECT_EQ(Chunks(store->db(), HistoryStep::kFiveMinutes), 3 * 61)
      << "6 hours a chunk; boards too";
  EXPECT_EQ(Chunks(store->db(), HistoryStep::kHour), 1 * 61);
}

TEST_F(RetentionTest, TheBudgetTakesTheOldestRawRowsFirst) {
  Fill(2879);
  clock_.Pass(std::chrono::hours(2));
  auto store = OpenStore();
  CompactAll(*store);
  const auto hours_before = Chunks(store->db(), HistoryStep::kHour);
  const auto raw_before = Chunks(store->db(), HistoryStep::kRaw);
  RetentionPlan plan;
  const DatabaseSize size = MeasureDatabase(store->db(), plan, Milliseconds(clock_.system));
  plan.budget_bytes = size.used_bytes * 8 / 10;
  int steps = 0;
  while (RetainSome(store->db(), plan, Milliseconds(clock_.system)).value().more) {
    ASSERT_LT(++steps, 10'000) << "it must come to an end";
  }
  EXPECT_LE(MeasureDatabase(store->db(), plan, Milliseconds(clock_.system)).file_bytes,
            plan.budget_bytes);
  EXPECT_LT(Chunks(store->db(), HistoryStep::kRaw), raw_before);
  EXPECT_EQ(Chunks(store->db(), HistoryStep::kHour), hours_before);
}

TEST_F(RetentionTest, ABudgetBelowTheNewestRowsLeavesHoursAndDays) {
  Fill(480);  // Four hours.
  auto store = OpenStore();
  CompactAll(*store);
  const auto hours_before = Chunks(store->db(), HistoryStep::kHour);
  const auto days_before = Chunks(store->db(), HistoryStep::kDay);
  ASSERT_GT(Count(store->db(), "raw_miner"), 3000) << "the hour that is not over";
  RetentionPlan plan;
  plan.budget_bytes = 1;
  int steps = 0;
  auto step = RetainSome(store->db(), plan, Milliseconds(clock_.system)).value();
  for (; step.more; step = RetainSome(store->db(), plan, Milliseconds(clock_.system)).value()) {
    ASSERT_LT(++steps, 10'000) << "it must come to an end";
  }
  EXPECT_TRUE(step.budget_unmet);
  EXPECT_EQ(Chunks(store->db(), HistoryStep::kRaw), 0);
  EXPECT_EQ(Chunks(store->db(), HistoryStep::kFiveMinutes), 0);
  EXPECT_EQ(Chunks(store->db(), HistoryStep::kHour), hours_before);
  EXPECT_EQ(Chunks(store->db(), HistoryStep::kDay), days_before);
  const DatabaseSize size = MeasureDatabase(store->db(), plan, Milliseconds(clock_.system));
  EXPECT_GE(size.forecast_bytes, size.used_bytes);
  plan.budget_bytes = 2 * size.file_bytes;
  EXPECT_FALSE(RetainSome(store->db(), plan, Milliseconds(clock_.system)).value().budget_unmet);
}

TEST_F(RetentionTest, OldLogRowsGo) {
  auto store = OpenStore();
  const StoredEvent event{0, clock_.system, "lost", LogLevel::kWarning, "m", "fleet", "x"};
  ASSERT_FALSE(store->WriteEvents({event}).has_error());
  clock_.Pass(std::chrono::hours(48));
  StoredEvent later = event;
  later.time = clock_.system;
  ASSERT_FALSE(store->WriteEvents({later}).has_error());
  RetentionPlan plan;
  plan.keep_logs = 24LL * 3'600'000;
  while (RetainSome(store->db(), plan, Milliseconds(clock_.system)).value().more) {
  }
  EXPECT_EQ(Count(store->db(), "events"), 1);
}

}  // namespace
}  // namespace antx
