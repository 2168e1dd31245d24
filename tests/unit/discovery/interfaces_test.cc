#include "discovery/interfaces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antx {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

NetworkInterface Interface(const char* name, const char* address, int prefix, bool routed = false,
                           bool up = true) {
  return {name, *Ipv4::Parse(address), prefix, up, routed};
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

}  // namespace
}  // namespace antx
