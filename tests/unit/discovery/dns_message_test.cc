#include "discovery/dns_message.h"

#include <gtest/gtest.h>

namespace antx {
namespace {

using std::string_view_literals::operator""sv;

// A response with one PTR answer and one A record in the additionals.
constexpr auto kResponse =
    "\0\0\x84\0\0\0\0\1\0\0\0\1"
    "\4_ssh\4_tcp\5local\0\0\x0c\0\1\0\0\0\x0a\0\2\xc0\x0c"
    "\5miner\xc0\x16\0\1\x80\1\0\0\0\x0a\0\4\xc0\0\2\x07"sv;

TEST(MakePtrQuery, AsksEveryName) {
  const std::string query = MakePtrQuery({"_ssh._tcp.local", "_http._tcp.local"});
  EXPECT_EQ(query[5], 2);
  EXPECT_NE(query.find("\4_ssh\4_tcp\5local"), std::string::npos);
  EXPECT_NE(query.find("\5_http"), std::string::npos);
}

TEST(AddressesInResponse, TakesAddressesFromAllSections) {
  const auto addresses = AddressesInResponse(kResponse);
  ASSERT_EQ(addresses.size(), 1U);
  EXPECT_EQ(addresses[0].ToString(), "192.0.2.7");
}

TEST(AddressesInResponse, EveryTruncationIsHarmless) {
  for (std::size_t size = 0; size < kResponse.size(); ++size) {
    EXPECT_TRUE(AddressesInResponse(kResponse.substr(0, size)).empty()) << size;
  }
}

TEST(AddressesInResponse, IgnoresQuestionsAndPointerLoops) {
  std::string query(kResponse);
  query[2] = 0;
  EXPECT_TRUE(AddressesInResponse(query).empty());
  EXPECT_TRUE(AddressesInResponse("\0\0\x84\0\0\0\0\xff\0\0\0\0\xc0\x0c\0\1"sv).empty());
}

}  // namespace
}  // namespace antx
