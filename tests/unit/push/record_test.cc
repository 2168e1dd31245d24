#include "push/record.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <memory>

namespace antx {
namespace {

namespace json = boost::json;

const SystemTime kPolled{std::chrono::milliseconds(1757621585123)};
const SystemTime kTaken{std::chrono::seconds(1757621590)};

BoardReading Board(const char* name, double ghs, float hottest, double errors) {
  BoardReading board;
  board.board = name;
  board.hashrate_hashes_per_second = ghs * 1e9;
  board.chips = 114;
  board.hardware_errors = errors;
  board.frequency_hertz = 525e6;
  board.chip_celsius = {{0, hottest - 4}, {1, hottest}};
  board.pcb_celsius = {{0, 90}};
  return board;
}

/// The S19 Pro of the documented example.
MinerView Example() {
  Reading reading;
  reading.identity.type = "Antminer S19 Pro";
  reading.identity.algorithm = "sha256";
  reading.hashrate_expected_hashes_per_second = 110e12;
  reading.boards = {Board("1", 37600, 78, 183), Board("2", 36500, 77, 195),
                    Board("3", 36466.89, 76, 184)};
  reading.fans = {{1, 6000}, {2, 5880}, {3, 5040}, {4, 5040}};
  PoolReading pool;
  pool.url = "stratum+tcp://pool.example:3333";
  pool.user = "acct.rig07";
  pool.active = true;
  reading.pools = {pool};
  MinerView miner;
  miner.facts.address = *Ipv4::Parse("192.0.2.11");
  miner.identity = reading.identity;
  miner.up = miner.polled = true;
  miner.last_success = kPolled;
  miner.power = Power{3250.5, PowerSource::kTable};
  miner.reading = std::make_shared<const Reading>(reading);
  return miner;
}

MinerView With(MinerView miner, const Reading& reading) {
  miner.reading = std::make_shared<const Reading>(reading);
  return miner;
}

TEST(PushRecord, HasTheDocumentedForm) {
  const auto expected = json::parse(R"({
    "ip":"192.0.2.11","brand":"Antminer S19 Pro","online":true,
    "worker_name":"acct.rig07","pool":"stratum+tcp://pool.example:3333",
    "card":{
      "1":{"temp":78,"temp_in":null,"temp_out":null,"hashrate":"37.60 TH/s","chain_acn":114,
           "hashrate_ghs":37600},
      "2":{"temp":77,"temp_in":null,"temp_out":null,"hashrate":"36.50 TH/s","chain_acn":114,
           "hashrate_ghs":36500},
      "3":{"temp":76,"temp_in":null,"temp_out":null,"hashrate":"36.47 TH/s","chain_acn":114,
           "hashrate_ghs":36466.89}},
    "hashrate":"110.57 TH/s","total_rate_ideal":"110.00 TH/s","miner_count":3,"frequency":"525",
    "fan_num":4,"fans":{"fan1":6000,"fan2":5880,"fan3":5040,"fan4":5040},
    "chain_hw":[183,195,184],"temp_max":78,
    "collected_at":"2025-09-11T20:13:05.123Z","hashrate_ghs":110566.89,
    "total_rate_ideal_ghs":110000,"frequency_mhz":525,"power_w":3250.5,
    "power_source":"estimated"})");
  EXPECT_EQ(json::parse(PushRecord(Example(), kTaken)), expected);
}

TEST(PushRecord, AnOfflineMinerSaysNoMore) {
  MinerView miner = Example();
  miner.up = false;  // The last reading is still there, and is not passed off as fresh.
  EXPECT_EQ(PushRecord(miner, kTaken),
            R"({"ip":"192.0.2.11","online":false,"collected_at":"2025-09-11T20:13:10.000Z"})");
}

TEST(PushRecord, LeavesUnknownKeysOut) {
  const MinerView miner = With(Example(), Reading{});
  const auto record = json::parse(PushRecord(miner, kTaken)).as_object();
  std::vector<std::string> keys;
  for (const auto& pair : record) keys.emplace_back(pair.key());
  EXPECT_EQ(keys, (std::vector<std::string>{"ip", "brand", "online", "collected_at", "power_w",
                                            "power_source"}));
}

TEST(PushRecord, UnknownsOfABoardAreNull) {
  Reading reading;
  BoardReading board;
  board.board = "0";
  BoardReading empty;
  empty.board = "1";
  empty.present = false;
  reading.boards = {board, empty};
  const auto record = json::parse(PushRecord(With(Example(), reading), kTaken)).as_object();
  EXPECT_EQ(record.at("card"), json::parse(R"({"0":{"temp":null,"temp_in":null,"temp_out":null,
                                                    "hashrate":null,"chain_acn":null}})"));
  EXPECT_EQ(record.at("miner_count"), 1);
  EXPECT_FALSE(record.contains("chain_hw"));
  EXPECT_FALSE(record.contains("temp_max"));
}

TEST(PushRecord, NamesThePoolInUseAndNeverAFeePool) {
  Reading reading;
  PoolReading fee;
  fee.url = "stratum+tcp://fee.example:1";
  fee.active = fee.dev_fee = true;
  PoolReading first;
  first.url = "stratum+tcp://first.example:1";
  PoolReading used;
  used.url = "stratum+tcp://used.example:1";
  used.active = true;
  reading.pools = {fee, first, used};
  const auto pool_of = [](const Reading& from) {
    const auto record = json::parse(PushRecord(With(Example(), from), kTaken)).as_object();
    return std::string(record.at("pool").as_string());
  };
  EXPECT_EQ(pool_of(reading), "stratum+tcp://used.example:1");
  reading.pools.back().active = false;
  EXPECT_EQ(pool_of(reading), "stratum+tcp://first.example:1");
}

TEST(PushRecord, TakesTheRateOfTheMinerWhenNoBoardTellsOne) {
  Reading reading;
  reading.identity.algorithm = "sha256";
  reading.hashrate_hashes_per_second = 13.5e12;
  const auto record = json::parse(PushRecord(With(Example(), reading), kTaken)).as_object();
  EXPECT_EQ(record.at("hashrate"), "13.50 TH/s");
  EXPECT_EQ(record.at("hashrate_ghs"), 13500);
}

TEST(PushRecord, SurvivesBytesThatAreNoText) {
  MinerView miner = Example();
  miner.identity.type = "S19\"\n\xff";
  const auto record = json::parse(PushRecord(miner, kTaken)).as_object();
  EXPECT_EQ(record.at("brand"), "S19\"\n\xEF\xBF\xBD");
}

TEST(PushRecord, UnitsFollowTheAlgorithm) {
  EXPECT_EQ(RateText(110.566e12, "sha256"), "110.57 TH/s");
  EXPECT_EQ(RateText(0, "sha256"), "0.00 TH/s");
  EXPECT_EQ(RateText(9.5e9, "scrypt"), "9.50 GH/s");
  EXPECT_EQ(RateText(504e6, "scrypt"), "0.50 GH/s");
  EXPECT_EQ(RateText(420e3, "equihash"), "420.00 kSol/s");
  EXPECT_EQ(RateText(220e3, "cryptonight"), "220.00 kH/s");
  EXPECT_EQ(RateText(0, ""), "0.00 GH/s");
}

TEST(PushBody, JoinsRecords) {
  EXPECT_EQ(PushBody({}), R"({"results":[]})");
  EXPECT_EQ(PushBody({R"({"a":1})", R"({"b":[]})"}), R"({"results":[{"a":1},{"b":[]}]})");
}

}  // namespace
}  // namespace antx
