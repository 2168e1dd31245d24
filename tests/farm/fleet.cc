#include "farm/fleet.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "util/text.h"

namespace antx::farm {
namespace {

/// Kinds with their weights, one entry a unit of weight.
std::vector<const Profile*> Wheel(const std::string& mix) {
  std::vector<const Profile*> wheel;
  for (const std::string_view item : SplitList(mix, ",")) {
    const auto colon = std::min(item.find(':'), item.size());
    const Profile* profile = FindProfile(item.substr(0, colon));
    const auto weight =
        colon < item.size() ? ParseInt(item.substr(colon + 1)) : std::optional<std::int64_t>(1);
    if (profile == nullptr || !weight || *weight < 1 || *weight > 1000) {
      throw std::runtime_error("\"" + std::string(item) +
                               "\" is no profile:weight; see --list-profiles");
    }
    wheel.insert(wheel.end(), static_cast<std::size_t>(*weight), profile);
  }
  if (!wheel.empty()) return wheel;
  for (const Profile& profile : AllProfiles()) {
    wheel.insert(wheel.end(), static_cast<std::size_t>(profile.weight), &profile);
  }
  return wheel;
}

}  // namespace

void Counters::Count(std::string_view command) {
  ++requests;
  const bool name = !command.empty() && command.size() <= 64 &&
                    command.find_first_not_of("abcdefghijklmnopqrstuvwxyz_+") == command.npos;
  if (!name) command = "other";
  auto found = by_command.find(command);
  if (found == by_command.end()) {
    const bool full = by_command.size() + 1 >= kMostCommands;
    found = by_command.try_emplace(full ? "other" : std::string(command), 0).first;
  }
  ++found->second;
}

void Fleet::Member::Settle(double now) {
  for (auto at = later.begin(); at != later.end();) {
    if (at->first > now) {
      ++at;
      continue;
    }
    const auto change = std::move(at->second);
    at = later.erase(at);
    change(*this);
  }
}

void Fleet::Add(const Profile& profile, Ipv4 address, std::uint64_t seed) {
  index_[address] = members_.size();
  members_.push_back({VirtualMiner(profile, address, seed), {}, {}, {}});
}

Fleet::Member* Fleet::Find(Ipv4 address) {
  const auto found = index_.find(address);
  return found == index_.end() ? nullptr : &members_[found->second];
}

double Fleet::Now() const {
  if (frozen_at_ >= 0) return frozen_at_;
  const auto elapsed = std::chrono::steady_clock::now() - begin_;
  return std::chrono::duration<double>(elapsed).count() * speed_;
}

void Fleet::Freeze() { frozen_at_ = Now(); }

void Fleet::Unfreeze() {
  if (frozen_at_ < 0) return;
  const auto elapsed = std::chrono::duration<double>(frozen_at_ / speed_);
  begin_ = std::chrono::steady_clock::now() -
           std::chrono::duration_cast<std::chrono::steady_clock::duration>(elapsed);
  frozen_at_ = -1;
}

void FillFleet(const FleetPlan& plan, Fleet& fleet) {
  const auto base = Ipv4::Parse(plan.base);
  const auto last =
      base ? Ipv4{base->value + static_cast<std::uint32_t>(plan.miners) - 1} : Ipv4{0};
  if (!base || plan.miners < 1 || !base->IsLoopback() || !last.IsLoopback()) {
    throw std::runtime_error("--base: " + plan.base + " and the " + std::to_string(plan.miners) +
                             " addresses from it on must be inside 127.0.0.0/8");
  }
  const auto wheel = Wheel(plan.mix);
  // A step that is prime to the length of the wheel mixes neighbours.
  const std::size_t step = wheel.size() % 7 == 0 ? 1 : 7;
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(plan.miners); ++i) {
    fleet.Add(*wheel[i * step % wheel.size()], Ipv4{base->value + i}, plan.seed);
  }
}

}  // namespace antx::farm
