// Braiins OS: REST, and GraphQL of older releases.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "farm/web_dialect.h"
#include "farm/web_json.h"
#include "util/text.h"

namespace antx::farm {
namespace {

namespace json = boost::json;

/// Whether the body names the login of the machine; counts it when it does not.
bool LoginIn(WebSide& web, const json::value& body) {
  const bool good = TextIn(body, "username") == web.username &&
                    TextIn(body, "password") == web.password && !web.Has("web_locked");
  if (!good) ++web.refused_logins;
  return good;
}

json::object Gigahash(double gigahashes) { return {{"gigahash_per_second", gigahashes}}; }

std::string Type(const VirtualMiner& miner) {
  const std::string type(miner.profile().type);
  return type.empty() ? "Antminer S19" : type.substr(0, type.find(" ("));
}

json::object Details(const VirtualMiner& miner, const Moment& moment) {
  return {{"bos_version",
           json::object{{"bos_plus", true}, {"current", "2025-08-06-0-3881c51d-25.07-plus"}}},
          {"bosminer_uptime_s", moment.elapsed},
          {"hostname", HostnameOf(miner)},
          {"mac_address", MacOf(miner)},
          {"miner_identity", json::object{{"brand", 1}, {"miner_model", Type(miner)}}},
          {"serial_number", SerialOf(miner)},
          {"status", miner.faults().sleeping ? 3 : 2},
          {"sticker_hashrate", Gigahash(miner.profile().nominal)},
          {"system_uptime_s", moment.elapsed + 60}};
}

json::object BraiinsStats(const VirtualMiner& miner, const Moment& moment) {
  return {
      {"miner_stats",
       json::object{{"found_blocks", 0},
                    {"nominal_hashrate", Gigahash(miner.profile().nominal)},
                    {"real_hashrate", json::object{{"last_5s", Gigahash(moment.rate)},
                                                   {"since_restart", Gigahash(moment.average)}}}}},
      {"pool_stats", json::object{{"accepted_shares", moment.accepted},
                                  {"rejected_shares", moment.rejected},
                                  {"stale_shares", moment.stale}}},
      {"power_stats",
       json::object{{"approximated_consumption", json::object{{"watt", moment.watts}}}}}};
}

json::array Hashboards(const VirtualMiner& miner, const Moment& moment) {
  json::array boards;
  for (std::size_t i = 0; i < moment.board_rate.size(); ++i) {
    boards.push_back(json::object{
        {"id", std::to_string(i + 1)},
        {"chips_count", moment.board_chips[i]},
        {"serial_number", SerialOf(miner) + 'B' + std::to_string(i)},
        {"current_frequency", json::object{{"hertz", 525e6}}},
        {"current_voltage", json::object{{"volt", 13.6}}},
        {"board_temp", json::object{{"degree_c", moment.pcb_celsius[i]}}},
        {"highest_chip_temp",
         json::object{{"temperature", json::object{{"degree_c", moment.chip_celsius[i]}}}}},
        {"stats",
         json::object{
             {"nominal_hashrate", Gigahash(miner.profile().nominal / miner.profile().boards)},
             {"real_hashrate", json::object{{"last_5s", Gigahash(moment.board_rate[i])}}}}}});
  }
  return boards;
}

/// The pools of the first group.
std::vector<PoolSetting> PoolsIn(const json::value& body) {
  const auto* groups = body.if_array();
  if (groups == nullptr || groups->empty()) return {};
  return PoolsOf(Below(groups->front(), "pools"), {"url", "user", "password"});
}

/// `action` is the path behind /api/v1/.
WebResponse BraiinsPut(Fleet::Member& member, double now, const WebRequest& request,
                       std::string_view action) {
  static constexpr std::string_view kActions[] = {
      "actions/restart", "actions/reboot", "actions/pause",           "actions/resume",
      "actions/locate",  "pools/batch",    "performance/power-target"};
  bool known = false;
  for (const std::string_view name : kActions) known = known || name == action;
  if (!known) return NotFound();
  const json::value body = Parsed(request.body);
  const auto pools = PoolsIn(body);
  if (action == "pools/batch" && pools.empty()) {
    return Json(json::object{{"message", "no pools"}}, 400);
  }
  const bool on = body.is_bool() && body.get_bool();
  const auto* watt = body.is_object() ? body.get_object().if_contains("watt") : nullptr;
  const std::string watts = watt != nullptr ? json::serialize(*watt) : "";
  Write(member, now, request, "/api/v1/" + std::string(action),
        [=, name = std::string(action)](Fleet::Member& to) {
          if (name == "actions/restart") RestartMining(to, now);
          if (name == "actions/reboot") RebootDevice(to, now);
          if (name == "actions/pause") (void)to.miner.SetFault("sleep", "", now);
          if (name == "actions/resume") (void)to.miner.Clear("sleep", now);
          if (name == "actions/locate") to.web.blinking = on;
          if (name == "pools/batch") to.miner.SetPools(pools);
          if (name == "performance/power-target") to.web.profile = watts;
        });
  if (action == "actions/reboot") return {204, "", "application/json", {}, false};
  return action == "actions/locate" ? Json(on) : Json(json::object());
}

WebResponse BraiinsRest(Fleet::Member& member, const Moment& moment, double now,
                        const WebRequest& request, std::string_view path) {
  const VirtualMiner& miner = member.miner;
  if (path == "/api/v1/version")
    return Json(json::object{{"major", 1}, {"minor", 0}, {"patch", 0}});
  if (path == "/api/v1/auth/login") {
    if (!LoginIn(member.web, Parsed(request.body))) {
      return Json(json::object{{"message", "wrong login"}}, 401);
    }
    return Json(json::object{{"token", member.web.NewSession()}, {"timeout_s", 3600}});
  }
  const bool logged_in =
      !member.web.session.empty() && request.Header("authorization") == member.web.session;
  if (!logged_in) return Json(json::object{{"message", "no token"}}, 401);
  if (path == "/api/v1/miner/details") return Json(Details(miner, moment));
  if (path == "/api/v1/miner/stats") return Json(BraiinsStats(miner, moment));
  if (path == "/api/v1/network") {
    return Json(json::object{{"hostname", HostnameOf(miner)}, {"mac_address", MacOf(miner)}});
  }
  if (path == "/api/v1/miner/hw/hashboards") {
    return Json(json::object{{"hashboards", Hashboards(miner, moment)}});
  }
  if (path == "/api/v1/cooling/state") {
    json::array fans;
    for (std::size_t i = 0; i < moment.fan_rpm.size(); ++i) {
      fans.push_back(
          json::object{{"position", i}, {"rpm", moment.fan_rpm[i]}, {"target_speed_ratio", 0.6}});
    }
    return Json(json::object{{"fans", fans}});
  }
  if (path == "/api/v1/pools") {
    json::array pools;
    for (std::size_t i = 0; i < miner.pools().size(); ++i) {
      const bool active = static_cast<int>(i) == moment.active_pool;
      pools.push_back(json::object{{"active", active},
                                   {"alive", true},
                                   {"enabled", true},
                                   {"url", miner.pools()[i].url},
                                   {"user", miner.pools()[i].user},
                                   {"stats", json::object{{"accepted_shares", moment.accepted},
                                                          {"rejected_shares", moment.rejected},
                                                          {"stale_shares", moment.stale}}}});
    }
    return Json(json::array{json::object{{"name", "Default"}, {"pools", pools}}});
  }
  if (path == "/api/v1/actions/locate" && request.method == "GET") {
    return Json(member.web.blinking);
  }
  if (path == "/api/v1/configuration/miner") {
    const auto watts = ParseInt(member.web.profile).value_or(3250);
    return Json(
        json::object{{"tuner", json::object{{"enabled", true},
                                            {"power_target", json::object{{"watt", watts}}}}}});
  }
  if (request.method != "PUT") return NotFound();
  return BraiinsPut(member, now, request, path.substr(8));
}

/// A mutation of one kind; nothing for a query.
std::optional<WebResponse> BraiinsMutation(Fleet::Member& member, double now,
                                           const WebRequest& request, const std::string& query,
                                           const json::value& variables) {
  if (!query.starts_with("mutation")) return std::nullopt;
  if (member.web.session.empty() ||
      request.Header("cookie") != "session_id=" + member.web.session) {
    return Json(json::object{{"data", nullptr},
                             {"errors", json::array{json::object{{"message", "Unauthorized"}}}}});
  }
  const auto* enable = Below(variables, "enable");
  const bool on = enable != nullptr && enable->is_bool() && enable->get_bool();
  const auto has = [&query](const char* word) { return query.find(word) != std::string::npos; };
  const PoolSetting added{TextIn(variables, "url"), TextIn(variables, "user"),
                          TextIn(variables, "password")};
  const auto number = static_cast<std::size_t>(ParseInt(TextIn(variables, "pool")).value_or(99));
  std::string kind;
  for (const char* name : {"restart", "reboot", "setFaultLight", "addPool", "removePool"}) {
    if (has(name)) kind = name;
  }
  if (kind.empty()) {
    return Json(json::object{{"errors", json::array{json::object{{"message", "no such field"}}}}});
  }
  Write(member, now, request, "/graphql", [=](Fleet::Member& to) {
    std::vector<PoolSetting> pools = to.miner.pools();
    if (kind == "restart") RestartMining(to, now);
    if (kind == "reboot") RebootDevice(to, now);
    if (kind == "setFaultLight") to.web.blinking = on;
    if (kind == "addPool") pools.push_back(added);
    if (kind == "removePool" && number < pools.size()) {
      pools.erase(pools.begin() + static_cast<std::ptrdiff_t>(number));
    }
    to.miner.SetPools(pools);
  });
  return Json(
      json::object{{"data", json::object{{"done", json::object{{"__typename", "VoidResult"}}}}}});
}

json::value BraiinsGroups(const VirtualMiner& miner) {
  json::array pools;
  for (std::size_t i = 0; i < miner.pools().size(); ++i) {
    pools.push_back(json::object{
        {"id", std::to_string(i)}, {"url", miner.pools()[i].url}, {"user", miner.pools()[i].user}});
  }
  const json::object group{{"id", "0"}, {"name", "Default"}, {"pools", pools}};
  return json::object{
      {"data",
       json::object{
           {"bosminer", json::object{{"config", json::object{{"groups", json::array{group}}}}}}}}};
}

WebResponse BraiinsGraphql(Fleet::Member& member, const Moment& moment, double now,
                           const WebRequest& request) {
  const VirtualMiner& miner = member.miner;
  const json::value body = Parsed(request.body);
  const std::string query = TextIn(body, "query");
  if (query.empty()) return Json(json::object{{"errors", json::array{"no query"}}});
  const auto* given = Below(body, "variables");
  const json::value variables = given == nullptr ? json::value() : *given;
  if (query.find("login(") != std::string::npos) {
    if (!LoginIn(member.web, variables)) {
      return Json(json::object{{"data", nullptr}, {"errors", json::array{"wrong login"}}});
    }
    WebResponse response = Json(json::object{
        {"data", json::object{{"auth", json::object{{"login", json::object{{"void", ""}}}}}}}});
    response.headers.push_back("Set-Cookie: session_id=" + member.web.NewSession() + "; Path=/");
    return response;
  }
  if (auto done = BraiinsMutation(member, now, request, query, variables)) return *std::move(done);
  if (query.find("faultLight") != std::string::npos) {
    const json::object light{{"bos", json::object{{"faultLight", member.web.blinking}}}};
    return Json(json::object{{"data", light}});
  }
  if (query.find("config{") != std::string::npos) return Json(BraiinsGroups(miner));
  if (query.find("uptime") != std::string::npos) {
    json::array fans;
    for (std::size_t i = 0; i < moment.fan_rpm.size(); ++i) {
      fans.push_back(
          json::object{{"name", std::to_string(i)}, {"rpm", moment.fan_rpm[i]}, {"speed", 60}});
    }
    return Json(json::object{
        {"data",
         json::object{
             {"bos",
              json::object{{"hostname", HostnameOf(miner)},
                           {"info", json::object{{"version", json::object{{"full",
                                                                           "2025-04-07-0-424f9a7f-"
                                                                           "25.03-plus"}}}}},
                           {"uptime", json::object{{"durationS", moment.elapsed + 60}}}}},
             {"bosminer",
              json::object{
                  {"info",
                   json::object{
                       {"fans", fans},
                       {"summary", json::object{{"power", json::object{{"approxConsumptionW",
                                                                        moment.watts}}}}},
                       {"workSolver",
                        json::object{
                            {"nominalMhs", miner.profile().nominal * 1e3},
                            {"realHashrate", json::object{{"mhs5S", moment.rate * 1e3}}}}}}}}}}}});
  }
  return Json(json::object{{"data", json::object{{"bosminer", json::object()}}}});
}

}  // namespace

WebResponse BraiinsPage(Fleet::Member& member, const Moment& moment, double now,
                        const WebRequest& request, std::string_view path) {
  // The older release speaks GraphQL only.
  const bool old = member.miner.profile().name == "s19braiins-old";
  if (path == "/") return Html("<title>Braiins OS</title>");
  if (old && path == "/graphql") return BraiinsGraphql(member, moment, now, request);
  if (old && path == "/cgi-bin/luci/admin/network/iface_status/lan") {
    const bool logged_in = !member.web.session.empty() &&
                           request.Header("cookie") == "session_id=" + member.web.session;
    if (!logged_in) return Json(json::object{{"message", "no session"}}, 401);
    return Json(json::array{json::object{{"macaddr", MacOf(member.miner)}}});
  }
  if (old || !path.starts_with("/api/v1/")) return NotFound();
  return BraiinsRest(member, moment, now, request, path);
}

}  // namespace antx::farm
