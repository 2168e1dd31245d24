// All simulated machines, their clock and the counters of what was asked.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "farm/virtual_miner.h"

namespace antx::farm {

struct Counters {
  std::uint64_t connections = 0;
  std::uint64_t requests = 0;
  int open = 0;       ///< Connections to this machine now.
  int most_open = 0;  ///< The most that were open at once.
};

class Fleet {
 public:
  struct Member {
    VirtualMiner miner;
    Counters counters;
  };

  void Add(const Profile& profile, Ipv4 address, std::uint64_t seed);
  [[nodiscard]] Member* Find(Ipv4 address);
  [[nodiscard]] std::vector<Member>& members() { return members_; }

  /// Seconds since the start of the simulation, stretched by the speed; constant when frozen.
  [[nodiscard]] double Now() const;
  void SetSpeed(double speed) { speed_ = speed; }
  void Freeze();
  void Unfreeze();

 private:
  std::vector<Member> members_;
  std::map<Ipv4, std::size_t> index_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  double speed_ = 1;
  double frozen_at_ = -1;
};

/// One line of the control protocol (README.md) and its answer: a JSON object, or
/// "error: ..." with what to write instead.
[[nodiscard]] std::string RunCommand(Fleet& fleet, std::string_view line);

}  // namespace antx::farm
