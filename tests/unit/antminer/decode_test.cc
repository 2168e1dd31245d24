#include "antminer/decode.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace antx {
namespace {

const std::string kSummary =
    R"({"STATUS":[{"STATUS":"S","When":1,"Code":11,"Msg":"Summary","Description":"bmminer 1.0.0"}],
"SUMMARY":[{"Elapsed":"50474","GHS 5s":"110566.89","GHS av":111834.85,"Accepted":4057,
"Rejected":-3,"Hardware Errors":562,"Total MH":5643633754730.0,"Best Share":1e400}],"id":1})";
const std::string kVersion =
    R"({"STATUS":[{"STATUS":"S"}],"VERSION":[{"API":"3.1","BMMiner":"1.0.0","Miner":"49.0.1.3",
"CompileTime":"Tue Dec 6 2022","Type":"Antminer S19 Pro"}],"id":1})";

Decoded DecodeOne(const std::string& command, const std::string& body, Identity known = {}) {
  DecodeContext context;
  context.known = std::move(known);
  return Decode({{command, body}}, context);
}

Identity S19Pro() {
  Identity identity;
  identity.firmware = "stock";
  identity.model = "Antminer S19 Pro";
  identity.algorithm = "sha256";
  return identity;
}

TEST(Decode, ReadsNumbersAndNumbersAsText) {
  const auto decoded = DecodeOne("summary", kSummary, S19Pro());
  const Reading& reading = decoded.reading.value();
  EXPECT_DOUBLE_EQ(reading.hashrate_hashes_per_second.value(), 110566.89e9);
  EXPECT_DOUBLE_EQ(reading.hashrate_average_hashes_per_second.value(), 111834.85e9);
  EXPECT_DOUBLE_EQ(reading.elapsed_seconds.value(), 50474);
  EXPECT_DOUBLE_EQ(reading.hashes.value(), 5643633754730.0 * 1e6);
  EXPECT_EQ(reading.boards_expected, 3);
}

TEST(Decode, DropsNegativeCountersAndInfiniteNumbers) {
  const auto decoded = DecodeOne("summary", kSummary, S19Pro());
  EXPECT_FALSE(decoded.reading->rejected);
  EXPECT_FALSE(decoded.reading->best_share_difficulty);
  EXPECT_EQ(decoded.repairs.at(static_cast<std::size_t>(Repair::kNegativeCounter)), 1U);
  EXPECT_EQ(decoded.repairs.at(static_cast<std::size_t>(Repair::kBadNumber)), 1U);
}

TEST(Decode, AbsentStaysAbsent) {
  const auto decoded = DecodeOne(
      "summary", R"({"STATUS":[{"STATUS":"S"}],"SUMMARY":[{"GHS 5s":1,"Accepted":"","Stale":"-",
      "Elapsed":null}]})",
      S19Pro());
  const Reading& reading = decoded.reading.value();
  EXPECT_FALSE(reading.accepted);
  EXPECT_FALSE(reading.stale);
  EXPECT_FALSE(reading.elapsed_seconds);
  EXPECT_FALSE(reading.power);
  EXPECT_TRUE(reading.fans.empty());
}

TEST(Decode, KeepsWhatIsKnownOfTheMiner) {
  const auto decoded = DecodeOne("summary", kSummary, S19Pro());
  EXPECT_TRUE(decoded.is_miner);
  EXPECT_EQ(decoded.identity.model, "Antminer S19 Pro");
  EXPECT_EQ(decoded.identity.firmware, "stock");
}

TEST(Decode, IdentifiesFromVersion) {
  const auto decoded = DecodeOne("version", kVersion);
  EXPECT_TRUE(decoded.is_miner);
  EXPECT_EQ(decoded.identity.firmware_version, "Tue Dec 6 2022");
  EXPECT_EQ(decoded.identity.api_version, "3.1");
  EXPECT_EQ(decoded.identity.program, "bmminer 1.0.0");
  EXPECT_EQ(decoded.identity.algorithm, "sha256");
  EXPECT_FALSE(decoded.reading);
}

TEST(Decode, ABoardNameAsTypeIsTheMachineOfThatBoard) {
  const auto identify = [](const std::string& type) {
    return DecodeOne("version", R"({"STATUS":[{"STATUS":"S"}],"VERSION":[{"BMMiner":"1.0.0",
        "Type":")" + type + R"("}],"id":1})")
        .identity;
  };
  EXPECT_EQ(identify("ANTMINER BHB68601").firmware, "stock");
  EXPECT_EQ(identify("ANTMINER BHB68601").model, "Antminer S21");
  EXPECT_EQ(identify("ANTMINER BHB68601").algorithm, "sha256");
  EXPECT_EQ(identify("BHB12345").model, "BHB12345");
  EXPECT_EQ(identify("BHB12345").algorithm, "sha256");
}

TEST(Decode, OneBadReplyLeavesTheOthersAlone) {
  DecodeContext context;
  context.known = S19Pro();
  const auto decoded = Decode({{"summary", kSummary},
                               {"pools", std::string("\xff\xfe garbage")},
                               {"stats", PollError{Reason::kTimeout, "read"}}},
                              context);
  EXPECT_TRUE(decoded.reading);
  ASSERT_EQ(decoded.commands.size(), 3U);
  EXPECT_FALSE(decoded.commands[0].error);
  EXPECT_EQ(decoded.commands[1].error->reason, Reason::kParse);
  EXPECT_EQ(decoded.commands[2].error->reason, Reason::kTimeout);
}

TEST(Decode, ErrorRepliesAreApiErrorsWithTheirText) {
  for (const char* body :
       {R"({"STATUS":[{"STATUS":"E","Code":45,"Msg":"Access denied to 'summary' command"}]})",
        R"({"STATUS":{"STATUS":"F","Code":45,"Msg":"Access denied to 'summary' command"}})"}) {
    const auto decoded = DecodeOne("summary", body, S19Pro());
    ASSERT_EQ(decoded.commands.at(0).error->reason, Reason::kApi);
    EXPECT_EQ(decoded.commands.at(0).error->detail, "Access denied to 'summary' command");
    EXPECT_FALSE(decoded.reading);
  }
}

TEST(Decode, AReplyWithoutItsSectionIsAParseError) {
  for (const char* body : {R"({"STATUS":"RESTART"})", "{}", "[1,2]", R"({"STATS":[]})"}) {
    const auto decoded = DecodeOne("summary", body, S19Pro());
    EXPECT_EQ(decoded.commands.at(0).error->reason, Reason::kParse) << body;
  }
}

TEST(Decode, EveryTruncationFailsTheCommandAndNothingElse) {
  for (std::size_t size = 1; size < kSummary.size(); ++size) {
    const auto decoded = DecodeOne("summary", kSummary.substr(0, size), S19Pro());
    EXPECT_EQ(decoded.commands.at(0).error->reason, Reason::kParse) << size;
    EXPECT_FALSE(decoded.reading) << size;
  }
}

TEST(Decode, SectionsOfTheWrongTypeAreNoCrash) {
  for (const char* body :
       {R"({"STATUS":[[]],"SUMMARY":[[]]})", R"({"STATUS":[1],"SUMMARY":7})",
        R"({"STATUS":null,"SUMMARY":[null]})", R"({"SUMMARY":{"GHS 5s":{"a":1}}})",
        R"({"SUMMARY":[{"GHS 5s":[1,2],"Elapsed":true}]})"}) {
    EXPECT_FALSE(DecodeOne("summary", body, S19Pro()).reading) << body;
  }
}

TEST(Decode, NotesTellWhichFieldBecameWhat) {
  std::vector<DecodeNote> notes;
  DecodeContext context;
  context.known = S19Pro();
  (void)Decode({{"summary", kSummary}}, context, &notes);
  const auto note = std::find_if(notes.begin(), notes.end(),
                                 [](const DecodeNote& n) { return n.field == "GHS 5s"; });
  ASSERT_NE(note, notes.end());
  EXPECT_EQ(note->raw, "110566.89");
  EXPECT_EQ(note->target, "hashrate_hashes_per_second");
}

TEST(Decode, ReadsTheTextForm) {
  const auto decoded =
      DecodeOne("summary",
                "STATUS=S,When=5,Code=11,Msg=Summary\\, all,Description=cgminer 4.9.0|"
                "SUMMARY,Elapsed=77,GHS 5s=514.86,Accepted=12|",
                S19Pro());
  EXPECT_DOUBLE_EQ(decoded.reading.value().hashrate_hashes_per_second.value(), 514.86e9);
  EXPECT_EQ(decoded.reading->accepted, 12);
}

TEST(PlanFor, JoinsOnlyWhereItIsKnownToWork) {
  EXPECT_FALSE(PlanFor({}).may_join);
  EXPECT_FALSE(PlanFor(S19Pro()).may_join);
  Identity s9 = S19Pro();
  s9.model = "Antminer S9";
  EXPECT_TRUE(PlanFor(s9).may_join);
  s9.firmware = "luxos";
  EXPECT_TRUE(PlanFor(s9).may_join);
  EXPECT_EQ(PlanFor(S19Pro()).every_poll, (std::vector<std::string>{"summary", "stats", "pools"}));
}

TEST(RequestFor, IsTheExactBytes) {
  EXPECT_EQ(RequestFor("summary+stats"), R"({"command":"summary+stats"})");
  EXPECT_EQ(RequestFor("http:/capabilities"), "GET /capabilities HTTP/1.0\r\n\r\n");
}

}  // namespace
}  // namespace antx
