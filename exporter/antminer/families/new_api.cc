// The shape that stock firmware from the X19 on gives for {"command":"stats","new_api":true}
// and on its web pages: STATS[0].chain[]. Decided by shape, not by model.
#include <boost/json/array.hpp>

#include "antminer/families/family.h"
#include "util/text.h"

namespace antx {
namespace {

namespace json = boost::json;

/// Its numbers in their places; 0 for what is no number.
std::vector<double> SensorList(const Record& chain, const char* key) {
  std::vector<double> values;
  const json::value* value = chain.Find(key);
  if (value == nullptr || !value->is_array()) return values;
  for (const json::value& item : value->get_array()) {
    values.push_back(NumberIn(item, chain.log()).value_or(0));
  }
  return values;
}

void ReadTemperatures(const Record& chain, bool hydro, BoardReading& board) {
  const SensorLists lists{SensorList(chain, "temp_pcb"), SensorList(chain, "temp_chip"),
                          SensorList(chain, "temp_pic")};
  if (hydro) return ReadHydroTemperatures(lists, board, chain.log());
  AddSensors(lists.pcb, board.pcb_celsius, chain.log());
  AddSensors(lists.chip, board.chip_celsius, chain.log());
}

BoardReading ReadChain(const Record& chain, double unit, bool hydro) {
  BoardReading board;
  // Printed from 0 here, from 1 everywhere else on the same machine.
  board.board = std::to_string(ToInt(chain.Number("index").value_or(0)) + 1);
  if (const auto chips = chain.Number("asic_num")) board.chips = ToInt(*chips);
  chain.Take("rate_real", unit, board.hashrate_hashes_per_second, "board hashrate");
  chain.TakePositive("rate_ideal", unit, board.hashrate_expected_hashes_per_second,
                     "board expected");
  chain.TakeCounter("hw", 1, board.hardware_errors, "board hardware_errors");
  if (const auto mhz = chain.Number("freq_avg")) board.frequency_hertz = Scaled(*mhz, 1e6);
  board.serial = chain.Text("sn");
  ReadTemperatures(chain, hydro, board);
  return board;
}

}  // namespace

bool ReadNewApiStats(const ReadContext& context, Reading& reading) {
  const auto stats = context.replies.First("stats", "STATS");
  if (!stats || !stats->Has("chain")) return false;
  stats->Take("elapsed", 1, reading.elapsed_seconds, "elapsed_seconds");
  stats->Take("rate_5s", context.unit, reading.hashrate_hashes_per_second, "hashrate");
  stats->Take("rate_avg", context.unit, reading.hashrate_average_hashes_per_second, "average");
  stats->TakePositive("rate_ideal", context.unit, reading.hashrate_expected_hashes_per_second,
                      "expected");
  static constexpr std::string_view kModes[] = {"normal", "sleep", "high", "low"};
  const auto mode = stats->Number("miner-mode");
  if (mode && *mode >= 0 && *mode <= 3) reading.work_mode = kModes[static_cast<int>(*mode)];
  if (const json::value* fans = stats->Find("fan"); fans != nullptr && fans->is_array()) {
    int slot = 0;
    for (const json::value& fan : fans->get_array()) {
      ++slot;
      const auto rpm = NumberIn(fan, stats->log());
      if (rpm && *rpm >= 0) reading.fans.push_back({slot, *rpm});
    }
  }
  for (const char* key : {"power", "watt"}) {
    const auto watts = ReportedWatts(stats->Number(key), stats->log());
    if (watts) reading.power = Power{*watts, PowerSource::kReported};
  }
  const json::value* chains = stats->Find("chain");
  if (!chains->is_array()) return true;
  for (const json::value& item : chains->get_array()) {
    if (!item.is_object()) continue;
    const Record chain(&item.get_object(), "stats", stats->log());
    BoardReading board = ReadChain(chain, context.unit, IsHydro(reading.identity));
    if (board.chips.value_or(0) > 0) reading.boards.push_back(std::move(board));
  }
  return true;
}

}  // namespace antx
