// All simulated machines, their clock and the counters of what was asked.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "farm/virtual_miner.h"
#include "farm/web_side.h"

namespace antx::farm {

struct Counters {
  std::uint64_t connections = 0;
  std::uint64_t requests = 0;
  std::map<std::string, std::uint64_t, std::less<>> by_command;  ///< At most kMostCommands.
  int open = 0;       ///< Connections to this machine now, those that wait included.
  int most_open = 0;  ///< The most that were open at once.

  /// Counts a request. What is no name of a command, and names beyond the cap, is "other".
  void Count(std::string_view command);
  static constexpr std::size_t kMostCommands = 24;
};

class Fleet {
 public:
  struct Member {
    VirtualMiner miner;
    Counters counters;
    WebSide web;
    /// Changes that take effect later: when, and what.
    std::vector<std::pair<double, std::function<void(Member&)>>> later;

    /// Makes the changes whose time has come.
    void Settle(double now);
  };

  void Add(const Profile& profile, Ipv4 address, std::uint64_t seed);
  [[nodiscard]] Member* Find(Ipv4 address);
  [[nodiscard]] std::vector<Member>& members() { return members_; }
  [[nodiscard]] const std::vector<Member>& members() const { return members_; }

  /// Seconds since the start of the simulation, stretched by the speed; constant when frozen.
  [[nodiscard]] double Now() const;
  /// @param speed above 0.
  void SetSpeed(double speed) { speed_ = speed; }
  [[nodiscard]] double speed() const { return speed_; }
  void Freeze();
  void Unfreeze();

  /// Somebody asked the simulator to end.
  void Quit() { quit_ = true; }
  [[nodiscard]] bool quitting() const { return quit_; }

 private:
  std::vector<Member> members_;
  std::map<Ipv4, std::size_t> index_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  double speed_ = 1;
  double frozen_at_ = -1;
  bool quit_ = false;
};

struct FleetPlan {
  int miners = 1;
  std::string base;  ///< First address.
  std::uint64_t seed = 1;
  std::string mix;  ///< "s19pro:3,s9:1"; "": the default mix.
};

/// Adds the machines of a plan, neighbours of different kinds. Throws std::runtime_error
/// when an address is outside 127.0.0.0/8 or a kind is unknown.
void FillFleet(const FleetPlan& plan, Fleet& fleet);

}  // namespace antx::farm
