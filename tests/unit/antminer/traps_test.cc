// The traps that others met (PROTOCOL.md, "Traps"), one test each. The replies are
// written for this test, in the shapes of the protocol.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "antminer/decode.h"
#include "unit/antminer/replies.h"

namespace antx {
namespace {

RawReply Pools(const std::string& list) {
  return {"pools", "{" + std::string(kStatus) + ",\"POOLS\":[" + list + "],\"id\":1}"};
}

DecodeContext Context() {
  DecodeContext context;
  context.received = SystemTime(std::chrono::seconds(1'700'000'000));
  return context;
}
DecodeContext Known(const std::string& firmware, const std::string& model) {
  DecodeContext context = Context();
  context.known.firmware = firmware;
  context.known.model = model;
  return context;
}

Decoded DecodeAll(std::vector<RawReply> replies) { return Decode(replies, Context()); }
Reading ReadOne(RawReply reply) { return DecodeAll({std::move(reply)}).reading.value(); }

TEST(Traps, Trap01BoardsAreFoundByPresenceNotByOffset) {
  const Reading reading = ReadOne(Stats("Antminer S9",
                                        R"("chain_acn6":0,"chain_acs6":"","chain_acn7":63,
      "chain_acs7":"oooo","chain_acn8":63,"chain_acs8":"oooo")",
                                        "BC50"));
  ASSERT_EQ(reading.boards.size(), 2U);
  EXPECT_EQ(reading.boards[0].board, "7");
  EXPECT_EQ(reading.boards_expected, 3);
}

TEST(Traps, Trap02FansOfAnyPairOfSlotsAreTaken) {
  const Reading s9 = ReadOne(Stats(
      "Antminer S9", R"("fan_num":2,"fan1":0,"fan2":0,"fan3":4000,"fan5":0,"fan6":5000)", "BC50"));
  ASSERT_EQ(s9.fans.size(), 2U);
  EXPECT_EQ(s9.fans[0].fan, 3);
  EXPECT_EQ(s9.fans[1].fan, 6);
}

TEST(Traps, Trap02AStoppedFanDoesNotVanish) {
  const Reading s19 = ReadOne(
      Stats("Antminer S19 Pro", R"("fan_num":4,"fan1":6000,"fan2":0,"fan3":5000,"fan4":5000)"));
  ASSERT_EQ(s19.fans.size(), 4U);
  EXPECT_DOUBLE_EQ(s19.fans[1].rpm, 0);
  EXPECT_EQ(s19.fans_expected, 4);
}

TEST(Traps, Trap03ADeadBoardIsPresentWithRateZero) {
  const Reading reading =
      ReadOne(Stats("Antminer S9",
                    R"("chain_acn8":63,"chain_acs8":"xxxx oooo","chain_rate8":"0.00000")", "BC50"));
  ASSERT_EQ(reading.boards.size(), 1U);
  EXPECT_DOUBLE_EQ(reading.boards[0].hashrate_hashes_per_second.value(), 0);
  EXPECT_FALSE(reading.boards[0].Up());
  EXPECT_EQ(reading.boards[0].chips_failed, 4);
}

TEST(Traps, Trap03AnAbsentRateIsNotZero) {
  const Reading reading =
      ReadOne(Stats("Antminer S19", R"("chain_acn1":76,"chain_acs1":"ooo","chain_rate1":"")"));
  EXPECT_FALSE(reading.boards.at(0).hashrate_hashes_per_second);
}

TEST(Traps, Trap04AllCrossedChipsOfAStoppedMachineAreNoAlarm) {
  RawReply reply = Stats("Antminer S19", R"("Mode":2,"chain_acn1":4,"chain_acs1":"xxxx")");
  reply.body = std::string(*reply.body).replace(reply.body->find("100.0"), 5, "0.000");
  const Reading reading = ReadOne(reply);
  EXPECT_FALSE(reading.boards.at(0).chips_failed);
  EXPECT_EQ(reading.mining, false);
  EXPECT_EQ(reading.work_mode, "");  // Mode 2 means nothing on this family.
}

TEST(Traps, Trap07VnishIsToldFromItsLookalikes) {
  const auto family = [](const std::string& type, const std::string& program) {
    return DecodeAll({{"version", "{" + std::string(kStatus) + ",\"VERSION\":[{\"BMMiner\":\"" +
                                      program + "\",\"Type\":\"" + type + "\"}],\"id\":1}"}})
        .identity.firmware;
  };
  EXPECT_EQ(family("Antminer S19 XP (Vnish 1.2.0)", "4.11.1"), "vnish");
  EXPECT_EQ(family("Antminer S9 Hiveon", "2.0.0 rwglr"), "hiveon");
  EXPECT_EQ(family("Antminer S9 Pro (v5.1) ", "2.0.0 rwglr"), "mskminer");
  EXPECT_EQ(family("Antminer S9", "2.4.0-asicseer-1.1.9"), "asicseer");
  EXPECT_EQ(family("Antminer S9", "2.0.0"), "stock");
}

TEST(Traps, Trap08HydroPutsCoolantIntoBoardSensors) {
  const Reading reading = ReadOne(Stats("Antminer S21+ Hyd.", R"("chain_acn1":95,
      "chain_acs1":"ooo","temp_pcb1":"30-0-41-0","temp_pic1":"62-0-0-0","temp_chip1":"0-0-0-0")"));
  const BoardReading& board = reading.boards.at(0);
  EXPECT_EQ(board.inlet_celsius, 30);
  EXPECT_EQ(board.outlet_celsius, 41);
  ASSERT_EQ(board.chip_celsius.size(), 1U);
  EXPECT_FLOAT_EQ(board.chip_celsius[0].celsius, 62);
  EXPECT_TRUE(board.pcb_celsius.empty());
  EXPECT_EQ(reading.fans_expected, 0);
}

TEST(Traps, Trap08CoolantFollowsTheRulesOfAllSensors) {
  const auto decoded = DecodeAll({Stats("Antminer S21+ Hyd.", R"("chain_acn1":95,
      "chain_acs1":"ooo","temp_pcb1":"255-0-255-0","temp_pic1":"255-0-0-0","chain_acn2":95,
      "chain_acs2":"ooo","temp_pcb2":"0-0--50-0")")});
  for (const BoardReading& board : decoded.reading->boards) {
    EXPECT_FALSE(board.inlet_celsius) << *board.inlet_celsius;
    EXPECT_FALSE(board.outlet_celsius) << *board.outlet_celsius;
    EXPECT_TRUE(board.chip_celsius.empty());
  }
  EXPECT_EQ(decoded.repairs.at(static_cast<std::size_t>(Repair::kOutOfRange)), 4U);
}

TEST(Traps, Trap08TheNewShapeOfAHydroTellsCoolantToo) {
  const auto decoded = DecodeAll(
      {{"version", "{" + std::string(kStatus) + R"(,"VERSION":[{"Type":"Antminer S21+ Hyd."}]})"},
       {"stats", R"({"STATUS":{"STATUS":"S"},"STATS":[{"rate_5s":319000,"chain":[{"index":0,
          "asic_num":95,"temp_pcb":[30,0,41,0],"temp_chip":[0,0,0,0],"temp_pic":[62,0,0,0]}]}]})"}});
  const BoardReading& board = decoded.reading->boards.at(0);
  EXPECT_EQ(board.inlet_celsius, 30);
  EXPECT_EQ(board.outlet_celsius, 41);
  EXPECT_TRUE(board.pcb_celsius.empty());
  EXPECT_FLOAT_EQ(board.chip_celsius.at(0).celsius, 62);
}

TEST(Traps, Trap09LuxosTemperaturesUnderAnyKeyAndBoardsById) {
  const std::string version = "{" + std::string(kStatus) +
                              R"(,"VERSION":[{"LUXminer":"2025.9.8","Type":"Antminer S19k Pro"}]})";
  const std::string devs =
      "{" + std::string(kStatus) + R"(,"DEVS":[{"ID":2,"MHS 5s":3e6},{"ID":0,"MHS 5s":1e6}]})";
  const std::string temps =
      "{" + std::string(kStatus) +
      R"(,"TEMPS":[{"ID":0,"BoardTopLeft":40,"ChipTopLeft":61},{"ID":2,"BottomRight":44}]})";
  const auto decoded = DecodeAll({{"version", version},
                                  Summary(R"("GHS 5s":5000,"Total MH":5000)"),
                                  {"devs", devs},
                                  {"temps", temps}});
  const Reading& reading = decoded.reading.value();
  ASSERT_EQ(reading.boards.size(), 2U);
  EXPECT_EQ(reading.boards[0].board, "1");
  EXPECT_DOUBLE_EQ(reading.boards[0].hashrate_hashes_per_second.value(), 1e12);
  EXPECT_FLOAT_EQ(reading.boards[0].chip_celsius.at(0).celsius, 61);
  EXPECT_FLOAT_EQ(reading.boards[1].pcb_celsius.at(0).celsius, 44);
  EXPECT_FALSE(reading.hashes);  // Its "Total MH" is a rate.
}

TEST(Traps, AnotherMacIsAnotherDevice) {
  const std::string version = "{" + std::string(kStatus) +
                              R"(,"VERSION":[{"LUXminer":"2025.9.8","Type":"Antminer S19k Pro"}]})";
  const std::string config =
      "{" + std::string(kStatus) + R"(,"CONFIG":[{"MACAddr":"02:00:00:00:00:02"}]})";
  DecodeContext context = Context();
  context.known.mac = "02:00:00:00:00:01";
  context.known.serial = "SX";
  const auto decoded = Decode({{"version", version}, {"config", config}}, context);
  EXPECT_EQ(decoded.identity.mac, "02:00:00:00:00:02");
  EXPECT_EQ(decoded.identity.serial, "");
  context.known.mac = "02:00:00:00:00:02";
  EXPECT_EQ(Decode({{"version", version}, {"config", config}}, context).identity.serial, "SX");
}

TEST(Traps, Trap10AnUnknownMemberOfAJoinFailsAlone) {
  const std::string joined = R"({"summary":[{)" + std::string(kStatus) +
                             R"(,"SUMMARY":[{"GHS 5s":100}]}],"devs":[{"STATUS":[{"STATUS":"E",
      "Code":45,"Msg":"Access denied to 'devs' command"}]}],"stats":[{)" +
                             std::string(kStatus) +
                             R"(,"STATS":[{"Type":"Antminer S9"}]}],"id":1})";
  const auto decoded = DecodeAll({{"summary+devs+stats", joined}});
  EXPECT_TRUE(decoded.reading);
  EXPECT_FALSE(decoded.join_refused);
  ASSERT_EQ(decoded.commands.size(), 3U);
  EXPECT_EQ(decoded.commands[1].error->reason, Reason::kApi);
  EXPECT_FALSE(decoded.commands[0].error);
}

TEST(Traps, Trap10ARefusedJoinIsRemembered) {
  const auto decoded = DecodeAll(
      {{"summary+stats+pools",
        R"({"STATUS":[{"STATUS":"E","When":1,"Code":14,"Msg":"Invalid command"}],"id":1})"}});
  EXPECT_TRUE(decoded.join_refused);
  EXPECT_FALSE(decoded.reading);
}

TEST(Traps, Trap12NeverIsNoTime) {
  const Reading reading =
      DecodeAll({Stats("Antminer S9", R"("a":1)"),
                 Pools(R"({"POOL":0,"Last Share Time":"0"},{"POOL":1,"Last Share Time":-1},
                         {"POOL":2,"Last Share Time":"0:01:40"},
                         {"POOL":3,"Last Share Time":1699999940})")})
          .reading.value();
  EXPECT_FALSE(reading.pools.at(0).last_share);
  EXPECT_FALSE(reading.pools.at(1).last_share);
  EXPECT_EQ(reading.pools.at(2).last_share, SystemTime(std::chrono::seconds(1'699'999'900)));
  EXPECT_EQ(reading.pools.at(3).last_share, SystemTime(std::chrono::seconds(1'699'999'940)));
}

TEST(Traps, Trap13TheUnitFollowsTheModel) {
  EXPECT_DOUBLE_EQ(ReadOne(Stats("Antminer L3+", R"("a":1)")).hashrate_hashes_per_second.value(),
                   100e6);
  EXPECT_DOUBLE_EQ(ReadOne(Stats("Antminer Z11", R"("a":1)")).hashrate_hashes_per_second.value(),
                   100e3);
  EXPECT_DOUBLE_EQ(ReadOne(Stats("Antminer S19", R"("a":1)")).hashrate_hashes_per_second.value(),
                   100e9);
  EXPECT_FALSE(ReadOne(Stats("Antminer L3+", R"("a":1)")).IsSha256());
}

TEST(Traps, Trap15TheMinersClockIsNotTrusted) {
  RawReply pools = Pools(R"({"POOL":0,"Last Share Time":395300})");
  pools.body = std::string(*pools.body).replace(pools.body->find("1700000000"), 10, "395315");
  const Reading reading = DecodeAll({Stats("Antminer S9", R"("a":1)"), pools}).reading.value();
  EXPECT_EQ(reading.pools.at(0).last_share, SystemTime(std::chrono::seconds(1'699'999'985)));
}

TEST(Traps, Trap18OtherDevicesAreNoMiners) {
  for (const char* body :
       {R"({"STATUS":[{"STATUS":"S","Description":"whatsminer 1.2"}],"VERSION":[{"API":"3.7"}]})",
        R"({"STATUS":[{"STATUS":"S","Description":"cgminer 4.11"}],"VERSION":[{"CGMiner":"4.11",
            "PROD":"AvalonMiner 1246"}]})",
        "HTTP/1.1 400 Bad Request\r\n\r\n", "{}", "garbage"}) {
    EXPECT_FALSE(DecodeAll({{"version", body}}).is_miner) << body;
  }
}

TEST(Traps, Trap18EpicIsNamedByItsOwnAnswer) {
  const auto decoded =
      DecodeAll({{"http:/capabilities", "HTTP/1.0 200 OK\r\n\r\n{\"Model\":\"Antminer S19 XP\"}"}});
  EXPECT_TRUE(decoded.is_miner);
  EXPECT_EQ(decoded.identity.firmware, "epic");
  EXPECT_EQ(decoded.identity.model, "Antminer S19 XP");
  EXPECT_FALSE(decoded.reading);
}

TEST(Traps, Trap20TheApiVersionIsNoDiscriminator) {
  const auto decoded = DecodeAll({{"version", "{" + std::string(kStatus) +
                                                  R"x(,"VERSION":[{"API":"3.7","Cgminer":"4.11.1",
      "Type":"Antminer S9 (vnish 3.8.6)"}]})x"}});
  EXPECT_EQ(decoded.identity.firmware, "vnish");
  EXPECT_EQ(decoded.identity.firmware_version, "3.8.6");
}

TEST(Traps, Trap21TheNewShapeIsDecidedByShape) {
  const auto decoded = DecodeAll(
      {{"version", "{" + std::string(kStatus) + R"(,"VERSION":[{"Type":"Antminer S21"}]})"},
       {"stats", R"({"STATUS":{"STATUS":"S"},"STATS":[{"elapsed":60,"rate_5s":200000.5,
          "miner-mode":1,"fan":[5000,0],"chain":[{"index":0,"asic_num":108,"rate_real":66000,
          "temp_chip":[70,0,71,72]}]}]})"}});
  const Reading& reading = decoded.reading.value();
  EXPECT_DOUBLE_EQ(reading.hashrate_hashes_per_second.value(), 200000.5e9);
  EXPECT_EQ(reading.work_mode, "sleep");
  EXPECT_EQ(reading.boards.at(0).board, "1");
  EXPECT_EQ(reading.boards.at(0).chip_celsius.size(), 3U);
  EXPECT_EQ(reading.fans.size(), 2U);
}

TEST(Traps, Trap22ImplausibleSensorsAreDroppedAndCounted) {
  const auto decoded = DecodeAll({Stats("Antminer S19", R"("chain_acn1":76,"chain_acs1":"o",
      "temp_chip1":"255-70-200-0","temp_pcb1":"-83-40-41-42")")});
  const BoardReading& board = decoded.reading->boards.at(0);
  ASSERT_EQ(board.chip_celsius.size(), 1U);
  EXPECT_FLOAT_EQ(board.chip_celsius[0].celsius, 70);
  EXPECT_EQ(board.chip_celsius[0].index, 1);
  EXPECT_EQ(board.pcb_celsius.size(), 3U);
  EXPECT_EQ(decoded.repairs.at(static_cast<std::size_t>(Repair::kOutOfRange)), 3U);
}

TEST(Traps, Trap22NegativeSensorsAreSplitRight) {
  const Reading reading = ReadOne(Stats("Antminer S19 Pro", R"("chain_acn1":114,"chain_acs1":"o",
      "temp_pcb1":"2--1-20-22","temp_chip1":"-8--11-10-12")"));
  const auto& pcb = reading.boards.at(0).pcb_celsius;
  ASSERT_EQ(pcb.size(), 4U);
  EXPECT_FLOAT_EQ(pcb[1].celsius, -1);
  EXPECT_FLOAT_EQ(reading.boards.at(0).chip_celsius.at(1).celsius, -11);
}

TEST(Traps, Trap23ObservedChipsBeatTheTable) {
  const Reading reading = ReadOne(Stats("Antminer S19", R"("chain_acn1":88,"chain_acs1":"o",
      "chain_acn2":80,"chain_acs2":"o")"));
  EXPECT_EQ(reading.boards.at(1).chips_expected, 88);
}

TEST(Traps, FeePoolsAreLeftOutOfUserTotals) {
  const Reading reading =
      DecodeAll({Stats("Antminer S19 (Vnish 1.2.0)", R"("a":1)"),
                 Summary(R"("GHS 5s":1,"Accepted":226146,"Rejected":94,"Difficulty Stale":5)"),
                 Pools(R"({"POOL":0,"URL":"stratum+tcp://u:p@a.example:3333#xnsub","User":"me",
                         "Status":"Alive","Priority":0,"Accepted":100,"Rejected":2,"Stale":1,
                         "Stratum Active":true,"Diff":"65.5K","Type":0,"Difficulty Rejected":13},
                        {"POOL":1,"URL":"DevFee","Type":1,"Accepted":5000,
                         "Difficulty Rejected":77})")})
          .reading.value();
  EXPECT_EQ(reading.accepted, 100);
  EXPECT_EQ(reading.rejected, 2);
  EXPECT_EQ(reading.difficulty_rejected, 13);
  EXPECT_FALSE(reading.difficulty_stale) << "no pool told it";
  EXPECT_TRUE(reading.pools.at(1).dev_fee);
  EXPECT_EQ(reading.pools.at(0).host, "a.example:3333");
  EXPECT_EQ(reading.pools.at(0).url, "stratum+tcp://a.example:3333");
  EXPECT_EQ(reading.pools.at(0).protocol, "stratum+tcp");
  EXPECT_EQ(reading.pools.at(0).share_difficulty, 65500);
}

TEST(Traps, TotalsWithFeeSharesAreNotToldWhenPoolsFail) {
  const RawReply summary = Summary(
      R"("GHS 5s":1,"Accepted":226146,"Rejected":94,"Stale":1,"Difficulty Accepted":9,
         "Difficulty Rejected":8,"Difficulty Stale":7)");
  const RawReply failed{"pools", PollError{Reason::kTimeout, "read"}};
  for (const char* firmware : {"vnish", "hiveon", "mskminer", "blissz"}) {
    const auto context = Known(firmware, "Antminer S19");
    for (const auto& replies : std::vector<std::vector<RawReply>>{{summary, failed}, {summary}}) {
      const Reading reading = Decode(replies, context).reading.value();
      for (const auto& total :
           {reading.accepted, reading.rejected, reading.stale, reading.difficulty_accepted,
            reading.difficulty_rejected, reading.difficulty_stale}) {
        EXPECT_FALSE(total) << firmware;
      }
    }
  }
  const Reading stock = Decode({summary, failed}, Known("stock", "Antminer S19")).reading.value();
  EXPECT_EQ(stock.accepted, 226146) << "no fee is counted in there";
  EXPECT_EQ(stock.difficulty_rejected, 8);
}

TEST(Traps, WhatAnybodyCanSetUpIsMarkedAsSuch) {
  const Reading reading =
      DecodeAll({Stats("Antminer S19", R"("a":1)"), Summary(R"("GHS 5s":1)"),
                 Pools(R"({"POOL":0,"URL":"evil.example:3333/@pool.example","User":"me"},
                        {"POOL":1,"URL":"evil.example:3333","User":"devfee.x","Priority":1},
                        {"POOL":2,"URL":"fee.example:3333","User":"devfee.x","Priority":999},
                        {"POOL":3,"URL":"u:p@pool.example:3333/path","User":"me"})")})
          .reading.value();
  EXPECT_TRUE(reading.pools.at(0).odd_url);
  EXPECT_TRUE(reading.pools.at(1).dev_fee && reading.pools.at(1).fee_by_name);
  EXPECT_TRUE(reading.pools.at(2).dev_fee && !reading.pools.at(2).fee_by_name);
  EXPECT_FALSE(reading.pools.at(3).odd_url || reading.pools.at(3).dev_fee);
}

}  // namespace
}  // namespace antx
