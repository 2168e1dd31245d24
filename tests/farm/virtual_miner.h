// One simulated machine: what is true of it at a moment. Values follow from time, seed
// and faults; time is passed in, so a test can stop it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "farm/profiles.h"
#include "util/ipv4.h"

namespace antx::farm {

/// Faults that change values or the way of answering; see README.md.
struct Faults {
  std::vector<bool> dead_fans = std::vector<bool>(16, false);    ///< By slot index from 0.
  std::vector<bool> dead_boards = std::vector<bool>(16, false);  ///< By board index from 0.
  std::vector<bool> dead_pools = std::vector<bool>(8, false);
  bool overheated = false;
  double rate_factor = 1;           ///< rate_drop
  std::optional<int> chip_celsius;  ///< By `set`: hottest chip of every board.
  std::optional<int> fan_rpm;       ///< By `set`: every fan that turns.
  bool hijacked = false;            ///< pool_hijack: other pools are set.
  bool hang = false, refuse = false, truncate = false, garbage = false, slow_drip = false,
       oversize = false, reset = false, sleeping = false;
};

/// A pool as it is set on the machine.
struct PoolSetting {
  std::string url;
  std::string user;
  std::string password;
  int priority = -1;  ///< -1: its place in the list.
};

/// The values of one moment, in base units unless the name says otherwise.
struct Moment {
  double elapsed = 0;
  double rate = 0;     ///< In units of the API, short window.
  double average = 0;  ///< In units of the API.
  double total_hashes = 0;
  double accepted = 0, rejected = 0, stale = 0;
  double difficulty_accepted = 0, difficulty_rejected = 0;
  double hardware_errors = 0;
  double watts = 0;
  std::vector<double> board_rate;  ///< In units of the API.
  std::vector<int> board_chips;
  std::vector<int> chip_celsius;  ///< Hottest of each board.
  std::vector<int> pcb_celsius;
  std::vector<int> fan_rpm;
  int active_pool = 0;
  std::int64_t unix_seconds = 0;
};

class VirtualMiner {
 public:
  VirtualMiner(const Profile& profile, Ipv4 address, std::uint64_t seed);

  [[nodiscard]] Moment At(double now) const;

  /// Sets or clears a fault by name. `argument` is a slot or a factor. Returns what is
  /// wrong with the name or the argument, "" when it was taken.
  std::string SetFault(std::string_view name, std::string_view argument, double now);
  /// Fixes a value: chip_celsius, fan_rpm, rate_factor, or elapsed (goes on from there).
  /// Returns what is wrong, "" when it was taken.
  std::string SetValue(std::string_view key, std::string_view value, double now);
  /// Ends all faults and fixed values, or those of one name. Returns what is wrong.
  std::string Clear(std::string_view name, double now);
  /// Names of the faults and fixed values in force.
  [[nodiscard]] std::vector<std::string> Active(double now) const;

  [[nodiscard]] bool Refusing(double now) const { return faults_.refuse || now < down_until_; }
  [[nodiscard]] const Faults& faults() const { return faults_; }
  [[nodiscard]] const Profile& profile() const { return *profile_; }
  [[nodiscard]] Ipv4 address() const { return address_; }
  [[nodiscard]] std::string worker() const;
  [[nodiscard]] const std::vector<PoolSetting>& pools() const { return pools_; }
  /// Replaces them for good.
  void SetPools(std::vector<PoolSetting> pools);
  /// Changes what is in use; lost with the next start unless SavePools follows, as cgminer has it.
  void UsePools(std::vector<PoolSetting> pools) { pools_ = std::move(pools); }
  void SavePools() { saved_pools_ = pools_; }
  /// Pools with this number and above do not answer.
  void KillPoolsFrom(std::size_t first) {
    for (std::size_t i = first; i < faults_.dead_pools.size(); ++i) faults_.dead_pools[i] = true;
  }
  /// Takes one out of those in use; whether the others answer moves with them.
  void DropPool(std::size_t pool);
  /// 0 is the first choice.
  [[nodiscard]] int PriorityOf(std::size_t pool) const;
  /// Whether the API takes commands that change something (`set api_write`).
  [[nodiscard]] bool api_write() const { return api_write_; }

  /// Seconds between a reboot and the first answer.
  static constexpr double kRebootSeconds = 3;

 private:
  [[nodiscard]] double Noise(std::uint64_t channel, double now) const;

  const Profile* profile_;
  Ipv4 address_;
  std::uint64_t seed_;
  double started_;
  double down_until_ = 0;
  Faults faults_;
  std::vector<PoolSetting> pools_;
  std::vector<PoolSetting> own_pools_;    ///< While hijacked: those of before.
  std::vector<PoolSetting> saved_pools_;  ///< What the next start finds.
  bool api_write_ = false;
};

/// Names of all faults, for help texts.
[[nodiscard]] std::vector<std::string> FaultNames();

}  // namespace antx::farm
