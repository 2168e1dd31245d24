#include "discovery/targets.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "config/load.h"

namespace antx {
namespace {

AddressRange Range(const char* text) {
  std::string fault;
  std::string warning;
  return ParseRange(text, fault, warning).value();
}

TEST(MakeTargets, LeavesOutNetworkBroadcastAndOwnAddresses) {
  const auto targets = MakeTargets({Range("10.0.0.0/29")}, {}, {*Ipv4::Parse("10.0.0.3")}, 1);
  EXPECT_EQ(targets.size(), 5U);
}

TEST(MakeTargets, KeepsEdgesOfSpansAndOwnLoopback) {
  EXPECT_EQ(MakeTargets({Range("10.0.0.0-3")}, {}, {}, 1).size(), 4U);
  EXPECT_EQ(MakeTargets({Range("127.0.0.1")}, {}, {*Ipv4::Parse("127.0.0.1")}, 1).size(), 1U);
}

TEST(MakeTargets, AsksOverlapsOnceAndKnownMinersFirst) {
  const Ipv4 known = *Ipv4::Parse("10.0.0.77");
  const auto targets = MakeTargets({Range("10.0.0.0/24"), Range("10.0.0.70-80")}, {known}, {}, 42);
  EXPECT_EQ(targets.size(), 254U);
  EXPECT_EQ(targets[0].address, known);
  std::set<Ipv4> seen;
  for (const Target& target : targets) seen.insert(target.address);
  EXPECT_EQ(seen.size(), 254U);
}

TEST(MakeTargets, HopsThroughTheNetwork) {
  const auto targets = MakeTargets({Range("10.0.0.0/24")}, {}, {}, 7);
  int neighbours = 0;
  for (std::size_t i = 1; i < targets.size(); ++i) {
    if (targets[i].address.value == targets[i - 1].address.value + 1) ++neighbours;
  }
  EXPECT_LT(neighbours, 20);
}

TEST(MakeTargets, AnEdgeOfOneRangeMayBeAHostOfAnother) {
  const auto targets = MakeTargets({Range("10.0.0.0/24"), Range("10.0.0.0/23")}, {}, {}, 3);
  EXPECT_EQ(targets.size(), 510U);
  const auto edge = std::find_if(targets.begin(), targets.end(), [](const Target& target) {
    return target.address == *Ipv4::Parse("10.0.0.255");
  });
  ASSERT_NE(edge, targets.end());
  EXPECT_EQ(edge->range, 1U);
}

TEST(MakeTargets, AsksEachOfThousandsOfSingleAddresses) {
  std::vector<AddressRange> ranges;
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    const Ipv4 address{0x0a000000U + i * 2};
    ranges.push_back({address, address, "one", false});
  }
  EXPECT_EQ(MakeTargets(ranges, {}, {}, 1).size(), 50'000U);
}

}  // namespace
}  // namespace antx
