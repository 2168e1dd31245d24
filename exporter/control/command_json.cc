#include "control/command_json.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <utility>

namespace antx {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<const char*, double RunLimits::*>, 6> kNumbers = {
    {{"miners_per_second", &RunLimits::miners_per_second},
     {"kilowatts_per_minute", &RunLimits::kilowatts_per_minute},
     {"max_share_of_rack", &RunLimits::max_share_of_rack},
     {"max_share_of_site", &RunLimits::max_share_of_site},
     {"canary_wait_seconds", &RunLimits::canary_wait_seconds},
     {"stop_when_failed_percent", &RunLimits::stop_when_failed_percent}}};

json::object ObjectOf(std::string_view text) {
  boost::system::error_code fault;
  const json::value value = json::parse(text, fault);
  if (fault || !value.is_object()) return {};
  return value.get_object();
}

std::string TextOf(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

double NumberOf(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_number() ? value->to_number<double>() : 0;
}

}  // namespace

std::string CommandJson(const Command& command) {
  json::object object{{"verb", VerbName(command.verb)}};
  if (command.verb == Verb::kBlink) object["on"] = command.on;
  if (command.verb == Verb::kWorkMode) object["mode"] = command.mode;
  if (command.verb == Verb::kPool) {
    json::array pools;
    for (const PoolEntry& pool : command.pools) {
      pools.push_back(json::object{{"url", pool.url}, {"username", pool.user}});
    }
    object["pools"] = std::move(pools);
  }
  return json::serialize(object);
}

std::string PasswordJson(const Command& command) {
  const bool none = std::all_of(command.pools.begin(), command.pools.end(),
                                [](const PoolEntry& pool) { return pool.password.empty(); });
  if (none) return "";
  json::array passwords;
  for (const PoolEntry& pool : command.pools) passwords.emplace_back(pool.password);
  return json::serialize(passwords);
}

Command CommandOf(std::string_view text, std::string_view passwords) {
  const json::object object = ObjectOf(text);
  Command command;
  command.verb = ParseVerb(TextOf(object, "verb")).value_or(Verb::kBlink);
  if (const json::value* on = object.if_contains("on"); on != nullptr && on->is_bool()) {
    command.on = on->get_bool();
  }
  command.mode = TextOf(object, "mode");
  const json::value* pools = object.if_contains("pools");
  if (pools == nullptr || !pools->is_array()) return command;
  for (const json::value& pool : pools->get_array()) {
    if (!pool.is_object()) continue;
    command.pools.push_back(
        {TextOf(pool.get_object(), "url"), TextOf(pool.get_object(), "username"), ""});
  }
  boost::system::error_code fault;
  const json::value secret = passwords.empty() ? json::value() : json::parse(passwords, fault);
  if (fault || !secret.is_array()) return command;
  const json::array& list = secret.get_array();
  for (std::size_t i = 0; i < std::min(list.size(), command.pools.size()); ++i) {
    if (list[i].is_string()) command.pools[i].password = std::string(list[i].get_string());
  }
  return command;
}

std::string LimitsJson(const RunLimits& limits) {
  json::object object{{"canary", limits.canary}};
  for (const auto& [name, member] : kNumbers) object[name] = limits.*member;
  return json::serialize(object);
}

RunLimits LimitsOf(std::string_view text) {
  const json::object object = ObjectOf(text);
  RunLimits limits;
  limits.canary = static_cast<int>(NumberOf(object, "canary"));
  for (const auto& [name, member] : kNumbers) limits.*member = NumberOf(object, name);
  return limits;
}

}  // namespace antx
