#include "control/maintenance.h"

#include <gtest/gtest.h>

#include <fstream>

#include "integration/harness.h"

namespace antx {
namespace {

using std::chrono::minutes;

class ManualClock final : public Clock {
 public:
  [[nodiscard]] SystemTime Now() const override { return now; }
  [[nodiscard]] SteadyTime Steady() const override { return {}; }
  SystemTime now{std::chrono::seconds(1'757'620'800)};
};

class MaintenanceTest : public ::testing::Test {
 protected:
  MaintenanceTest() { Open(); }
  void Open() {
    MaintenanceKeeper::Hooks hooks;
    hooks.silence = [this](const MaintenanceEntry& entry) {
      silenced_.push_back(MaintenanceKey(entry.id));
    };
    hooks.unsilence = [this](const std::string& key) { unsilenced_.push_back(key); };
    hooks.tell = [this](const Event& event) { events_.push_back(event); };
    hooks.changed = [this](const MaintenanceList& list) { published_ = list.size(); };
    fault_.clear();
    book_.reset();
    book_ = std::make_unique<MaintenanceKeeper>(path_, clock_, hooks, fault_);
  }
  std::shared_ptr<const MaintenanceEntry> Begin(MaintenanceEntry entry, int length = 60) {
    entry.by = "token night-shift";
    const auto begun = book_->Begin(std::move(entry), minutes(length));
    EXPECT_TRUE(begun.has_value());
    return begun.has_value() ? *begun : nullptr;
  }
  static MaintenanceEntry Rack(const std::string& rack, const std::string& site = "") {
    MaintenanceEntry entry;
    entry.rack = rack;
    entry.site = site;
    return entry;
  }

  testing::TempFolder folder_;
  std::string path_ = folder_.Path("m.maintenance.db");
  ManualClock clock_;
  std::vector<std::string> silenced_;
  std::vector<std::string> unsilenced_;
  std::vector<Event> events_;
  std::size_t published_ = 0;
  std::string fault_;
  std::unique_ptr<MaintenanceKeeper> book_;
};

TEST_F(MaintenanceTest, BeginsAndEnds) {
  auto entry = Rack("r7", "north");
  entry.reason = "fan swap";
  const auto begun = Begin(entry);
  EXPECT_EQ(begun->end - begun->begin, minutes(60));
  EXPECT_EQ(published_, 1U);
  EXPECT_EQ(silenced_, std::vector<std::string>{"maintenance-1"});
  ASSERT_EQ(events_.size(), 1U);
  EXPECT_EQ(events_[0].kind, EventKind::kMaintenance);
  EXPECT_EQ(events_[0].message,
            "maintenance of rack r7 of site north begins, until 2025-09-11T21:00:00.000Z, by token "
            "night-shift: fan swap");
  EXPECT_EQ(book_->End(begun->id, "user ann").value(), true);
  EXPECT_EQ(unsilenced_, std::vector<std::string>{"maintenance-1"});
  EXPECT_EQ(events_.back().message, "maintenance of rack r7 of site north is ended by user ann");
  EXPECT_EQ(published_, 0U);
  EXPECT_EQ(book_->End(begun->id, "user ann").value(), false);
}

TEST_F(MaintenanceTest, IsOverByItself) {
  (void)Begin(Rack("r7"), 10);
  (void)Begin(Rack("r8"), 20);
  clock_.now += minutes(10);
  book_->Tick();
  book_->Tick();
  EXPECT_EQ(published_, 1U);
  EXPECT_EQ(unsilenced_, std::vector<std::string>{"maintenance-1"});
  EXPECT_EQ(events_.back().message, "maintenance of rack r7 is over");
  EXPECT_EQ(events_.size(), 3U);
}

TEST_F(MaintenanceTest, GoesOnAfterARestart) {
  const auto first = Begin(Rack("r7", "north"), 10);
  const auto second = Begin(Rack("r8"), 60);
  const std::string instance = book_->instance();
  clock_.now += minutes(30);
  Open();
  EXPECT_EQ(fault_, "");
  EXPECT_EQ(book_->instance(), instance);
  ASSERT_EQ(book_->List().size(), 1U);
  EXPECT_EQ(*book_->List()[0], *second);
  silenced_.clear();
  book_->Resume();
  EXPECT_EQ(silenced_, std::vector<std::string>{"maintenance-2"});
  EXPECT_EQ(published_, 1U);
  EXPECT_EQ(Begin(Rack("r9"))->id, 3) << "an id never comes back";
}

TEST_F(MaintenanceTest, WhatWasEndedStaysEndedAfterARestart) {
  const auto entry = Begin(Rack("r7"));
  (void)book_->End(entry->id, "x");
  Open();
  EXPECT_TRUE(book_->List().empty());
}

TEST_F(MaintenanceTest, AFileThatIsNoDatabaseIsToldAndKept) {
  book_.reset();
  std::ofstream(path_) << std::string(5000, 'x');
  Open();
  EXPECT_NE(fault_.find(path_), std::string::npos);
  const auto begun = book_->Begin(Rack("r7"), minutes(1));
  ASSERT_TRUE(begun.has_error());
  EXPECT_EQ(begun.error().detail, fault_);
  EXPECT_FALSE(book_->instance().empty());
  EXPECT_TRUE(silenced_.empty());
  std::string kept(5000, ' ');
  std::ifstream(path_).read(kept.data(), 5000);
  EXPECT_EQ(kept, std::string(5000, 'x'));
}

TEST_F(MaintenanceTest, HoldsSoManyAndNoMore) {
  path_ = ":memory:";
  Open();
  for (std::size_t i = 0; i < MaintenanceBook::kMostEntries; ++i) (void)Begin(Rack("r"));
  EXPECT_TRUE(book_->Begin(Rack("r"), minutes(1)).has_error());
}

TEST(MaintenanceEntry, CoversByMinerRackAndSite) {
  MinerFacts facts;
  facts.id = "10.0.0.7";
  facts.labels.site = "north";
  facts.labels.rack = "r7";
  const auto covers = [&facts](const char* miner, const char* rack, const char* site) {
    MaintenanceEntry entry;
    entry.miner = miner;
    entry.rack = rack;
    entry.site = site;
    return entry.Covers(facts);
  };
  EXPECT_TRUE(covers("10.0.0.7", "", ""));
  EXPECT_FALSE(covers("10.0.0.8", "", ""));
  EXPECT_TRUE(covers("", "r7", ""));
  EXPECT_TRUE(covers("", "r7", "north"));
  EXPECT_FALSE(covers("", "r7", "south"));
  EXPECT_FALSE(covers("", "r8", "north"));
  EXPECT_TRUE(covers("", "", "north"));
  EXPECT_FALSE(covers("", "", "south"));
  EXPECT_FALSE(covers("", "", ""));
}

}  // namespace
}  // namespace antx
