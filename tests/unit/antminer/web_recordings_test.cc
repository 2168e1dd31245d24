// Recorded pages of the web side of real miners against the figures of their sources; skipped where
// the recordings are absent.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <map>
#include <set>

#include "antminer/web.h"
#include "unit/antminer/recorded_devices.h"

namespace antx {
namespace {

namespace json = boost::json;

constexpr std::int64_t kNow = 1'790'000'000;

DecodeContext Context(const std::string& firmware = "") {
  DecodeContext context;
  context.received = SystemTime(std::chrono::seconds(kNow));
  context.known.firmware = firmware;
  return context;
}

/// Names of recorded files (without "web_") that are not those of the pages.
const std::map<std::string, std::string> kPageOfFile = {
    {"get_system_info", "system_info"}, {"get_network_info", "network_info"},
    {"get_miner_conf", "miner_conf"},   {"miner_details", "details"},
    {"miner_stats", "stats"},           {"miner_hw_hashboards", "hashboards"},
    {"cooling_state", "cooling"},       {"gql_system", "system"},
    {"gql_boards", "boards"},           {"gql_pools", "pools"}};

/// The recorded pages that the plan of a dialect asks for; none without recordings.
std::vector<RawReply> Recorded(const std::string& device, WebDialect dialect) {
  std::vector<RawReply> replies;
  std::set<std::string> asked;
  for (const WebRequest& request : WebPlanOf(dialect).requests) asked.emplace(request.name);
  std::error_code missing;
  for (const auto& entry :
       std::filesystem::directory_iterator(RecordingsFolder() / device, missing)) {
    std::string name = entry.path().stem().string();
    if (!name.starts_with("web_")) continue;
    name = name.substr(4);
    if (const auto found = kPageOfFile.find(name); found != kPageOfFile.end()) name = found->second;
    if (asked.contains(name)) replies.push_back({name, ReadWholeFile(entry.path())});
  }
  return replies;
}

struct RecordedWeb {
  const char* device;
  WebDialect dialect;
  const char* firmware;
  const char* model;
};
void PrintTo(const RecordedWeb& row, std::ostream* out) { *out << row.device; }

class RecordedWebTest : public ::testing::TestWithParam<RecordedWeb> {};

/// One fact of expected.json. Returns false for a key that says nothing of the web side.
bool ExpectFact(const Reading& reading, std::string_view key, const json::value& want) {
  const Identity& identity = reading.identity;
  const auto text = [&] { return want.is_null() ? std::string() : std::string(want.as_string()); };
  const auto number = [&] { return want.to_number<double>(); };
  if (key == "mac") {
    EXPECT_EQ(identity.mac, text());
  } else if (key == "hostname") {
    EXPECT_EQ(identity.hostname, text());
  } else if (key == "firmware_version") {
    EXPECT_EQ(identity.firmware_version, text());
  } else if (key == "api_version") {
    EXPECT_EQ(identity.api_version, text());
  } else if (key == "serial_number") {
    EXPECT_EQ(identity.serial, text());
  } else if (key == "wattage_w") {
    EXPECT_NEAR(reading.power.value().watts, number(), 1e-6);
    EXPECT_EQ(reading.power->source, PowerSource::kReported);
  } else if (key == "boards") {
    EXPECT_EQ(reading.BoardsPresent(), static_cast<int>(number()));
  } else if (key == "fans") {
    EXPECT_EQ(reading.fans.size(), static_cast<std::size_t>(number()));
  } else if (key == "pools") {
    EXPECT_EQ(reading.pools.size(), static_cast<std::size_t>(number()));
  } else if (key == "is_mining") {
    EXPECT_EQ(reading.mining.value_or(reading.hashrate_hashes_per_second.value_or(0) > 0),
              want.as_bool());
  } else if (key == "hashrate_ths") {
    EXPECT_NEAR(reading.hashrate_hashes_per_second.value(), number() * 1e12, 1e6);
  } else if (key == "expected_hashrate_ths") {
    EXPECT_NEAR(reading.hashrate_expected_hashes_per_second.value(), number() * 1e12, 1e6);
  } else if (key == "uptime_s") {
    EXPECT_DOUBLE_EQ(reading.elapsed_seconds.value(), number());
  } else if (key == "total_chips") {
    int chips = 0;
    for (const BoardReading& board : reading.boards) chips += board.chips.value_or(0);
    EXPECT_EQ(chips, static_cast<int>(number()));
  } else if (key == "board_chips" || key == "board_active") {
    const json::array& list = want.as_array();
    EXPECT_EQ(reading.boards.size(), list.size());
    for (std::size_t i = 0; i < std::min(list.size(), reading.boards.size()); ++i) {
      const BoardReading& board = reading.boards[i];
      if (key == "board_chips") {
        EXPECT_EQ(board.chips, list[i].to_number<int>()) << board.board;
      } else {
        EXPECT_EQ(board.Up(), list[i].as_bool()) << board.board;
      }
    }
  } else {
    return false;
  }
  return true;
}

TEST_P(RecordedWebTest, GivesTheFiguresItsSourceAsserts) {
  const RecordedWeb& row = GetParam();
  const auto replies = Recorded(row.device, row.dialect);
  if (replies.empty()) {
    GTEST_SKIP() << "no recorded pages in " << RecordingsFolder() / row.device
                 << "; set ANTMINER_RECORDINGS to the folder that holds them";
  }
  const WebDecoded decoded = DecodeWeb(row.dialect, replies, Context(row.firmware));
  for (const CommandResult& page : decoded.pages) {
    EXPECT_FALSE(page.error) << page.command << ": " << page.error->detail;
    EXPECT_EQ(page.collector, Collector::kWeb);
  }
  EXPECT_EQ(decoded.reading.identity.firmware, row.firmware);
  EXPECT_EQ(decoded.reading.identity.model, row.model);
  const auto path = RecordingsFolder() / row.device / "expected.json";
  if (!std::filesystem::exists(path)) return;
  int checked = 0;
  const json::value expected = json::parse(ReadWholeFile(path));
  // Figures in this form are those of the API; recordings_test.cc reads them.
  if (expected.as_object().contains("asics")) return;
  for (const auto& [key, want] : expected.as_object()) {
    // How many fans there are is known by the model, which the API tells.
    if (std::string_view(row.model).empty() && key == "fans") continue;
    if (ExpectFact(decoded.reading, key, want)) ++checked;
  }
  EXPECT_GT(checked, 0) << "expected.json holds nothing that is checked";
}

INSTANTIATE_TEST_SUITE_P(
    Devices, RecordedWebTest,
    ::testing::Values(
        RecordedWeb{"stock-web/ks5pro-20240828", WebDialect::kStock, "stock", "Antminer KS5 Pro"},
        RecordedWeb{"stock-x21/s21-system-info", WebDialect::kStock, "stock", "Antminer S21"},
        RecordedWeb{"stock-x19/s19-sleeping", WebDialect::kStock, "stock", ""},
        RecordedWeb{"stock-legacy/d3-web", WebDialect::kStockOld, "stock", ""},
        RecordedWeb{"stock-legacy/l3plus", WebDialect::kStockOld, "stock", ""},
        RecordedWeb{"vnish/s19-1.2.6-web-failure", WebDialect::kVnish, "vnish", "Antminer S19"},
        RecordedWeb{"braiins/boser-22.08-s9", WebDialect::kBraiinsGraphql, "braiins", ""},
        RecordedWeb{"braiins/boser-25.03-s21plus", WebDialect::kBraiinsGraphql, "braiins", ""},
        RecordedWeb{"braiins/rest-25.07-s19xp", WebDialect::kBraiinsRest, "braiins",
                    "Antminer S19 XP"},
        RecordedWeb{"braiins/rest-25.11-s19xp", WebDialect::kBraiinsRest, "braiins",
                    "Antminer S19 XP"},
        RecordedWeb{"braiins/rest-26.04-s21pro", WebDialect::kBraiinsRest, "braiins",
                    "Antminer S21 Pro"},
        RecordedWeb{"epic/s19xp-powerplay-1.5.13", WebDialect::kEpic, "epic", "Antminer S19 XP"}),
    [](const auto& row) { return DeviceName(row.param.device); });

// --- What single recordings tell beyond their expected.json --------------------------

WebDecoded DecodedDevice(const char* device, WebDialect dialect, const char* firmware) {
  return DecodeWeb(dialect, Recorded(device, dialect), Context(firmware));
}

TEST(RecordedWebDetails, SleepStandsOnlyInTheSettings) {
  const auto decoded = DecodedDevice("stock-x19/s19-sleeping", WebDialect::kStock, "stock");
  if (decoded.pages.empty()) GTEST_SKIP() << "no recordings";
  EXPECT_EQ(decoded.reading.work_mode, "sleep");
  EXPECT_FALSE(decoded.whole);
}

TEST(RecordedWebDetails, AnEditedAddressIsNoMac) {
  const auto decoded = DecodedDevice("stock-x21/s21-system-info", WebDialect::kStock, "stock");
  if (decoded.pages.empty()) GTEST_SKIP() << "no recordings";
  EXPECT_EQ(decoded.reading.identity.mac, "");
  EXPECT_EQ(decoded.reading.identity.serial, "THQING0BDJAB024NF");
}

TEST(RecordedWebDetails, AnIdleStockMachineIsWholeWithItsSelfAssessment) {
  const auto decoded = DecodedDevice("stock-web/ks5pro-20240828", WebDialect::kStock, "stock");
  if (decoded.pages.empty()) GTEST_SKIP() << "no recordings";
  const Reading& reading = decoded.reading;
  EXPECT_TRUE(decoded.whole);
  EXPECT_EQ(reading.hashrate_hashes_per_second, 0);
  EXPECT_EQ(reading.identity.mac, "30:cb:1b:49:a4:db");
  EXPECT_EQ(reading.identity.firmware_version, "Wed Aug 28 11:12:11 CST 2024");
  EXPECT_EQ(reading.work_mode, "normal");
  EXPECT_EQ(reading.components.size(), 4U);
  EXPECT_TRUE(std::all_of(reading.components.begin(), reading.components.end(),
                          [](const ComponentReading& part) { return part.ok; }));
  ASSERT_EQ(reading.pools.size(), 2U);
  EXPECT_EQ(reading.pools[0].host, "mining.viabtc.io:3015");
  EXPECT_EQ(reading.pools[0].accepted, 0);
}

TEST(RecordedWebDetails, AVnishMachineThatFailedSaysSo) {
  const auto decoded = DecodedDevice("vnish/s19-1.2.6-web-failure", WebDialect::kVnish, "vnish");
  if (decoded.pages.empty()) GTEST_SKIP() << "no recordings";
  const Reading& reading = decoded.reading;
  EXPECT_TRUE(reading.stopped_by_fault);
  EXPECT_EQ(reading.mining, false);
  EXPECT_FALSE(reading.power);
  EXPECT_EQ(reading.identity.mac, "fe:07:26:3c:be:1b");
  EXPECT_EQ(reading.identity.firmware_version, "1.2.6");
  EXPECT_EQ(reading.identity.serial, "");
  EXPECT_EQ(reading.boot_time, SystemTime(std::chrono::seconds(kNow - 6 * 60)));
  ASSERT_EQ(reading.pools.size(), 1U);
  EXPECT_TRUE(reading.pools[0].dev_fee);
}

TEST(RecordedWebDetails, BraiinsTellsBoardsAndPools) {
  const auto decoded =
      DecodedDevice("braiins/rest-26.04-s21pro", WebDialect::kBraiinsRest, "braiins");
  if (decoded.pages.empty()) GTEST_SKIP() << "no recordings";
  const Reading& reading = decoded.reading;
  EXPECT_TRUE(decoded.whole);
  EXPECT_NEAR(reading.hashrate_hashes_per_second.value(), 248186677200024.98, 1e6);
  EXPECT_EQ(reading.boot_time, SystemTime(std::chrono::seconds(kNow - 7206)));
  EXPECT_EQ(reading.elapsed_seconds, 7039);
  EXPECT_EQ(reading.accepted, 848);
  ASSERT_EQ(reading.boards.size(), 3U);
  EXPECT_EQ(reading.boards[0].board, "1");
  EXPECT_EQ(reading.boards[0].serial, "THQGYSCBDJIAH11S3");
  EXPECT_EQ(reading.boards[0].chips, 65);
  EXPECT_FLOAT_EQ(reading.boards[0].chip_celsius.at(0).celsius, 65.375F);
  ASSERT_EQ(reading.pools.size(), 2U);
  EXPECT_TRUE(reading.pools[0].active);
  EXPECT_FALSE(reading.pools[1].last_share);
}

}  // namespace
}  // namespace antx
