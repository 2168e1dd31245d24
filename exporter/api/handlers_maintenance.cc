// Announced maintenance: list, begin, end.
#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <set>
#include <string>

#include "api/json_writer.h"
#include "api/maintenance_json.h"
#include "api/routes.h"
#include "util/text.h"

namespace antx {
namespace {

namespace json = boost::json;

constexpr std::int64_t kMostMinutes = 10080;  // A week.
constexpr std::size_t kLongestName = 128;
constexpr std::size_t kLongestReason = 300;
constexpr const char* kForm =
    R"(write {"miner"|"rack"|"site": NAME, "minutes": 1 to 10080, "reason": TEXT})";

/// What a caller asked for, or what is wrong with it.
struct Wanted {
  MaintenanceEntry entry;
  std::int64_t minutes = 0;
  std::string fault;
};

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string ReadText(const json::value& value, std::size_t longest, std::string& into) {
  if (!value.is_string()) return "must be text";
  const std::string_view text = value.get_string();
  if (Trim(text).empty()) return "must not be empty";
  if (text.size() > longest) return "must have at most " + std::to_string(longest) + " bytes";
  if (HasControl(text)) return "must have no control characters";
  into = Trim(text);
  return "";
}

std::string ReadMinutes(const json::value& value, std::int64_t& minutes) {
  const bool whole = value.is_int64();
  if (whole) minutes = value.get_int64();
  if (whole && minutes >= 1 && minutes <= kMostMinutes) return "";
  return "must be a whole number from 1 to 10080";
}

std::string ReadField(std::string_view name, const json::value& value, Wanted& wanted) {
  if (name == "miner") return ReadText(value, kLongestName, wanted.entry.miner);
  if (name == "rack") return ReadText(value, kLongestName, wanted.entry.rack);
  if (name == "site") return ReadText(value, kLongestName, wanted.entry.site);
  if (name == "minutes") return ReadMinutes(value, wanted.minutes);
  if (name == "reason") {
    const bool empty = value.is_string() && value.get_string().empty();
    return empty ? "" : ReadText(value, kLongestReason, wanted.entry.reason);
  }
  return std::string("is not known; ") + kForm;
}

Wanted ReadBody(const std::string& body) {
  Wanted wanted;
  boost::system::error_code fault;
  const json::value value = json::parse(body, fault);
  if (fault || !value.is_object()) {
    wanted.fault = std::string("the body is no JSON object; ") + kForm;
    return wanted;
  }
  for (const auto& [key, field] : value.get_object()) {
    const std::string name(CutUtf8(std::string_view(key.data(), key.size()), 40));
    const std::string wrong = ReadField(name, field, wanted);
    if (wrong.empty()) continue;
    wanted.fault = EscapeControl(name) + ": " + wrong;
    return wanted;
  }
  const MaintenanceEntry& entry = wanted.entry;
  if (wanted.minutes == 0) {
    wanted.fault = "minutes: is missing; must be a whole number from 1 to 10080";
  } else if (entry.miner.empty() && entry.rack.empty() && entry.site.empty()) {
    wanted.fault = std::string("miner, rack or site is missing; ") + kForm;
  } else if (!entry.miner.empty() && (!entry.rack.empty() || !entry.site.empty())) {
    wanted.fault = "miner: stands alone, without rack and site";
  }
  return wanted;
}

/// The answer when no known miner is meant; a miner's address becomes its id.
std::optional<HttpResponse> Resolve(const Snapshot& snapshot, MaintenanceEntry& entry) {
  if (!entry.miner.empty()) {
    const auto miner = snapshot.Find(entry.miner);
    if (!miner) return ErrorResponse(404, "miner: no miner with this id or address is known");
    entry.miner = miner->facts.id;
    return std::nullopt;
  }
  std::set<std::string> sites;
  bool found = false;
  for (const auto& miner : snapshot.miners) {
    if (!entry.Covers(miner->facts)) continue;
    found = true;
    sites.insert(miner->facts.labels.site);
  }
  const std::string what = entry.rack.empty() ? "site" : "rack";
  if (!found) return ErrorResponse(404, what + ": no known miner is there");
  if (sites.size() < 2) return std::nullopt;
  std::string names;
  for (const std::string& site : sites) names += (names.empty() ? "" : ", ") + JsonQuoted(site);
  return ErrorResponse(400, "site: is missing; racks of this name are in " + names);
}

/// That control is off altogether is told before a handler is called.
HttpResponse NotYet() {
  return ErrorResponse(503,
                       "control.enabled was switched on while the exporter ran: maintenance begins "
                       "at its next start");
}

}  // namespace

void WriteMaintenance(const MaintenanceEntry& entry, JsonWriter& json) {
  const auto named = [&json](std::string_view name, const std::string& value) {
    json.Key(name);
    value.empty() ? json.Value(nullptr) : json.Value(value);
  };
  json.BeginObject().Field("id", entry.id);
  named("miner", entry.miner);
  named("rack", entry.rack);
  named("site", entry.site);
  json.Field("reason", entry.reason)
      .Field("by", entry.by)
      .Field("begin", entry.begin)
      .Field("end", entry.end)
      .EndObject();
}

HttpResponse HandleMaintenanceList(const ApiContext& context, const HttpRequest& /*request*/) {
  JsonWriter json;
  json.BeginObject().Field("ok", true).Key("maintenance").BeginList();
  if (context.maintenance != nullptr) {
    for (const auto& entry : context.maintenance->List()) WriteMaintenance(*entry, json);
  }
  json.EndList().EndObject();
  return JsonResponse(json.Take());
}

HttpResponse HandleMaintenanceBegin(const ApiContext& context, const HttpRequest& request) {
  if (context.maintenance == nullptr) return NotYet();
  Wanted wanted = ReadBody(request.body);
  if (!wanted.fault.empty()) return ErrorResponse(400, wanted.fault);
  if (auto refused = Resolve(*context.box.Latest(), wanted.entry)) return std::move(*refused);
  wanted.entry.by = request.caller;
  const auto begun =
      context.maintenance->Begin(std::move(wanted.entry), std::chrono::minutes(wanted.minutes));
  if (begun.has_error()) return ErrorResponse(503, begun.error().detail);
  JsonWriter json;
  json.BeginObject().Field("ok", true).Key("maintenance");
  WriteMaintenance(**begun, json);
  json.EndObject();
  HttpResponse response = JsonResponse(json.Take());
  response.status = 201;
  return response;
}

HttpResponse HandleMaintenanceEnd(const ApiContext& context, const HttpRequest& request) {
  if (context.maintenance == nullptr) return NotYet();
  const auto id = ParseInt(request.path_parameters.at("id"));
  if (!id || *id < 1) return ErrorResponse(400, "id: must be the whole number of a maintenance");
  const auto ended = context.maintenance->End(*id, request.caller);
  if (ended.has_error()) return ErrorResponse(503, ended.error().detail);
  if (!*ended) return ErrorResponse(404, "id: no such maintenance is in force");
  return JsonResponse("{\"ok\":true}\n");
}

}  // namespace antx
