#include "util/clock.h"

#include <gtest/gtest.h>

namespace antx {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(FormatUtc, AlwaysHasMilliseconds) {
  EXPECT_EQ(FormatUtc(SystemTime(seconds(0))), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(FormatUtc(SystemTime(milliseconds(1757621585123))), "2025-09-11T20:13:05.123Z");
}

TEST(FormatUtc, RoundsDownBeforeTheEpoch) {
  EXPECT_EQ(FormatUtc(SystemTime(milliseconds(-1))), "1969-12-31T23:59:59.999Z");
}

TEST(UnixSeconds, KeepsTheFraction) {
  EXPECT_DOUBLE_EQ(UnixSeconds(SystemTime(milliseconds(1500))), 1.5);
}

}  // namespace
}  // namespace antx
