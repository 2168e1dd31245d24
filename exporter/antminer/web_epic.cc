// ePIC (PowerPlay): REST on the port of the API. Board rates in MH/s, boards counted from 0.
#include <algorithm>

#include "antminer/families/family.h"
#include "antminer/identify.h"
#include "antminer/web_pages.h"
#include "util/text.h"

namespace antx {
namespace {

void ReadIdentity(const WebPages& pages, Identity& identity) {
  if (const auto capabilities = pages.Object("capabilities")) {
    identity.firmware = "epic";
    SetType(ToldText(*capabilities, "Model"), identity.firmware, identity);
  }
  if (const auto summary = pages.Object("summary")) {
    identity.firmware = "epic";
    if (auto text = ToldText(*summary, "Hostname"); !text.empty()) identity.hostname = text;
    if (auto text = ToldText(*summary, "Software"); !text.empty()) identity.firmware_version = text;
  }
  for (const char* form : {"dhcp", "static"}) {
    const auto network = pages.Object("network", form);
    if (!network) continue;
    if (auto mac = ParseMac(network->Text("mac_address")); !mac.empty()) identity.mac = mac;
  }
}

BoardReading& BoardOf(const Record& record, Reading& reading) {
  const std::string name = record.Text("Index");
  const auto found = std::find_if(reading.boards.begin(), reading.boards.end(),
                                  [&](const BoardReading& board) { return board.board == name; });
  if (found != reading.boards.end()) return *found;
  reading.boards.emplace_back();
  reading.boards.back().board = name;
  return reading.boards.back();
}

void ReadBoards(const WebPages& pages, Reading& reading) {
  const auto capabilities = pages.Object("capabilities");
  const auto chips =
      capabilities ? NumberAt(*capabilities, "Performance Estimator.Chip Count") : std::nullopt;
  for (const Record& status : pages.List("summary", "HBStatus")) {
    if (!status.IsTrue("Detected")) continue;
    BoardReading& board = BoardOf(status, reading);
    // A board that is switched off is there, with no chip at work.
    board.chips = status.IsTrue("Enabled") && chips ? ToInt(*chips) : 0;
  }
  double total = 0;
  for (const Record& record : pages.List("summary", "HBs")) {
    BoardReading& board = BoardOf(record, reading);
    const auto* rates = record.Find("Hashrate");
    const bool told = rates != nullptr && rates->is_array() && !rates->get_array().empty();
    if (const auto rate =
            told ? NumberIn(rates->get_array().front(), record.log()) : std::nullopt) {
      board.hashrate_hashes_per_second = Scaled(*rate, 1e6);
      total += *board.hashrate_hashes_per_second;
      reading.hashrate_hashes_per_second = total;
    }
    if (const auto mhz = record.Number("Core Clock Avg"); mhz && *mhz > 0) {
      board.frequency_hertz = Scaled(*mhz, 1e6);
    }
    if (const auto volts = record.Number("Input Voltage"); volts && *volts > 0) {
      board.voltage_volts = volts;
    }
    board.power_watts = ReportedWatts(record.Number("Input Power"), record.log());
    if (const auto celsius = record.Number("Temperature")) {
      AddSensor(*celsius, 0, board.pcb_celsius, record.log());
    }
  }
}

void ReadFans(const Record& summary, Reading& reading) {
  const auto* fans = summary.Find("Fans Rpm");
  if (fans == nullptr || !fans->is_object()) return;
  const Record record(&fans->get_object(), "summary", summary.log());
  constexpr std::string_view kPrefix = "Fans Speed ";
  for (const auto& [key, value] : record.object()) {
    const auto rpm = record.Number(key);  // null: no such fan
    const std::string_view name(key);
    if (!rpm || *rpm < 0 || !name.starts_with(kPrefix)) continue;
    const auto number = ParseInt(name.substr(kPrefix.size()));
    if (number && *number >= 0 && *number < 100) {
      reading.fans.push_back({static_cast<int>(*number), *rpm});
    }
  }
  std::sort(reading.fans.begin(), reading.fans.end(),
            [](const FanReading& a, const FanReading& b) { return a.fan < b.fan; });
  const auto duty = NumberAt(summary, "Fans.Fans Speed");
  if (duty && *duty >= 0 && *duty <= 100) reading.fan_duty_ratio = *duty / 100;
}

void ReadSession(const Record& summary, Reading& reading) {
  reading.elapsed_seconds = NumberAt(summary, "Session.Uptime");
  reading.accepted = NumberAt(summary, "Session.Accepted");
  reading.rejected = NumberAt(summary, "Session.Rejected");
  if (const auto rate = NumberAt(summary, "Session.Average MHs")) {
    reading.hashrate_average_hashes_per_second = Scaled(*rate, 1e6);
  }
  const auto watts =
      ReportedWatts(NumberAt(summary, "Power Supply Stats.Input Power"), summary.log());
  if (watts) reading.power = Power{*watts, PowerSource::kReported};
}

void ReadPool(const WebPages& pages, const DecodeContext& context, Reading& reading) {
  const auto stratum = pages.Object("summary", "Stratum");
  if (!stratum) return;
  PoolReading pool;
  SetPoolUrl(ToldText(*stratum, "Current Pool"), pool);
  if (pool.host.empty()) return;
  pool.user = stratum->Text("Current User");
  pool.active = true;
  pool.status = stratum->IsTrue("IsPoolConnected") ? PoolStatus::kAlive : PoolStatus::kDead;
  pool.accepted = reading.accepted;
  pool.rejected = reading.rejected;
  if (const auto session = pages.Object("summary", "Session")) {
    pool.share_difficulty = session->Number("Difficulty");
    const auto age = session->Number("Last Accepted Share Timer");
    if (age && *age >= 0 && reading.accepted.value_or(0) > 0) {
      pool.last_share = Earlier(context.received, *age);
    }
  }
  reading.pools.push_back(std::move(pool));
}

void ReadState(const WebPages& pages, Reading& reading) {
  const auto status = pages.Object("summary", "Status");
  if (!status) return;
  const std::string state = ToLower(status->Text("Operating State"));
  if (state.empty()) return;
  reading.mining = state == "mining" || state == "optimizing";
  reading.starting = state == "initializing" || state == "calibrating" || state == "starting";
  reading.stopped_by_fault = state == "error" || state == "fault";
  if (!ToldText(*status, "Last Error").empty() && !*reading.mining) reading.stopped_by_fault = true;
  // All boards silent: a rate of nought is what it says, not an unknown.
  if (!*reading.mining && !reading.hashrate_hashes_per_second) {
    reading.hashrate_hashes_per_second = 0;
  }
}

}  // namespace

void ReadEpicPages(const WebPages& pages, const DecodeContext& context, Reading& reading) {
  ReadIdentity(pages, reading.identity);
  const auto summary = pages.Object("summary");
  if (!summary) return;
  ReadBoards(pages, reading);
  ReadFans(*summary, reading);
  ReadSession(*summary, reading);
  ReadPool(pages, context, reading);
  ReadState(pages, reading);
  for (const Record& temps : pages.List("temps")) {
    const auto* data = temps.Find("Data");
    if (data == nullptr || !data->is_array() || data->get_array().empty()) continue;
    BoardReading& board = BoardOf(temps, reading);
    board.pcb_celsius.clear();
    int index = 0;
    for (const auto& item : data->get_array()) {
      const int position = index++;
      if (item.is_number()) {
        AddSensor(item.to_number<double>(), position, board.pcb_celsius, temps.log());
      }
    }
  }
  std::sort(reading.boards.begin(), reading.boards.end(),
            [](const BoardReading& a, const BoardReading& b) { return a.board < b.board; });
}

}  // namespace antx
