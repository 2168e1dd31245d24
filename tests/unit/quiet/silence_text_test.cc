#include "control/silence_text.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <regex>

namespace antx {
namespace {

SilenceScope Miners(std::vector<std::string> miners) { return {std::move(miners), "", ""}; }

TEST(SilenceText, MinersBecomeOneAnchoredExpression) {
  const auto pieces = SilencePieces(Miners({"10.0.0.7", "rig [a]|b*"}), {});
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(pieces[0].at(0),
            (SilenceMatcher{"miner", "^(?:10\\.0\\.0\\.7|rig \\[a\\]\\|b\\*)$", true, true}));
  const std::regex pattern(pieces[0].at(0).value);
  EXPECT_TRUE(std::regex_match("10.0.0.7", pattern));
  EXPECT_TRUE(std::regex_match("rig [a]|b*", pattern));
  EXPECT_FALSE(std::regex_match("10.0.0.77", pattern));
  EXPECT_FALSE(std::regex_match("10x0.0.7", pattern));
}

TEST(SilenceText, TheftOfHashrateIsNeverSilenced) {
  for (const SilenceScope& scope :
       {Miners({"a"}), SilenceScope{{}, "r7", ""}, SilenceScope{{}, "", "north"}}) {
    const auto pieces = SilencePieces(scope, {});
    ASSERT_EQ(pieces.size(), 1U);
    EXPECT_EQ(pieces[0].back(),
              (SilenceMatcher{"alertname", "AntminerPoolUnexpected", false, false}));
  }
}

TEST(SilenceText, AScopeThatNamesNothingIsNoSilence) {
  EXPECT_TRUE(SilencePieces({}, {}).empty());
  EXPECT_TRUE(SilencePieces({}, {"job=antminer"}).empty());
}

TEST(SilenceText, RackAndSiteAndOwnMatchersStandSideBySide) {
  const auto pieces = SilencePieces({{}, "r7", "north"}, {"instance=farm:14028"});
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(pieces[0].at(0), (SilenceMatcher{"rack", "r7", false, true}));
  EXPECT_EQ(pieces[0].at(1), (SilenceMatcher{"site", "north", false, true}));
  EXPECT_EQ(pieces[0].at(2), (SilenceMatcher{"instance", "farm:14028", false, true}));
}

TEST(SilenceText, LongListsGoIntoPiecesThatHoldEveryMinerOnce) {
  std::vector<std::string> miners;
  for (int i = 0; i < 1000; ++i) {
    miners.push_back("10.0." + std::to_string(i / 250) + '.' + std::to_string(i % 250));
  }
  const auto pieces = SilencePieces(Miners(miners), {});
  EXPECT_GT(pieces.size(), 1U);
  for (const std::string& miner : miners) {
    int found = 0;
    for (const SilenceMatchers& piece : pieces) {
      std::string escaped;
      for (const char c : miner) escaped += (c == '.' ? "\\" : "") + std::string(1, c);
      const std::string text = '|' + piece.at(0).value.substr(4);
      const auto inner = text.substr(0, text.size() - 2) + '|';
      if (inner.find('|' + escaped + '|') != std::string::npos) ++found;
    }
    EXPECT_EQ(found, 1) << miner;
  }
  // A name longer than any expression still gets a piece of its own.
  EXPECT_EQ(SilencePieces(Miners({std::string(9000, 'a'), "b"}), {}).size(), 2U);
}

TEST(SilenceText, TheMarkIsFoundAgainInTheComment) {
  const SilenceMark mark{"farm-1", "run-7", 3};
  EXPECT_EQ(SilenceComment("restart of 3 miners", mark),
            "restart of 3 miners [antminer_exporter farm-1 run-7 3]");
  EXPECT_EQ(ParseSilenceMark(SilenceComment("a [b] c", mark)), mark);
  EXPECT_EQ(ParseSilenceMark(SilenceComment(std::string(2000, 'x') + "\n\xFF", mark)), mark);
  const auto odd = ParseSilenceMark(SilenceComment("x", {"a b", "c] [d", 0}));
  EXPECT_EQ(odd, (SilenceMark{"a_b", "c___d", 0}));
  for (const char* other :
       {"", "[antminer_exporter a b]", "[antminer_exporter a b -1]", "[antminer_exporter a b x]",
        "[somebody a b 0]", "[antminer_exporter a b 0] more", "antminer_exporter a b 0]"}) {
    EXPECT_FALSE(ParseSilenceMark(other)) << other;
  }
}

TEST(SilenceText, TheBodyIsWhatAlertmanagerTakes) {
  const SystemTime start{std::chrono::seconds(1'757'620'800)};
  const auto pieces = SilencePieces(Miners({"a"}), {});
  const auto body = boost::json::parse(SilenceBody(pieces[0], "2025-09-11T20:00:00.000Z",
                                                   start + std::chrono::minutes(5), "why", ""));
  EXPECT_EQ(body.at("startsAt").as_string(), "2025-09-11T20:00:00.000Z");
  EXPECT_EQ(body.at("endsAt").as_string(), "2025-09-11T20:05:00.000Z");
  EXPECT_EQ(body.at("createdBy").as_string(), "antminer_exporter");
  EXPECT_FALSE(body.as_object().contains("id"));
  EXPECT_EQ(body.at("matchers").as_array().size(), 2U);
  EXPECT_TRUE(body.at("matchers").at(0).at("isRegex").as_bool());
  EXPECT_FALSE(body.at("matchers").at(1).at("isEqual").as_bool());
  const auto change = boost::json::parse(SilenceBody(pieces[0], "then", start, "why", "id-1"));
  EXPECT_EQ(change.at("id").as_string(), "id-1");
}

TEST(SilenceText, SilencesOfOthersAreNotRead) {
  const auto silences = ParseSilences(R"([
    {"id":"1","createdBy":"antminer_exporter","comment":"a [antminer_exporter i k 0]",
     "startsAt":"2025-09-11T20:00:00.000Z","status":{"state":"active"}},
    {"id":"2","createdBy":"antminer_exporter","comment":"a [antminer_exporter i k 1]",
     "status":{"state":"expired"}},
    {"id":"3","createdBy":"ann","comment":"a [antminer_exporter i k 0]",
     "status":{"state":"active"}},
    {"id":"4","createdBy":"antminer_exporter","comment":"by hand","status":{"state":"active"}},
    {"id":"5","createdBy":"antminer_exporter","comment":7,"status":{"state":"active"}},
    {"id":"6","createdBy":"antminer_exporter","comment":"a [antminer_exporter i k 0]"}])");
  ASSERT_TRUE(silences);
  ASSERT_EQ(silences->size(), 2U);
  EXPECT_EQ(silences->at(0).id, "1");
  EXPECT_EQ(silences->at(0).start, "2025-09-11T20:00:00.000Z");
  EXPECT_FALSE(silences->at(0).over);
  EXPECT_TRUE(silences->at(1).over);
  for (const char* odd : {"", "{}", "[1]", "[{]", "null"}) EXPECT_FALSE(ParseSilences(odd)) << odd;
  EXPECT_EQ(ParseSilenceId(R"({"silenceID":"x"})"), "x");
  for (const char* odd : {"", "[]", "{}", R"({"silenceID":""})", R"({"silenceID":1})"}) {
    EXPECT_FALSE(ParseSilenceId(odd)) << odd;
  }
}

}  // namespace
}  // namespace antx
