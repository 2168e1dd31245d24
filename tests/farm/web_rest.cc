// ePIC and Marathon.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>

#include "farm/web_dialect.h"
#include "farm/web_json.h"
#include "util/text.h"

namespace antx::farm {
namespace {

namespace json = boost::json;

/// "pool0.example:3333"
std::string HostOf(const std::string& url) {
  const auto scheme = url.find("://");
  return scheme == std::string::npos ? url : url.substr(scheme + 3);
}

std::vector<PoolSetting> CoinPools(const json::object& body) {
  const auto* param = body.if_contains("param");
  return PoolsOf(param == nullptr ? nullptr : Below(*param, "stratum_configs"),
                 {"pool", "login", "password"});
}

WebResponse EpicWrite(Fleet::Member& member, double now, const WebRequest& request,
                      std::string_view path) {
  const json::value parsed = Parsed(request.body);
  const auto* body = parsed.if_object();
  const auto* password = body == nullptr ? nullptr : body->if_contains("password");
  const bool good = password != nullptr && password->is_string() &&
                    password->get_string() == member.web.password && !member.web.Has("web_locked");
  if (!good) {
    ++member.web.refused_logins;
    return Json(json::object{{"result", false}, {"error", "Incorrect Password"}});
  }
  const std::string param = TextIn(parsed, "param");
  const auto pools = CoinPools(*body);
  if (path == "/coin" && pools.empty()) {
    return Json(json::object{{"result", false}, {"error", "Invalid coin config"}});
  }
  const auto* flag = body->if_contains("param");
  const bool on = flag != nullptr && flag->is_bool() && flag->get_bool();
  Write(member, now, request, path, [=, path = std::string(path)](Fleet::Member& to) {
    if (path == "/softreboot") RestartMining(to, now);
    if (path == "/reboot") RebootDevice(to, now);
    if (path == "/identify") to.web.blinking = on;
    if (path == "/miner" && param == "Stop") (void)to.miner.SetFault("sleep", "", now);
    if (path == "/miner" && param == "Autostart") (void)to.miner.Clear("sleep", now);
    if (path == "/coin") to.miner.SetPools(pools);
  });
  return Json(json::object{{"result", true}, {"error", nullptr}});
}

json::array StratumConfigs(const VirtualMiner& miner) {
  json::array list;
  for (const PoolSetting& pool : miner.pools()) {
    list.push_back(
        json::object{{"login", pool.user}, {"password", pool.password}, {"pool", pool.url}});
  }
  return list;
}

}  // namespace

WebResponse EpicPage(Fleet::Member& member, const Moment& moment, double now,
                     const WebRequest& request, std::string_view path) {
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
  if (request.method == "POST") return EpicWrite(member, now, request, path);
  if (path != "/summary") return NotFound();
  const bool sleeping = miner.faults().sleeping;
  const auto active = static_cast<std::size_t>(moment.active_pool);
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
  return Json(json::object{
      {"Hostname", HostnameOf(miner)},
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
      {"Status",
       json::object{{"Operating State", sleeping ? "Idling" : "Mining"}, {"Last Error", nullptr}}},
      {"Mining", json::object{{"Coin", "BTC"}, {"Algorithm", "SHA-256"}}},
      {"Misc", json::object{{"Locate Miner State", member.web.blinking}}},
      {"StratumConfigs", StratumConfigs(miner)},
      {"Stratum", json::object{{"Current Pool", HostOf(miner.pools()[active].url)},
                               {"Current User", miner.pools()[active].user},
                               {"IsPoolConnected", true}}}});
}

namespace {

json::object MarathonSettings(const Fleet::Member& member) {
  json::array pools;
  for (const PoolSetting& pool : member.miner.pools()) {
    const std::string shown = member.web.Has("web_masked") ? "***" : pool.password;
    pools.push_back(json::object{{"url", pool.url}, {"user", pool.user}, {"pass", shown}});
  }
  const std::string mode = member.web.profile.empty() ? "Auto" : member.web.profile;
  return {{"pools", pools},
          {"mode", json::object{{"work-mode-selector", mode}, {"concorde", json::object()}}},
          {"general-config", json::object{{"environment-profile", "AirCooling"}}}};
}

void MarathonChange(Fleet::Member& to, double now, std::string_view page, const json::value& body) {
  if (page == "locate_miner") {
    const auto* on = Below(body, "blinking");
    to.web.blinking = on != nullptr && on->is_bool() && on->get_bool();
  } else if (page == "maintenance") {
    if (TextIn(body, "type") == "reboot") RebootDevice(to, now);
    if (TextIn(body, "type") == "reload") RestartMining(to, now);
  } else if (page == "miner_config") {
    auto pools = PoolsOf(Below(body, "pools"));
    if (!pools.empty()) to.miner.SetPools(std::move(pools));
    const auto* mode = Below(body, "mode");
    if (mode != nullptr && mode->is_object()) {
      to.web.profile = TextIn(*mode, "work-mode-selector");
      if (to.web.profile == "Sleep") {
        (void)to.miner.SetFault("sleep", "", now);
      } else {
        (void)to.miner.Clear("sleep", now);
      }
    }
    RestartMining(to, now);
  }
}

}  // namespace

WebResponse MarathonPage(Fleet::Member& member, const Moment& moment, double now,
                         const WebRequest& request, std::string_view path) {
  const VirtualMiner& miner = member.miner;
  const Profile& profile = miner.profile();
  if (path == "/") return Html("<title>kaonsu</title>");
  if (!path.starts_with("/kaonsu/v1/")) return NotFound();
  const std::string_view page = path.substr(11);
  if (request.method == "POST") {
    const bool known = page == "locate_miner" || page == "maintenance" || page == "miner_config";
    const json::value body = Parsed(request.body);
    if (!known) return NotFound();
    if (!body.is_object()) return Json(json::object{{"error", true}, {"msg", "bad request"}});
    Write(member, now, request, path,
          [now, page = std::string(page), fields = body](Fleet::Member& to) {
            MarathonChange(to, now, page, fields);
          });
    return Json(json::object{{"error", false}, {"msg", "success"}});
  }
  if (page == "locate_miner") return Json(json::object{{"blinking", member.web.blinking}});
  if (page == "miner_config") return Json(MarathonSettings(member));
  if (page == "brief") {
    return Json(json::object{{"status", miner.faults().sleeping ? "Sleep" : "Mining"},
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
