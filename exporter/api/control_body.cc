#include "api/control_body.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <utility>

#include "util/text.h"

namespace antx {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostMiners = 5000;
constexpr std::size_t kMostPools = 3;  // As many as stock firmware has room for.
constexpr std::size_t kMostUrl = 255;
constexpr std::size_t kMostName = 128;
constexpr std::size_t kMostReason = 500;
constexpr std::size_t kMostKey = 200;

bool IsPlain(std::string_view text) {
  return ToValidUtf8(text) == text && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         });
}

bool IsHost(std::string_view host) {
  return !host.empty() && host.size() <= 253 &&
         std::all_of(host.begin(), host.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
         });
}

}  // namespace

JsonBody::JsonBody(std::string_view text) {
  if (Trim(text).empty()) return;
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  if (error || !value.is_object()) {
    fault_ = "body: must be a JSON object" + (error ? " (" + error.message() + ')' : std::string());
    return;
  }
  object_ = std::move(value.get_object());
}

const json::value* JsonBody::Find(const std::string& name) {
  read_[name] = true;
  const json::value* value = object_.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

void JsonBody::Fail(const std::string& name, const std::string& what) {
  if (fault_.empty()) fault_ = prefix_ + name + ": " + what;
}

void JsonBody::Take(const JsonBody& part) {
  if (fault_.empty()) fault_ = part.Fault();
}

std::string JsonBody::Fault() const {
  if (!fault_.empty()) return fault_;
  for (const auto& field : object_) {
    if (read_.count(std::string_view(field.key().data(), field.key().size())) != 0) continue;
    return prefix_ + EscapeControl(CutUtf8(ToValidUtf8(field.key()), 64)) +
           ": there is no such field";
  }
  return "";
}

std::optional<std::string> JsonBody::Text(const std::string& name, std::size_t most) {
  const json::value* value = Find(name);
  if (value == nullptr) return std::nullopt;
  const bool good =
      value->is_string() && value->get_string().size() <= most && IsPlain(value->get_string());
  if (good) return std::string(value->get_string());
  Fail(name,
       "must be text of at most " + std::to_string(most) + " bytes without control characters");
  return std::nullopt;
}

std::string JsonBody::Needed(const std::string& name, std::size_t most, bool empty) {
  const auto text = Text(name, most);
  if (!text || (text->empty() && !empty)) Fail(name, "is missing");
  return text.value_or("");
}

std::optional<double> JsonBody::Number(const std::string& name) {
  const json::value* value = Find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->to_number<double>();
  Fail(name, "must be a number");
  return std::nullopt;
}

std::optional<int> JsonBody::Integer(const std::string& name) {
  const auto number = Number(name);
  if (!number) return std::nullopt;
  if (std::floor(*number) == *number && std::abs(*number) <= 1e6) return static_cast<int>(*number);
  Fail(name, "must be a whole number");
  return std::nullopt;
}

std::optional<bool> JsonBody::Flag(const std::string& name) {
  const json::value* value = Find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_bool()) return value->get_bool();
  Fail(name, "must be true or false");
  return std::nullopt;
}

std::vector<std::string> JsonBody::Texts(const std::string& name, std::size_t most) {
  const json::value* value = Find(name);
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  const std::string allowed = "must be a list of 1 to " + std::to_string(most) + " texts";
  if (!value->is_array() || value->get_array().empty() || value->get_array().size() > most) {
    Fail(name, allowed);
    return texts;
  }
  for (const json::value& item : value->get_array()) {
    if (!item.is_string() || item.get_string().empty() || !IsPlain(item.get_string())) {
      Fail(name, allowed);
      return {};
    }
    texts.emplace_back(item.get_string());
  }
  return texts;
}

std::optional<JsonBody> JsonBody::Object(const std::string& name) {
  const json::value* value = Find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_object()) return JsonBody(value->get_object(), prefix_ + name + '.');
  Fail(name, "must be an object");
  return std::nullopt;
}

std::vector<JsonBody> JsonBody::Objects(const std::string& name, std::size_t most) {
  const json::value* value = Find(name);
  std::vector<JsonBody> objects;
  if (value == nullptr) return objects;
  const bool list =
      value->is_array() && !value->get_array().empty() && value->get_array().size() <= most;
  const bool good = list && std::all_of(value->get_array().begin(), value->get_array().end(),
                                        [](const json::value& item) { return item.is_object(); });
  if (!good) {
    Fail(name, "must be a list of 1 to " + std::to_string(most) + " objects");
    return objects;
  }
  for (const json::value& item : value->get_array()) {
    const std::string number = std::to_string(objects.size());
    objects.push_back(JsonBody(item.get_object(), prefix_ + name + '[' + number + "]."));
  }
  return objects;
}

std::string PoolUrlFault(std::string_view url) {
  constexpr std::string_view kAllowed =
      "must be stratum+tcp://host:port, stratum+ssl://host:port or stratum2+tcp://host:port";
  const auto colons = url.find("://");
  if (colons == std::string_view::npos) return std::string(kAllowed);
  const std::string_view scheme = url.substr(0, colons);
  constexpr std::array<std::string_view, 3> kSchemes = {"stratum+tcp", "stratum+ssl",
                                                        "stratum2+tcp"};
  if (std::find(kSchemes.begin(), kSchemes.end(), scheme) == kSchemes.end()) {
    return std::string(kAllowed);
  }
  std::string_view rest = url.substr(colons + 3);
  // Of the second version: a slash and the key of the pool.
  if (const auto slash = rest.find('/'); slash != std::string_view::npos) {
    const std::string_view key = rest.substr(slash + 1);
    const bool good =
        std::all_of(key.begin(), key.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
    if (scheme != "stratum2+tcp" || !good) return std::string(kAllowed);
    rest = rest.substr(0, slash);
  }
  const auto colon = rest.rfind(':');
  if (colon == std::string_view::npos || !IsHost(rest.substr(0, colon))) {
    return std::string(kAllowed);
  }
  const std::string_view digits = rest.substr(colon + 1);
  const auto port = ParseInt(digits);
  const bool good = port && *port >= 1 && *port <= 65535 && digits.size() <= 5 &&
                    std::all_of(digits.begin(), digits.end(),
                                [](unsigned char c) { return std::isdigit(c) != 0; });
  return good ? "" : "the port must be from 1 to 65535";
}

namespace {

PoolEntry ReadPool(JsonBody& body) {
  PoolEntry pool;
  pool.url = body.Needed("url", kMostUrl);
  if (const std::string fault = PoolUrlFault(pool.url); !fault.empty()) body.Fail("url", fault);
  pool.user = body.Needed("username", kMostName);
  pool.password = body.Needed("password", kMostName, true);
  return pool;
}

}  // namespace

Command ReadCommand(Verb verb, JsonBody& body) {
  Command command;
  command.verb = verb;
  if (verb == Verb::kBlink) {
    const auto on = body.Flag("on");
    if (!on) body.Fail("on", "is missing: true or false");
    command.on = on.value_or(true);
  }
  if (verb == Verb::kWorkMode) command.mode = body.Needed("mode", kMostName);
  if (verb != Verb::kPool) return command;
  if (!body.Has("pools")) {
    command.pools.push_back(ReadPool(body));
    return command;
  }
  for (JsonBody& pool : body.Objects("pools", kMostPools)) {
    command.pools.push_back(ReadPool(pool));
    body.Take(pool);
  }
  return command;
}

MinerSelection ReadSelection(JsonBody& body) {
  MinerSelection selection;
  selection.miners = body.Texts("miners", kMostMiners);
  auto filter = body.Object("filter");
  if (!filter) return selection;
  selection.site = filter->Text("site", kMostName);
  selection.rack = filter->Text("rack", kMostName);
  selection.model = filter->Text("model", kMostName);
  selection.firmware = filter->Text("firmware", kMostName);
  selection.state = filter->Text("state", kMostName);
  body.Take(*filter);
  return selection;
}

LimitsAsked ReadLimits(JsonBody& body) {
  LimitsAsked asked;
  auto limits = body.Object("limits");
  if (!limits) return asked;
  asked.miners_per_second = limits->Number("miners_per_second");
  asked.kilowatts_per_minute = limits->Number("kilowatts_per_minute");
  asked.max_share_of_rack = limits->Number("max_share_of_rack");
  asked.max_share_of_site = limits->Number("max_share_of_site");
  asked.canary = limits->Integer("canary");
  asked.canary_wait_seconds = limits->Number("canary_wait_seconds");
  asked.stop_when_failed_percent = limits->Number("stop_when_failed_percent");
  body.Take(*limits);
  return asked;
}

ControlCaller CallerOf(const HttpRequest& request, JsonBody& body) {
  ControlCaller caller;
  caller.name = request.caller;
  caller.address = request.peer;
  caller.reason = body.Text("reason", kMostReason).value_or("");
  caller.key = request.Header("idempotency-key");
  caller.request = request.path + '\n' + request.body;
  const bool plain = std::all_of(caller.key.begin(), caller.key.end(),
                                 [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (caller.key.size() > kMostKey || !plain) {
    body.Fail("Idempotency-Key", "must be at most 200 visible ASCII characters");
  }
  return caller;
}

}  // namespace antx
