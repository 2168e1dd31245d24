#include "api/json_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace antx {
namespace {

TEST(JsonWriter, SetsCommasAndNests) {
  JsonWriter json;
  json.BeginObject().Field("a", 1).Key("b").BeginList().Value(true).Value("x");
  json.BeginObject().EndObject().EndList().Field("c", nullptr).EndObject();
  EXPECT_EQ(json.Take(), "{\"a\":1,\"b\":[true,\"x\",{}],\"c\":null}\n");
}

TEST(JsonWriter, WritesUnknownAndWhatIsNoNumberAsNull) {
  JsonWriter json;
  json.BeginList().Value(std::optional<double>()).Value(std::nan(""));
  json.Value(std::numeric_limits<double>::infinity()).EndList();
  EXPECT_EQ(json.Take(), "[null,null,null]\n");
}

TEST(JsonWriter, WritesNumbersPlainAndShort) {
  JsonWriter json;
  json.BeginList().Value(0.1).Value(110.0).Value(1.1e14).Value(-3.5).Value(0.0).Value(1e-9);
  EXPECT_EQ(json.EndList().Take(), "[0.1,110,110000000000000,-3.5,0,1e-09]\n");
}

TEST(JsonWriter, EscapesTextAndKeys) {
  JsonWriter json;
  json.BeginObject().Field("a\"", "</script>\n\xff").EndObject();
  EXPECT_EQ(json.Take(), "{\"a\\\"\":\"</script>\\n\xef\xbf\xbd\"}\n");
}

TEST(JsonWriter, WritesDatesWithMilliseconds) {
  JsonWriter json;
  json.Value(SystemTime(std::chrono::milliseconds(1'757'621'585'123)));
  EXPECT_EQ(json.Take(), "\"2025-09-11T20:13:05.123Z\"\n");
}

}  // namespace
}  // namespace antx
