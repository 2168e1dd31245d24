#include "farm/fleet.h"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <string>

namespace antx::farm {
namespace {

TEST(FillFleet, StaysInsideLoopback) {
  for (const char* base : {"10.0.0.1", "126.255.255.255", "128.0.0.1", "0.0.0.0", "127.0.0",
                           "localhost", "", "127.255.255.250"}) {
    Fleet fleet;
    EXPECT_THROW(FillFleet({10, base, 1, ""}, fleet), std::runtime_error) << base;
    EXPECT_TRUE(fleet.members().empty()) << base;
  }
  Fleet fleet;
  FillFleet({10, "127.255.255.246", 1, ""}, fleet);
  EXPECT_EQ(fleet.members().back().miner.address().ToString(), "127.255.255.255");
}

TEST(FillFleet, KeepsTheWeightsOfAMix) {
  Fleet fleet;
  FillFleet({40, "127.10.0.1", 1, "s19pro:3,s9:1"}, fleet);
  std::map<std::string_view, int> counts;
  for (const auto& member : fleet.members()) ++counts[member.miner.profile().name];
  EXPECT_EQ(counts["s19pro"], 30);
  EXPECT_EQ(counts["s9"], 10);
}

TEST(FillFleet, DefaultMixHasEveryKindWithAWeight) {
  Fleet fleet;
  FillFleet({200, "127.10.0.1", 1, ""}, fleet);
  std::map<std::string_view, int> counts;
  for (const auto& member : fleet.members()) ++counts[member.miner.profile().name];
  for (const Profile& profile : AllProfiles()) {
    EXPECT_EQ(counts.count(profile.name) > 0, profile.weight > 0) << profile.name;
  }
}

TEST(FillFleet, RefusesAMixThatIsNone) {
  for (const char* mix : {"s99", "s9:", "s9:0", "s9:x", "s9:1,s99:2"}) {
    Fleet fleet;
    EXPECT_THROW(FillFleet({1, "127.10.0.1", 1, mix}, fleet), std::runtime_error) << mix;
  }
}

}  // namespace
}  // namespace antx::farm
