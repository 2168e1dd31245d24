#include "farm/fleet.h"

#include <algorithm>

#include "farm/dialect.h"
#include "util/text.h"

namespace antx::farm {
namespace {

std::string Numbers(const std::vector<double>& values, double unit) {
  std::string list = "[";
  for (const double value : values)
    list += (list.size() > 1 ? "," : "") + Format("%.17g", value * unit);
  return list + "]";
}

std::string Numbers(const std::vector<int>& values) {
  std::string list = "[";
  for (const int value : values) list += (list.size() > 1 ? "," : "") + std::to_string(value);
  return list + "]";
}

/// What is true of a machine now, for comparison with what an exporter says.
std::string Truth(const Fleet::Member& member, double now) {
  const Moment moment = member.miner.At(now);
  const Profile& profile = member.miner.profile();
  return "{\"address\":\"" + member.miner.address().ToString() + "\",\"profile\":\"" +
         std::string(profile.name) +
         "\",\"hashrate\":" + Format("%.17g", moment.rate * profile.unit) +
         ",\"elapsed\":" + Format("%.0f", moment.elapsed) +
         ",\"accepted\":" + Format("%.0f", moment.accepted) +
         ",\"rejected\":" + Format("%.0f", moment.rejected) +
         ",\"hardware_errors\":" + Format("%.0f", moment.hardware_errors) +
         ",\"boards\":" + Numbers(moment.board_rate, profile.unit) +
         ",\"chip_celsius\":" + Numbers(moment.chip_celsius) +
         ",\"fan_rpm\":" + Numbers(moment.fan_rpm) +
         ",\"connections\":" + std::to_string(member.counters.connections) +
         ",\"requests\":" + std::to_string(member.counters.requests) +
         ",\"most_open\":" + std::to_string(member.counters.most_open) + "}";
}

std::string Stats(Fleet& fleet) {
  std::uint64_t connections = 0;
  std::uint64_t requests = 0;
  int most = 0;
  for (const auto& member : fleet.members()) {
    connections += member.counters.connections;
    requests += member.counters.requests;
    most = std::max(most, member.counters.most_open);
  }
  return "{\"miners\":" + std::to_string(fleet.members().size()) +
         ",\"connections\":" + std::to_string(connections) +
         ",\"requests\":" + std::to_string(requests) +
         ",\"max_connections_per_miner\":" + std::to_string(most) + "}";
}

std::string List(Fleet& fleet) {
  std::string list;
  for (const auto& member : fleet.members()) {
    list += (list.empty() ? "[" : ",") + std::string("{\"address\":\"") +
            member.miner.address().ToString() + "\",\"profile\":\"" +
            std::string(member.miner.profile().name) + "\"}";
  }
  return list + "]";
}

/// fault and clear; "all" addresses every machine.
std::string Change(Fleet& fleet, const std::vector<std::string_view>& words) {
  const double now = fleet.Now();
  std::vector<Fleet::Member*> targets;
  if (words.size() > 1 && words[1] == "all") {
    for (auto& member : fleet.members()) targets.push_back(&member);
  } else if (const auto address = Ipv4::Parse(words.size() > 1 ? words[1] : "")) {
    if (Fleet::Member* member = fleet.Find(*address)) targets.push_back(member);
  }
  if (targets.empty()) return "error: no such miner; write: fault ADDRESS|all NAME [ARGUMENT]";
  for (Fleet::Member* target : targets) {
    if (words[0] == "clear") {
      target->miner.Clear(now);
      continue;
    }
    const std::string fault = target->miner.SetFault(words.size() > 2 ? words[2] : "",
                                                     words.size() > 3 ? words[3] : "", now);
    if (!fault.empty()) return "error: " + fault;
  }
  return "{\"ok\":true,\"miners\":" + std::to_string(targets.size()) + "}";
}

}  // namespace

void Fleet::Add(const Profile& profile, Ipv4 address, std::uint64_t seed) {
  index_[address] = members_.size();
  members_.push_back({VirtualMiner(profile, address, seed), {}});
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

std::string RunCommand(Fleet& fleet, std::string_view line) {
  const auto words = SplitList(line, " \t");
  if (words.empty()) return "error: empty; write: list, get, fault, clear, stats, freeze, unfreeze";
  if (words[0] == "list") return List(fleet);
  if (words[0] == "stats") return Stats(fleet);
  if (words[0] == "fault" || words[0] == "clear") return Change(fleet, words);
  if (words[0] == "freeze" || words[0] == "unfreeze") {
    words[0] == "freeze" ? fleet.Freeze() : fleet.Unfreeze();
    return "{\"ok\":true}";
  }
  if (words[0] == "get" && words.size() > 1) {
    const auto address = Ipv4::Parse(words[1]);
    const Fleet::Member* member = address ? fleet.Find(*address) : nullptr;
    return member == nullptr ? "error: no such miner" : Truth(*member, fleet.Now());
  }
  return "error: unknown; write: list, get, fault, clear, stats, freeze, unfreeze";
}

}  // namespace antx::farm
