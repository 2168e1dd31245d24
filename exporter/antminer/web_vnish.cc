// Vnish from 1.0 on: /api/v1. Rates in the unit of info.hr_measure, GH/s when it names none.
#include <algorithm>

#include "antminer/families/family.h"
#include "antminer/identify.h"
#include "antminer/web_pages.h"
#include "util/text.h"

namespace antx {
namespace {

double UnitOf(const WebPages& pages) {
  const auto info = pages.Object("info");
  const std::string unit = info ? ToLower(info->Text("hr_measure")) : std::string();
  if (unit.starts_with("th")) return 1e12;
  if (unit.starts_with("mh")) return 1e6;
  if (unit.starts_with("kh")) return 1e3;
  return 1e9;
}

/// "0:06", "3 days, 0:06": hours and minutes since the board booted.
std::optional<double> UptimeSeconds(std::string_view text) {
  double seconds = 0;
  if (const auto days = text.find("day"); days != std::string_view::npos) {
    const auto count = LeadingNumber(text);
    const auto comma = text.find(',', days);
    if (!count || comma == std::string_view::npos) return std::nullopt;
    seconds = *count * 86400;
    text = text.substr(comma + 1);
  }
  const auto parts = SplitList(text, ":");
  if (parts.size() != 2) return std::nullopt;
  const auto hours = ParseDouble(parts[0]);
  const auto minutes = ParseDouble(parts[1]);
  if (!hours || !minutes || *hours < 0 || *minutes < 0) return std::nullopt;
  return seconds + *hours * 3600 + *minutes * 60;
}

void ReadInfo(const WebPages& pages, const DecodeContext& context, Reading& reading) {
  Identity& identity = reading.identity;
  const auto info = pages.Object("info");
  if (!info) return;
  identity.firmware = "vnish";
  SetType(ToldText(*info, "miner"), identity.firmware, identity);
  if (auto text = ToldText(*info, "fw_version"); !text.empty()) identity.firmware_version = text;
  if (auto text = ToldText(*info, "serial"); !text.empty()) identity.serial = text;
  if (const auto network = pages.Object("info", "system.network_status")) {
    if (auto mac = ParseMac(network->Text("mac")); !mac.empty()) identity.mac = mac;
    if (auto text = ToldText(*network, "hostname"); !text.empty()) identity.hostname = text;
  }
  if (const auto system = pages.Object("info", "system")) {
    if (const auto seconds = UptimeSeconds(system->Text("uptime"))) {
      reading.boot_time = Earlier(context.received, *seconds);
    }
  }
}

void AddSensorAt(const Record& chain, std::string_view path, int index,
                 std::vector<SensorReading>& sensors) {
  if (const auto celsius = NumberAt(chain, path)) {
    AddSensor(*celsius, index, sensors, chain.log());
  }
}

BoardReading ReadChain(const Record& chain, double unit) {
  BoardReading board;
  board.board = chain.Text("id");
  for (const char* key : {"hashrate_rt", "hr_realtime"}) {
    chain.Take(key, unit, board.hashrate_hashes_per_second, "board hashrate");
  }
  for (const char* key : {"hashrate_ideal", "hr_nominal"}) {
    chain.TakePositive(key, unit, board.hashrate_expected_hashes_per_second, "board expected");
  }
  for (const char* key : {"frequency", "freq"}) {
    if (const auto mhz = chain.Number(key); mhz && *mhz > 0)
      board.frequency_hertz = Scaled(*mhz, 1e6);
  }
  if (const auto milli = chain.Number("voltage"); milli && *milli > 0) {
    board.voltage_volts = *milli / 1000;
  }
  board.power_watts = ReportedWatts(chain.Number("power_consumption"), chain.log());
  chain.TakeCounter("hw_errors", 1, board.hardware_errors, "board hardware_errors");
  board.serial = ToldText(chain, "serial");
  AddSensorAt(chain, "pcb_temp.min", 0, board.pcb_celsius);
  AddSensorAt(chain, "pcb_temp.max", 1, board.pcb_celsius);
  AddSensorAt(chain, "chip_temp.min", 0, board.chip_celsius);
  AddSensorAt(chain, "chip_temp.max", 1, board.chip_celsius);
  if (const auto* chips = chain.Find("chips"); chips != nullptr && chips->is_array()) {
    if (!chips->get_array().empty()) board.chips = static_cast<int>(chips->get_array().size());
  }
  return board;
}

void ReadPools(const WebPages& pages, Reading& reading) {
  for (const Record& record : pages.List("summary", "miner.pools")) {
    PoolReading pool;
    pool.pool = ToInt(record.Number("id").value_or(static_cast<double>(reading.pools.size())));
    pool.dev_fee = EqualsNoCase(record.Text("pool_type"), "devfee");
    SetPoolUrl(record.Text("url"), pool);
    pool.user = record.Text("user");
    const std::string status = ToLower(record.Text("status"));
    pool.active = status == "working";
    const bool alive = pool.active || status == "active";
    pool.status = alive ? PoolStatus::kAlive : ParsePoolStatus(status);
    record.TakeCounter("accepted", 1, pool.accepted, "pool accepted");
    record.TakeCounter("rejected", 1, pool.rejected, "pool rejected");
    record.TakeCounter("stale", 1, pool.stale, "pool stale");
    record.TakeCounter("diffa", 1, pool.difficulty_accepted, "pool difficulty_accepted");
    record.TakeCounter("diffr", 1, pool.difficulty_rejected, "pool difficulty_rejected");
    record.TakeCounter("diffs", 1, pool.difficulty_stale, "pool difficulty_stale");
    pool.share_difficulty = DifficultyNumber(record.Text("diff"));
    reading.pools.push_back(std::move(pool));
  }
  SumUserPools(reading);
}

void ReadState(const WebPages& pages, Reading& reading) {
  const auto status = pages.Object("summary", "miner.miner_status");
  if (!status) return;
  const std::string state = ToLower(status->Text("miner_state"));
  if (state.empty()) return;
  reading.mining = state == "mining" || state == "auto-tuning";
  reading.starting = state == "initializing" || state == "starting" || state == "restarting";
  reading.stopped_by_fault = state == "failure";
}

void ReadMachine(const Record& miner, double unit, Reading& reading) {
  miner.Take("hr_realtime", unit, reading.hashrate_hashes_per_second, "hashrate");
  miner.Take("hr_average", unit, reading.hashrate_average_hashes_per_second, "average");
  miner.TakePositive("hr_nominal", unit, reading.hashrate_expected_hashes_per_second, "expected");
  for (const char* key : {"power_usage", "power_consumption"}) {
    const auto watts = ReportedWatts(miner.Number(key), miner.log());
    if (watts && !reading.power) reading.power = Power{*watts, PowerSource::kReported};
  }
  miner.TakeCounter("hw_errors", 1, reading.hardware_errors, "hardware_errors");
  miner.TakeCounter("found_blocks", 1, reading.blocks_found, "blocks_found");
  miner.TakeCounter("best_share", 1, reading.best_share_difficulty, "best_share_difficulty");
}

}  // namespace

void ReadVnishPages(const WebPages& pages, const DecodeContext& context, Reading& reading) {
  ReadInfo(pages, context, reading);
  const auto miner = pages.Object("summary", "miner");
  if (!miner) return;
  const double unit = UnitOf(pages);
  ReadMachine(*miner, unit, reading);
  ReadState(pages, reading);
  ReadPools(pages, reading);
  for (const Record& chain : pages.List("summary", "miner.chains")) {
    reading.boards.push_back(ReadChain(chain, unit));
  }
  for (const Record& fan : pages.List("summary", "miner.cooling.fans")) {
    const auto rpm = fan.Number("rpm");
    const auto id = fan.Number("id").value_or(static_cast<double>(reading.fans.size()));
    if (rpm && *rpm >= 0) reading.fans.push_back({ToInt(id), *rpm});
  }
  if (const auto cooling = pages.Object("summary", "miner.cooling")) {
    const auto duty = cooling->Number("fan_duty");
    if (duty && *duty >= 0 && *duty <= 100) reading.fan_duty_ratio = *duty / 100;
  }
}

}  // namespace antx
