#include "antminer/commands.h"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "antminer/commands_stock.h"
#include "antminer/families/family.h"
#include "antminer/tolerant_json.h"
#include "model/model_name.h"
#include "util/text.h"

namespace antx {
namespace {

namespace json = boost::json;

constexpr int kDepth = 16;
constexpr std::size_t kMostRequestBytes = 4095;  // What cgminer reads in one go.
constexpr std::size_t kMostModeBytes = 32;

/// What a family asks for before it obeys.
enum class Need : std::uint8_t {
  kNever,   ///< It has no such command.
  kLogin,   ///< A login for its web side.
  kNone,    ///< Nothing.
  kEither,  ///< A login, or an API that grants writing, as only old models have it.
};

struct FamilyRow {
  std::string_view family;
  CommandRoute route;
  std::array<Need, kVerbCount> needs;  ///< In the order of Verb.
  std::size_t most_pools;
  std::string_view modes;  ///< What the work mode may be, for people.
};

constexpr Need kN = Need::kNever;
constexpr Need kL = Need::kLogin;
constexpr Need kO = Need::kNone;
constexpr Need kE = Need::kEither;
using R = CommandRoute;
constexpr std::string_view kStockModes =
    "normal, high or low, or on models before the X19 the number of the mode";

//                                     restart reboot blink sleep wake work_mode pool
constexpr std::array<Need, kVerbCount> kStockNeeds = {kE, kL, kL, kL, kL, kL, kE};
constexpr std::array kRows = {
    FamilyRow{"stock", R::kStock, kStockNeeds, 3, kStockModes},
    FamilyRow{"hiveon", R::kStock, kStockNeeds, 3, kStockModes},
    FamilyRow{"asicseer", R::kStock, kStockNeeds, 3, kStockModes},
    FamilyRow{"mskminer", R::kStock, kStockNeeds, 3, kStockModes},
    FamilyRow{"blissz", R::kStock, kStockNeeds, 3, kStockModes},
    FamilyRow{"vnish", R::kVnish, {kL, kL, kL, kL, kL, kL, kL}, 3, "the name of a preset"},
    FamilyRow{"luxos", R::kLuxos, {kO, kO, kO, kO, kO, kO, kO}, 8, "the name of a profile"},
    FamilyRow{"braiins", R::kBraiins, {kL, kL, kL, kO, kO, kL, kL}, 8, "watts, as in 3000W"},
    FamilyRow{"epic", R::kEpic, {kL, kL, kL, kL, kL, kN, kL}, 3, ""},
    FamilyRow{"marathon",
              R::kMarathon,
              {kL, kL, kL, kN, kN, kL, kL},
              3,
              "a word of its mode selector: Auto, Fixed, Stock or Sleep"},
};

/// Models whose API may grant writing: from the S9's generation or older.
constexpr std::array<std::string_view, 10> kOldModels = {"s1", "s2", "s3", "s4", "s5",
                                                         "s7", "s9", "t9", "l3", "d3"};

const FamilyRow* RowOf(const Identity& known) {
  const auto found = std::find_if(kRows.begin(), kRows.end(), [&](const FamilyRow& row) {
    return row.family == known.firmware;
  });
  return found == kRows.end() ? nullptr : &*found;
}

bool MayWriteByApi(const Identity& known) {
  const std::string key = NormaliseModel(known.model);
  return std::any_of(kOldModels.begin(), kOldModels.end(), [&](std::string_view model) {
    // "s1" is not "s19".
    return key.starts_with(model) &&
           (key.size() == model.size() || key[model.size()] < '0' || key[model.size()] > '9');
  });
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// What is wrong with the pools for this way, "" when nothing is.
std::string PoolFault(const FamilyRow& row, const Command& command, bool has_login) {
  const auto& pools = command.pools;
  if (pools.empty()) return "no pool was given; a miner is never left without one";
  if (pools.size() > row.most_pools) {
    return "takes at most " + std::to_string(row.most_pools) + " pools, " +
           std::to_string(pools.size()) + " were given";
  }
  for (std::size_t i = 0; i < pools.size(); ++i) {
    const std::pair<const char*, const std::string*> fields[] = {
        {"url", &pools[i].url}, {"user", &pools[i].user}, {"password", &pools[i].password}};
    for (const auto& [name, value] : fields) {
      const std::string where = "pool " + std::to_string(i + 1) + ", " + name + ": ";
      if (HasControl(*value)) return where + "holds a control character";
      if (name != std::string_view("password") && value->empty()) return where + "is empty";
      if (row.route == R::kLuxos && value->find_first_of(",\\") != std::string::npos) {
        return where + "holds a comma or a backslash, which LuxOS takes for the end of a value";
      }
      if (row.route == R::kStock && has_login) {
        if (auto fault = StockValueFault(*value); !fault.empty()) return where + fault;
      }
    }
  }
  return {};
}

/// What is wrong with the work mode, "" when nothing is.
std::string ModeFault(const FamilyRow& row, const std::string& mode) {
  const auto is_word = [&mode](std::string_view more) {
    return std::all_of(mode.begin(), mode.end(), [more](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
             more.find(c) != std::string_view::npos;
    });
  };
  bool good = !mode.empty() && mode.size() <= kMostModeBytes && is_word(" ._+-/");
  if (row.route == R::kStock) good = StockModeNumber(mode, false).has_value();
  if (row.route == R::kMarathon) good = good && is_word("");
  if (row.route == R::kBraiins) good = good && WattsOfMode(mode).has_value();
  if (good) return {};
  return "work mode: \"" + EscapeControl(CutUtf8(mode, kMostModeBytes)) + "\" is none; it may be " +
         std::string(row.modes);
}

const json::object* StatusIn(const json::object& root) {
  const json::value* status = root.if_contains("STATUS");
  if (status == nullptr) return nullptr;
  if (const auto* list = status->if_array()) {
    return list->empty() ? nullptr : list->front().if_object();
  }
  return status->if_object();
}

/// The first object of a section of a reply, handed to `use`.
template <class Use>
void WithFirst(std::string_view body, std::string_view section, Use use) {
  RepairCounts repairs{};
  const auto parsed = ParseTolerant(body, kDepth, {}, repairs);
  const json::object* root = parsed.has_value() ? parsed->if_object() : nullptr;
  const json::value* value = root == nullptr ? nullptr : root->if_contains(section);
  const json::array* list = value == nullptr ? nullptr : value->if_array();
  if (list == nullptr || list->empty()) return;
  if (const auto* object = list->front().if_object()) use(*object);
}

}  // namespace

CommandRoute CommandRouteOf(const Identity& known) {
  const FamilyRow* row = RowOf(known);
  return row == nullptr ? CommandRoute::kNone : row->route;
}

std::optional<int> WattsOfMode(std::string_view mode) {
  if (mode.ends_with('W') || mode.ends_with('w')) mode.remove_suffix(1);
  const auto watts = ParseInt(Trim(mode));
  if (!watts || *watts < 100 || *watts > 20000) return std::nullopt;
  return static_cast<int>(*watts);
}

CommandSupport SupportFor(const Identity& known, const Command& command, bool has_login) {
  const FamilyRow* row = RowOf(known);
  const std::string verb(VerbName(command.verb));
  if (row == nullptr) {
    const std::string name = known.firmware.empty() ? "unknown" : known.firmware;
    return {false, false, "firmware " + name + " takes no commands"};
  }
  const std::string who = "firmware " + known.firmware + ": ";
  const Need need = row->needs.at(static_cast<std::size_t>(command.verb));
  if (need == Need::kNever) {
    std::string why = who + "has no command " + verb;
    if (row->route == R::kMarathon) why += "; its work modes Sleep and Auto do that";
    return {false, false, std::move(why)};
  }
  std::string fault;
  if (command.verb == Verb::kPool) fault = PoolFault(*row, command, has_login);
  if (command.verb == Verb::kWorkMode) fault = ModeFault(*row, command.mode);
  if (!fault.empty()) return {false, false, who + fault};
  const bool login = need == Need::kLogin || (need == Need::kEither && !MayWriteByApi(known));
  return {true, login, {}};
}

CommandBody ApiRequest(std::string_view command, std::string_view parameter) {
  json::object request{{"command", command}};
  if (!parameter.empty()) request["parameter"] = parameter;
  std::string text = json::serialize(request);
  if (text.size() > kMostRequestBytes) {
    return {{},
            "the request has " + std::to_string(text.size()) + " bytes, a miner reads " +
                std::to_string(kMostRequestBytes)};
  }
  return {std::move(text), {}};
}

std::string ApiParameters(const std::vector<std::string>& values) {
  std::string joined;
  for (const std::string& value : values) {
    if (&value != &values.front()) joined += ',';
    for (const char c : value) {
      if (c == ',' || c == '\\') joined += '\\';
      joined += c;
    }
  }
  return joined;
}

ApiAnswer ReadApiAnswer(std::string_view body) {
  RepairCounts repairs{};
  const auto parsed = ParseTolerant(body, kDepth, {}, repairs);
  const json::object* root = parsed.has_value() ? parsed->if_object() : nullptr;
  ApiAnswer answer;
  if (root == nullptr) return answer;
  if (const json::value* plain = root->if_contains("STATUS"); plain && plain->is_string()) {
    // "RESTART", "BYE"
    return {true, true, 0, std::string(plain->get_string())};
  }
  const json::object* status = StatusIn(*root);
  if (status == nullptr) return answer;
  DecodeLog log;
  const Record record(status, "", log);
  const std::string severity = record.Text("STATUS");
  answer.understood = !severity.empty();
  answer.good = severity == "S" || severity == "I" || severity == "W";
  answer.code = ToInt(record.Number("Code").value_or(0));
  answer.message = record.Text("Msg");
  return answer;
}

std::string LuxosSessionFrom(std::string_view body) {
  std::string id;
  WithFirst(body, "SESSION", [&id](const json::object& session) {
    DecodeLog log;
    id = Record(&session, "", log).Text("SessionID");
  });
  // It becomes part of a parameter.
  return id.size() <= 64 && id.find_first_of(",\\") == std::string::npos ? id : std::string();
}

std::optional<std::string> LuxosConfigText(std::string_view body, std::string_view key) {
  std::optional<std::string> text;
  WithFirst(body, "CONFIG", [&](const json::object& config) {
    DecodeLog log;
    const Record record(&config, "", log);
    if (record.Has(key)) text = record.Text(key);
  });
  return text;
}

namespace {

/// Those that count, first choice first.
std::vector<const PoolReading*> UserPools(const std::vector<PoolReading>& shown) {
  std::vector<const PoolReading*> pools;
  for (const PoolReading& pool : shown) {
    if (!pool.dev_fee && !pool.host.empty()) pools.push_back(&pool);
  }
  std::stable_sort(pools.begin(), pools.end(), [](const PoolReading* a, const PoolReading* b) {
    return a->priority.value_or(0) < b->priority.value_or(0);
  });
  return pools;
}

}  // namespace

bool ShowsPools(const std::vector<PoolReading>& shown, const std::vector<PoolEntry>& wanted) {
  const auto pools = UserPools(shown);
  return std::equal(pools.begin(), pools.end(), wanted.begin(), wanted.end(),
                    [](const PoolReading* pool, const PoolEntry& entry) {
                      PoolReading same;
                      SetPoolUrl(entry.url, same);
                      return EqualsNoCase(pool->host, same.host) && pool->user == entry.user;
                    });
}

std::string PoolHosts(const std::vector<PoolReading>& shown) {
  std::string text;
  for (const PoolReading* pool : UserPools(shown)) {
    text += (text.empty() ? "" : ", ") + EscapeControl(CutUtf8(pool->host, 80));
  }
  return text.empty() ? "no pool" : text;
}

}  // namespace antx
