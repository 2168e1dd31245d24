// Replies that only Braiins OS and LuxOS give, and the useless devs of stock.
#include <string>

#include "farm/dialect.h"

namespace antx::farm {
namespace {

std::string Devs(const VirtualMiner& miner, const Moment& moment, int first_id) {
  const Profile& profile = miner.profile();
  std::string list;
  // Out of order, as LuxOS prints them.
  for (int i = profile.boards - 1; i >= 0; --i) {
    const double rate = moment.board_rate[static_cast<std::size_t>(i)];
    list += (list.empty() ? "" : ",") + std::string("{\"ASC\":") + std::to_string(i) +
            ",\"ID\":" + std::to_string(first_id + i) +
            ",\"Enabled\":\"Y\",\"MHS 5s\":" + Format("%.6f", rate * 1e3) +
            ",\"MHS av\":" + Format("%.6f", rate * 1e3) +
            ",\"Nominal MHS\":" + Format("%.1f", profile.nominal * 1e3 / profile.boards) +
            ",\"Hardware Errors\":" + Format("%.0f", moment.hardware_errors / 3) +
            ",\"SerialNumber\":\"SN" + std::to_string(miner.address().value) + std::to_string(i) +
            "\",\"Temperature\":0.0}";
  }
  return list;
}

std::string Reply(const VirtualMiner& miner, const Moment& moment, int code,
                  const std::string& section, const std::string& list) {
  return "{" + Status(miner, moment, code, section) + ",\"" + section + "\":[" + list +
         "],\"id\":1}";
}

std::string FanList(const Moment& moment, const std::string& label, int slots) {
  std::string list;
  for (int i = 0; i < slots; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const int rpm = index < moment.fan_rpm.size() ? moment.fan_rpm[index] : 0;
    list += (i == 0 ? "" : ",") + std::string("{\"FAN\":") +
            (label.empty() ? std::to_string(i) : "\"" + label + std::to_string(i + 1) + "\"") +
            ",\"ID\":" + std::to_string(i) + ",\"RPM\":" + std::to_string(rpm) + ",\"Speed\":60}";
  }
  return list;
}

std::string Braiins(const VirtualMiner& miner, const Moment& moment, std::string_view command) {
  const Profile& profile = miner.profile();
  std::string list;
  if (command == "devs") return Reply(miner, moment, 9, "DEVS", Devs(miner, moment, 1));
  if (command == "fans") return Reply(miner, moment, 202, "FANS", FanList(moment, "", 4));
  if (command == "tunerstatus") {
    return Reply(miner, moment, 222, "TUNERSTATUS",
                 "{\"ApproximateMinerPowerConsumption\":" + Format("%.0f", moment.watts) +
                     ",\"PowerLimit\":3400,\"DynamicPowerScaling\":\"Disabled\"}");
  }
  for (int i = 0; i < profile.boards; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const std::string id = std::to_string(i + 1);
    list += i == 0 ? "" : ",";
    if (command == "temps") {
      list += "{\"TEMP\":" + std::to_string(i) + ",\"ID\":" + id +
              ",\"Board\":" + std::to_string(moment.pcb_celsius[index]) +
              ".0,\"Chip\":" + std::to_string(moment.chip_celsius[index]) + ".0}";
    } else if (command == "devdetails") {
      list +=
          "{\"DEVDETAILS\":" + std::to_string(i) + ",\"ID\":" + id +
          ",\"Name\":\"\",\"Model\":\"Antminer S19\",\"Chips\":" + std::to_string(profile.chips) +
          ",\"Frequency\":525,\"Voltage\":13.6}";
    }
  }
  if (command == "temps") return Reply(miner, moment, 201, "TEMPS", list);
  if (command == "devdetails") return Reply(miner, moment, 69, "DEVDETAILS", list);
  return {};
}

std::string Luxos(const VirtualMiner& miner, const Moment& moment, std::string_view command) {
  if (command == "devs") return Reply(miner, moment, 9, "DEVS", Devs(miner, moment, 0));
  if (command == "fans") return Reply(miner, moment, 202, "FANS", FanList(moment, "FAN", 4));
  if (command == "groups") {
    return Reply(miner, moment, 324, "GROUPS",
                 "{\"GROUP\":0,\"Name\":\"default\",\"Pool Count\":3,\"Quota\":1}");
  }
  if (command == "power") {
    return Reply(miner, moment, 311, "POWER",
                 "{\"PSU\":false,\"Watts\":" + Format("%.0f", moment.watts) + "}");
  }
  if (command == "config") {
    const std::string id = std::to_string(miner.address().value & 0xffffU);
    return Reply(miner, moment, 33, "CONFIG",
                 std::string("{\"CurtailMode\":\"") + (miner.faults().sleeping ? "Sleep" : "None") +
                     "\",\"Hostname\":\"luxos-" + id + "\",\"MACAddr\":\"02:00:00:00:" +
                     std::to_string(10 + miner.address().value / 100 % 90) + ":" +
                     std::to_string(10 + miner.address().value % 90) +
                     "\",\"Model\":\"Antminer S19k Pro\",\"NameplateTHS\":120,\"OS\":\"LuxOS\","
                     "\"SerialNumber\":\"LUX" +
                     id + "\",\"SystemStatus\":\"Normal\"}");
  }
  if (command != "temps") return {};
  std::string list;
  for (std::size_t i = 0; i < moment.pcb_celsius.size(); ++i) {
    const std::string warm = std::to_string(moment.pcb_celsius[i]) + ".0";
    list += (i == 0 ? "" : ",") + std::string("{\"TEMP\":") + std::to_string(i) +
            ",\"ID\":" + std::to_string(i) + ",\"BoardTopLeft\":" + warm +
            ",\"BoardBottomLeft\":" + warm +
            ",\"ChipTopLeft\":" + std::to_string(moment.chip_celsius[i]) + ".0}";
  }
  return Reply(miner, moment, 201, "TEMPS", list);
}

}  // namespace

std::string ExtraReply(const VirtualMiner& miner, const Moment& moment, std::string_view command) {
  switch (miner.profile().dialect) {
    case Dialect::kBraiins:
      return Braiins(miner, moment, command);
    case Dialect::kLuxos:
      return Luxos(miner, moment, command);
    default:
      if (command == "devs") {
        return "{" + Status(miner, moment, 10, "No ASCs", 'E') + ",\"id\":1}";
      }
      return {};
  }
}

}  // namespace antx::farm
