#include "util/ipv4.h"

#include <gtest/gtest.h>

namespace antx {
namespace {

TEST(Ipv4, ParsesDottedQuads) {
  EXPECT_EQ(Ipv4::Parse("127.0.0.1")->value, 0x7f000001U);
  EXPECT_EQ(Ipv4::Parse("255.255.255.255")->value, 0xffffffffU);
  EXPECT_EQ(Ipv4::Parse("0.0.0.0")->ToString(), "0.0.0.0");
}

TEST(Ipv4, RefusesEverythingElse) {
  for (const char* text :
       {"", "127.1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", " 1.2.3.4", "1.2.3.4 ",
        "1.2.3.x", "1..2.3", "1.2.3.-4", "0x7f.0.0.1", "::1", "1.2.3.0000"}) {
    EXPECT_FALSE(Ipv4::Parse(text)) << text;
  }
}

TEST(Ipv4, OrdersNumerically) { EXPECT_LT(*Ipv4::Parse("10.0.0.9"), *Ipv4::Parse("10.0.0.10")); }

TEST(Ipv4Network, KnowsItsMembers) {
  const Ipv4Network block{*Ipv4::Parse("192.168.4.0"), 22};
  EXPECT_TRUE(block.Contains(*Ipv4::Parse("192.168.7.255")));
  EXPECT_FALSE(block.Contains(*Ipv4::Parse("192.168.8.0")));
  EXPECT_EQ(block.Size(), 1024U);
  EXPECT_EQ(block.ToString(), "192.168.4.0/22");
}

TEST(Ipv4Network, CoversEverythingAtPrefixZero) {
  const Ipv4Network all{Ipv4{0}, 0};
  EXPECT_TRUE(all.Contains(*Ipv4::Parse("203.0.113.9")));
  EXPECT_EQ(all.Size(), std::uint64_t{1} << 32U);
}

}  // namespace
}  // namespace antx
