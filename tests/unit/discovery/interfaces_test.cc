#include "discovery/interfaces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <utility>

namespace antx {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

NetworkInterface Interface(const char* name, const char* address, int prefix, bool routed = false,
                           bool up = true) {
  NetworkInterface interface;
  interface.name = name;
  interface.address = *Ipv4::Parse(address);
  interface.prefix = prefix;
  interface.up = up;
  interface.default_route = routed;
  return interface;
}

TEST(DetectRange, TakesTheInterfaceOfTheDefaultRoute) {
  const auto found =
      DetectRange({Interface("lo", "127.0.0.1", 8), Interface("eth1", "10.0.0.5", 24),
                   Interface("eth0", "192.168.1.9", 24, true)},
                  false);
  ASSERT_TRUE(found.range);
  EXPECT_EQ(found.range->text, "192.168.1.0/24");
  EXPECT_TRUE(found.range->from_cidr);
}

TEST(DetectRange, NeverSweepsMoreThanASlash22) {
  const auto found = DetectRange({Interface("eth0", "10.1.6.9", 8, true)}, false);
  EXPECT_EQ(found.range->text, "10.1.4.0/22");
  EXPECT_THAT(found.messages, Contains(HasSubstr("MINER_IP_RANGE to widen")));
}

TEST(DetectRange, LeavesOutWhatIsNoLan) {
  const auto found =
      DetectRange({Interface("lo", "127.0.0.1", 8), Interface("a", "169.254.3.4", 16),
                   Interface("b", "10.0.0.1", 24, true, false)},
                  false);
  EXPECT_FALSE(found.range);
  EXPECT_THAT(found.messages, Contains(HasSubstr("set MINER_IP_RANGE")));
}

TEST(DetectRange, WarnsInAContainer) {
  const auto found = DetectRange({Interface("eth0", "172.17.0.2", 16, true)}, true);
  EXPECT_THAT(found.messages, Contains(HasSubstr("container")));
}

TEST(DetectRange, ATunnelWithTheDefaultRouteIsNoLan) {
  auto tunnel = Interface("tun0", "10.8.0.2", 24, true);
  tunnel.point_to_point = true;
  const auto found = DetectRange(
      {tunnel, Interface("wg0", "10.9.0.2", 32, true), Interface("eth0", "192.168.1.9", 24)},
      false);
  ASSERT_TRUE(found.range);
  EXPECT_EQ(found.range->text, "192.168.1.0/24");
}

TEST(DetectRange, NeverSweepsAPublicNetworkUnlessAllowed) {
  const auto interface = Interface("eth0", "8.8.4.9", 24, true);
  const auto found = DetectRange({interface}, false);
  EXPECT_FALSE(found.range);
  EXPECT_THAT(found.messages, Contains(HasSubstr("is public")));
  EXPECT_TRUE(DetectRange({interface}, false, true).range);
}

TEST(DetectRange, PrefersALanToTheBridgeOfAContainerEngine) {
  const auto docker = Interface("docker0", "172.17.0.1", 16);
  const auto found = DetectRange({docker, Interface("eth0", "192.168.1.9", 24)}, false);
  ASSERT_TRUE(found.range);
  EXPECT_EQ(found.range->text, "192.168.1.0/24");
  EXPECT_THAT(DetectRange({docker}, false).messages, Contains(HasSubstr("container engine")));
}

TEST(ParseNeighbours, TakesCompleteEntriesOnly) {
  std::istringstream table(
      "IP address       HW type     Flags       HW address            Mask     Device\n"
      "192.168.1.7      0x1         0x2         02:00:00:00:00:0A     *        eth0\n"
      "192.168.1.8      0x1         0x0         00:00:00:00:00:00     *        eth0\n"
      "nonsense\n"
      "192.168.1.9      0x1         0x6         02:00:00:00:00:0b     *        eth0\n");
  EXPECT_THAT(ParseNeighbours(table),
              ElementsAre(std::pair(*Ipv4::Parse("192.168.1.7"), "02:00:00:00:00:0a"),
                          std::pair(*Ipv4::Parse("192.168.1.9"), "02:00:00:00:00:0b")));
}

TEST(OnlyOwnMacs, AMacOfSeveralAddressesIsOfABridge) {
  const Ipv4 a{1};
  const Ipv4 b{2};
  const Ipv4 c{3};
  EXPECT_THAT(
      OnlyOwnMacs({{a, "02:00:00:00:00:01"}, {b, "02:00:00:00:00:02"}, {c, "02:00:00:00:00:01"}}),
      ElementsAre(std::pair(b, "02:00:00:00:00:02")));
}

}  // namespace
}  // namespace antx
