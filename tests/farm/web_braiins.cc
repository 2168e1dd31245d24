// Braiins OS: REST, and GraphQL of older releases.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "farm/web_dialect.h"
#include "farm/web_digest.h"
#include "util/text.h"

namespace antx::farm {
namespace {

namespace json = boost::json;

WebResponse Json(json::value content, int status = 200) {
  return {status, json::serialize(std::move(content)), "application/json", {}, false};
}
WebResponse Html(std::string text) { return {200, std::move(text), "text/html", {}, false}; }

std::string NewSession(WebSide& web) {
  web.session = Md5("session" + std::to_string(++web.nonces));
  return web.session;
}

/// Whether the body names the login of the machine; counts it when it does not.
bool LoginIn(WebSide& web, const json::value& body) {
  const auto* pair = body.if_object();
  const auto is = [pair](const char* key, const std::string& wanted) {
    const auto* value = pair == nullptr ? nullptr : pair->if_contains(key);
    return value != nullptr && value->is_string() && value->get_string() == wanted;
  };
  const bool good =
      is("username", web.username) && is("password", web.password) && !web.Has("web_locked");
  if (!good) ++web.refused_logins;
  return good;
}

json::value Parsed(const std::string& body) {
  boost::system::error_code broken;
  json::value value = json::parse(body, broken);
  return broken ? json::value() : value;
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

WebResponse BraiinsRest(Fleet::Member& member, const Moment& moment, const WebRequest& request,
                        std::string_view path) {
  const VirtualMiner& miner = member.miner;
  if (path == "/api/v1/version")
    return Json(json::object{{"major", 1}, {"minor", 0}, {"patch", 0}});
  if (path == "/api/v1/auth/login") {
    if (!LoginIn(member.web, Parsed(request.body))) {
      return Json(json::object{{"message", "wrong login"}}, 401);
    }
    return Json(json::object{{"token", NewSession(member.web)}, {"timeout_s", 3600}});
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
  if (!path.starts_with("/api/v1/actions/") || request.method != "PUT") return NotFound();
  member.web.Record(path, request.body);
  return Json(json::object());
}

WebResponse BraiinsGraphql(Fleet::Member& member, const Moment& moment, const WebRequest& request) {
  const VirtualMiner& miner = member.miner;
  const json::value body = Parsed(request.body);
  const auto* root = body.if_object();
  const auto* text = root == nullptr ? nullptr : root->if_contains("query");
  if (text == nullptr || !text->is_string()) {
    return Json(json::object{{"errors", json::array{"no query"}}});
  }
  const std::string query(text->get_string());
  if (query.find("login(") != std::string::npos) {
    const auto* pair = root->if_contains("variables");
    if (!LoginIn(member.web, pair == nullptr ? json::value() : *pair)) {
      return Json(json::object{{"data", nullptr}, {"errors", json::array{"wrong login"}}});
    }
    WebResponse response = Json(json::object{
        {"data", json::object{{"auth", json::object{{"login", json::object{{"void", ""}}}}}}}});
    response.headers.push_back("Set-Cookie: session_id=" + NewSession(member.web) + "; Path=/");
    return response;
  }
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

WebResponse BraiinsPage(Fleet::Member& member, const Moment& moment, const WebRequest& request,
                        std::string_view path) {
  // The older release speaks GraphQL only.
  const bool old = member.miner.profile().name == "s19braiins-old";
  if (path == "/") return Html("<title>Braiins OS</title>");
  if (old && path == "/graphql") return BraiinsGraphql(member, moment, request);
  if (old && path == "/cgi-bin/luci/admin/network/iface_status/lan") {
    const bool logged_in = !member.web.session.empty() &&
                           request.Header("cookie") == "session_id=" + member.web.session;
    if (!logged_in) return Json(json::object{{"message", "no session"}}, 401);
    return Json(json::array{json::object{{"macaddr", MacOf(member.miner)}}});
  }
  if (old || !path.starts_with("/api/v1/")) return NotFound();
  return BraiinsRest(member, moment, request, path);
}

}  // namespace antx::farm
