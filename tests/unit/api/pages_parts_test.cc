// What stands behind the pages: words for figures, verdicts, the list of miners, lines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/pages/chart.h"
#include "api/pages/html.h"
#include "api/pages/miner_query.h"
#include "api/pages/words.h"
#include "unit/api/pages_fixture.h"

namespace antx::pages {
namespace {

using antx::testing::CountOf;
using antx::testing::PagesTest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Html, TakesLiteralsAsMarkupAndEscapesTheRest) {
  const std::string text = "<i>";
  const char* pointer = "<u>";
  Html html;
  html << "<b>" << text << pointer << std::string_view("&") << '<' << 42 << "</b>";
  EXPECT_EQ(html.str(), "<b>&lt;i&gt;&lt;u&gt;&amp;&lt;42</b>");
}

TEST(Words, KeepThreeDigitsAndAUnit) {
  EXPECT_EQ(RateText(95.4321e12), "95.4 TH/s");
  EXPECT_EQ(RateText(999.6e12), "1.00 PH/s");
  EXPECT_EQ(RateText(0), "0 H/s");
  EXPECT_EQ(RateText(140e3, "equihash"), "140 kSol/s");
  EXPECT_EQ(PowerText(3250.4), "3,250 W");
  EXPECT_EQ(PowerText(1.25e6), "1.25 MW");
  EXPECT_EQ(Count(1234567), "1,234,567");
  EXPECT_EQ(Count(-1234), "-1,234");
  EXPECT_EQ(Figure(0.0123), "0.01");
}

TEST(Words, TellAgesInOneOrTwoUnits) {
  EXPECT_EQ(AgoText(-3), "0 s ago");
  EXPECT_EQ(AgoText(59.9), "59 s ago");
  EXPECT_EQ(AgoText(61), "1 min ago");
  EXPECT_EQ(SpanText(3 * 3600 + 5 * 60), "3 h 5 min");
  EXPECT_EQ(SpanText(2 * 86400 + 4 * 3600), "2 d 4 h");
}

class MinerListTest : public PagesTest {
 protected:
  std::vector<std::string> Listed(const std::string& query) {
    Publish();
    const auto parsed = ParseMinerListQuery(Query(query));
    EXPECT_TRUE(parsed.value) << parsed.error;
    std::vector<std::string> ids;
    if (!parsed.value) return ids;
    for (const auto& row : SelectMiners(*box_.Latest(), *parsed.value).rows) {
      ids.push_back(row.miner->facts.id);
    }
    return ids;
  }
  void Change(const std::shared_ptr<MinerView>& miner,
              const std::function<void(Reading&)>& change) {
    auto reading = std::make_shared<Reading>(*miner->reading);
    change(*reading);
    miner->reading = reading;
  }
};

TEST_F(MinerListTest, PutsTheWorstFirst) {
  AddMiner("10.0.0.1");
  auto hot = AddMiner("10.0.0.2");
  Change(hot, [](Reading& reading) { reading.boards[0].chip_celsius = {{0, 95.0F}}; });
  auto offline = AddMiner("10.0.0.3");
  offline->state = MinerState::kOffline;
  auto sleeping = AddMiner("10.0.0.4");
  sleeping->state = MinerState::kSleeping;
  auto slow = AddMiner("10.0.0.5");
  Change(slow, [](Reading& reading) { reading.hashrate_hashes_per_second = 50e12; });
  EXPECT_THAT(Listed(""), ElementsAre("10.0.0.3", "10.0.0.2", "10.0.0.5", "10.0.0.4", "10.0.0.1"));
  EXPECT_THAT(Listed("state=attention"), ElementsAre("10.0.0.3", "10.0.0.2", "10.0.0.5"));
  EXPECT_THAT(Listed("sort=state&order=asc").front(), "10.0.0.1");
}

TEST_F(MinerListTest, SortsByEveryColumnWithUnknownValuesLast) {
  AddMiner("10.0.0.9");
  auto fast = AddMiner("10.0.0.10");
  Change(fast, [](Reading& reading) {
    reading.hashrate_hashes_per_second = 200e12;
    reading.boards[0].chip_celsius = {{0, 60.0F}};
    reading.boards[1].chip_celsius = reading.boards[2].chip_celsius = {{0, 61.0F}};
    reading.fans = {{1, 6000}};
  });
  fast->power = Power{5000, PowerSource::kReported};
  fast->last_success = clock_.Now();
  fast->identity.model = "Antminer S21";
  auto silent = AddMiner("10.0.0.11");
  silent->reading = nullptr;
  silent->last_success.reset();
  silent->identity.model = "";
  // Addresses are ordered as numbers.
  EXPECT_THAT(Listed("sort=miner"), ElementsAre("10.0.0.9", "10.0.0.10", "10.0.0.11"));
  EXPECT_THAT(Listed("sort=miner&order=desc"), ElementsAre("10.0.0.11", "10.0.0.10", "10.0.0.9"));
  EXPECT_THAT(Listed("sort=model"), ElementsAre("10.0.0.9", "10.0.0.10", "10.0.0.11"));
  for (const char* sort : {"hashrate", "ratio", "power", "fan", "seen"}) {
    EXPECT_THAT(Listed(std::string("sort=") + sort),
                ElementsAre("10.0.0.10", "10.0.0.9", "10.0.0.11"))
        << sort;
  }
  for (const char* sort : {"temperature", "efficiency"}) {
    EXPECT_THAT(Listed(std::string("sort=") + sort),
                ElementsAre("10.0.0.9", "10.0.0.10", "10.0.0.11"))
        << sort;
  }
}

TEST_F(MinerListTest, FindsWordsInEveryField) {
  AddMiner("10.0.0.1");
  auto other = AddMiner("10.0.0.2");
  other->facts.labels.site = "North Hall";
  other->identity.mac = "02:00:00:00:00:07";
  Change(other, [](Reading& reading) {
    PoolReading pool;
    pool.host = "pool.example:3333";
    pool.user = "customer.w7";
    reading.pools = {pool};
  });
  for (const char* word : {"north", "00:07", "POOL.example", "w7", "north+hashing", "10.0.0.2"}) {
    EXPECT_THAT(Listed(std::string("q=") + word), ElementsAre("10.0.0.2")) << word;
  }
  EXPECT_THAT(Listed("q=north+south"), ElementsAre());
  EXPECT_THAT(Listed("site=North+Hall"), ElementsAre("10.0.0.2"));
  EXPECT_THAT(Listed("model=Antminer+S9"), ElementsAre());
  EXPECT_EQ(Listed("q=").size(), 2U);
}

TEST(MinerListQuery, WritesTheUrlItCanReadAgain) {
  const auto query = ParseMinerListQuery(
      Query("q=a%26b+%3Cx%3E&state=attention&sort=power&order=asc&per_page=25&page=3"));
  ASSERT_TRUE(query.value) << query.error;
  const std::string url = query.value->Url();
  EXPECT_EQ(url,
            "/dashboard/miners?q=a%26b%20%3Cx%3E&state=attention&sort=power&order=asc"
            "&per_page=25&page=3");
  const auto again = ParseMinerListQuery(Query(url.substr(url.find('?') + 1)));
  ASSERT_TRUE(again.value);
  EXPECT_EQ(again.value->Url(), url);
  EXPECT_EQ(MinerListQuery().Url(), "/dashboard/miners");
}

TEST_F(MinerListTest, SaysWhatIsWrongInWords) {
  auto miner = AddMiner("10.0.0.1");
  Change(miner, [](Reading& reading) {
    reading.boards.pop_back();
    reading.boards[0].hashrate_hashes_per_second = 0;
    reading.boards[0].chips = 0;
    reading.fans[0].rpm = 0;
    PoolReading pool;
    pool.status = PoolStatus::kDead;
    reading.pools = {pool};
  });
  miner->pool_verdict = PoolVerdict{true, "thief.example:1 (ro***.x)", ""};
  std::vector<std::string> texts;
  for (const Finding& finding : Judge(*miner).findings) texts.push_back(finding.text);
  EXPECT_THAT(texts,
              ElementsAre("1 of 3 boards missing", "board 0 does not hash", "fan 1 stands still",
                          "mines for somebody else: thief.example:1 (ro***.x)", "no pool alive"));
  // A reply without any board says nothing about boards.
  Change(miner, [](Reading& reading) { reading.boards.clear(); });
  EXPECT_EQ(Judge(*miner).findings.front().text, "fan 1 stands still");
  // A limit of 0: nobody watches its fans.
  miner->thresholds.fan_rpm = 0;
  EXPECT_NE(Judge(*miner).findings.front().text, "fan 1 stands still");
  miner->state = MinerState::kApiDown;
  EXPECT_EQ(Judge(*miner).findings.front().text, "its API fails, its web side tells the values");
}

std::vector<HistoryPoint> Minutes(std::initializer_list<std::pair<int, double>> values) {
  std::vector<HistoryPoint> points;
  for (const auto& [minute, value] : values) {
    points.push_back({SystemTime(std::chrono::minutes(minute)), value, value, value, value, 1, 1});
  }
  return points;
}

TEST(Sparkline, LeavesGapsOpenAndShowsLonelyPoints) {
  const ChartSpan span{SystemTime(), SystemTime(std::chrono::minutes(96))};
  EXPECT_TRUE(Sparkline({}, span, "x").empty());
  const std::string line =
      Sparkline(Minutes({{0, 5}, {1, 5}, {2, 5}, {40, 5}, {60, 5}, {61, 5}, {62, 5}}), span, "x")
          .str();
  EXPECT_EQ(CountOf(line, "M"), 3);
  EXPECT_THAT(line, HasSubstr("M40.0 "));
  EXPECT_THAT(line, HasSubstr("h0M"));
  // A flat line at 0 must not divide by 0.
  const std::string flat = Sparkline(Minutes({{0, 0}, {1, 0}}), span, "x").str();
  EXPECT_EQ(flat.find("nan"), std::string::npos);
  EXPECT_EQ(flat.find("inf"), std::string::npos);
}

TEST(Chart, ShowsLastLowestAndHighest) {
  const ChartSpan span{SystemTime(), SystemTime(std::chrono::minutes(3))};
  const std::string chart = Chart(Minutes({{0, 60}, {1, 75}, {2, 70}}), span,
                                  {"Hottest chip", CelsiusText, false, 90.0, "limit"})
                                .str();
  EXPECT_THAT(chart, HasSubstr("<b>70 \u00b0C</b>"));
  EXPECT_THAT(chart, HasSubstr("60 \u00b0C to 75 \u00b0C, limit 90 \u00b0C"));
  EXPECT_THAT(chart, HasSubstr("class=\"limit\""));
}

}  // namespace
}  // namespace antx::pages
