#include "util/text.h"

#include <gtest/gtest.h>

namespace antx {
namespace {

TEST(Trim, CutsBlanksOnBothEnds) {
  EXPECT_EQ(Trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(Trim("  \n"), "");
}

TEST(ContainsNoCase, IgnoresAsciiCase) {
  EXPECT_TRUE(ContainsNoCase("BMMiner Hiveon", "hIVEON"));
  EXPECT_TRUE(ContainsNoCase("abc", ""));
  EXPECT_FALSE(ContainsNoCase("ab", "abc"));
}

TEST(SplitList, DropsEmptyParts) {
  const auto parts = SplitList(" a, ,b c,", ",");
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[1], "b c");
}

TEST(ParseDouble, TakesWholeFiniteNumbersOnly) {
  EXPECT_DOUBLE_EQ(*ParseDouble("-12.5"), -12.5);
  EXPECT_DOUBLE_EQ(*ParseDouble("+1e3"), 1000);
  for (const char* text : {"", " 1", "1 ", "12 W", "nan", "inf", "1e999", "0x10", "-", "O"}) {
    EXPECT_FALSE(ParseDouble(text)) << text;
  }
}

TEST(ParseInt, RefusesOverflowAndDecoration) {
  EXPECT_EQ(*ParseInt("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(*ParseInt("+7"), 7);
  for (const char* text : {"", "9223372036854775808", "1_000", "1.0", "+-1", "--1", "+"}) {
    EXPECT_FALSE(ParseInt(text)) << text;
  }
}

TEST(ToValidUtf8, ReplacesEachBadByte) {
  EXPECT_EQ(ToValidUtf8("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(ToValidUtf8("a\xff\xfe"), "a\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(ToValidUtf8("\xc0\x80"), "\xef\xbf\xbd\xef\xbf\xbd");  // overlong
  EXPECT_EQ(ToValidUtf8("\xed\xa0\x80").size(), 9U);               // surrogate
  EXPECT_EQ(ToValidUtf8("\xf0\x9f\x98\x80"), "\xf0\x9f\x98\x80");  // four bytes
  EXPECT_EQ(ToValidUtf8("\xe2\x82"), "\xef\xbf\xbd\xef\xbf\xbd");  // truncated
}

TEST(CutUtf8, NeverCutsInsideACharacter) {
  EXPECT_EQ(CutUtf8("a\xc3\xa9", 2), "a");
  EXPECT_EQ(CutUtf8("a\xc3\xa9", 3), "a\xc3\xa9");
}

TEST(EscapeControl, KeepsOneLine) {
  EXPECT_EQ(EscapeControl("a\nb\x7f\x1b"), "a\\x0ab\\x7f\\x1b");
  EXPECT_EQ(EscapeControl("\xc2\x9b"
                          "1m caf\xc3\xa9 \xc2\xb0"),
            "\\x9b1m caf\xc3\xa9 \xc2\xb0");
}

}  // namespace
}  // namespace antx
