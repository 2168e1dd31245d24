#include "model/snapshot.h"

#include <gtest/gtest.h>

#include <set>

#include "model/event.h"

namespace antx {
namespace {

std::shared_ptr<const MinerView> Miner(const char* address, const char* id) {
  auto view = std::make_shared<MinerView>();
  view->facts.address = *Ipv4::Parse(address);
  view->facts.id = id;
  return view;
}

TEST(Snapshot, FindsByAddressAndById) {
  Snapshot snapshot;
  snapshot.miners = {Miner("10.0.0.9", "10.0.0.9"), Miner("10.0.0.10", "rack-1")};
  EXPECT_EQ(snapshot.Find("10.0.0.10")->facts.id, "rack-1");
  EXPECT_EQ(snapshot.Find("rack-1")->facts.address, *Ipv4::Parse("10.0.0.10"));
  EXPECT_EQ(snapshot.Find("10.0.0.11"), nullptr);
}

TEST(SnapshotBox, StartsWithAnEmptySnapshotAndGivesTheNewest) {
  SnapshotBox box;
  ASSERT_NE(box.Latest(), nullptr);
  auto next = std::make_shared<Snapshot>();
  next->sequence = 5;
  box.Publish(next);
  EXPECT_EQ(box.Latest()->sequence, 5U);
}

TEST(ClosedSets, HaveOneNamePerValue) {
  std::set<std::string_view> names;
  for (int i = 0; i < kMinerStateCount; ++i) names.insert(MinerStateName(MinerState(i)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kMinerStateCount));
  names.clear();
  for (int i = 0; i < kEventKindCount; ++i) names.insert(EventKindName(EventKind(i)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kEventKindCount));
  names.clear();
  for (int i = 0; i < kRepairCount; ++i) names.insert(RepairName(Repair(i)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kRepairCount));
}

}  // namespace
}  // namespace antx
