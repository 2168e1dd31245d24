// Vnish, ePIC and Marathon.
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

json::value Parsed(const std::string& body) {
  boost::system::error_code broken;
  json::value value = json::parse(body, broken);
  return broken ? json::value() : value;
}

std::string Type(const VirtualMiner& miner) {
  const std::string type(miner.profile().type);
  return type.empty() ? "Antminer S19" : type.substr(0, type.find(" ("));
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
  if (path == "/api/v1/status") return Json(status);
  if (path == "/api/v1/summary") {
    json::array chains;
    for (std::size_t i = 0; i < moment.board_rate.size(); ++i) {
      chains.push_back(
          json::object{{"id", i + 1},
                       {"hr_realtime", moment.board_rate[i]},
                       {"hr_nominal", miner.profile().nominal / miner.profile().boards},
                       {"freq", 545},
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
    return Json(json::object{{"token", NewSession(member.web)}});
  }
  if (request.method != "POST") return NotFound();
  if (request.Header("authorization") != "Bearer " + member.web.session ||
      member.web.session.empty()) {
    return Json(json::object{{"err", "Unauthorized"}}, 401);
  }
  WebResponse done{200, "", "application/json", {}, member.web.Has("web_die")};
  Write(member, now, request, path, [path = std::string(path), now](Fleet::Member& to) {
    if (path == "/api/v1/mining/stop" || path == "/api/v1/mining/pause") {
      (void)to.miner.SetFault("sleep", "", now);
    } else if (path == "/api/v1/mining/start" || path == "/api/v1/mining/resume") {
      (void)to.miner.Clear("sleep", now);
    } else if (path == "/api/v1/find-miner") {
      to.web.blinking = !to.web.blinking;
    } else {
      (void)to.miner.SetFault("reboot", "", now);
    }
  });
  if (path == "/api/v1/find-miner") return Json(json::object{{"on", member.web.blinking}});
  return done;
}

WebResponse EpicPage(Fleet::Member& member, const Moment& moment, const WebRequest& request,
                     std::string_view path) {
  const VirtualMiner& miner = member.miner;
  const Profile& profile = miner.profile();
  if (path == "/capabilities") {
    return Json(
        json::object{{"Model", profile.type},
                     {"Max HBs", profile.boards},
                     {"Performance Estimator", json::object{{"Chip Count", profile.chips}}}});
  }
  if (path == "/network") {
    return Json(json::object{{"dhcp", json::object{{"address", miner.address().ToString()},
                                                   {"mac_address", MacOf(miner)}}}});
  }
  if (path == "/temps") {
    json::array temps;
    for (std::size_t i = 0; i < moment.pcb_celsius.size(); ++i) {
      const int warm = moment.pcb_celsius[i];
      temps.push_back(json::object{{"Index", i}, {"Data", json::array{warm - 10, warm}}});
    }
    return Json(temps);
  }
  if (request.method == "POST") {
    const json::value body = Parsed(request.body);
    const auto* password = body.is_object() ? body.get_object().if_contains("password") : nullptr;
    member.web.Record(path, request.body);
    const bool good = password != nullptr && password->is_string() &&
                      password->get_string() == member.web.password;
    if (!good) ++member.web.refused_logins;
    return Json(json::object{{"result", good}, {"error", good ? "" : "Incorrect Password"}});
  }
  if (path != "/summary") return NotFound();
  json::array states;
  json::array boards;
  for (std::size_t i = 0; i < moment.board_rate.size(); ++i) {
    states.push_back(json::object{{"Index", i}, {"Detected", true}, {"Enabled", true}});
    boards.push_back(json::object{{"Index", i},
                                  {"Hashrate", json::array{moment.board_rate[i] * 1e3, 100.0, 0.8}},
                                  {"Core Clock Avg", 485.0},
                                  {"Input Voltage", 12.6},
                                  {"Temperature", moment.pcb_celsius[i]}});
  }
  json::object fans;
  for (std::size_t i = 0; i < 6; ++i) {
    json::value rpm;
    if (i < moment.fan_rpm.size()) rpm = moment.fan_rpm[i];
    fans["Fans Speed " + std::to_string(i + 1)] = rpm;
  }
  return Json(
      json::object{{"Hostname", HostnameOf(miner)},
                   {"Software", "PowerPlay-BMS v1.5.13"},
                   {"HBStatus", states},
                   {"HBs", boards},
                   {"Fans Rpm", fans},
                   {"Fans", json::object{{"Fans Speed", 60}}},
                   {"Power Supply Stats", json::object{{"Input Power", moment.watts}}},
                   {"Session", json::object{{"Accepted", moment.accepted},
                                            {"Rejected", moment.rejected},
                                            {"Average MHs", moment.average * 1e3},
                                            {"Difficulty", 65536.0},
                                            {"Last Accepted Share Timer", 6},
                                            {"Uptime", moment.elapsed}}},
                   {"Status", json::object{{"Operating State", "Mining"}, {"Last Error", nullptr}}},
                   {"Stratum", json::object{{"Current Pool", "pool0.example:3333"},
                                            {"Current User", miner.worker()},
                                            {"IsPoolConnected", true}}}});
}

WebResponse MarathonPage(Fleet::Member& member, const Moment& moment, const WebRequest& request,
                         std::string_view path) {
  const VirtualMiner& miner = member.miner;
  const Profile& profile = miner.profile();
  if (path == "/") return Html("<title>kaonsu</title>");
  if (!path.starts_with("/kaonsu/v1/")) return NotFound();
  const std::string_view page = path.substr(11);
  if (request.method == "POST") {
    member.web.Record(path, request.body);
    return Json(json::object{{"success", true}});
  }
  if (page == "brief") {
    return Json(json::object{{"status", "Mining"},
                             {"hashrate_realtime", moment.rate / 1e3},
                             {"hashrate_average", moment.average / 1e3},
                             {"power_consumption_estimated", moment.watts},
                             {"elapsed", moment.elapsed}});
  }
  if (page == "overview") {
    return Json(json::object{{"model", profile.type},
                             {"mac", MacOf(miner)},
                             {"hostname", HostnameOf(miner)},
                             {"version_firmware", "1.0.7"}});
  }
  if (page == "network_config") return Json(json::object{{"hostname", HostnameOf(miner)}});
  if (page == "fans") {
    json::array fans;
    for (const int rpm : moment.fan_rpm) fans.push_back(json::object{{"current_speed", rpm}});
    return Json(json::object{{"fans", fans}});
  }
  if (page == "pools") {
    json::array pools;
    for (const PoolSetting& pool : miner.pools()) {
      pools.push_back(json::object{{"url", pool.url},
                                   {"user", pool.user},
                                   {"status", pools.empty() ? "Active" : "Alive"},
                                   {"accepted", moment.accepted},
                                   {"rejected", moment.rejected},
                                   {"stale", moment.stale}});
    }
    return Json(pools);
  }
  json::array list;
  for (std::size_t i = 0; i < moment.board_rate.size(); ++i) {
    const int pcb = moment.pcb_celsius[i];
    list.push_back(
        page == "details"
            ? json::object{{"index", i},
                           {"hashrate_avg", moment.board_rate[i]},
                           {"hashrate_ideal", profile.nominal / profile.boards},
                           {"asic_num", moment.board_chips[i]},
                           {"frequency_avg", 525},
                           {"voltage", 13.1}}
            : json::object{{"index", i}, {"temperature_pcb", json::array{pcb - 4, pcb}}});
  }
  if (page == "details") return Json(json::object{{"hashboard_infos", list}});
  return page == "hashboards" ? Json(json::object{{"hashboards", list}}) : NotFound();
}

}  // namespace antx::farm
