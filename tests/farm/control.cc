#include "farm/control.h"

#include <algorithm>
#include <map>
#include <optional>

#include "farm/dialect.h"
#include "util/text.h"

namespace antx::farm {
namespace {

using Words = std::vector<std::string_view>;

constexpr std::string_view kNoMiner = "error: no such miner";
constexpr const char* kWords =
    "write: list, get, web, writes, fault, clear, set, stats, freeze, unfreeze or quit";

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

std::string Names(const std::vector<std::string>& names) {
  std::string list = "[";
  for (const std::string& name : names) list += (list.size() > 1 ? ",\"" : "\"") + name + '"';
  return list + "]";
}

std::string ByCommand(const std::map<std::string, std::uint64_t, std::less<>>& requests) {
  std::string list = "{";
  for (const auto& [command, count] : requests)
    list += (list.size() > 1 ? ",\"" : "\"") + command + "\":" + std::to_string(count);
  return list + "}";
}

/// What is true of a machine now, for comparison with what an exporter says.
std::string Truth(const Fleet::Member& member, double now) {
  const Moment moment = member.miner.At(now);
  const Profile& profile = member.miner.profile();
  const Counters& counters = member.counters;
  return "{\"address\":\"" + member.miner.address().ToString() + "\",\"profile\":\"" +
         std::string(profile.name) +
         "\",\"hashrate\":" + Format("%.17g", moment.rate * profile.unit) +
         ",\"hashrate_average\":" + Format("%.17g", moment.average * profile.unit) +
         ",\"elapsed\":" + Format("%.0f", moment.elapsed) +
         ",\"accepted\":" + Format("%.0f", moment.accepted) +
         ",\"rejected\":" + Format("%.0f", moment.rejected) +
         ",\"stale\":" + Format("%.0f", moment.stale) +
         ",\"difficulty_accepted\":" + Format("%.0f", moment.difficulty_accepted) +
         ",\"difficulty_rejected\":" + Format("%.0f", moment.difficulty_rejected) +
         ",\"hardware_errors\":" + Format("%.0f", moment.hardware_errors) +
         ",\"watts\":" + Format("%.0f", moment.watts) +
         ",\"active_pool\":" + std::to_string(moment.active_pool) + ",\"worker\":\"" +
         member.miner.worker() + "\",\"boards\":" + Numbers(moment.board_rate, profile.unit) +
         ",\"chip_celsius\":" + Numbers(moment.chip_celsius) +
         ",\"pcb_celsius\":" + Numbers(moment.pcb_celsius) +
         ",\"fan_rpm\":" + Numbers(moment.fan_rpm) +
         ",\"faults\":" + Names(member.miner.Active(now)) +
         ",\"connections\":" + std::to_string(counters.connections) +
         ",\"requests\":" + std::to_string(counters.requests) +
         ",\"requests_by_command\":" + ByCommand(counters.by_command) +
         ",\"open\":" + std::to_string(counters.open) +
         ",\"most_open\":" + std::to_string(counters.most_open) + "}";
}

std::string Stats(const Fleet& fleet) {
  Counters sum;
  for (const auto& member : fleet.members()) {
    const Counters& counters = member.counters;
    sum.connections += counters.connections;
    sum.requests += counters.requests;
    sum.open += counters.open;
    sum.most_open = std::max(sum.most_open, counters.most_open);
    for (const auto& [command, count] : counters.by_command) sum.by_command[command] += count;
  }
  return "{\"miners\":" + std::to_string(fleet.members().size()) +
         ",\"connections\":" + std::to_string(sum.connections) +
         ",\"requests\":" + std::to_string(sum.requests) +
         ",\"requests_by_command\":" + ByCommand(sum.by_command) +
         ",\"open\":" + std::to_string(sum.open) +
         ",\"max_connections_per_miner\":" + std::to_string(sum.most_open) + "}";
}

std::string List(const Fleet& fleet) {
  std::string list = "[";
  for (const auto& member : fleet.members()) {
    list += (list.size() > 1 ? "," : "") + std::string("{\"address\":\"") +
            member.miner.address().ToString() + "\",\"profile\":\"" +
            std::string(member.miner.profile().name) + "\"}";
  }
  return list + "]";
}

/// "127.10.0.3", "127.10.0.3-127.10.0.9" or "all"; empty when that names no machine.
std::vector<Fleet::Member*> Targets(Fleet& fleet, std::string_view text) {
  const auto dash = std::min(text.find('-'), text.size());
  const auto first = Ipv4::Parse(text.substr(0, dash));
  const auto last = dash < text.size() ? Ipv4::Parse(text.substr(dash + 1)) : first;
  std::vector<Fleet::Member*> targets;
  for (auto& member : fleet.members()) {
    const Ipv4 address = member.miner.address();
    if (text == "all" || (first && last && address >= *first && address <= *last)) {
      targets.push_back(&member);
    }
  }
  return targets;
}

/// fault, clear and set.
std::string Change(Fleet& fleet, const Words& words) {
  const double now = fleet.Now();
  const auto word = [&words](std::size_t i) { return i < words.size() ? words[i] : ""; };
  const auto targets = Targets(fleet, word(1));
  if (targets.empty()) {
    return std::string(kNoMiner) + "; write: fault ADDRESS|FIRST-LAST|all NAME [ARGUMENT]";
  }
  for (Fleet::Member* target : targets) {
    VirtualMiner& miner = target->miner;
    if (word(2).starts_with("web_")) {
      WebSide& web = target->web;
      std::string wrong;
      if (words[0] == "fault") wrong = web.SetFault(word(2));
      if (words[0] == "set") wrong = web.SetValue(word(2), word(3));
      if (words[0] == "clear" && !web.Clear(word(2))) wrong = "no such fault of the web side";
      if (!wrong.empty()) return "error: " + wrong;
      continue;
    }
    if (words[0] == "clear" && word(2).empty()) (void)target->web.Clear("");
    const std::string wrong = words[0] == "clear" ? miner.Clear(word(2), now)
                              : words[0] == "set" ? miner.SetValue(word(2), word(3), now)
                                                  : miner.SetFault(word(2), word(3), now);
    if (!wrong.empty()) return "error: " + wrong;
  }
  return "{\"ok\":true,\"miners\":" + std::to_string(targets.size()) + "}";
}

std::string Web(Fleet& fleet, const Words& words) {
  const auto address = Ipv4::Parse(words.size() > 1 ? words[1] : "");
  const Fleet::Member* member = address ? fleet.Find(*address) : nullptr;
  return member == nullptr ? std::string(kNoMiner) + "; write: web ADDRESS" : member->web.Told();
}

/// The writes of one machine, or of all that have any.
std::string Writes(Fleet& fleet, const Words& words) {
  const auto targets = Targets(fleet, words.size() > 1 ? words[1] : "");
  if (targets.empty()) return std::string(kNoMiner) + "; write: writes ADDRESS|FIRST-LAST|all";
  std::string list = "{";
  for (const Fleet::Member* target : targets) {
    if (target->web.written == 0) continue;
    list += (list.size() > 1 ? ",\"" : "\"") + target->miner.address().ToString() +
            "\":" + target->web.Written();
  }
  return list + "}";
}

std::string Get(Fleet& fleet, const Words& words) {
  const auto address = Ipv4::Parse(words.size() > 1 ? words[1] : "");
  const Fleet::Member* member = address ? fleet.Find(*address) : nullptr;
  return member == nullptr ? std::string(kNoMiner) + "; write: get ADDRESS"
                           : Truth(*member, fleet.Now());
}

}  // namespace

std::string RunCommand(Fleet& fleet, std::string_view line) {
  const auto words = SplitList(line, " \t");
  const std::string_view verb = words.empty() ? "" : words[0];
  if (verb == "list") return List(fleet);
  if (verb == "stats") return Stats(fleet);
  if (verb == "get") return Get(fleet, words);
  if (verb == "web") return Web(fleet, words);
  if (verb == "writes") return Writes(fleet, words);
  if (verb == "fault" || verb == "clear" || verb == "set") return Change(fleet, words);
  if (verb == "freeze") {
    fleet.Freeze();
  } else if (verb == "unfreeze") {
    fleet.Unfreeze();
  } else if (verb == "quit") {
    fleet.Quit();
  } else {
    return std::string(verb.empty() ? "error: empty; " : "error: unknown; ") + kWords;
  }
  return "{\"ok\":true}";
}

ScenarioFaults CheckScenario(const Fleet& fleet, const Scenario& scenario) {
  Fleet rehearsal = fleet;
  ScenarioFaults faults;
  for (const ScenarioStep& step : scenario.steps) {
    const std::string answer = RunCommand(rehearsal, step.command);
    if (!answer.starts_with("error: ")) continue;
    const bool missing = answer.starts_with(kNoMiner);
    (missing ? faults.missing : faults.wrong)
        .push_back("line " + std::to_string(step.line) + ": " + answer.substr(7));
  }
  return faults;
}

}  // namespace antx::farm
