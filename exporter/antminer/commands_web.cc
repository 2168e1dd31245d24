#include "antminer/commands_web.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "antminer/families/family.h"
#include "antminer/record.h"
#include "antminer/tolerant_json.h"
#include "antminer/web_pages.h"
#include "util/text.h"

namespace antx {
namespace {

namespace json = boost::json;

constexpr int kDepth = 24;

/// Null when the page is none.
json::value Parsed(std::string_view page) {
  RepairCounts repairs{};
  auto parsed = ParseTolerant(page, kDepth, {}, repairs);
  return parsed.has_value() ? *std::move(parsed) : json::value();
}

std::optional<std::string> Plain(const json::value* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return std::string(value->get_string());
  if (value->is_bool() || value->is_number()) return json::serialize(*value);
  return std::nullopt;
}

std::string PlainAt(const json::value& root, std::string_view path) {
  return Plain(AtPath(root, path)).value_or("");
}

const json::array* ListAt(const json::value& root, std::string_view path) {
  const json::value* value = AtPath(root, path);
  return value == nullptr ? nullptr : value->if_array();
}

/// url, user and a password under `key`.
json::array PoolList(const std::vector<PoolEntry>& pools, std::string_view key) {
  json::array list;
  for (const PoolEntry& pool : pools) {
    list.push_back(json::object{{"url", pool.url}, {"user", pool.user}, {key, pool.password}});
  }
  return list;
}

}  // namespace

std::optional<std::string> PageText(std::string_view page, std::string_view path) {
  const json::value root = Parsed(page);
  return root.is_null() ? std::nullopt : Plain(AtPath(root, path));
}

bool PageIsNone(std::string_view page) { return !Parsed(page).is_object(); }

std::string RefusalIn(std::string_view page) {
  const json::value root = Parsed(page);
  const json::object* object = root.if_object();
  if (object == nullptr) return {};
  const auto is_false = [object](std::string_view key) {
    const json::value* value = object->if_contains(key);
    return value != nullptr && value->is_bool() && !value->get_bool();
  };
  const auto is_true = [object](std::string_view key) {
    const json::value* value = object->if_contains(key);
    return value != nullptr && value->is_bool() && value->get_bool();
  };
  const bool refused = is_false("result") || is_false("success") || is_true("error");
  for (const char* key : {"err", "error", "message", "msg"}) {
    const json::value* value = object->if_contains(key);
    if (value == nullptr || !value->is_string() || value->get_string().empty()) continue;
    // Marathon says {"error":false,"msg":"success"}.
    const bool may_be_good = std::string_view(key) == "msg" && !refused;
    if (!may_be_good) return std::string(value->get_string());
  }
  return refused ? "false" : "";
}

std::string VnishUnlock(const std::string& password) {
  return json::serialize(json::object{{"pw", password}});
}

std::optional<std::string> VnishTokenHeader(std::string_view page) {
  const auto token = PageText(page, "token");
  // It becomes a header: nothing may end the line.
  if (!token || token->empty() || token->size() > 4096 ||
      token->find_first_of("\r\n") != std::string::npos) {
    return std::nullopt;
  }
  return "Authorization: Bearer " + *token;
}

std::string VnishPools(const std::vector<PoolEntry>& pools) {
  return json::serialize(json::object{{"miner", json::object{{"pools", PoolList(pools, "pass")}}}});
}

CommandBody VnishPreset(std::string_view settings, const std::string& preset) {
  const json::value root = Parsed(settings);
  const json::value* overclock = AtPath(root, "miner.overclock");
  if (overclock == nullptr || !overclock->is_object()) {
    return {{}, "its settings hold no overclock section"};
  }
  json::object changed = overclock->get_object();
  changed["preset"] = preset;
  return {json::serialize(json::object{{"miner", json::object{{"overclock", std::move(changed)}}}}),
          {}};
}

std::string BraiinsPools(std::string_view shown, const std::vector<PoolEntry>& pools) {
  const json::value root = Parsed(shown);
  std::string name = "Default";
  if (const auto* groups = root.if_array(); groups != nullptr && !groups->empty()) {
    if (auto told = PlainAt(groups->front(), "name"); !told.empty()) name = std::move(told);
  }
  return json::serialize(json::array{json::object{
      {"name", name},
      {"pools", PoolList(pools, "password")},
      {"load_balance_strategy", json::object{{"quota", json::object{{"value", 1}}}}}}});
}

namespace {

std::string Graphql(std::string_view query, json::object variables) {
  json::object call{{"query", query}};
  if (!variables.empty()) call["variables"] = std::move(variables);
  return json::serialize(call);
}

}  // namespace

std::string GraphqlCall(std::string_view query) { return Graphql(query, {}); }

std::string GraphqlAddPool(const std::string& group, const PoolEntry& pool) {
  return Graphql(
      "mutation($group:ID!,$url:String!,$user:String!,$password:String,$enabled:Boolean)"
      "{bosminer{config{group(id:$group){__typename ...on GroupConfigurator"
      "{addPool(url:$url,user:$user,password:$password,enabled:$enabled)"
      "{__typename ...on BosminerError{message}}}}}}}",
      {{"group", group},
       {"url", pool.url},
       {"user", pool.user},
       {"password", pool.password},
       {"enabled", true}});
}

std::string GraphqlRemovePool(const std::string& group, const std::string& pool) {
  return Graphql(
      "mutation($group:ID!,$pool:ID!)"
      "{bosminer{config{group(id:$group){__typename ...on GroupConfigurator"
      "{removePool(id:$pool){__typename ...on BosminerError{message}}}}}}}",
      {{"group", group}, {"pool", pool}});
}

std::string GraphqlBlink(bool on) {
  return Graphql("mutation($enable:Boolean!){bos{setFaultLight(enable:$enable){__typename}}}",
                 {{"enable", on}});
}

std::vector<GraphqlGroup> GraphqlGroups(std::string_view page) {
  const json::value root = Parsed(page);
  std::vector<GraphqlGroup> groups;
  const json::array* list = ListAt(root, "data.bosminer.config.groups");
  if (list == nullptr) return groups;
  for (const json::value& item : *list) {
    GraphqlGroup group;
    group.id = PlainAt(item, "id");
    if (const json::array* pools = ListAt(item, "pools")) {
      for (const json::value& pool : *pools) group.pools.push_back(PlainAt(pool, "id"));
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

namespace {

/// The first object of a type that ends in Error: its message, else its type.
std::string ErrorBelow(const json::value& value, int depth) {
  if (depth > kDepth) return {};
  if (const auto* list = value.if_array()) {
    for (const json::value& item : *list) {
      if (auto words = ErrorBelow(item, depth + 1); !words.empty()) return words;
    }
  }
  const auto* object = value.if_object();
  if (object == nullptr) return {};
  const std::string type = Plain(object->if_contains("__typename")).value_or("");
  if (type.ends_with("Error")) {
    const std::string message = Plain(object->if_contains("message")).value_or("");
    return message.empty() ? type : message;
  }
  for (const auto& member : *object) {
    if (auto words = ErrorBelow(member.value(), depth + 1); !words.empty()) return words;
  }
  return {};
}

}  // namespace

std::string GraphqlRefusal(std::string_view page) {
  const json::value root = Parsed(page);
  if (!root.is_object()) return "the answer is no JSON";
  if (const json::array* errors = ListAt(root, "errors"); errors != nullptr && !errors->empty()) {
    std::string message = PlainAt(errors->front(), "message");
    if (!message.empty()) return message;
    return Plain(&errors->front()).value_or("it found an error in the request");
  }
  return ErrorBelow(root, 0);
}

std::string EpicCall(std::string_view param_json, const std::string& password) {
  return json::serialize(json::object{{"param", json::parse(param_json)}, {"password", password}});
}

std::string EpicPools(std::string_view summary, const std::vector<PoolEntry>& pools) {
  const json::value root = Parsed(summary);
  const json::value* told = AtPath(root, "Mining.Coin");
  const json::value* unique = AtPath(root, "Stratum.Worker Unique Id");
  json::array configs;
  for (const PoolEntry& pool : pools) {
    configs.push_back(
        json::object{{"login", pool.user}, {"password", pool.password}, {"pool", pool.url}});
  }
  return json::serialize(
      json::object{{"coin", told != nullptr && told->is_string() ? told->get_string() : "BTC"},
                   {"stratum_configs", std::move(configs)},
                   {"unique_id", unique != nullptr && unique->is_bool() && unique->get_bool()}});
}

namespace {

/// The pools in the settings; fee pools are not among them.
std::vector<PoolReading> EpicPoolList(std::string_view summary) {
  const json::value root = Parsed(summary);
  std::vector<PoolReading> pools;
  const json::array* list = ListAt(root, "StratumConfigs");
  if (list == nullptr) return pools;
  for (const json::value& item : *list) {
    PoolReading pool;
    SetPoolUrl(PlainAt(item, "pool"), pool);
    pool.user = PlainAt(item, "login");
    pools.push_back(std::move(pool));
  }
  return pools;
}

}  // namespace

bool EpicShowsPools(std::string_view summary, const std::vector<PoolEntry>& wanted) {
  return ShowsPools(EpicPoolList(summary), wanted);
}

std::string EpicPoolHosts(std::string_view summary) { return PoolHosts(EpicPoolList(summary)); }

CommandBody MarathonPools(std::string_view settings, const std::vector<PoolEntry>& pools) {
  json::value root = Parsed(settings);
  json::object* object = root.if_object();
  if (object == nullptr || !object->contains("pools")) return {{}, "its settings hold no pools"};
  (*object)["pools"] = PoolList(pools, "pass");
  return {json::serialize(root), {}};
}

CommandBody MarathonMode(std::string_view settings, const std::string& mode) {
  json::value root = Parsed(settings);
  json::object* object = root.if_object();
  json::value* section = object == nullptr ? nullptr : object->if_contains("mode");
  if (section == nullptr || !section->is_object() ||
      !section->get_object().contains("work-mode-selector")) {
    return {{}, "its settings hold no mode selector"};
  }
  // What is written back must not hold masked passwords.
  const json::value* pools = object->if_contains("pools");
  if (const json::array* list = pools == nullptr ? nullptr : pools->if_array()) {
    for (const json::value& pool : *list) {
      const std::string password = PlainAt(pool, "pass");
      if (!password.empty() && password.find_first_not_of('*') == std::string::npos) {
        return {{},
                "it masks the passwords of its pools, and writing its settings back would put the "
                "mask in their place"};
      }
    }
  }
  section->get_object()["work-mode-selector"] = mode;
  return {json::serialize(root), {}};
}

}  // namespace antx
