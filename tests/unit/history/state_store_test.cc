// A real SQLite file in a folder of its own.
#include "history/state_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace antx {
namespace {

class StateStoreTest : public testing::Test {
 protected:
  StateStoreTest() {
    folder_ = std::filesystem::temp_directory_path() /
              ("antx-state-" + std::to_string(getpid()) + "-" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    path_ = (folder_ / "metrics.db").string();
  }
  ~StateStoreTest() override { std::filesystem::remove_all(folder_); }

  static PersistedMiner Miner(const char* address) {
    PersistedMiner miner;
    miner.id = address;
    miner.address = *Ipv4::Parse(address);
    miner.source = DiscoverySource::kMdns;
    miner.identity.model = "Antminer S19 Pro";
    miner.identity.program = "bmminer 2.0.0";
    miner.identity.serial = "it's; DROP TABLE miner_state";
    miner.join_refused = true;
    miner.first_seen = SystemTime(std::chrono::seconds(100));
    miner.last_seen = SystemTime(std::chrono::seconds(200));
    miner.counters.restarts = 3;
    miner.counters.energy_estimated_joules = 1.5e9;
    miner.counters.energy_estimated_seen = true;
    miner.last_elapsed_seconds = 77;
    miner.last_power = Power{3250.5, PowerSource::kTable};
    miner.baseline = {1e14, 1.01e14};
    return miner;
  }

  std::filesystem::path folder_;
  std::string path_;
};

TEST_F(StateStoreTest, GivesBackWhatWasSaved) {
  {
    auto store = StateStore::Open(path_);
    ASSERT_TRUE(store.has_value()) << store.error().detail;
    ASSERT_FALSE(store->Save({Miner("10.0.0.1"), Miner("10.0.0.2")}).has_error());
  }
  auto store = StateStore::Open(path_);
  const auto miners = store->Load().value();
  ASSERT_EQ(miners.size(), 2U);
  const PersistedMiner& miner = miners[0];
  EXPECT_EQ(miner.id, "10.0.0.1");
  EXPECT_EQ(miner.source, DiscoverySource::kMdns);
  EXPECT_EQ(miner.identity.serial, "it's; DROP TABLE miner_state");
  EXPECT_EQ(miner.identity, Miner("10.0.0.1").identity);
  EXPECT_TRUE(miner.join_refused);
  EXPECT_EQ(miner.first_seen, SystemTime(std::chrono::seconds(100)));
  EXPECT_DOUBLE_EQ(miner.counters.restarts, 3);
  EXPECT_DOUBLE_EQ(miner.counters.energy_estimated_joules, 1.5e9);
  EXPECT_TRUE(miner.counters.energy_estimated_seen);
  EXPECT_FALSE(miner.counters.energy_reported_seen);
  EXPECT_EQ(miner.last_elapsed_seconds, 77);
  EXPECT_FALSE(miner.last_success);
  EXPECT_EQ(miner.last_power, (Power{3250.5, PowerSource::kTable}));
  EXPECT_EQ(miner.baseline, (std::vector<double>{1e14, 1.01e14}));
}

TEST_F(StateStoreTest, ATableOfTheFirstVersionIsMigrated) {
  {
    auto store = StateStore::Open(path_);
    ASSERT_FALSE(store->Save({Miner("10.0.0.1")}).has_error());
    auto db = Db::Open(path_);
    ASSERT_FALSE(db->Execute("ALTER TABLE miner_state DROP COLUMN last_power;"
                             "ALTER TABLE miner_state DROP COLUMN last_power_source;"
                             "ALTER TABLE miner_state DROP COLUMN program;"
                             "UPDATE schema_version SET version = 1")
                     .has_error());
  }
  for (int start = 0; start < 2; ++start) {
    auto store = StateStore::Open(path_);
    ASSERT_TRUE(store.has_value()) << store.error().detail;
    const auto miners = store->Load().value();
    ASSERT_EQ(miners.size(), 1U);
    EXPECT_FALSE(miners[0].last_power);
    EXPECT_EQ(miners[0].baseline.size(), 2U);
  }
  EXPECT_EQ(Db::Open(path_)->Number("SELECT count(*) FROM miner_state_before_v3"), 1);
  EXPECT_FALSE(StateStore::Open(path_)->Save({Miner("10.0.0.1")}).has_error());
}

TEST_F(StateStoreTest, ATableOfANewerExporterIsLeftAlone) {
  ASSERT_TRUE(StateStore::Open(path_).has_value());
  ASSERT_FALSE(Db::Open(path_)->Execute("UPDATE schema_version SET version = 99").has_error());
  const auto store = StateStore::Open(path_);
  ASSERT_TRUE(store.has_error());
  EXPECT_NE(store.error().detail.find("version 99"), std::string::npos) << store.error().detail;
}

TEST_F(StateStoreTest, SavingReplacesTheOldRows) {
  auto store = StateStore::Open(path_);
  ASSERT_FALSE(store->Save({Miner("10.0.0.1")}).has_error());
  ASSERT_FALSE(store->Save({Miner("10.0.0.2")}).has_error());
  const auto miners = store->Load().value();
  ASSERT_EQ(miners.size(), 1U);
  EXPECT_EQ(miners[0].id, "10.0.0.2");
}

TEST_F(StateStoreTest, ADamagedFileIsNamedAndNotTouched) {
  {
    std::ofstream file(path_, std::ios::binary);
    file << "this is no database, but somebody may want it back\n";
  }
  const auto before = std::filesystem::file_size(path_);
  const auto store = StateStore::Open(path_);
  ASSERT_TRUE(store.has_error());
  EXPECT_EQ(store.error().kind, DbError::Kind::kDamaged);
  EXPECT_NE(store.error().detail.find(path_), std::string::npos);
  EXPECT_EQ(std::filesystem::file_size(path_), before);
}

TEST_F(StateStoreTest, AMissingFolderIsForbiddenNotDamaged) {
  const auto store = StateStore::Open((folder_ / "none" / "metrics.db").string());
  ASSERT_TRUE(store.has_error());
  EXPECT_EQ(store.error().kind, DbError::Kind::kForbidden);
}

TEST_F(StateStoreTest, ALockedFileIsTold) {
  auto store = StateStore::Open(path_);
  ASSERT_TRUE(store.has_value());
  auto other = Db::Open(path_);
  ASSERT_TRUE(other.has_value());
  ASSERT_FALSE(other->Execute("BEGIN EXCLUSIVE").has_error());
  auto impatient = Db::Open(path_);
  ASSERT_TRUE(impatient.has_value());
  ASSERT_FALSE(impatient->Execute("PRAGMA busy_timeout=1").has_error());
  const auto begun = impatient->Execute("BEGIN IMMEDIATE");
  ASSERT_TRUE(begun.has_error());
  EXPECT_EQ(begun.error().kind, DbError::Kind::kLocked);
}

TEST_F(StateStoreTest, AFullDiskKeepsTheOldState) {
  auto store = StateStore::Open(path_);
  ASSERT_FALSE(store->Save({Miner("10.0.0.1")}).has_error());
  auto db = Db::Open(path_);
  // The quota of the database stands in for a full disk: SQLite answers SQLITE_FULL to both.
  ASSERT_FALSE(db->Execute("PRAGMA max_page_count=1").has_error());
  const auto grown = db->Execute("CREATE TABLE filler AS SELECT randomblob(1000000) AS b");
  ASSERT_TRUE(grown.has_error());
  EXPECT_EQ(grown.error().kind, DbError::Kind::kFull);
  EXPECT_EQ(store->Load()->size(), 1U);
}

}  // namespace
}  // namespace antx
