#include "farm/dialect.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "util/text.h"

namespace antx::farm {
namespace {

constexpr std::array<std::string_view, 26> kDenied = {
    "addpool",      "ascdisable",    "ascenable",  "asccount",    "ascset",    "coin",
    "config",       "debug",         "devdetails", "disablepool", "edevs",     "enablepool",
    "estats",       "failover-only", "hotplug",    "lcd",         "lockstats", "notify",
    "poolpriority", "privileged",    "quit",       "removepool",  "restart",   "save",
    "setconfig",    "switchpool"};

std::string_view Program(Dialect dialect) {
  switch (dialect) {
    case Dialect::kBraiins:
      return "BOSer boser-buildroot 1.0.0-0123abcd";
    case Dialect::kLuxos:
      return "LUXminer 2025.4.8.220305-01234567";
    case Dialect::kVnish:
      return "cgminer 4.11.1";
    case Dialect::kX19:
      return "cgminer 1.0.0";
    default:
      return "bmminer 1.0.0";
  }
}

std::string Error(const VirtualMiner& miner, const Moment& moment, int code,
                  const std::string& message) {
  return "{" + Status(miner, moment, code, message, 'E') + ",\"id\":1}";
}

bool Joins(Dialect dialect) {
  return dialect == Dialect::kLegacy || dialect == Dialect::kBraiins || dialect == Dialect::kLuxos;
}

}  // namespace

std::string Format(const char* format, double value) {
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), format, value);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string Status(const VirtualMiner& miner, const Moment& moment, int code,
                   std::string_view message, char severity) {
  return "\"STATUS\":[{\"STATUS\":\"" + std::string(1, severity) +
         "\",\"When\":" + std::to_string(moment.unix_seconds) +
         ",\"Code\":" + std::to_string(code) + ",\"Msg\":\"" + std::string(message) +
         "\",\"Description\":\"" + std::string(Program(miner.profile().dialect)) + "\"}]";
}

std::string_view CommandOf(std::string_view request) {
  if (request.empty() || request.front() != '{') {
    return Trim(request.substr(0, std::min(request.find('|'), request.size())));
  }
  const auto key = request.find("\"command\"");
  if (key == std::string_view::npos) return {};
  const auto colon = request.find(':', key);
  if (colon == std::string_view::npos) return {};
  const auto open = request.find('"', colon);
  if (open == std::string_view::npos) return {};
  const auto close = request.find('"', open + 1);
  if (close == std::string_view::npos) return {};
  return request.substr(open + 1, close - open - 1);
}

std::string AnswerCommand(const VirtualMiner& miner, const Moment& moment,
                          std::string_view command) {
  if (command == "summary") return SummaryReply(miner, moment);
  if (command == "stats") return StatsReply(miner, moment);
  if (command == "pools") return PoolsReply(miner, moment);
  if (command == "version" && miner.profile().dialect != Dialect::kVnish) {
    return VersionReply(miner, moment);
  }
  std::string extra = ExtraReply(miner, moment, command);
  if (!extra.empty()) return extra;
  // The access group of stock firmware lists five commands; the others exist and are denied.
  if (std::find(kDenied.begin(), kDenied.end(), command) != kDenied.end()) {
    return Error(miner, moment, 45, "Access denied to '" + std::string(command) + "' command");
  }
  return Error(miner, moment, 14, "Invalid command");
}

std::string Answer(const VirtualMiner& miner, const Moment& moment, std::string_view request) {
  const std::string_view command = CommandOf(request);
  if (request.empty() || request.front() != '{') {
    // Joins are a matter of JSON only.
    return ToText(AnswerCommand(miner, moment, command));
  }
  if (command.empty()) return Error(miner, moment, 24, "Missing JSON 'command'");
  if (command.find('+') == std::string::npos) return AnswerCommand(miner, moment, command);
  if (!Joins(miner.profile().dialect)) return Error(miner, moment, 14, "Invalid command");
  std::string joined = "{";
  std::vector<std::string_view> told;
  for (const std::string_view member : SplitList(command, "+")) {
    if (std::find(told.begin(), told.end(), member) != told.end()) continue;  // As cgminer does.
    told.push_back(member);
    if (joined.size() > 1) joined += ',';
    joined += '"' + std::string(member) + "\":[" + AnswerCommand(miner, moment, member) + ']';
  }
  return joined + ",\"id\":1}";
}

}  // namespace antx::farm
