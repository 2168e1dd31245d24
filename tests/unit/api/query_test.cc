#include "api/query.h"

#include <gtest/gtest.h>

namespace antx {
namespace {

const SystemTime kNow{std::chrono::seconds(1'757'620'800)};  // 2025-09-11T20:00:00Z

std::string Date(const std::string& text) {
  const auto parsed = DateParameter(Query("since=" + text), "since", kNow);
  if (!parsed.error.empty()) return parsed.error;
  return parsed.value ? FormatUtc(*parsed.value) : "absent";
}

struct Case {
  const char* text;
  const char* date;
};

TEST(DateParameter, TakesEveryDecidedForm) {
  for (const auto& [text, date] : {
           Case{"2025-07-31", "2025-07-31T00:00:00.000Z"},
           Case{"2025-07-31T12:30", "2025-07-31T12:30:00.000Z"},
           Case{"2025-07-31%2012:30:15", "2025-07-31T12:30:15.000Z"},
           Case{"2025-07-31T12:30:15.5Z", "2025-07-31T12:30:15.500Z"},
           Case{"2025-07-31T12:30:15.123456789z", "2025-07-31T12:30:15.123Z"},
           Case{"2025-07-31T08:00:00-04:00", "2025-07-31T12:00:00.000Z"},
           Case{"2025-07-31T08:00:00-0400", "2025-07-31T12:00:00.000Z"},
           Case{"2025-07-31T14:00:00%2B02", "2025-07-31T12:00:00.000Z"},
           Case{"2025-07-31T12:00:00+00:00", "2025-07-31T12:00:00.000Z"},  // + came as a blank
           Case{"20250731T120000Z", "2025-07-31T12:00:00.000Z"},
           Case{"1753963200", "2025-07-31T12:00:00.000Z"},
           Case{"2h", "2025-09-11T18:00:00.000Z"},
           Case{"30s", "2025-09-11T19:59:30.000Z"},
           Case{"1w", "2025-09-04T20:00:00.000Z"},
           Case{"", "absent"},
       }) {
    EXPECT_EQ(Date(text), date) << text;
  }
}

TEST(DateParameter, NamesTheParameterInEveryError) {
  for (const char* text :
       {"yesterday", "2025-13-01", "2025-02-30", "2025-07-31T25:00", "2025-07-31T12:60",
        "2025-07-31T12:00:00+24:00", "2025-07-31T", "-2h", "2y", "9981-01-01", "220000d",
        "99999999999999s", "2025-07-31T12:00:00Zjunk", "nan", "1e99"}) {
    EXPECT_EQ(Date(text).substr(0, 6), "since:") << text;
  }
}

TEST(BoolParameter, TakesAllWordsInAnyCase) {
  for (const char* text : {"true", "1", "YES", "on", "T", "y"}) {
    EXPECT_EQ(BoolParameter(Query(std::string("a=") + text), "a").value, true) << text;
  }
  for (const char* text : {"false", "0", "No", "OFF", "f", "n"}) {
    EXPECT_EQ(BoolParameter(Query(std::string("a=") + text), "a").value, false) << text;
  }
  EXPECT_EQ(BoolParameter(Query("a=maybe"), "a").error, "a: must be true or false");
  EXPECT_EQ(BoolParameter(Query("a="), "a").value, std::nullopt);
}

TEST(IntParameter, RefusesWhatIsNoWholeNumberInRange) {
  EXPECT_EQ(IntParameter(Query("n=+7"), "n", 0, 10).value, 7);
  for (const char* text : {"n=abc", "n=1.5", "n=11", "n=-1", "n=9223372036854775808"}) {
    EXPECT_EQ(IntParameter(Query(text), "n", 0, 10).error.substr(0, 2), "n:") << text;
  }
}

TEST(AddressesParameter, WantsLiterals) {
  EXPECT_EQ(AddressesParameter(Query("ips=1.2.3.4,,5.6.7.8"), "ips").value->size(), 2U);
  EXPECT_FALSE(AddressesParameter(Query("ips=1.2.3.4,host"), "ips").error.empty());
  std::string many = "ips=";
  for (int i = 0; i < 1025; ++i) many += "1.1.1.1,";
  EXPECT_FALSE(AddressesParameter(Query(many), "ips").error.empty());
}

TEST(Query, IsWholeOrAFault) {
  std::string many = "ips=";
  for (int i = 0; i < 1024; ++i) many += "255.255.255.255%2C";
  const Query longest(many + "&last=1");
  EXPECT_EQ(longest.Fault(), "");
  EXPECT_EQ(AddressesParameter(longest, "ips").value->size(), 1024U);
  EXPECT_EQ(longest.Get("last"), "1");
  std::string parameters;
  for (int i = 0; i < 256; ++i) parameters += "a=1&";
  EXPECT_EQ(Query(parameters).Fault(), "");
  EXPECT_EQ(Query(parameters + "since=x").Fault(), "the query has more than 256 parameters");
}

TEST(Query, FirstOfEqualNamesWins) {
  const Query query("a=1&a=2&b=%41%zz+c&collect[]=x&collect%5B%5D=y&=&&");
  EXPECT_EQ(query.Get("a"), "1");
  EXPECT_EQ(query.Get("b"), "A%zz c");
  EXPECT_EQ(query.All("collect[]"), (std::vector<std::string>{"x", "y"}));
}

}  // namespace
}  // namespace antx
