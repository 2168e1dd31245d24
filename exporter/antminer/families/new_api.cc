// The shape that stock firmware from the X19 on gives for {"command":"stats","new_api":true}
// and on its web pages: STATS[0].chain[]. Decided by shape, not by model.
#include <boost/json/array.hpp>

#include "antminer/families/family.h"
#include "util/text.h"

namespace antx {
namespace {

namespace json = boost::json;

void AddArray(const Record& chain, const char* key, std::vector<SensorReading>& sensors) {
  const json::value* value = chain.Find(key);
  if (value == nullptr || !value->is_array()) return;
  int index = 0;
  for (const json::value& item : value->get_array()) {
    const int position = index++;
    if (item.is_number()) AddSensor(item.to_number<double>(), position, sensors, chain.log());
  }
}

BoardReading ReadChain(const Record& chain, double unit) {
  BoardReading board;
  // Printed from 0 here, from 1 everywhere else on the same machine.
  board.board = std::to_string(ToInt(chain.Number("index").value_or(0)) + 1);
  if (const auto chips = chain.Number("asic_num")) board.chips = ToInt(*chips);
  chain.Take("rate_real", unit, board.hashrate_hashes_per_second, "board hashrate");
  chain.Take("rate_ideal", unit, board.hashrate_expected_hashes_per_second, "board expected");
  chain.TakeCounter("hw", 1, board.hardware_errors, "board hardware_errors");
  if (const auto mhz = chain.Number("freq_avg")) board.frequency_hertz = Scaled(*mhz, 1e6);
  board.serial = chain.Text("sn");
  AddArray(chain, "temp_pcb", board.pcb_celsius);
  AddArray(chain, "temp_chip", board.chip_celsius);
  return board;
}

}  // namespace

bool ReadNewApiStats(const ReadContext& context, Reading& reading) {
  const auto stats = context.replies.First("stats", "STATS");
  if (!stats || !stats->Has("chain")) return false;
  stats->Take("elapsed", 1, reading.elapsed_seconds, "elapsed_seconds");
  stats->Take("rate_5s", context.unit, reading.hashrate_hashes_per_second, "hashrate");
  stats->Take("rate_avg", context.unit, reading.hashrate_average_hashes_per_second, "average");
  stats->Take("rate_ideal", context.unit, reading.hashrate_expected_hashes_per_second, "expected");
  static constexpr std::string_view kModes[] = {"normal", "sleep", "high", "low"};
  const auto mode = stats->Number("miner-mode");
  if (mode && *mode >= 0 && *mode <= 3) reading.work_mode = kModes[static_cast<int>(*mode)];
  if (const json::value* fans = stats->Find("fan"); fans != nullptr && fans->is_array()) {
    int slot = 0;
    for (const json::value& fan : fans->get_array()) {
      ++slot;
      if (fan.is_number()) reading.fans.push_back({slot, fan.to_number<double>()});
    }
  }
  for (const char* key : {"power", "watt"}) {
    const auto watts = stats->Number(key);
    if (watts && *watts > 0) reading.power = Power{*watts, PowerSource::kReported};
  }
  const json::value* chains = stats->Find("chain");
  if (!chains->is_array()) return true;
  for (const json::value& item : chains->get_array()) {
    if (!item.is_object()) continue;
    const Record chain(&item.get_object(), "stats", stats->log());
    BoardReading board = ReadChain(chain, context.unit);
    if (board.chips.value_or(0) > 0) reading.boards.push_back(std::move(board));
  }
  return true;
}

}  // namespace antx
