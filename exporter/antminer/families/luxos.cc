// LuxOS: Bitmain's stats for compatibility, better figures in devs, temps, fans, power
// and config. Facts: PROTOCOL.md, "LuxOS".
#include <algorithm>

#include "antminer/families/family.h"
#include "util/text.h"

namespace antx {
namespace {

/// Boards by ID from 0; the stats of the same machine count chains from 1.
BoardReading* BoardOf(const Record& record, Reading& reading) {
  const auto id = record.Number("ID");
  if (!id) return nullptr;
  const std::string name = std::to_string(ToInt(*id) + 1);
  const auto found = std::find_if(reading.boards.begin(), reading.boards.end(),
                                  [&](const BoardReading& board) { return board.board == name; });
  if (found != reading.boards.end()) return &*found;
  reading.boards.emplace_back();
  reading.boards.back().board = name;
  return &reading.boards.back();
}

void ReadDevs(const ReadContext& context, Reading& reading) {
  for (const Record& dev : context.replies.Section("devs", "DEVS")) {
    BoardReading* board = BoardOf(dev, reading);
    if (board == nullptr) continue;
    dev.Take("MHS 5s", 1e6, board->hashrate_hashes_per_second, "board hashrate_hashes_per_second");
    std::optional<double> expected;
    dev.Take("Nominal MHS", 1e6, expected, "board hashrate_expected_hashes_per_second");
    if (expected.value_or(0) > 0) board->hashrate_expected_hashes_per_second = expected;
    dev.TakeCounter("Hardware Errors", 1, board->hardware_errors, "board hardware_errors");
    if (auto serial = dev.Text("SerialNumber"); !serial.empty()) board->serial = std::move(serial);
  }
}

/// 2025 builds: BottomLeft, TopRight ...; 2025.9 and later: BoardTopLeft, ChipTopLeft.
void ReadTemps(const ReadContext& context, Reading& reading) {
  for (const Record& temp : context.replies.Section("temps", "TEMPS")) {
    BoardReading* board = BoardOf(temp, reading);
    if (board == nullptr) continue;
    std::vector<SensorReading> pcb;
    std::vector<SensorReading> chip;
    int index = 0;
    for (const auto& [key, value] : temp.object()) {
      const std::string_view name(key);
      if (!name.ends_with("Left") && !name.ends_with("Right")) continue;
      auto& sensors = name.starts_with("Chip") ? chip : pcb;
      if (const auto celsius = temp.Number(name)) {
        AddSensor(*celsius, index, sensors, temp.log());
        temp.Note(name, name.starts_with("Chip") ? "chip_celsius" : "pcb_celsius");
      }
      ++index;
    }
    if (!pcb.empty()) board->pcb_celsius = std::move(pcb);
    // Without chip sensors the stats repeat the board's corners as temp_chip: not a chip figure.
    board->chip_celsius = std::move(chip);
  }
}

void ReadFans(const ReadContext& context, Reading& reading) {
  const auto fans = context.replies.Section("fans", "FANS");
  if (fans.empty()) return;
  reading.fans.clear();
  for (const Record& fan : fans) {
    const auto rpm = fan.Number("RPM");
    const std::string label = fan.Text("FAN");
    const auto number = ToLower(label).starts_with("fan")
                            ? LeadingNumber(std::string_view(label).substr(3))
                            : fan.Number("ID");
    if (!rpm || !number || *rpm < 0) continue;
    reading.fans.push_back({ToInt(*number), *rpm});
    fan.Note("RPM", "fan_rpm");
    const auto speed = fan.Number("Speed");
    if (speed && *speed >= 0 && *speed <= 100) reading.fan_duty_ratio = *speed / 100;
  }
  std::sort(reading.fans.begin(), reading.fans.end(),
            [](const FanReading& a, const FanReading& b) { return a.fan < b.fan; });
}

void ReadPower(const ReadContext& context, Reading& reading) {
  const auto power = context.replies.First("power", "POWER");
  if (!power) return;
  const auto watts = ReportedWatts(power->Number("Watts"), power->log());
  if (!watts) return;
  reading.power = Power{*watts, PowerSource::kReported};
  power->Note("Watts", "power_watts (reported)");
}

void ReadConfig(const ReadContext& context, Reading& reading) {
  const auto config = context.replies.First("config", "CONFIG");
  if (!config) return;
  const std::string curtail = ToLower(config->Text("CurtailMode"));
  if (curtail == "sleep") {
    reading.work_mode = "sleep";
  } else if (!curtail.empty()) {
    reading.work_mode = "normal";
  }
  const auto nameplate = config->Number("NameplateTHS");
  if (!reading.hashrate_expected_hashes_per_second && nameplate && *nameplate > 0) {
    reading.hashrate_expected_hashes_per_second = Scaled(*nameplate, 1e12);
  }
}

}  // namespace

void ReadLuxos(const ReadContext& context, Reading& reading) {
  ReadSummary(context, reading);
  ReadPools(context, reading);
  ReadBitmainStats(context, reading);
  ReadDevs(context, reading);
  ReadTemps(context, reading);
  ReadFans(context, reading);
  ReadPower(context, reading);
  ReadConfig(context, reading);
  std::sort(reading.boards.begin(), reading.boards.end(),
            [](const BoardReading& a, const BoardReading& b) { return a.board < b.board; });
}

}  // namespace antx
