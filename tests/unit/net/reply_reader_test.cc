#include "net/reply_reader.h"

#include <gtest/gtest.h>

namespace antx {
namespace {

using std::string_view_literals::operator""sv;

TEST(ReplyReader, CutsAtTrailingNul) {
  ReplyReader reader(64);
  EXPECT_TRUE(reader.Feed("{\"a\":"));
  EXPECT_FALSE(reader.Feed("1}\0"sv));
  EXPECT_EQ(std::move(reader).Finish(false).value(), "{\"a\":1}");
}

TEST(ReplyReader, GoesOnAfterANulInTheMiddle) {
  ReplyReader reader(64);
  EXPECT_TRUE(reader.Feed("{\0}"sv));
  EXPECT_EQ(std::move(reader).Finish(false).value(), "{\0}"sv);
}

TEST(ReplyReader, CleanCloseWithoutByteMeansAccessDenied) {
  const auto reply = ReplyReader(64).Finish(/*reset=*/false);
  ASSERT_TRUE(reply.has_error());
  EXPECT_EQ(reply.error().reason, Reason::kAuth);
}

TEST(ReplyReader, ResetWithoutByteIsAReset) {
  const auto reply = ReplyReader(64).Finish(/*reset=*/true);
  ASSERT_TRUE(reply.has_error());
  EXPECT_EQ(reply.error().reason, Reason::kReset);
}

TEST(ReplyReader, KeepsTheBodyBeforeAReset) {
  ReplyReader reader(64);
  EXPECT_TRUE(reader.Feed("{}"));
  EXPECT_EQ(std::move(reader).Finish(/*reset=*/true).value(), "{}");
}

TEST(ReplyReader, StopsAtItsCap) {
  ReplyReader reader(4);
  EXPECT_TRUE(reader.Feed("1234"));
  EXPECT_FALSE(reader.Feed("5"));
  const auto reply = std::move(reader).Finish(false);
  ASSERT_TRUE(reply.has_error());
  EXPECT_EQ(reply.error().reason, Reason::kOversize);
}

}  // namespace
}  // namespace antx
