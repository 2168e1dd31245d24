#include <gtest/gtest.h>

#include "metrics/exposition.h"

namespace antx {
namespace {

TEST(Negotiate, UnknownWishesGetText) {
  for (const char* accept : {"", "*/*", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
                             "application/json", ";;,,q=", "text/plain"}) {
    EXPECT_EQ(Negotiate(accept), Format::kText) << accept;
  }
}

TEST(Negotiate, PrometheusGetsOpenMetrics) {
  EXPECT_EQ(Negotiate("application/openmetrics-text;version=1.0.0,application/"
                      "openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/"
                      "*;q=0.1"),
            Format::kOpenMetrics);
  EXPECT_EQ(Negotiate("application/openmetrics-text; version=1.0.0; escaping=allow-utf-8; q=0.5, "
                      "text/plain;version=1.0.0;q=0.3, text/plain;version=0.0.4;q=0.2"),
            Format::kOpenMetrics);
  EXPECT_EQ(Negotiate("Application/OpenMetrics-Text"), Format::kOpenMetrics);
}

TEST(Negotiate, TheHigherQualityWins) {
  EXPECT_EQ(Negotiate("application/openmetrics-text;q=0.4,text/plain;q=0.5"), Format::kText);
  EXPECT_EQ(Negotiate("application/openmetrics-text;q=0.5,text/plain;q=0.4"), Format::kOpenMetrics);
  EXPECT_EQ(Negotiate("application/openmetrics-text;q=0"), Format::kText);
  EXPECT_EQ(Negotiate("application/openmetrics-text;q=nonsense"), Format::kText);
}

TEST(Negotiate, AVersionThatWeDoNotSpeakIsNoWish) {
  EXPECT_EQ(Negotiate("application/openmetrics-text;version=2.0.0"), Format::kText);
}

TEST(Negotiate, GzipOnlyWhenAllowed) {
  EXPECT_TRUE(AcceptsGzip("gzip"));
  EXPECT_TRUE(AcceptsGzip("deflate, GZIP;q=0.5, br"));
  EXPECT_FALSE(AcceptsGzip(""));
  EXPECT_FALSE(AcceptsGzip("identity"));
  EXPECT_FALSE(AcceptsGzip("gzip;q=0"));
  EXPECT_FALSE(AcceptsGzip("gzip; q=0.0, br"));
}

}  // namespace
}  // namespace antx
