#include "farm/api_write.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <utility>

#include "farm/dialect.h"
#include "farm/luxos_session.h"
#include "farm/web_dialect.h"
#include "util/text.h"

namespace antx::farm {
namespace {

namespace json = boost::json;

using Values = std::vector<std::string>;

std::string Told(const Fleet::Member& member, double now, int code, const std::string& message,
                 char severity = 'S') {
  // The original repeats what it was given, in quotes.
  std::string plain;
  for (const char c : message) {
    if (c == '"' || c == '\\') plain += '\\';
    plain += c;
  }
  return "{" + Status(member.miner, member.miner.At(now), code, plain, severity) + ",\"id\":1}";
}

/// A pool number, checked as the original does.
struct PoolNumber {
  std::size_t number = 0;
  std::string wrong;
};

PoolNumber NumberIn(const Fleet::Member& member, double now, const Values& values) {
  if (values.empty()) return {0, Told(member, now, 25, "Missing pool id parameter", 'E')};
  const auto count = static_cast<std::int64_t>(member.miner.pools().size());
  const auto number = ParseInt(values.front());
  if (!number || *number < 0 || *number >= count) {
    return {0, Told(member, now, 26,
                    "Invalid pool id " + values.front() + " - range is 0 - " +
                        std::to_string(count - 1),
                    'E')};
  }
  return {static_cast<std::size_t>(*number), {}};
}

/// Numbers the priorities anew, `first` in front when it is given.
void Renumber(std::vector<PoolSetting>& pools, const std::vector<std::size_t>& first) {
  std::vector<std::size_t> order = first;
  std::vector<std::size_t> rest;
  for (std::size_t i = 0; i < pools.size(); ++i) {
    if (std::find(first.begin(), first.end(), i) == first.end()) rest.push_back(i);
  }
  std::stable_sort(rest.begin(), rest.end(), [&pools](std::size_t a, std::size_t b) {
    return pools[a].priority < pools[b].priority;
  });
  order.insert(order.end(), rest.begin(), rest.end());
  for (std::size_t i = 0; i < order.size(); ++i) pools[order[i]].priority = static_cast<int>(i);
}

/// The pools with their priorities written out.
std::vector<PoolSetting> Numbered(const VirtualMiner& miner) {
  std::vector<PoolSetting> pools = miner.pools();
  for (std::size_t i = 0; i < pools.size(); ++i) pools[i].priority = miner.PriorityOf(i);
  return pools;
}

std::string AddPool(Fleet::Member& member, double now, std::string_view request,
                    const Values& values) {
  if (values.empty()) return Told(member, now, 52, "Missing addpool details", 'E');
  const bool refused = member.web.Has("web_refuse_pools");
  if (refused || values.size() != 3 || values[0].empty() || values[1].empty()) {
    std::string all;
    for (const std::string& value : values) all += (all.empty() ? "" : ",") + value;
    return Told(member, now, 53, "Invalid addpool details '" + all + "'", 'E');
  }
  const std::size_t number = member.miner.pools().size();
  WriteByApi(member, now, request, [values](Fleet::Member& to) {
    auto pools = Numbered(to.miner);
    pools.push_back({values[0], values[1], values[2], static_cast<int>(pools.size())});
    to.miner.UsePools(std::move(pools));
  });
  return Told(member, now, 55, "Added pool " + std::to_string(number) + ": '" + values[0] + "'");
}

std::string RemovePool(Fleet::Member& member, double now, std::string_view request,
                       const Values& values) {
  const PoolNumber pool = NumberIn(member, now, values);
  if (!pool.wrong.empty()) return pool.wrong;
  const std::string name =
      std::to_string(pool.number) + ":'" + member.miner.pools()[pool.number].url + "'";
  if (member.miner.pools().size() <= 1) {
    return Told(member, now, 66, "Cannot remove last pool " + name, 'E');
  }
  if (member.miner.At(now).active_pool == static_cast<int>(pool.number)) {
    return Told(member, now, 67, "Cannot remove active pool " + name, 'E');
  }
  WriteByApi(member, now, request, [pool](Fleet::Member& to) {
    to.miner.UsePools(Numbered(to.miner));
    to.miner.DropPool(pool.number);
    auto pools = to.miner.pools();
    Renumber(pools, {});
    to.miner.UsePools(std::move(pools));
  });
  return Told(member, now, 68, "Removed pool " + name);
}

std::string PutFirst(Fleet::Member& member, double now, std::string_view request,
                     const Values& values, std::string_view command) {
  std::vector<std::size_t> first;
  for (const std::string& value : values) {
    const PoolNumber pool = NumberIn(member, now, {value});
    if (!pool.wrong.empty()) return pool.wrong;
    if (std::find(first.begin(), first.end(), pool.number) != first.end()) {
      return Told(member, now, 74, "Duplicate pool specified " + value, 'E');
    }
    first.push_back(pool.number);
  }
  if (first.empty()) return Told(member, now, 25, "Missing pool id parameter", 'E');
  WriteByApi(member, now, request, [first](Fleet::Member& to) {
    auto pools = Numbered(to.miner);
    Renumber(pools, first);
    to.miner.UsePools(std::move(pools));
  });
  if (command == "poolpriority") return Told(member, now, 73, "Changed pool priorities");
  return Told(
      member, now, 27,
      "Switching to pool " + values.front() + ":'" + member.miner.pools()[first.front()].url + "'");
}

/// cgminer with write access; also what LuxOS does with pools.
std::optional<std::string> PoolCommand(Fleet::Member& member, double now, std::string_view request,
                                       std::string_view command, const Values& values) {
  if (command == "addpool") return AddPool(member, now, request, values);
  if (command == "removepool") return RemovePool(member, now, request, values);
  if (command == "switchpool" || command == "poolpriority") {
    return PutFirst(member, now, request, values, command);
  }
  return std::nullopt;
}

std::optional<std::string> CgminerCommand(Fleet::Member& member, double now,
                                          std::string_view request, std::string_view command) {
  if (command == "privileged") return Told(member, now, 46, "Privileged access OK");
  if (command == "save") {
    WriteByApi(member, now, request, [](Fleet::Member& to) { to.miner.SavePools(); });
    return Told(member, now, 44, "Configuration saved to file '/config/cgminer.conf'");
  }
  if (command == "restart") {
    WriteByApi(member, now, request, [now](Fleet::Member& to) { RestartMining(to, now); });
    return "{\"STATUS\":\"RESTART\"}";
  }
  return PoolCommand(member, now, request, command, ParametersOf(request));
}

std::optional<std::string> LuxosCommand(Fleet::Member& member, double now, std::string_view request,
                                        std::string_view command) {
  if (command == "config") {
    std::string text = ExtraReply(member.miner, member.miner.At(now), command);
    const std::string mark = "\"CONFIG\":[{";
    const std::string profile = member.web.profile.empty() ? "default" : member.web.profile;
    const auto at = text.find(mark);
    if (at == std::string::npos) return text;
    return text.insert(at + mark.size(),
                       "\"RedLed\":\"" + member.web.light + "\",\"Profile\":\"" + profile + "\",");
  }
  // Pools ask for no session, and stay after a restart.
  auto told = command == "poolpriority"
                  ? std::nullopt
                  : PoolCommand(member, now, request, command, ParametersOf(request));
  if (told) member.miner.SavePools();
  return told ? told : AnswerLuxosWrite(member, now, request);
}

std::optional<std::string> BraiinsCommand(Fleet::Member& member, double now,
                                          std::string_view request, std::string_view command) {
  if (command != "pause" && command != "resume") return std::nullopt;
  const bool pause = command == "pause";
  WriteByApi(member, now, request, [pause, now](Fleet::Member& to) {
    (void)(pause ? to.miner.SetFault("sleep", "", now) : to.miner.Clear("sleep", now));
  });
  return Told(member, now, 0, pause ? "Mining paused" : "Mining resumed");
}

}  // namespace

std::vector<std::string> ParametersOf(std::string_view request) {
  boost::system::error_code broken;
  const json::value parsed = json::parse(request, broken);
  const auto* root = broken ? nullptr : parsed.if_object();
  const auto* parameter = root == nullptr ? nullptr : root->if_contains("parameter");
  std::vector<std::string> values;
  if (parameter == nullptr || !parameter->is_string()) return values;
  values.emplace_back();
  const std::string_view text = parameter->get_string();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      values.back() += text[++i];
    } else if (text[i] == ',') {
      values.emplace_back();
    } else {
      values.back() += text[i];
    }
  }
  return values;
}

void WriteByApi(Fleet::Member& member, double now, std::string_view request,
                const std::function<void(Fleet::Member&)>& change) {
  WebRequest as_web;
  as_web.method = "API";
  as_web.target = std::string(CommandOf(request));
  as_web.body = std::string(request);
  Write(member, now, as_web, as_web.target, change);
}

std::optional<ApiWriteReply> AnswerApiWrite(Fleet::Member& member, double now,
                                            std::string_view request) {
  const std::string_view command = CommandOf(request);
  const auto written = member.web.written;
  std::optional<std::string> told;
  switch (member.miner.profile().dialect) {
    case Dialect::kLuxos:
      told = LuxosCommand(member, now, request, command);
      break;
    case Dialect::kBraiins:
      told = BraiinsCommand(member, now, request, command);
      break;
    default:
      if (member.miner.api_write()) told = CgminerCommand(member, now, request, command);
  }
  if (!told) return std::nullopt;
  const bool die = member.web.Has("web_die") && member.web.written != written;
  return ApiWriteReply{*std::move(told), die};
}

}  // namespace antx::farm
