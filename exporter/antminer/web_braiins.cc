// Braiins OS: REST from 25.07 on, GraphQL before. Both tell the same of a machine.
#include <algorithm>

#include "antminer/families/family.h"
#include "antminer/identify.h"
#include "antminer/web_pages.h"
#include "util/text.h"

namespace antx {
namespace {

void TakeIdentity(const Record& record, const char* mac, const char* hostname, Identity& identity) {
  if (auto told = ParseMac(record.Text(mac)); !told.empty()) identity.mac = std::move(told);
  if (auto told = ToldText(record, hostname); !told.empty()) identity.hostname = std::move(told);
}

void TakePower(const Record& record, std::string_view path, Reading& reading) {
  const auto watts = ReportedWatts(NumberAt(record, path), record.log());
  if (watts) reading.power = Power{*watts, PowerSource::kReported};
}

/// A nominal rate; 0 stands for "not told".
void TakeNominal(const Record& record, std::string_view path, double unit,
                 std::optional<double>& out) {
  const auto rate = NumberAt(record, path);
  if (rate && *rate > 0) out = Scaled(*rate, unit);
}

/// Four rows even where there are two fans: a zero is only a fan if the model has that many.
void AddFan(int position, std::optional<double> rpm, int of_model, Reading& reading) {
  if (!rpm || *rpm < 0 || (*rpm == 0 && position >= of_model)) return;
  reading.fans.push_back({position, *rpm});
}

int FansOfModel(const Reading& reading) {
  const ModelRow* row = FindModel(reading.identity.model);
  return row == nullptr ? 0 : row->fans.value_or(0);
}

void MaybeSensor(const Record& record, std::string_view path, int index,
                 std::vector<SensorReading>& sensors) {
  if (const auto celsius = NumberAt(record, path)) {
    AddSensor(*celsius, index, sensors, record.log());
  }
}

// --- REST ------------------------------------------------------------------------

void ReadDetails(const WebPages& pages, const DecodeContext& context, Reading& reading) {
  const auto details = pages.Object("details");
  if (!details) return;
  Identity& identity = reading.identity;
  identity.firmware = "braiins";
  TakeIdentity(*details, "mac_address", "hostname", identity);
  if (auto text = ToldText(*details, "serial_number"); !text.empty()) identity.serial = text;
  if (const auto miner = pages.Object("details", "miner_identity")) {
    std::string type = ToldText(*miner, "miner_model");
    if (type.empty()) type = ToldText(*miner, "name");
    SetType(std::move(type), identity.firmware, identity);
  }
  if (const auto version = pages.Object("details", "bos_version")) {
    if (auto text = ToldText(*version, "current"); !text.empty()) identity.firmware_version = text;
  }
  details->Take("bosminer_uptime_s", 1, reading.elapsed_seconds, "elapsed_seconds");
  if (const auto uptime = details->Number("system_uptime_s")) {
    reading.boot_time = Earlier(context.received, *uptime);
  }
  // 1 not started, 2 normal, 3 paused, 4 suspended, 5 restricted.
  if (const auto status = details->Number("status")) reading.mining = *status == 2;
  TakeNominal(*details, "sticker_hashrate.gigahash_per_second", 1e9,
              reading.hashrate_expected_hashes_per_second);
}

void ReadStats(const WebPages& pages, Reading& reading) {
  if (const auto miner = pages.Object("stats", "miner_stats")) {
    const auto rate = [&](const char* path, std::optional<double>& out) {
      if (const auto value = NumberAt(*miner, path)) out = Scaled(*value, 1e9);
    };
    rate("real_hashrate.last_5s.gigahash_per_second", reading.hashrate_hashes_per_second);
    rate("real_hashrate.since_restart.gigahash_per_second",
         reading.hashrate_average_hashes_per_second);
    TakeNominal(*miner, "nominal_hashrate.gigahash_per_second", 1e9,
                reading.hashrate_expected_hashes_per_second);
    miner->TakeCounter("found_blocks", 1, reading.blocks_found, "blocks_found");
    miner->TakeCounter("best_share", 1, reading.best_share_difficulty, "best_share_difficulty");
  }
  if (const auto pool = pages.Object("stats", "pool_stats")) {
    pool->TakeCounter("accepted_shares", 1, reading.accepted, "accepted");
    pool->TakeCounter("rejected_shares", 1, reading.rejected, "rejected");
    pool->TakeCounter("stale_shares", 1, reading.stale, "stale");
  }
  if (const auto power = pages.Object("stats", "power_stats")) {
    TakePower(*power, "approximated_consumption.watt", reading);
  }
}

BoardReading RestBoard(const Record& record) {
  BoardReading board;
  board.board = record.Text("id");
  if (const auto chips = record.Number("chips_count")) board.chips = ToInt(*chips);
  board.frequency_hertz = NumberAt(record, "current_frequency.hertz");
  board.voltage_volts = NumberAt(record, "current_voltage.volt");
  board.serial = ToldText(record, "serial_number");
  const auto rate = [&](const char* path, std::optional<double>& out) {
    if (const auto value = NumberAt(record, path)) out = Scaled(*value, 1e9);
  };
  rate("stats.real_hashrate.last_5s.gigahash_per_second", board.hashrate_hashes_per_second);
  TakeNominal(record, "stats.nominal_hashrate.gigahash_per_second", 1e9,
              board.hashrate_expected_hashes_per_second);
  MaybeSensor(record, "board_temp.degree_c", 0, board.pcb_celsius);
  MaybeSensor(record, "highest_chip_temp.temperature.degree_c", 0, board.chip_celsius);
  return board;
}

void ReadRestPools(const WebPages& pages, const DecodeContext& context, Reading& reading) {
  for (const Record& group : pages.List("pools")) {
    const auto* list = group.Find("pools");
    if (list == nullptr || !list->is_array()) continue;
    for (const auto& item : list->get_array()) {
      if (!item.is_object()) continue;
      const Record record(&item.get_object(), "pools", group.log());
      PoolReading pool;
      pool.pool = static_cast<int>(reading.pools.size());
      SetPoolUrl(record.Text("url"), pool);
      pool.user = record.Text("user");
      pool.active = record.IsTrue("active");
      pool.status = record.IsTrue("alive") ? PoolStatus::kAlive : PoolStatus::kDead;
      if (record.Has("enabled") && !record.IsTrue("enabled")) pool.status = PoolStatus::kDisabled;
      pool.accepted = NumberAt(record, "stats.accepted_shares");
      pool.rejected = NumberAt(record, "stats.rejected_shares");
      pool.stale = NumberAt(record, "stats.stale_shares");
      pool.share_difficulty = NumberAt(record, "stats.last_difficulty");
      const auto last = NumberAt(record, "stats.last_share_time.seconds");
      const auto now = UnixSeconds(context.received);
      // A stamp of the miner's clock, which may be wrong: only a plausible one counts.
      if (last && *last > 0 && *last <= now) {
        pool.last_share = Earlier(context.received, now - *last);
      }
      reading.pools.push_back(std::move(pool));
    }
  }
}

// --- GraphQL -----------------------------------------------------------------------

BoardReading SolverBoard(const Record& record) {
  BoardReading board;
  board.board = record.Text("name");
  record.TakePositive("nominalMhs", 1e6, board.hashrate_expected_hashes_per_second,
                      "board expected");
  if (const auto rate = NumberAt(record, "realHashrate.mhs5S")) {
    board.hashrate_hashes_per_second = Scaled(*rate, 1e6);
  }
  if (const auto chips = NumberAt(record, "hwDetails.chips")) board.chips = ToInt(*chips);
  if (const auto mhz = NumberAt(record, "hwDetails.frequencyMhz")) {
    board.frequency_hertz = Scaled(*mhz, 1e6);
  }
  board.voltage_volts = NumberAt(record, "hwDetails.voltageV");
  const auto* temperatures = record.Find("temperatures");
  if (temperatures == nullptr || !temperatures->is_array()) return board;
  for (const auto& item : temperatures->get_array()) {
    if (!item.is_object()) continue;
    const Record sensor(&item.get_object(), "boards", record.log());
    const std::string name = sensor.Text("name");
    const bool chip = ContainsNoCase(name, "chip");
    if (!chip && !ContainsNoCase(name, "board")) continue;
    MaybeSensor(sensor, "degreesC", 0, chip ? board.chip_celsius : board.pcb_celsius);
  }
  return board;
}

void ReadGraphqlSystem(const WebPages& pages, const DecodeContext& context, Reading& reading) {
  Identity& identity = reading.identity;
  if (const auto bos = pages.Object("system", "data.bos")) {
    identity.firmware = "braiins";
    if (auto text = ToldText(*bos, "hostname"); !text.empty()) identity.hostname = text;
    if (const auto version = pages.Object("system", "data.bos.info.version")) {
      if (auto text = ToldText(*version, "full"); !text.empty()) identity.firmware_version = text;
    }
    if (const auto uptime = NumberAt(*bos, "uptime.durationS")) {
      reading.boot_time = Earlier(context.received, *uptime);
    }
  }
  const auto info = pages.Object("system", "data.bosminer.info");
  if (!info) return;
  TakePower(*info, "summary.power.approxConsumptionW", reading);
  if (const auto rate = NumberAt(*info, "workSolver.realHashrate.mhs5S")) {
    reading.hashrate_hashes_per_second = Scaled(*rate, 1e6);
  }
  TakeNominal(*info, "workSolver.nominalMhs", 1e6, reading.hashrate_expected_hashes_per_second);
  for (const Record& fan : pages.List("system", "data.bosminer.info.fans")) {
    AddFan(ToInt(fan.Number("name").value_or(0)), fan.Number("rpm"), FansOfModel(reading), reading);
    const auto speed = fan.Number("speed");
    if (speed && *speed >= 0 && *speed <= 100) reading.fan_duty_ratio = *speed / 100;
  }
}

void ReadGraphqlPools(const WebPages& pages, Reading& reading) {
  for (const Record& group : pages.List("pools", "data.bosminer.info.poolGroups")) {
    const auto* list = group.Find("pools");
    if (list == nullptr || !list->is_array()) continue;
    for (const auto& item : list->get_array()) {
      if (!item.is_object()) continue;
      const Record record(&item.get_object(), "pools", group.log());
      PoolReading pool;
      pool.pool = static_cast<int>(reading.pools.size());
      SetPoolUrl(record.Text("url"), pool);
      pool.user = record.Text("user");
      pool.active = record.IsTrue("active");
      pool.status = ParsePoolStatus(record.Text("status"));
      pool.accepted = NumberAt(record, "shares.acceptedSolutions");
      pool.rejected = NumberAt(record, "shares.rejectedSolutions");
      reading.pools.push_back(std::move(pool));
    }
  }
  SumAllPools(reading);
}

}  // namespace

void ReadBraiinsRest(const WebPages& pages, const DecodeContext& context, Reading& reading) {
  ReadDetails(pages, context, reading);
  if (const auto network = pages.Object("network")) {
    TakeIdentity(*network, "mac_address", "hostname", reading.identity);
  }
  if (const auto version = pages.Object("version"); version && version->Number("major")) {
    reading.identity.api_version =
        version->Text("major") + '.' + version->Text("minor") + '.' + version->Text("patch");
  }
  ReadStats(pages, reading);
  for (const Record& board : pages.List("hashboards", "hashboards")) {
    reading.boards.push_back(RestBoard(board));
  }
  for (const Record& fan : pages.List("cooling", "fans")) {
    AddFan(ToInt(fan.Number("position").value_or(0)), fan.Number("rpm"), FansOfModel(reading),
           reading);
    const auto ratio = fan.Number("target_speed_ratio");
    if (ratio && *ratio >= 0 && *ratio <= 1) reading.fan_duty_ratio = ratio;
  }
  ReadRestPools(pages, context, reading);
}

void ReadBraiinsGraphql(const WebPages& pages, const DecodeContext& context, Reading& reading) {
  ReadGraphqlSystem(pages, context, reading);
  for (const Record& port : pages.List("net_conf")) {
    if (auto mac = ParseMac(port.Text("macaddr")); !mac.empty()) reading.identity.mac = mac;
  }
  for (const Record& solver : pages.List("boards", "data.bosminer.info.workSolver.childSolvers")) {
    reading.boards.push_back(SolverBoard(solver));
  }
  ReadGraphqlPools(pages, reading);
}

}  // namespace antx
