// Bitmain's flat stats record and those of everything built on it.
// Facts: PROTOCOL.md, "stats".
#include <algorithm>
#include <cmath>

#include "antminer/families/family.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr int kSlots = 16;

/// The machine record: found by its keys, since its position differs.
std::optional<Record> MachineRecord(const Replies& replies) {
  for (const Record& record : replies.Section("stats", "STATS")) {
    if (record.Has("GHS 5s") || record.Has("GHS av") || record.Has("chain_acn1") ||
        record.Has("Elapsed")) {
      return record;
    }
  }
  return std::nullopt;
}

/// "78-50-69-70" -> four numbers; values may be negative: "2--1-20-22".
std::vector<double> SplitSensors(std::string_view text) {
  std::vector<double> values;
  while (!text.empty()) {
    const auto dash = text.find('-', 1);
    const auto value = LeadingNumber(text.substr(0, dash));
    if (!value) return {};
    values.push_back(*value);
    if (dash == std::string_view::npos) break;
    text.remove_prefix(dash + 1);
  }
  return values;
}

std::vector<double> SensorList(const Record& stats, std::string_view prefix, int chain) {
  const IndexedKey key(prefix, chain);
  const auto* value = stats.Find(key);
  if (value == nullptr) return {};
  if (!value->is_string()) {
    const auto number = stats.Number(key);
    return number ? std::vector<double>{*number} : std::vector<double>{};
  }
  return SplitSensors(Trim(std::string_view(value->get_string())));
}

void AddSingle(const Record& stats, std::string_view prefix, int chain,
               std::vector<SensorReading>& sensors) {
  if (const auto value = stats.Number(IndexedKey(prefix, chain))) {
    AddSensor(*value, static_cast<int>(sensors.size()), sensors, stats.log());
  }
}

void ReadTemperatures(const Record& stats, int chain, BoardReading& board) {
  DecodeLog& log = stats.log();
  AddSensors(SensorList(stats, "temp_pcb", chain), board.pcb_celsius, log);
  AddSensors(SensorList(stats, "temp_chip", chain), board.chip_celsius, log);
  if (board.pcb_celsius.empty() && board.chip_celsius.empty()) {
    // Hydro-like pairs of the DR5 and newer stock: inlet side, then outlet side.
    for (const char* side : {"temp_in_pcb_", "temp_out_pcb_"}) {
      AddSensors(SensorList(stats, side, chain), board.pcb_celsius, log);
    }
    for (const char* side : {"temp_in_chip_", "temp_out_chip_"}) {
      AddSensors(SensorList(stats, side, chain), board.chip_celsius, log);
    }
  }
  if (board.pcb_celsius.empty()) AddSingle(stats, "temp", chain, board.pcb_celsius);
  if (board.chip_celsius.empty()) {
    for (const char* prefix : {"temp2_", "temp3_", "temp4_"}) {
      AddSingle(stats, prefix, chain, board.chip_celsius);
    }
  }
}

/// Chip supply of 8-20 V: printed in V, in mV (12625), or in 10 mV (920 on old Vnish).
std::optional<double> BoardVolts(const Record& stats, int chain) {
  if (const auto volts = stats.Number(IndexedKey("voltage", chain)); volts && *volts > 0) {
    return volts;
  }
  if (const auto raw = stats.Number(IndexedKey("chain_vol", chain)); raw && *raw > 0) {
    return *raw < 5000 ? *raw / 100 : *raw / 1000;
  }
  if (const auto volts = stats.Number("Voltage"); volts && *volts > 0) return volts;
  return std::nullopt;
}

std::optional<double> FrequencyHertz(const Record& stats, int chain) {
  for (const char* prefix : {"freq_avg", "freq", "frequency"}) {
    const auto mhz = stats.Number(IndexedKey(prefix, chain));
    if (mhz && *mhz > 0) return Scaled(*mhz, 1e6);
  }
  const auto mhz = stats.Number("frequency");
  if (mhz && *mhz > 0) return Scaled(*mhz, 1e6);
  return std::nullopt;
}

/// `o` good, `x` not answering, `-` reported. Absent without a map.
std::optional<int> FailedChips(const std::string& map) {
  if (map.find('o') == std::string::npos && map.find('x') == std::string::npos) {
    return std::nullopt;
  }
  return static_cast<int>(std::count(map.begin(), map.end(), 'x') +
                          std::count(map.begin(), map.end(), '-'));
}

double IdealUnit(const Record& stats, double fallback) {
  const std::string unit = ToLower(stats.Text("rate_unit"));
  if (unit.starts_with("th")) return 1e12;
  if (unit.starts_with("gh")) return 1e9;
  if (unit.starts_with("mh")) return 1e6;
  if (unit.starts_with("kh")) return 1e3;
  return fallback;
}

std::optional<BoardReading> ReadBoard(const ReadContext& context, const Record& stats, int chain,
                                      const Reading& reading) {
  const auto chips = stats.Number(IndexedKey("chain_acn", chain));
  const std::string map = stats.Text(IndexedKey("chain_acs", chain));
  // A sleeping T17+ prints neither chips nor map, but the serial number key of each board.
  const bool has_serial = stats.Has(IndexedKey("chain_SN", chain));
  if (chips.value_or(0) <= 0 && map.empty() && !has_serial) return std::nullopt;
  BoardReading board;
  board.board = std::to_string(chain);
  if (chips) board.chips = static_cast<int>(std::clamp(*chips, 0.0, 100000.0));
  board.chips_failed = FailedChips(map);
  stats.Take(IndexedKey("chain_rate", chain), context.unit, board.hashrate_hashes_per_second,
             "board hashrate_hashes_per_second");
  const auto ideal = stats.Number(IndexedKey("chain_rateideal", chain));
  if (ideal && *ideal > 0) {
    board.hashrate_expected_hashes_per_second = *ideal * IdealUnit(stats, context.unit);
  }
  stats.TakeCounter(IndexedKey("chain_hw", chain), 1, board.hardware_errors,
                    "board hardware_errors");
  board.frequency_hertz = FrequencyHertz(stats, chain);
  board.voltage_volts = BoardVolts(stats, chain);
  for (const char* prefix : {"chain_power", "chain_consumption"}) {
    if (board.power_watts) break;
    board.power_watts = ReportedWatts(stats.Number(IndexedKey(prefix, chain)), stats.log());
  }
  for (const char* prefix : {"chain_sn", "chain_SN"}) {
    const std::string serial = stats.Text(IndexedKey(prefix, chain));
    if (!serial.empty() && !ToLower(serial).starts_with("unknow")) board.serial = serial;
  }
  if (IsHydro(reading.identity)) {
    const SensorLists lists{SensorList(stats, "temp_pcb", chain),
                            SensorList(stats, "temp_chip", chain),
                            SensorList(stats, "temp_pic", chain)};
    ReadHydroTemperatures(lists, board, stats.log());
  } else {
    ReadTemperatures(stats, chain, board);
  }
  return board;
}

void ReadFans(const ReadContext& context, const Record& stats, Reading& reading) {
  const int told = static_cast<int>(std::clamp(stats.Number("fan_num").value_or(0), 0.0, 16.0));
  // From the X15 on the slots count from 1 without gaps; before, a 0 may be an empty slot.
  const bool dense = stats.Text("ID").starts_with("BTM_");
  const int of_model = context.model != nullptr ? context.model->fans.value_or(0) : 0;
  const int installed = dense && told > 0 ? std::max(told, of_model) : 0;
  for (int slot = 1; slot <= kSlots; ++slot) {
    const IndexedKey key("fan", slot);
    const auto rpm = stats.Number(key);
    if (!rpm || *rpm < 0 || (*rpm == 0 && slot > installed)) continue;
    reading.fans.push_back({slot, *rpm});
    stats.Note(key, "fan_rpm");
  }
  const auto duty = stats.Number("fan_pwm");
  if (duty && *duty >= 0 && *duty <= 100) reading.fan_duty_ratio = *duty / 100;
}

void ReadPower(const Record& stats, Reading& reading) {
  std::optional<double> watts;
  for (const char* key : {"total_power", "chain_power", "power", "Power", "watt"}) {
    watts = ReportedWatts(stats.Number(key), stats.log());
    if (watts) {
      stats.Note(key, "power_watts (reported)");
      break;
    }
  }
  if (!watts) {
    double sum = 0;
    for (const BoardReading& board : reading.boards) sum += board.power_watts.value_or(0);
    watts = ReportedWatts(sum, stats.log());
  }
  if (watts) reading.power = Power{*watts, PowerSource::kReported};
}

/// Vnish tells its state; X17 tells sleep as mode 254. X19 prints 2 whatever it does.
void ReadMode(const Record& stats, Reading& reading) {
  if (stats.Number("Mode") == 254) reading.work_mode = "sleep";
  const std::string state = ToLower(stats.Text("state"));
  if (state.empty()) return;
  stats.Note("state", "mining");
  reading.starting = state == "initializing" || state == "starting" || state == "restarting";
  reading.stopped_by_fault = state == "failure";
  reading.mining = state == "mining" || state == "auto-tuning";
}

/// All-x maps and no rate: the machine is stopped, no chip is proven broken.
void RecogniseStopped(Reading& reading) {
  const auto& boards = reading.boards;
  const bool all_failed =
      !boards.empty() && std::all_of(boards.begin(), boards.end(), [](const BoardReading& board) {
        return board.chips && board.chips_failed && *board.chips_failed >= *board.chips;
      });
  if (!all_failed || reading.hashrate_hashes_per_second.value_or(0) > 0) return;
  for (BoardReading& board : reading.boards) board.chips_failed.reset();
  reading.mining = false;
}

void FillFromStats(const ReadContext& context, const Record& stats, Reading& reading) {
  const auto take = [&](const char* key, double factor, std::optional<double>& out,
                        const char* target) {
    if (!out) stats.Take(key, factor, out, target);
  };
  take("Elapsed", 1, reading.elapsed_seconds, "elapsed_seconds");
  take("GHS 5s", context.unit, reading.hashrate_hashes_per_second, "hashrate_hashes_per_second");
  take("GHS av", context.unit, reading.hashrate_average_hashes_per_second,
       "hashrate_average_hashes_per_second");
  if (!reading.hardware_errors) {
    stats.TakeCounter("no_matching_work", 1, reading.hardware_errors, "hardware_errors");
  }
  const auto ideal = stats.Number("total_rateideal");
  if (ideal && *ideal > 0) {
    reading.hashrate_expected_hashes_per_second = *ideal * IdealUnit(stats, context.unit);
    stats.Note("total_rateideal", "hashrate_expected_hashes_per_second");
  }
}

}  // namespace

void ReadBitmainStats(const ReadContext& context, Reading& reading) {
  const auto stats = MachineRecord(context.replies);
  if (!stats) return;
  FillFromStats(context, *stats, reading);
  for (int chain = 1; chain <= kSlots; ++chain) {
    if (auto board = ReadBoard(context, *stats, chain, reading)) {
      reading.boards.push_back(std::move(*board));
    }
  }
  ReadFans(context, *stats, reading);
  ReadPower(*stats, reading);
  ReadMode(*stats, reading);
  RecogniseStopped(reading);
}

}  // namespace antx
