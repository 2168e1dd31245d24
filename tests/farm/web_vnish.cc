// Vnish from 1.0 on.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>

#include "farm/web_dialect.h"
#include "farm/web_json.h"

namespace antx::farm {
namespace {

namespace json = boost::json;

std::string Type(const VirtualMiner& miner) {
  const std::string type(miner.profile().type);
  return type.substr(0, type.find(" ("));
}

json::object Settings(const Fleet::Member& member) {
  json::array pools;
  for (const PoolSetting& pool : member.miner.pools()) {
    pools.push_back(json::object{{"url", pool.url}, {"user", pool.user}, {"pass", pool.password}});
  }
  const std::string preset = member.web.profile.empty() ? "3050" : member.web.profile;
  return {{"miner",
           json::object{{"pools", pools},
                        {"overclock", json::object{{"modded_psu", false}, {"preset", preset}}}}}};
}

void ChangeSettings(Fleet::Member& to, const json::value& body) {
  const auto* miner = Below(body, "miner");
  if (miner == nullptr) return;
  auto pools = PoolsOf(Below(*miner, "pools"));
  if (!pools.empty()) to.miner.SetPools(std::move(pools));
  const auto* overclock = Below(*miner, "overclock");
  if (overclock != nullptr && Below(*overclock, "preset") != nullptr) {
    to.web.profile = TextIn(*overclock, "preset");
  }
}

void Act(Fleet::Member& to, double now, std::string_view action) {
  if (action == "mining/stop" || action == "mining/pause") {
    (void)to.miner.SetFault("sleep", "", now);
  } else if (action == "mining/start" || action == "mining/resume") {
    (void)to.miner.Clear("sleep", now);
  } else if (action == "mining/restart") {
    RestartMining(to, now);
  } else if (action == "system/reboot") {
    RebootDevice(to, now);
  } else {
    // It turns over, whatever the body asks for.
    to.web.blinking = !to.web.blinking;
  }
}

/// `action` is the path behind /api/v1/. Success has an empty body.
WebResponse VnishWrite(Fleet::Member& member, double now, const WebRequest& request,
                       std::string_view action) {
  const std::string path = "/api/v1/" + std::string(action);
  if (action == "settings" && request.method == "GET") return Json(Settings(member));
  if (request.method != "POST") return NotFound();
  if (action == "settings") {
    const json::value body = Parsed(request.body);
    if (!body.is_object()) return Json(json::object{{"err", "Json deserialize error"}}, 400);
    Write(member, now, request, path, [body](Fleet::Member& to) { ChangeSettings(to, body); });
    return Json(json::object{{"restart_required", true}, {"reboot_required", false}});
  }
  static constexpr std::string_view kActions[] = {
      "mining/stop",    "mining/start",  "mining/pause", "mining/resume",
      "mining/restart", "system/reboot", "find-miner"};
  bool known = false;
  for (const std::string_view name : kActions) known = known || name == action;
  if (!known) return NotFound();
  Write(member, now, request, path,
        [now, name = std::string(action)](Fleet::Member& to) { Act(to, now, name); });
  if (action == "find-miner") return Json(json::object{{"on", member.web.blinking}});
  return {200, "", "application/json", {}, false};
}

}  // namespace

WebResponse VnishPage(Fleet::Member& member, const Moment& moment, double now,
                      const WebRequest& request, std::string_view path) {
  const VirtualMiner& miner = member.miner;
  if (path == "/") return Html("<meta name=\"AnthillOS\">");
  if (path == "/api/v1/info") {
    return Json(json::object{
        {"miner", Type(miner)},
        {"fw_name", "Vnish"},
        {"fw_version", "1.2.6"},
        {"hr_measure", "GH/s"},
        {"system", json::object{{"network_status", json::object{{"mac", MacOf(miner)},
                                                                {"hostname", HostnameOf(miner)}}},
                                {"uptime", "1:30"}}},
        {"serial", SerialOf(miner)}});
  }
  const bool sleeping = miner.faults().sleeping;
  const json::object status{{"miner_state", sleeping ? "stopped" : "mining"},
                            {"miner_state_time", moment.elapsed}};
  if (path == "/api/v1/status") {
    json::object page = status;
    if (!member.web.Has("web_no_light")) page["find_miner"] = member.web.blinking;
    return Json(page);
  }
  if (path == "/api/v1/summary") {
    json::array chains;
    for (std::size_t i = 0; i < moment.board_rate.size(); ++i) {
      chains.push_back(
          json::object{{"id", i + 1},
                       {"hr_realtime", moment.board_rate[i]},
                       {"hr_nominal", miner.profile().nominal / miner.profile().boards},
                       {"freq", ClockMegahertz(Dialect::kVnish)},
                       {"voltage", 12625},
                       {"power_consumption", moment.watts / miner.profile().boards},
                       {"pcb_temp", json::object{{"min", 40}, {"max", moment.pcb_celsius[i]}}},
                       {"chip_temp", json::object{{"min", 50}, {"max", moment.chip_celsius[i]}}}});
    }
    json::array fans;
    for (std::size_t i = 0; i < moment.fan_rpm.size(); ++i) {
      fans.push_back(json::object{{"id", i}, {"rpm", moment.fan_rpm[i]}});
    }
    json::array pools;
    for (std::size_t i = 0; i < miner.pools().size(); ++i) {
      pools.push_back(json::object{{"id", i},
                                   {"url", miner.pools()[i].url},
                                   {"pool_type", "UserPool"},
                                   {"user", miner.pools()[i].user},
                                   {"status", i == 0 ? "working" : "active"},
                                   {"accepted", i == 0 ? moment.accepted : 0},
                                   {"rejected", i == 0 ? moment.rejected : 0},
                                   {"stale", 0}});
    }
    return Json(json::object{
        {"miner", json::object{{"miner_status", status},
                               {"hr_realtime", moment.rate},
                               {"hr_average", moment.average},
                               {"hr_nominal", miner.profile().nominal},
                               {"power_usage", moment.watts},
                               {"hw_errors", moment.hardware_errors},
                               {"pools", pools},
                               {"cooling", json::object{{"fan_duty", 60}, {"fans", fans}}},
                               {"chains", chains}}}});
  }
  if (path == "/api/v1/unlock" && request.method == "POST") {
    const json::value body = Parsed(request.body);
    const auto* pw = body.is_object() ? body.get_object().if_contains("pw") : nullptr;
    if (pw == nullptr || !pw->is_string() || pw->get_string() != member.web.password ||
        member.web.Has("web_locked")) {
      ++member.web.refused_logins;
      return Json(json::object{{"err", "Password is incorrect"}}, 401);
    }
    return Json(json::object{{"token", member.web.NewSession()}});
  }
  if (path.substr(0, 8) != "/api/v1/") return NotFound();
  if (request.Header("authorization") != "Bearer " + member.web.session ||
      member.web.session.empty()) {
    const bool known = path == "/api/v1/settings" || request.method == "POST";
    return known ? Json(json::object{{"err", "Unauthorized"}}, 401) : NotFound();
  }
  return VnishWrite(member, now, request, path.substr(8));
}

}  // namespace antx::farm
