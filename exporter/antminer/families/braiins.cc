// Braiins OS: boards from devs, devdetails and temps, joined by ID; rates in MH/s.
// The 2019 builds are a bmminer fork with Bitmain's stats. Facts: PROTOCOL.md, "Braiins".
#include <algorithm>

#include "antminer/families/family.h"

namespace antx {
namespace {

/// The board with this ID, made when it is not there yet.
BoardReading& BoardOf(const Record& record, Reading& reading) {
  const std::string id = record.Text("ID");
  const auto found = std::find_if(reading.boards.begin(), reading.boards.end(),
                                  [&](const BoardReading& board) { return board.board == id; });
  if (found != reading.boards.end()) return *found;
  reading.boards.emplace_back();
  reading.boards.back().board = id;
  return reading.boards.back();
}

void ReadDevs(const ReadContext& context, Reading& reading) {
  double nominal = 0;
  for (const Record& dev : context.replies.Section("devs", "DEVS")) {
    BoardReading& board = BoardOf(dev, reading);
    dev.Take("MHS 5s", 1e6, board.hashrate_hashes_per_second, "board hashrate_hashes_per_second");
    std::optional<double> expected;
    dev.Take("Nominal MHS", 1e6, expected, "board hashrate_expected_hashes_per_second");
    if (expected.value_or(0) > 0) board.hashrate_expected_hashes_per_second = expected;
    nominal += expected.value_or(0);
    dev.TakeCounter("Hardware Errors", 1, board.hardware_errors, "board hardware_errors");
  }
  if (nominal > 0) reading.hashrate_expected_hashes_per_second = nominal;
}

void ReadDetails(const ReadContext& context, Reading& reading) {
  for (const Record& detail : context.replies.Section("devdetails", "DEVDETAILS")) {
    BoardReading& board = BoardOf(detail, reading);
    if (const auto chips = detail.Number("Chips")) board.chips = ToInt(*chips);
    if (const auto mhz = detail.Number("Frequency"); mhz && *mhz > 0) {
      board.frequency_hertz = Scaled(*mhz, 1e6);
    }
    if (const auto volts = detail.Number("Voltage"); volts && *volts > 0) {
      board.voltage_volts = volts;
    }
  }
}

void ReadTemps(const ReadContext& context, Reading& reading) {
  for (const Record& temp : context.replies.Section("temps", "TEMPS")) {
    BoardReading& board = BoardOf(temp, reading);
    if (const auto celsius = temp.Number("Board")) {
      AddSensor(*celsius, 0, board.pcb_celsius, temp.log());
      temp.Note("Board", "pcb_celsius");
    }
    if (const auto celsius = temp.Number("Chip")) {  // 0 on the S9: it has no such sensor.
      AddSensor(*celsius, 0, board.chip_celsius, temp.log());
      temp.Note("Chip", "chip_celsius");
    }
  }
}

/// Four rows even where there are two fans: a zero is only a fan if the model has that many.
void ReadFans(const ReadContext& context, Reading& reading) {
  const int of_model = context.model != nullptr ? context.model->fans.value_or(0) : 0;
  std::optional<double> duty;
  for (const Record& fan : context.replies.Section("fans", "FANS")) {
    const auto rpm = fan.Number("RPM");
    const int id = ToInt(fan.Number("ID").value_or(0));
    if (!rpm || *rpm < 0 || (*rpm == 0 && id >= of_model)) continue;
    reading.fans.push_back({id, *rpm});
    fan.Note("RPM", "fan_rpm");
    const auto speed = fan.Number("Speed");
    if (speed && *speed >= 0 && *speed <= 100) duty = std::max(duty.value_or(0), *speed / 100);
  }
  reading.fan_duty_ratio = duty;
}

void ReadTuner(const ReadContext& context, Reading& reading) {
  const auto tuner = context.replies.First("tunerstatus", "TUNERSTATUS");
  if (!tuner) return;
  const auto watts = ReportedWatts(tuner->Number("ApproximateMinerPowerConsumption"), tuner->log());
  if (!watts) return;
  reading.power = Power{*watts, PowerSource::kReported};
  tuner->Note("ApproximateMinerPowerConsumption", "power_watts (reported)");
}

}  // namespace

void ReadBraiins(const ReadContext& context, Reading& reading) {
  ReadSummary(context, reading);
  ReadPools(context, reading);
  // BOSminer answers dummy stats of zeros; only the bmminer fork has a machine record.
  const auto stats = context.replies.Section("stats", "STATS");
  const bool fork = std::any_of(stats.begin(), stats.end(), [](const Record& record) {
    return record.Has("chain_acn1") || record.Has("chain_rate1");
  });
  if (fork) ReadBitmainStats(context, reading);
  ReadDevs(context, reading);
  ReadDetails(context, reading);
  ReadTemps(context, reading);
  ReadFans(context, reading);
  ReadTuner(context, reading);
}

}  // namespace antx
