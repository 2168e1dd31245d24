#include "push/queue.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace antx {
namespace {

using Texts = std::vector<std::string>;

const SystemTime kNow{std::chrono::milliseconds(1757621585123)};

class PushQueueTest : public testing::Test {
 protected:
  PushQueueTest() {
    std::string name = (std::filesystem::temp_directory_path() / "antx-push-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~PushQueueTest() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string Path() const { return folder_ + "/metrics.push.db"; }
  [[nodiscard]] PushQueue Open() const {
    auto queue = PushQueue::Open(Path());
    EXPECT_TRUE(queue.has_value()) << queue.error().detail;
    return std::move(*queue);
  }
  std::string folder_;
};

std::size_t Add(PushQueue& queue, const Texts& records, std::size_t max = 100) {
  const auto dropped = queue.Add(records, kNow, max);
  EXPECT_TRUE(dropped.has_value());
  return dropped.has_value() ? *dropped : 0;
}

TEST_F(PushQueueTest, GivesTheOldestFirst) {
  PushQueue queue = Open();
  EXPECT_EQ(queue.OldestTime(), std::nullopt);
  EXPECT_TRUE(queue.Oldest(5)->records.empty());
  Add(queue, {"1", "2"});
  Add(queue, {"3"});
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(queue.OldestTime(), kNow);
  const auto batch = queue.Oldest(2);
  EXPECT_EQ(batch->records, (Texts{"1", "2"}));
  EXPECT_EQ(queue.size(), 3U) << "looking removes nothing";
  ASSERT_TRUE(queue.Remove(batch->last_id).has_value());
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_EQ(queue.Oldest(2)->records, Texts{"3"});
}

TEST_F(PushQueueTest, DropsTheOldestAboveTheBound) {
  PushQueue queue = Open();
  EXPECT_EQ(Add(queue, {"1", "2", "3"}, 4), 0U);
  EXPECT_EQ(Add(queue, {"4", "5"}, 4), 1U);
  EXPECT_EQ(queue.Oldest(9)->records, (Texts{"2", "3", "4", "5"}));
  EXPECT_EQ(Add(queue, {"6"}, 2), 3U) << "a smaller bound takes effect";
  EXPECT_EQ(queue.Oldest(9)->records, (Texts{"5", "6"}));
  EXPECT_EQ(Add(queue, {"7", "8", "9"}, 2), 3U) << "more at once than there is room for";
  EXPECT_EQ(queue.Oldest(9)->records, (Texts{"8", "9"}));
}

TEST_F(PushQueueTest, CountsRightWhenRecordsWentWhileTheyWereSent) {
  PushQueue queue = Open();
  Add(queue, {"1", "2", "3"});
  const auto sent = queue.Oldest(2);
  Add(queue, {"4", "5"}, 3);  // Drops 1 and 2.
  ASSERT_TRUE(queue.Remove(sent->last_id).has_value());
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(queue.Oldest(9)->records, (Texts{"3", "4", "5"}));
}

TEST_F(PushQueueTest, OutlivesTheProgram) {
  std::int64_t sent = 0;
  {
    PushQueue queue = Open();
    Add(queue, {"1", "2", "3"});
    sent = queue.Oldest(1)->last_id;
    ASSERT_TRUE(queue.Remove(sent).has_value());
  }
  PushQueue queue = Open();
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(queue.Oldest(9)->records, (Texts{"2", "3"}));
  EXPECT_EQ(queue.OldestTime(), kNow);
}

TEST_F(PushQueueTest, GivesTheDiskBackAfterAnOutage) {
  PushQueue queue = Open();
  Add(queue, Texts(20000, std::string(200, 'x')), 20000);
  ASSERT_TRUE(queue.Remove(queue.Oldest(20000)->last_id).has_value());
  EXPECT_EQ(queue.size(), 0U);
  auto db = Db::Open(Path());
  auto pages = db->Prepare("PRAGMA page_count");
  ASSERT_TRUE(pages->Step());
  EXPECT_LT(pages->Int(0), 10);
}

TEST_F(PushQueueTest, LeavesADamagedFileAlone) {
  { std::ofstream(Path()) << std::string(4096, 'z'); }
  const auto queue = PushQueue::Open(Path());
  ASSERT_TRUE(queue.has_error());
  EXPECT_EQ(queue.error().kind, DbError::Kind::kDamaged);
  EXPECT_NE(queue.error().detail.find(Path()), std::string::npos);
  EXPECT_EQ(std::filesystem::file_size(Path()), 4096U);
}

TEST_F(PushQueueTest, RefusesAFileOfANewerVersion) {
  { ASSERT_TRUE(Db::Open(Path())->Execute("PRAGMA user_version=2").has_value()); }
  const auto queue = PushQueue::Open(Path());
  ASSERT_TRUE(queue.has_error());
  EXPECT_NE(queue.error().detail.find("version 2"), std::string::npos);
}

TEST_F(PushQueueTest, AddsNothingWhenTheTableIsGone) {
  PushQueue queue = Open();
  Add(queue, {"1"});
  auto other = Db::Open(Path());
  ASSERT_TRUE(other->Execute("DROP TABLE push_queue").has_value());
  const auto dropped = queue.Add({"2"}, kNow, 1);
  ASSERT_TRUE(dropped.has_error());
  EXPECT_EQ(queue.size(), 1U) << "the count of before";
}

TEST(PushQueue, WorksInMemory) {
  auto queue = PushQueue::Open(":memory:");
  ASSERT_TRUE(queue.has_value());
  Add(*queue, {"1", "2"}, 1);
  EXPECT_EQ(queue->Oldest(9)->records, Texts{"2"});
}

}  // namespace
}  // namespace antx
