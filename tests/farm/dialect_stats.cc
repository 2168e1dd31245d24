// stats of Bitmain's daemons and of what is built on them.
#include <algorithm>
#include <string>

#include "farm/dialect.h"

namespace antx::farm {
namespace {

std::string Number(std::string_view key, int index, double value, const char* format = "%.0f") {
  return ",\"" + std::string(key) + std::to_string(index) + "\":" + Format(format, value);
}
std::string Text(std::string_view key, int index, const std::string& value) {
  return ",\"" + std::string(key) + std::to_string(index) + "\":\"" + value + "\"";
}

std::string ChipMap(int chips, bool good) {
  std::string map;
  for (int i = 0; i < chips; ++i) {
    if (i % 8 == 0) map += ' ';
    map += good ? 'o' : 'x';
  }
  return map;
}

/// Four sensors of one board, the last two warmer: "50-48-60-62".
std::string FourSensors(int hottest) {
  return std::to_string(hottest - 12) + '-' + std::to_string(hottest - 14) + '-' +
         std::to_string(hottest - 2) + '-' + std::to_string(hottest);
}

/// One board; `chain` is the number that the firmware prints.
std::string Board(const VirtualMiner& miner, const Moment& moment, std::size_t index, int chain) {
  const Profile& profile = miner.profile();
  const double rate = moment.board_rate[index];
  const bool dead = miner.faults().dead_boards[index];
  const bool asleep = miner.faults().sleeping;
  const int chip = moment.chip_celsius[index];
  const int pcb = moment.pcb_celsius[index];
  const double clock = ClockMegahertz(profile.dialect);
  std::string out = Number("chain_acn", chain, moment.board_chips[index]);
  if (profile.dialect != Dialect::kVnish) {
    out += Text("chain_acs", chain, ChipMap(profile.chips, !dead && !asleep));
  }
  out += Number("chain_hw", chain, moment.hardware_errors / 3);
  switch (profile.dialect) {
    case Dialect::kLegacy:
      out += Text("chain_rate", chain, dead ? "0.00000" : Format("%.2f", rate));
      out += Number("temp", chain, dead ? 0 : pcb) + Number("temp2_", chain, dead ? 0 : chip);
      out += Number("freq_avg", chain, clock, "%.2f");
      break;
    case Dialect::kX17:
      out += Text("chain_rate", chain, Format("%.2f", rate));
      out += Text("freq", chain, Format("%.0f", clock)) +
             Text("temp_pcb", chain, FourSensors(pcb)) +
             Text("temp_chip", chain, FourSensors(chip));
      break;
    case Dialect::kVnish:
      out += Number("chain_rate", chain, rate, "%.2f") + Number("freq_avg", chain, clock, "%.2f");
      out += Number("chain_vol", chain, 12625) +
             Number("chain_consumption", chain, moment.watts / profile.boards);
      out += Text("chain_state", chain, dead ? "failure" : "mining");
      out += Text("temp_pcb", chain, std::to_string(pcb - 20) + '-' + std::to_string(pcb));
      out += Text("temp_chip", chain, std::to_string(chip - 20) + '-' + std::to_string(chip));
      break;
    default:
      out += Text("chain_rate", chain, Format("%.2f", rate)) + Number("freq", chain, clock, "%.0f");
      out += Text("temp_pcb", chain, FourSensors(pcb)) +
             Text("temp_chip", chain, FourSensors(chip)) +
             Text("temp_pic", chain, FourSensors(pcb - 10));
  }
  return out;
}

/// Slots without a board, as the firmware fills them.
std::string EmptySlots(const Profile& profile) {
  std::string out;
  const int slots = profile.dialect == Dialect::kX17 ? 16 : 4;
  const int last = profile.first_chain + profile.boards - 1;
  for (int chain = 1; chain <= std::max(slots, last); ++chain) {
    if (chain >= profile.first_chain && chain <= last) continue;
    out += Number("chain_acn", chain, 0) + Text("chain_acs", chain, "") +
           Text("chain_rate", chain, "");
    out += Text("temp_chip", chain, profile.dialect == Dialect::kX17 ? "-" : "0-0-0-0");
  }
  return out;
}

/// The program of the identity record.
std::string Daemon(const Profile& profile) {
  if (profile.dialect == Dialect::kLuxos) return "\"Miner\":\"2025.4.8.220305\"";
  if (profile.dialect == Dialect::kVnish) return "\"Cgminer\":\"4.11.1\",\"Miner\":\"49.0.1.3\"";
  return std::string("\"BMMiner\":\"") + (IsRwglr(profile) ? "2.0.0 rwglr" : "1.0.0") +
         "\",\"Miner\":\"49.0.1.3\"";
}

std::string Machine(const VirtualMiner& miner, const Moment& moment) {
  const Profile& profile = miner.profile();
  const bool legacy = profile.dialect == Dialect::kLegacy;
  const bool text_rate =
      legacy || profile.dialect == Dialect::kX17 || profile.dialect == Dialect::kVnish;
  std::string out = std::string("\"STATS\":0,\"ID\":\"") + (legacy ? "BC50" : "BTM_SOC0") +
                    "\",\"Elapsed\":" + Format("%.0f", moment.elapsed) +
                    ",\"Calls\":0,\"Wait\":0.000000,\"Max\":0.000000,\"Min\":99999999.000000";
  out += text_rate ? ",\"GHS 5s\":\"" + Format("%.2f", moment.rate) + "\""
                   : ",\"GHS 5s\":" + Format("%.2f", moment.rate);
  out += ",\"GHS av\":" + Format("%.2f", moment.average);
  if (profile.dialect == Dialect::kX19) out += ",\"rate_30m\":" + Format("%.2f", moment.average);
  if (profile.unit == 1e9) {
    out += ",\"total_rateideal\":" + Format("%.2f", profile.nominal);
    if (!legacy) out += ",\"rate_unit\":\"GH\"";
  }
  if (profile.dialect == Dialect::kX17) {
    out += std::string(",\"Mode\":") + (miner.faults().sleeping ? "254" : "1") +
           ",\"Voltage\":\"17.80\"";
  }
  if (profile.dialect == Dialect::kX19) out += ",\"Mode\":2";
  if (profile.dialect == Dialect::kVnish) {
    out += std::string(",\"state\":\"") + (miner.faults().sleeping ? "stopped" : "mining") +
           "\",\"fan_pwm\":60";
  }
  out += ",\"miner_count\":" + std::to_string(profile.boards) +
         ",\"fan_num\":" + std::to_string(profile.fans);
  const int slots = legacy ? 8 : std::max(profile.fans, 4);
  for (int slot = 1; slot <= slots; ++slot) {
    const int index = slot - profile.first_fan;
    const bool there = index >= 0 && index < profile.fans;
    out += Number("fan", slot, there ? moment.fan_rpm[static_cast<std::size_t>(index)] : 0);
  }
  for (std::size_t i = 0; i < moment.board_rate.size(); ++i) {
    out += Board(miner, moment, i, profile.first_chain + static_cast<int>(i));
  }
  return out + EmptySlots(profile) +
         ",\"no_matching_work\":" + Format("%.0f", moment.hardware_errors);
}

}  // namespace

std::string StatsReply(const VirtualMiner& miner, const Moment& moment) {
  const Profile& profile = miner.profile();
  if (profile.dialect == Dialect::kBraiins) {
    return "{" + Status(miner, moment, 70, "BOSer stats") +
           ",\"STATS\":[{\"STATS\":0,\"ID\":\"0\",\"Elapsed\":0,\"Calls\":0,\"Wait\":0.0}],\"id\":"
           "1}";
  }
  const std::string identity = Daemon(profile) +
                               ",\"CompileTime\":\"Tue Dec  6 16:12:30 CST 2022\",\"Type\":\"" +
                               std::string(profile.type) + "\"";
  // The defect of old Bitmain builds: no comma between the two records.
  const char* between = profile.dialect == Dialect::kLegacy ? "}{" : "},{";
  return "{" + Status(miner, moment, 70, "CGMiner stats") + ",\"STATS\":[{" + identity + between +
         Machine(miner, moment) + "}],\"id\":1}";
}

}  // namespace antx::farm
