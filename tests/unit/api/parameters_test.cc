#include "api/parameters.h"

#include <gtest/gtest.h>

namespace antx {
namespace {

const SystemTime kNow{std::chrono::seconds(1'757'620'800)};

const std::vector<RouteParameter> kTable = {
    {"window", "integer", "", "30", 1, 100},
    {"limit", "limit", "", "500"},
    {"active", "boolean", "", "true"},
    {"ip", "address", ""},
    {"ips", "addresses", ""},
    {"since", "date", ""},
    {"level", "level", ""},
    {"order", "word", "", "newest", 0, 0, {"newest", "oldest"}},
    {"text", "string", ""},
};

ParsedParameters Parse(const std::string& query) {
  return ParseParameters(kTable, Query(query), kNow, 1000);
}

TEST(Parameters, GiveTheStandardsOfTheTable) {
  const auto all = Parse("unknown=1");
  ASSERT_EQ(all.error, "");
  EXPECT_EQ(all.parameters.Integer("window"), 30);
  EXPECT_EQ(all.parameters.Integer("limit"), 500);
  EXPECT_TRUE(all.parameters.Boolean("active"));
  EXPECT_EQ(all.parameters.Text("order"), "newest");
  EXPECT_FALSE(all.parameters.Addresses("ip"));
  EXPECT_FALSE(all.parameters.Date("since"));
  EXPECT_FALSE(all.parameters.Find<LogLevel>("level"));
}

TEST(Parameters, BringLimitsIntoRange) {
  for (const auto& [text, value] : std::vector<std::pair<std::string, int>>{
           {"0", 1}, {"-7", 1}, {"1", 1}, {"%2B12", 12}, {"1000", 1000}, {"1001", 1000}}) {
    EXPECT_EQ(Parse("limit=" + text).parameters.Integer("limit"), value) << text;
  }
}

TEST(Parameters, NameThemselvesInEveryError) {
  for (const char* query :
       {"window=0", "window=101", "window=1.5", "limit=abc", "limit=1_000", "active=maybe",
        "ip=notanip", "ip=127.1", "ip=1.2.3.4,1.2.3.5", "ips=1.2.3.4,x", "since=yesterday",
        "level=loud", "order=NEWEST", "limit=99999999999999999999"}) {
    const std::string name = std::string(query).substr(0, std::string(query).find('='));
    EXPECT_EQ(Parse(query).error.substr(0, name.size() + 2), name + ": ") << query;
  }
}

TEST(Parameters, TakeLevelsWithTheirAliases) {
  EXPECT_EQ(Parse("level=warn").parameters.Find<LogLevel>("level"), LogLevel::kWarning);
  EXPECT_EQ(Parse("level=%20Fatal%20").parameters.Find<LogLevel>("level"), LogLevel::kCritical);
  for (const char* none : {"level=all", "level=ANY", "level="}) {
    EXPECT_FALSE(Parse(none).parameters.Find<LogLevel>("level")) << none;
    EXPECT_EQ(Parse(none).error, "") << none;
  }
}

TEST(Parameters, TellNoFilterFromOneThatMatchesNothing) {
  EXPECT_FALSE(Parse("ips=,").parameters.Addresses("ips"));
  EXPECT_EQ(Parse("ips=2001:db8::1").parameters.Addresses("ips"), std::vector<Ipv4>{});
  EXPECT_EQ(Parse("ips=%20127.0.0.2,,127.0.0.1").parameters.Addresses("ips")->size(), 2U);
}

TEST(Parameters, TakeTheFirstOfEqualNames) {
  EXPECT_EQ(Parse("window=5&window=x").parameters.Integer("window"), 5);
}

}  // namespace
}  // namespace antx
