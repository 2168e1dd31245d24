#include "metrics/page.h"

#include <gtest/gtest.h>

#include <limits>

#include "unit/metrics/render.h"

namespace antx {
namespace {

std::string OneValue(double value) {
  const std::string text = Render(Format::kText, [&](Page& page) {
    page.Begin(Family::kUp);
    page.Sample({{"miner", "m"}}, value);
  });
  const auto at = text.rfind("} ");
  return at == std::string::npos ? "" : text.substr(at + 2);
}

TEST(Page, WritesTheHeaderOfEachFormat) {
  const auto write = [](Page& page) {
    page.Begin(Family::kEnergyJoulesTotal);
    page.Sample({{"miner", "m"}, {"source", "reported"}}, 5);
  };
  EXPECT_EQ(Render(Format::kText, write),
            "# HELP antminer_energy_joules_total Energy used, integrated from power over polls; "
            "survives exporter restarts.\n"
            "# TYPE antminer_energy_joules_total counter\n"
            "antminer_energy_joules_total{miner=\"m\",source=\"reported\"} 5\n");
  EXPECT_EQ(Render(Format::kOpenMetrics, write),
            "# TYPE antminer_energy_joules counter\n"
            "# UNIT antminer_energy_joules joules\n"
            "# HELP antminer_energy_joules Energy used, integrated from power over polls; "
            "survives exporter restarts.\n"
            "antminer_energy_joules_total{miner=\"m\",source=\"reported\"} 5\n"
            "# EOF\n");
}

TEST(Page, AFamilyWithoutSamplesLeavesNoTrace) {
  const auto write = [](Page& page) {
    page.Begin(Family::kUp);
    page.Begin(Family::kMining);
  };
  EXPECT_EQ(Render(Format::kText, write), "");
  EXPECT_EQ(Render(Format::kOpenMetrics, write), "# EOF\n");
}

TEST(Page, UnknownIsAbsent) {
  EXPECT_EQ(OneValue(std::numeric_limits<double>::quiet_NaN()), "");
  EXPECT_EQ(OneValue(std::numeric_limits<double>::infinity()), "");
  EXPECT_EQ(OneValue(-std::numeric_limits<double>::infinity()), "");
}

TEST(Page, WritesTheShortestNumberThatReadsBack) {
  EXPECT_EQ(OneValue(0), "0\n");
  EXPECT_EQ(OneValue(-0.0), "0\n");
  EXPECT_EQ(OneValue(-12), "-12\n");
  EXPECT_EQ(OneValue(0.1), "0.1\n");
  EXPECT_EQ(OneValue(200e12), "200000000000000\n");
  EXPECT_EQ(OneValue(999999999999999), "999999999999999\n");
  EXPECT_EQ(OneValue(1e15), "1e+15\n");
  EXPECT_EQ(OneValue(3.96e18), "3.96e+18\n");
  EXPECT_EQ(OneValue(2.95e-11), "2.95e-11\n");
  EXPECT_EQ(OneValue(1757620800.125), "1757620800.125\n");
  EXPECT_EQ(OneValue(std::numeric_limits<double>::max()), "1.7976931348623157e+308\n");
}

std::string OneLabel(std::string_view value) {
  const std::string text = Render(Format::kText, [&](Page& page) {
    page.Begin(Family::kUp);
    page.Sample({{"miner", value}}, 1);
  });
  const auto at = text.rfind("antminer_up{");
  return text.substr(at, text.size() - at - 1);
}

TEST(Page, EscapesLabelValues) {
  EXPECT_EQ(OneLabel("a\"b\\c\nd"), R"(antminer_up{miner="a\"b\\c\nd"} 1)");
  EXPECT_EQ(OneLabel(""), R"(antminer_up{miner=""} 1)");
  EXPECT_EQ(OneLabel("\xff"), "antminer_up{miner=\"\xef\xbf\xbd\"} 1");
}

TEST(Page, CutsLabelValuesBetweenCharacters) {
  EXPECT_EQ(OneLabel(std::string(128, 'x')),
            "antminer_up{miner=\"" + std::string(128, 'x') + "\"} 1");
  EXPECT_EQ(OneLabel(std::string(129, 'x')), OneLabel(std::string(128, 'x')));
  EXPECT_EQ(OneLabel(std::string(127, 'x') + "\xc3\xa9"), OneLabel(std::string(127, 'x')));
  // The cap counts what the reader gets, not the escapes.
  EXPECT_EQ(OneLabel(std::string(128, '"')).size(), OneLabel("").size() + 256);
}

TEST(Page, HandsOverBoundedPieces) {
  std::size_t largest = 0;
  std::size_t bytes = 0;
  int pieces = 0;
  Page page(Format::kText, [&](std::string_view piece) {
    largest = std::max(largest, piece.size());
    bytes += piece.size();
    ++pieces;
    return true;
  });
  page.Begin(Family::kUp);
  for (int i = 0; i < 10000; ++i) page.Sample({{"miner", std::to_string(i)}}, 1);
  EXPECT_TRUE(page.End());
  EXPECT_GT(pieces, 3);
  EXPECT_GT(bytes, 250000U);
  EXPECT_LT(largest, 70000U);
  EXPECT_EQ(page.series(), 10000U);
}

TEST(Page, StopsWhenTheReaderHasGone) {
  int pieces = 0;
  Page page(Format::kText, [&](std::string_view) {
    ++pieces;
    return false;
  });
  page.Begin(Family::kUp);
  for (int i = 0; i < 10000; ++i) page.Sample({{"miner", std::to_string(i)}}, 1);
  EXPECT_FALSE(page.alive());
  EXPECT_FALSE(page.End());
  EXPECT_EQ(pieces, 1);
}

}  // namespace
}  // namespace antx
