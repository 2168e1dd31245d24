// Another make at an address where one of our miners was known (PROTOCOL.md, "Families").
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "antminer/decode.h"

namespace antx {
namespace {

constexpr const char* kStatus =
    R"("STATUS":[{"STATUS":"S","When":1700000000,"Code":70,"Msg":"m"}])";

RawReply Summary(const std::string& fields) {
  return {"summary", "{" + std::string(kStatus) + ",\"SUMMARY\":[{" + fields + "}],\"id\":1}"};
}

DecodeContext Known(const std::string& firmware, const std::string& model) {
  DecodeContext context;
  context.known.firmware = firmware;
  context.known.model = model;
  return context;
}

const RawReply kWhatsVersion{
    "version",
    R"({"STATUS":[{"STATUS":"S","Code":22}],"VERSION":[{"CGMiner":"4.9.2","API":"3.7"}],"id":1})"};
const RawReply kWhatsStats{
    "stats", R"({"STATUS":[{"STATUS":"E","Code":14,"Msg":"Invalid command"}],"id":1})"};

TEST(Stranger, AStrangerAtAKnownAddressIsNoMiner) {
  const RawReply summary = Summary(R"("MHS 5s":88000000.5,"MHS av":88000000)");
  const RawReply avalon{
      "stats",
      "{" + std::string(kStatus) + R"(,"STATS":[{"STATS":0,"ID":"AVA10","MM ID0":"Ver[1246]"}]})"};
  for (const char* firmware : {"stock", "vnish", "unknown", "hiveon", "luxos"}) {
    const auto context = Known(firmware, "Antminer S19");
    for (const auto& replies : std::vector<std::vector<RawReply>>{
             {kWhatsVersion, summary, kWhatsStats}, {summary, kWhatsStats}, {summary, avalon}}) {
      const auto decoded = Decode(replies, context);
      EXPECT_FALSE(decoded.is_miner) << firmware;
      EXPECT_FALSE(decoded.reading) << firmware;
    }
  }
}

TEST(Stranger, AKnownMinerStaysOneWhateverFails) {
  const PollError timeout{Reason::kTimeout, "read"};
  const RawReply refused{"stats", R"({"STATUS":[{"STATUS":"E","Code":45,"Msg":"Access denied"}]})"};
  const RawReply summary = Summary(R"("GHS 5s":95000,"GHS av":95000)");
  const RawReply version{"version", "{" + std::string(kStatus) +
                                        R"(,"VERSION":[{"BMMiner":"1.0.0","Miner":"49.0.1.3"}]})"};
  const RawReply chains{
      "stats", "{" + std::string(kStatus) + R"(,"STATS":[{"ID":"BTM_SOC0","chain_acn1":76}]})"};
  const RawReply asleep{"stats", R"({"STATUS":{"STATUS":"S"},"STATS":[]})"};
  for (const char* firmware : {"stock", "vnish", "unknown", "hiveon", "luxos"}) {
    const auto context = Known(firmware, "Antminer S19");
    for (const auto& replies : std::vector<std::vector<RawReply>>{
             {summary},
             {summary, {"stats", timeout}},
             {summary, refused},
             {summary, kWhatsStats},
             {summary, asleep},
             {summary, version, refused},
             {summary, chains, kWhatsVersion},
             {summary, {"stats", timeout}, kWhatsVersion},
             {{"summary", timeout}, {"stats", timeout}, {"version", timeout}}}) {
      EXPECT_TRUE(Decode(replies, context).is_miner) << firmware;
    }
  }
}

}  // namespace
}  // namespace antx
