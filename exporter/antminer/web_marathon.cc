// Marathon (KaonSu): /kaonsu/v1. Total rate in TH/s unless it names a unit, boards in GH/s.
#include "antminer/families/family.h"
#include "antminer/identify.h"
#include "antminer/web_pages.h"
#include "util/text.h"

namespace antx {
namespace {

double UnitOf(const Record& record, const std::string& key, double fallback) {
  std::string unit = ToLower(record.Text(key + "_unit"));
  if (unit.empty()) unit = ToLower(record.Text("hashrate_unit"));
  if (unit.starts_with("ph")) return 1e15;
  if (unit.starts_with("th")) return 1e12;
  if (unit.starts_with("gh")) return 1e9;
  if (unit.starts_with("mh")) return 1e6;
  return fallback;
}

void ReadIdentity(const WebPages& pages, Identity& identity) {
  if (const auto overview = pages.Object("overview")) {
    identity.firmware = "marathon";
    SetType(ToldText(*overview, "model"), identity.firmware, identity);
    if (auto mac = ParseMac(overview->Text("mac")); !mac.empty()) identity.mac = mac;
    if (auto text = ToldText(*overview, "hostname"); !text.empty()) identity.hostname = text;
    if (auto text = ToldText(*overview, "version_firmware"); !text.empty()) {
      identity.firmware_version = text;
    }
  }
  if (const auto network = pages.Object("network_config")) {
    if (auto text = ToldText(*network, "hostname"); !text.empty()) identity.hostname = text;
  }
}

void ReadBrief(const Record& brief, Reading& reading) {
  brief.Take("hashrate_realtime", UnitOf(brief, "hashrate_realtime", 1e12),
             reading.hashrate_hashes_per_second, "hashrate");
  brief.Take("hashrate_average", UnitOf(brief, "hashrate_average", 1e12),
             reading.hashrate_average_hashes_per_second, "average");
  // Without a unit its meaning differs from build to build: the model table is the better guess.
  const double unit = UnitOf(brief, "hashrate_ideal", 0);
  if (unit > 0) {
    brief.TakePositive("hashrate_ideal", unit, reading.hashrate_expected_hashes_per_second,
                       "expected");
  }
  brief.Take("elapsed", 1, reading.elapsed_seconds, "elapsed_seconds");
  // Named "estimated": a model of the firmware, as Braiins and Vnish have it.
  const auto watts = ReportedWatts(brief.Number("power_consumption_estimated"), brief.log());
  if (watts) reading.power = Power{*watts, PowerSource::kReported};
  if (const std::string status = ToLower(brief.Text("status")); !status.empty()) {
    reading.mining = status == "mining";
  }
}

void ReadBoards(const WebPages& pages, Reading& reading) {
  const auto temperatures = pages.List("hashboards", "hashboards");
  for (const Record& record : pages.List("details", "hashboard_infos")) {
    const auto index = record.Number("index");
    if (!index || *index < 0 || *index > 15) continue;
    BoardReading board;
    board.board = std::to_string(ToInt(*index));
    record.Take("hashrate_avg", 1e9, board.hashrate_hashes_per_second, "board hashrate");
    record.TakePositive("hashrate_ideal", 1e9, board.hashrate_expected_hashes_per_second,
                        "board expected");
    if (const auto chips = record.Number("asic_num")) board.chips = ToInt(*chips);
    if (const auto mhz = record.Number("frequency_avg")) board.frequency_hertz = Scaled(*mhz, 1e6);
    board.voltage_volts = record.Number("voltage");
    board.serial = ToldText(record, "serial_number");
    const auto slot = static_cast<std::size_t>(*index);
    const auto* list =
        slot < temperatures.size() ? temperatures[slot].Find("temperature_pcb") : nullptr;
    if (list != nullptr && list->is_array()) {
      int position = 0;
      for (const auto& item : list->get_array()) {
        const int at = position++;
        if (item.is_number()) {
          AddSensor(item.to_number<double>(), at, board.pcb_celsius, record.log());
        }
      }
    }
    reading.boards.push_back(std::move(board));
  }
}

}  // namespace

void ReadMarathonPages(const WebPages& pages, const DecodeContext& /*context*/, Reading& reading) {
  ReadIdentity(pages, reading.identity);
  if (const auto brief = pages.Object("brief")) ReadBrief(*brief, reading);
  ReadBoards(pages, reading);
  const auto nested = pages.List("fans", "fans");
  for (const Record& fan : nested.empty() ? pages.List("fans") : nested) {
    const auto rpm = fan.Number("current_speed");
    if (rpm && *rpm >= 0) reading.fans.push_back({static_cast<int>(reading.fans.size()), *rpm});
  }
  for (const Record& record : pages.List("pools")) {
    PoolReading pool;
    pool.pool = static_cast<int>(reading.pools.size());
    SetPoolUrl(record.Text("url"), pool);
    pool.user = record.Text("user");
    pool.status = ParsePoolStatus(record.Text("status"));
    pool.active = EqualsNoCase(record.Text("status"), "active");
    record.TakeCounter("accepted", 1, pool.accepted, "pool accepted");
    record.TakeCounter("rejected", 1, pool.rejected, "pool rejected");
    record.TakeCounter("stale", 1, pool.stale, "pool stale");
    reading.pools.push_back(std::move(pool));
  }
}

}  // namespace antx
