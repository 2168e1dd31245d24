#include "antminer/tolerant_json.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <string>

namespace antx {
namespace {

using std::string_view_literals::operator""sv;

class TolerantJsonTest : public testing::Test {
 protected:
  std::string Parse(std::string_view body) {
    repairs_ = {};
    const auto value = ParseTolerant(body, 8, {}, repairs_);
    return value.has_value() ? boost::json::serialize(*value) : "error: " + value.error().detail;
  }
  std::uint32_t Count(Repair repair) const { return repairs_.at(static_cast<std::size_t>(repair)); }
  std::uint32_t Total() const {
    std::uint32_t sum = 0;
    for (const auto count : repairs_) sum += count;
    return sum;
  }
  RepairCounts repairs_{};
};

TEST_F(TolerantJsonTest, ValidJsonNeedsNoRepair) {
  EXPECT_EQ(Parse("\n\n {\"a\":[1,2.5,\"x\",null,true]} "), "{\"a\":[1,2.5E0,\"x\",null,true]}");
  EXPECT_EQ(Total(), 0U);
}

TEST_F(TolerantJsonTest, InsertsTheMissingComma) {
  EXPECT_EQ(Parse("{\"S\":[{\"a\":1}\n {\"b\":2}{\"c\":3}]}"),
            "{\"S\":[{\"a\":1},{\"b\":2},{\"c\":3}]}");
  EXPECT_EQ(Count(Repair::kMissingComma), 2U);
}

TEST_F(TolerantJsonTest, LeavesBracesInsideStringsAlone) {
  EXPECT_EQ(Parse("{\"S\":[{\"a\":\"}{ ,] \\\" }{\"}{\"b\":2}]}"),
            "{\"S\":[{\"a\":\"}{ ,] \\\" }{\"},{\"b\":2}]}");
  EXPECT_EQ(Count(Repair::kMissingComma), 1U);
}

TEST_F(TolerantJsonTest, DropsCommasThatAreTooMany) {
  EXPECT_EQ(Parse("{\"S\":[,{\"a\":1,},]}"), "{\"S\":[{\"a\":1}]}");
  EXPECT_EQ(Count(Repair::kExtraComma), 3U);
}

TEST_F(TolerantJsonTest, KeepsControlCharactersOfStrings) {
  EXPECT_EQ(Parse("{\"Type\":\"Antminer S9\nV1.3.58\"}"), "{\"Type\":\"Antminer S9\\nV1.3.58\"}");
  EXPECT_EQ(Count(Repair::kControlChar), 1U);
}

TEST_F(TolerantJsonTest, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(Parse("{\"User\":\"a\xff\"}"), "{\"User\":\"a\xef\xbf\xbd\"}");
  EXPECT_EQ(Count(Repair::kBadUtf8), 1U);
}

TEST_F(TolerantJsonTest, IgnoresWhatFollowsTheFirstValue) {
  EXPECT_EQ(Parse("{\"a\":1}\"}"), "{\"a\":1}");
  EXPECT_EQ(Count(Repair::kTrailingText), 1U);
  EXPECT_EQ(Parse("{\"a\":1}\0\0"sv), "{\"a\":1}");
  EXPECT_EQ(Count(Repair::kTrailingText), 0U);
}

TEST_F(TolerantJsonTest, TakesBareNanAndInfAsNull) {
  EXPECT_EQ(Parse("{\"a\":nan,\"b\":-inf,\"c\":Infinity}"), "{\"a\":null,\"b\":null,\"c\":null}");
  EXPECT_EQ(Count(Repair::kBadNumber), 3U);
}

TEST_F(TolerantJsonTest, TheLastOfEqualKeysWins) {
  EXPECT_EQ(Parse("{\"\":1,\"\":2}"), "{\"\":2}");
}

TEST_F(TolerantJsonTest, RefusesWhatIsNoJson) {
  EXPECT_EQ(Parse("Socket connect failed: Connection refused"), "error: the reply is no JSON");
  EXPECT_EQ(Parse("<html>401</html>"), "error: the reply is no JSON");
  EXPECT_EQ(Parse(""), "error: the reply is cut short");
  EXPECT_EQ(Parse("{\"a\":@}"), "error: unexpected byte in the reply");
}

TEST_F(TolerantJsonTest, RefusesDeepNesting) {
  EXPECT_EQ(Parse(std::string(9, '[') + std::string(9, ']')), "error: nested deeper than 8");
  EXPECT_EQ(Parse("[,[[[[[[[["), "error: nested deeper than 8");
  EXPECT_EQ(Parse(std::string(8, '[') + std::string(8, ']')), "[[[[[[[[]]]]]]]]");
}

TEST_F(TolerantJsonTest, EveryTruncationIsAnErrorAndNeverACrash) {
  const std::string body =
      "{\"S\":[{\"a\":\"x\\u00e9\",\"b\":-1.5e3},{\"c\":[true,null]}],\"id\":1}";
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_TRUE(Parse(body.substr(0, size)).starts_with("error: ")) << size;
  }
}

TEST_F(TolerantJsonTest, FailedRepairsAreNotCounted) {
  EXPECT_TRUE(Parse("{\"S\":[{}{}").starts_with("error: "));
  EXPECT_EQ(Total(), 0U);
}

}  // namespace
}  // namespace antx
