// Numbers out of replies.
#include "antminer/record.h"

#include <gtest/gtest.h>

namespace antx {
namespace {

TEST(Scaled, KeepsWholeNumbersWhole) {
  EXPECT_NE(66473.73 * 1e9, 66473730000000.0) << "else this shows nothing";
  EXPECT_EQ(Scaled(66473.73, 1e9), 66473730000000.0);
  EXPECT_EQ(Scaled(-66473.73, 1e9), -66473730000000.0);
}

TEST(Scaled, LeavesEveryOtherNumberAlone) {
  EXPECT_EQ(Scaled(12.5, 1), 12.5);
  EXPECT_EQ(Scaled(0, 1e9), 0);
  EXPECT_EQ(Scaled(1e-9, 1e6), 1e-9 * 1e6);
  EXPECT_EQ(Scaled(304860400000, 1e9), 304860400000 * 1e9) << "too large for a fraction";
}

TEST(LeadingNumber, TakesWhatStandsInFrontOfAUnit) {
  EXPECT_EQ(LeadingNumber(" 456.78 (AB)"), 456.78);
  EXPECT_EQ(LeadingNumber("1600M"), 1600);
  for (const char* none : {"", "-", "O", "nan", "inf", "x1"}) {
    EXPECT_EQ(LeadingNumber(none), std::nullopt) << none;
  }
}

TEST(DifficultyNumber, KnowsItsUnits) {
  EXPECT_EQ(DifficultyNumber("65.5K"), 65500);
  EXPECT_EQ(DifficultyNumber("1.05M"), 1050000);
  EXPECT_EQ(DifficultyNumber("524288"), 524288);
  EXPECT_EQ(DifficultyNumber("2G"), 2e9);
  EXPECT_EQ(DifficultyNumber(""), std::nullopt);
  EXPECT_EQ(DifficultyNumber("1e300P"), std::nullopt);
}

TEST(Record, ANumberThatNoUnitCanCarryIsDroppedAndCounted) {
  const boost::json::object object{{"a", 1e300}, {"b", "1e300"}, {"c", 1e30}};
  DecodeLog log;
  const Record record(&object, "summary", log);
  std::optional<double> out;
  EXPECT_FALSE(record.Take("a", 1e9, out, "x"));
  EXPECT_FALSE(record.TakeCounter("b", 1e9, out, "x"));
  EXPECT_FALSE(out);
  EXPECT_EQ(log.repairs.at(static_cast<std::size_t>(Repair::kBadNumber)), 2U);
  EXPECT_TRUE(record.Take("c", 1e15, out, "x"));
  EXPECT_DOUBLE_EQ(out.value(), 1e45);
}

TEST(Record, ANominalFigureOfZeroIsNotTold) {
  const boost::json::object object{{"zero", 0}, {"below", -1}, {"told", "2.5"}};
  DecodeLog log;
  const Record record(&object, "stats", log);
  std::optional<double> out = 7;
  EXPECT_FALSE(record.TakePositive("zero", 1e9, out, "x"));
  EXPECT_FALSE(record.TakePositive("below", 1e9, out, "x"));
  EXPECT_EQ(out, 7);
  EXPECT_TRUE(record.TakePositive("told", 1e9, out, "x"));
  EXPECT_EQ(out, 2.5e9);
}

}  // namespace
}  // namespace antx
