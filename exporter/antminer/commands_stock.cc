#include "antminer/commands_stock.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "antminer/record.h"
#include "antminer/tolerant_json.h"
#include "util/text.h"

namespace antx {
namespace {

namespace json = boost::json;

constexpr int kDepth = 16;
constexpr std::size_t kSlots = 3;
constexpr std::string_view kNoSettings = "its settings page holds no settings";

std::optional<json::object> Parsed(std::string_view body) {
  RepairCounts repairs{};
  auto parsed = ParseTolerant(body, kDepth, {}, repairs);
  if (parsed.has_error() || !parsed->is_object()) return std::nullopt;
  return std::move(parsed->get_object());
}

std::string TextOf(const json::object& object, std::string_view key) {
  DecodeLog log;
  return Record(&object, "", log).Text(key);
}

bool IsMasked(std::string_view password) {
  return !password.empty() && password.find_first_not_of('*') == std::string_view::npos;
}

/// The pools as the settings will hold them, and how the password is spelt.
struct Slots {
  std::vector<PoolEntry> pools;
  std::string_view password_key = "pass";
  std::string fault;
};

Slots ReadSlots(const json::object& conf) {
  Slots slots;
  const json::value* list = conf.if_contains("pools");
  if (list == nullptr || !list->is_array()) {
    slots.fault = kNoSettings;
    return slots;
  }
  for (const json::value& item : list->get_array()) {
    const json::object* pool = item.if_object();
    if (pool == nullptr) continue;
    if (pool->contains("password")) slots.password_key = "password";
    slots.pools.push_back(
        {TextOf(*pool, "url"), TextOf(*pool, "user"), TextOf(*pool, slots.password_key)});
  }
  return slots;
}

/// What will be written, with all slots filled; `fault` says why it must not be.
Slots NewSlots(const json::object& conf, const StockChange& change) {
  Slots slots = ReadSlots(conf);
  if (!slots.fault.empty()) return slots;
  const std::size_t count = std::max(kSlots, slots.pools.size());
  if (change.pools != nullptr) {
    slots.pools = *change.pools;
  } else {
    for (const PoolEntry& pool : slots.pools) {
      if (!IsMasked(pool.password)) continue;
      slots.fault =
          "it masks the passwords of its pools, and writing its settings back would put the mask "
          "in their place";
      return slots;
    }
  }
  slots.pools.resize(std::max(count, slots.pools.size()));
  for (const PoolEntry& pool : slots.pools) {
    for (const std::string* value : {&pool.url, &pool.user, &pool.password}) {
      if (slots.fault.empty()) slots.fault = StockValueFault(*value);
    }
  }
  if (!slots.fault.empty()) slots.fault = "a pool in its settings " + slots.fault;
  return slots;
}

/// A number in the type that stands there: text or number.
void SetNumber(json::object& conf, std::string_view key, int number) {
  json::value& value = conf[key];
  if (value.is_string()) {
    value = std::to_string(number);
  } else {
    value = number;
  }
}

}  // namespace

std::string StockValueFault(std::string_view value) {
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f) return "holds a blank or a control character";
    if (c == '"' || c == '\\') return "holds a quote or a backslash";
    if (byte >= 0x80) return "holds a character outside ASCII";
  }
  return {};
}

std::optional<int> StockModeIn(std::string_view body) {
  const auto conf = Parsed(body);
  if (!conf) return std::nullopt;
  DecodeLog log;
  const Record record(&*conf, "", log);
  auto mode = record.Number("bitmain-work-mode");
  if (!mode) mode = record.Number("miner-mode");
  if (!mode) return std::nullopt;
  return ToInt(*mode);
}

std::optional<int> StockModeNumber(std::string_view mode, bool only_new) {
  constexpr std::array<std::pair<std::string_view, int>, 3> kNames = {
      {{"normal", 0}, {"high", 2}, {"low", 3}}};
  for (const auto& [name, number] : kNames) {
    if (EqualsNoCase(mode, name)) return number;
  }
  const auto number = ParseInt(mode);
  if (!number || *number < 0 || *number >= kOldStockSleep) return std::nullopt;
  if (only_new && (*number == kStockSleep || *number > 3)) return std::nullopt;
  return static_cast<int>(*number);
}

CommandBody StockSettingsJson(std::string_view body, const StockChange& change) {
  auto conf = Parsed(body);
  if (!conf) return {{}, std::string(kNoSettings)};
  const Slots slots = NewSlots(*conf, change);
  if (!slots.fault.empty()) return {{}, slots.fault};
  json::array pools;
  for (const PoolEntry& pool : slots.pools) {
    pools.push_back(
        json::object{{"url", pool.url}, {"user", pool.user}, {slots.password_key, pool.password}});
  }
  (*conf)["pools"] = std::move(pools);
  const auto mode = change.mode ? change.mode : StockModeIn(body);
  if (mode) {
    // Read in one spelling, written in another: builds differ in which one they look at.
    if (conf->contains("bitmain-work-mode")) SetNumber(*conf, "bitmain-work-mode", *mode);
    SetNumber(*conf, "miner-mode", *mode);
  }
  if (const json::value* level = conf->if_contains("bitmain-freq-level")) {
    if (!conf->contains("freq-level")) (*conf)["freq-level"] = json::value(*level);
  }
  std::string text = json::serialize(*conf);
  // One blank anywhere, and the script takes what stands before it for the whole.
  const bool cut = std::any_of(text.begin(), text.end(),
                               [](char c) { return static_cast<unsigned char>(c) <= 0x20; });
  if (cut || text.find('\\') != std::string::npos) {
    return {{}, "its settings hold a value with a blank, a quote or a backslash"};
  }
  return {std::move(text), {}};
}

namespace {

/// Percent-encoded for the old script, which only decodes what is listed; nothing for a
/// character that it would leave encoded or decode twice.
std::optional<std::string> FormValue(std::string_view value) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
  constexpr std::string_view kDecoded = "#$&,+:;<=>?@[]^|/";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const char c : value) {
    if (kPlain.find(c) != std::string_view::npos) {
      text += c;
    } else if (kDecoded.find(c) != std::string_view::npos) {
      const auto byte = static_cast<unsigned char>(c);
      text += '%';
      text += kDigits[byte >> 4U];
      text += kDigits[byte & 15U];
    } else {
      return std::nullopt;
    }
  }
  return text;
}

/// The fields behind the pools, in the order of the script. The last two only where the settings
/// hold them.
std::vector<std::pair<std::string, std::string>> Tail(const json::object& conf,
                                                      const StockChange& change) {
  DecodeLog log;
  const Record record(&conf, "", log);
  const auto flag = [&](std::string_view key) {
    return std::string(record.IsTrue(key) ? "true" : "false");
  };
  std::vector<std::pair<std::string, std::string>> tail = {
      {"_ant_nobeeper", flag("bitmain-nobeeper")},
      {"_ant_notempoverctrl", flag("bitmain-notempoverctrl")},
      {"_ant_fan_customize_switch", flag("bitmain-fan-ctrl")},
      {"_ant_fan_customize_value", record.Text("bitmain-fan-pwm")},
      {"_ant_freq", record.Text("bitmain-freq")}};
  const bool has_mode = conf.contains("bitmain-work-mode");
  if (has_mode || conf.contains("bitmain-voltage")) {
    tail.emplace_back("_ant_voltage", record.Text("bitmain-voltage"));
  }
  if (has_mode) {
    tail.emplace_back("_ant_work_mode", change.mode ? std::to_string(*change.mode)
                                                    : record.Text("bitmain-work-mode"));
  }
  return tail;
}

}  // namespace

CommandBody StockSettingsForm(std::string_view body, const StockChange& change) {
  const auto conf = Parsed(body);
  if (!conf) return {{}, std::string(kNoSettings)};
  if (change.mode && !conf->contains("bitmain-work-mode")) {
    return {{}, "its settings hold no work mode: this model has none"};
  }
  const Slots slots = NewSlots(*conf, change);
  if (!slots.fault.empty()) return {{}, slots.fault};
  if (slots.pools.size() != kSlots) {
    return {{},
            "its settings hold " + std::to_string(slots.pools.size()) +
                " pools, the form has room for 3"};
  }
  std::vector<std::pair<std::string, std::string>> fields;
  for (std::size_t i = 0; i < kSlots; ++i) {
    const std::string prefix = "_ant_pool" + std::to_string(i + 1);
    fields.emplace_back(prefix + "url", slots.pools[i].url);
    fields.emplace_back(prefix + "user", slots.pools[i].user);
    fields.emplace_back(prefix + "pw", slots.pools[i].password);
  }
  for (auto& field : Tail(*conf, change)) fields.push_back(std::move(field));
  std::string form;
  for (const auto& [name, value] : fields) {
    const auto text = FormValue(value);
    if (!text) return {{}, name + " holds a character that the script of this firmware garbles"};
    form += (form.empty() ? "" : "&") + name + '=' + *text;
  }
  return {std::move(form), {}};
}

StockAnswer ReadStockAnswer(std::string_view body) {
  const auto root = Parsed(body);
  if (!root) return {false, false, "the answer is no JSON"};
  const std::string code = TextOf(*root, "code");
  const std::string message = TextOf(*root, "msg");
  const bool good = code == "M000" || (code.empty() && TextOf(*root, "stats") == "success");
  return {good, ContainsNoCase(message, "busy"), code + (code.empty() ? "" : " ") + message};
}

StockAnswer ReadOldStockAnswer(std::string_view body) {
  const std::string_view text = Trim(body);
  if (EqualsNoCase(text, "ok")) return {true, false, "ok"};
  // The script holds the place while another call writes, and then ends without a word.
  if (text.empty()) return {false, true, "no word: it was writing other settings"};
  if (text.front() == '{') return ReadStockAnswer(text);
  return {false, false, text.front() == '<' ? "a page instead of ok" : std::string(text)};
}

std::optional<bool> StockBlinks(std::string_view body) {
  const auto root = Parsed(body);
  if (!root) return std::nullopt;
  for (const char* key : {"blink", "isBlinking"}) {
    const json::value* value = root->if_contains(key);
    if (value != nullptr && value->is_bool()) return value->get_bool();
    if (value != nullptr && value->is_string()) return value->get_string() == "true";
  }
  const std::string code = TextOf(*root, "code");
  if (code == "B000") return true;
  if (code == "B100") return false;
  return std::nullopt;
}

}  // namespace antx
