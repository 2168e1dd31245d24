#include "farm/virtual_miner.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>

#include "util/text.h"

namespace antx::farm {
namespace {

constexpr double kShareDifficulty = 65536;
constexpr std::int64_t kEpoch = 1'700'000'000;

std::uint64_t Mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

/// Faults that are only on or off.
struct Switch {
  std::string_view name;
  bool Faults::*member;
};
constexpr std::array<Switch, 9> kSwitches = {{{"overheated", &Faults::overheated},
                                              {"hang", &Faults::hang},
                                              {"refuse", &Faults::refuse},
                                              {"truncate", &Faults::truncate},
                                              {"garbage", &Faults::garbage},
                                              {"slow_drip", &Faults::slow_drip},
                                              {"oversize", &Faults::oversize},
                                              {"reset", &Faults::reset},
                                              {"sleep", &Faults::sleeping}}};

std::string Listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += ' ' + name;
  return text;
}

}  // namespace

std::vector<std::string> FaultNames() {
  std::vector<std::string> names = {"dead_fan",  "dead_board", "pool_dead",
                                    "rate_drop", "reboot",     "pool_hijack"};
  for (const Switch& known : kSwitches) names.emplace_back(known.name);
  return names;
}

VirtualMiner::VirtualMiner(const Profile& profile, Ipv4 address, std::uint64_t seed)
    : profile_(&profile),
      address_(address),
      seed_(Mix(seed ^ address.value)),
      // Machines have been up for different times, between an hour and a month.
      started_(-3600.0 - static_cast<double>(seed_ % 2'500'000)) {
  for (int i = 0; i < 3; ++i) {
    pools_.push_back({"stratum+tcp://pool" + std::to_string(i) + ".example:3333", worker(), "x"});
  }
  saved_pools_ = pools_;
}

void VirtualMiner::SetPools(std::vector<PoolSetting> pools) {
  pools_ = std::move(pools);
  saved_pools_ = pools_;
}

void VirtualMiner::DropPool(std::size_t pool) {
  if (pool >= pools_.size()) return;
  pools_.erase(pools_.begin() + static_cast<std::ptrdiff_t>(pool));
  auto& dead = faults_.dead_pools;
  if (pool >= dead.size()) return;
  dead.erase(dead.begin() + static_cast<std::ptrdiff_t>(pool));
  dead.push_back(false);
}

int VirtualMiner::PriorityOf(std::size_t pool) const {
  const int set = pools_[pool].priority;
  return set >= 0 ? set : static_cast<int>(pool);
}

std::string VirtualMiner::worker() const {
  const std::string number = std::to_string(address_.value & 0xffffU);
  return "farm.worker" + std::string(number.size() < 5 ? 5 - number.size() : 0, '0') + number;
}

/// -1..1, a new value each five seconds.
double VirtualMiner::Noise(std::uint64_t channel, double now) const {
  const auto step = static_cast<std::uint64_t>(now / 5);
  const std::uint64_t bits = Mix(seed_ ^ Mix(channel * 1000003U + step));
  return static_cast<double>(bits % 20001) / 10000 - 1;
}

Moment VirtualMiner::At(double now) const {
  const Profile& profile = *profile_;
  Moment moment;
  moment.unix_seconds = kEpoch + static_cast<std::int64_t>(now);
  moment.elapsed = std::max(0.0, std::floor(now - started_));
  const double per_board = profile.nominal / profile.boards;
  for (int i = 0; i < profile.boards; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const bool dead = faults_.dead_boards[index] || faults_.sleeping;
    const double wobble = 1 + 0.02 * Noise(static_cast<std::uint64_t>(i) + 10, now);
    moment.board_rate.push_back(dead ? 0 : per_board * wobble * faults_.rate_factor);
    moment.board_chips.push_back(profile.chips);
    const int heat = faults_.overheated ? 25 : 0;
    const int wave =
        static_cast<int>(std::lround(3 * Noise(static_cast<std::uint64_t>(i) + 30, now)));
    moment.chip_celsius.push_back(faults_.sleeping ? 30 : 70 + heat + wave);
    moment.pcb_celsius.push_back(faults_.sleeping ? 28 : 58 + heat + wave);
    if (faults_.chip_celsius) {
      moment.chip_celsius.back() = *faults_.chip_celsius;
      moment.pcb_celsius.back() = *faults_.chip_celsius - 12;
    }
    moment.rate += moment.board_rate.back();
  }
  moment.average = profile.nominal * 0.995;
  for (int i = 0; i < profile.fans; ++i) {
    const double speed =
        5400 + 240 * std::round(2 * Noise(static_cast<std::uint64_t>(i) + 50, now));
    const bool dead = faults_.dead_fans[static_cast<std::size_t>(i)];
    moment.fan_rpm.push_back(dead ? 0 : faults_.fan_rpm.value_or(static_cast<int>(speed)));
  }
  moment.total_hashes = profile.nominal * profile.unit * moment.elapsed;
  moment.difficulty_accepted =
      std::floor(moment.total_hashes / 4294967296.0 / kShareDifficulty) * kShareDifficulty;
  moment.accepted = std::floor(moment.elapsed / 12);
  moment.rejected = std::floor(moment.elapsed / 4000);
  moment.stale = std::floor(moment.elapsed / 9000);
  moment.difficulty_rejected = moment.rejected * kShareDifficulty;
  moment.hardware_errors = std::floor(moment.elapsed / 90);
  moment.watts = profile.watts * moment.rate / profile.nominal;
  std::optional<int> best;
  for (std::size_t i = 0; i < std::min(pools_.size(), faults_.dead_pools.size()); ++i) {
    if (faults_.dead_pools[i] || pools_[i].url.empty()) continue;
    if (best && PriorityOf(i) >= *best) continue;
    best = PriorityOf(i);
    moment.active_pool = static_cast<int>(i);
  }
  return moment;
}

std::string VirtualMiner::SetFault(std::string_view name, std::string_view argument, double now) {
  const auto number = ParseDouble(argument);
  /// A slot as the firmware numbers it, from `first`.
  const auto flag = [&](std::vector<bool>& flags, int first, int count) -> std::string {
    if (!argument.empty() && !number) return "argument must be a number";
    const double slot = number.value_or(first) - first;
    if (slot < 0 || slot >= count) {
      return "argument must be from " + std::to_string(first) + " to " +
             std::to_string(first + count - 1);
    }
    flags[static_cast<std::size_t>(slot)] = true;
    return "";
  };
  const Profile& profile = *profile_;
  if (name == "dead_fan") return flag(faults_.dead_fans, profile.first_fan, profile.fans);
  if (name == "dead_board") return flag(faults_.dead_boards, profile.first_chain, profile.boards);
  if (name == "pool_dead") return flag(faults_.dead_pools, 0, 3);
  if (name == "rate_drop") return SetValue("rate_factor", argument.empty() ? "0.5" : argument, now);
  if (name == "pool_hijack") {
    if (!faults_.hijacked) own_pools_ = pools_;
    faults_.hijacked = true;
    const std::string host(argument.empty() ? "thief.example:3333" : argument);
    pools_ = {{"stratum+tcp://" + host, "robber." + worker().substr(5), "x"}};
    return "";
  }
  if (name == "reboot") {
    down_until_ = now + kRebootSeconds;
    started_ = now + kRebootSeconds;
    pools_ = saved_pools_;
    return "";
  }
  for (const auto& [known, member] : kSwitches) {
    if (name != known) continue;
    faults_.*member = true;
    return "";
  }
  return "unknown fault; known:" + Listed(FaultNames());
}

std::string VirtualMiner::SetValue(std::string_view key, std::string_view value, double now) {
  const auto number = ParseDouble(value);
  const auto within = [&](double least, double most) {
    return number && *number >= least && *number <= most;
  };
  if (key == "rate_factor") {
    if (!within(0, 1)) return "argument must be 0 to 1";
    faults_.rate_factor = *number;
  } else if (key == "chip_celsius") {
    if (!within(-40, 200)) return "argument must be -40 to 200";
    faults_.chip_celsius = static_cast<int>(*number);
  } else if (key == "fan_rpm") {
    if (!within(0, 20000)) return "argument must be 0 to 20000";
    faults_.fan_rpm = static_cast<int>(*number);
  } else if (key == "elapsed") {
    if (!within(0, 1e9)) return "argument must be 0 to 1000000000";
    started_ = now - std::floor(*number);
  } else if (key == "api_write") {
    if (!within(0, 1)) return "argument must be 0 or 1";
    api_write_ = *number > 0;
  } else {
    return "unknown key; known: rate_factor chip_celsius fan_rpm elapsed api_write";
  }
  return "";
}

std::string VirtualMiner::Clear(std::string_view name, double now) {
  const Faults none;
  const bool all = name.empty();
  bool known = all;
  const auto clear = [&](std::initializer_list<std::string_view> names, auto member) {
    if (!all && std::find(names.begin(), names.end(), name) == names.end()) return;
    faults_.*member = none.*member;
    known = true;
  };
  clear({"dead_fan"}, &Faults::dead_fans);
  clear({"dead_board"}, &Faults::dead_boards);
  clear({"pool_dead"}, &Faults::dead_pools);
  clear({"rate_drop", "rate_factor"}, &Faults::rate_factor);
  clear({"chip_celsius"}, &Faults::chip_celsius);
  clear({"fan_rpm"}, &Faults::fan_rpm);
  for (const auto& [fault, member] : kSwitches) clear({fault}, member);
  if (all || name == "pool_hijack") {
    if (faults_.hijacked) pools_ = own_pools_;
    faults_.hijacked = false;
    known = true;
  }
  if (all || name == "reboot") {
    down_until_ = std::min(down_until_, now);
    known = true;
  }
  return known ? "" : "unknown fault; known:" + Listed(FaultNames());
}

std::vector<std::string> VirtualMiner::Active(double now) const {
  std::vector<std::string> names;
  const auto add = [&names](bool active, std::string_view name) {
    if (active) names.emplace_back(name);
  };
  const auto any = [](const std::vector<bool>& flags) {
    return std::find(flags.begin(), flags.end(), true) != flags.end();
  };
  add(any(faults_.dead_fans), "dead_fan");
  add(any(faults_.dead_boards), "dead_board");
  add(any(faults_.dead_pools), "pool_dead");
  add(faults_.rate_factor < 1, "rate_drop");
  add(faults_.hijacked, "pool_hijack");
  add(now < down_until_, "reboot");
  add(faults_.chip_celsius.has_value(), "chip_celsius");
  add(faults_.fan_rpm.has_value(), "fan_rpm");
  for (const auto& [known, member] : kSwitches) add(faults_.*member, known);
  return names;
}

}  // namespace antx::farm
