// Bitmain's CGIs, new (X19 and later: JSON posts) and old (form posts).
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

/// What every CGI prints in front of its page.
WebResponse Page(json::value content) {
  return {200, "\n\n" + json::serialize(std::move(content)), "text/html", {}, false};
}
WebResponse Told(std::string text) { return {200, std::move(text), "text/html", {}, false}; }

std::string Number(double value) {
  std::string text = std::to_string(value);
  return text.substr(0, text.find('.') + 3);
}

json::object SystemInfo(const VirtualMiner& miner, bool old) {
  json::object info{{"minertype", miner.profile().type},
                    {"nettype", "DHCP"},
                    {"netdevice", "eth0"},
                    {"macaddr", MacOf(miner)},
                    {"hostname", HostnameOf(miner)},
                    {"ipaddress", miner.address().ToString()},
                    {"netmask", "255.0.0.0"},
                    {"gateway", ""},
                    {"dnsservers", ""},
                    {"system_mode", "GNU/Linux"},
                    {"system_kernel_version", "Linux 4.6.0"},
                    {"system_filesystem_version", "Tue Dec  6 16:12:30 CST 2022"}};
  if (old) {
    info["ant_hwv"] = "49.0.1.3";
  } else {
    info["firmware_type"] = "Release";
    info["serinum"] = SerialOf(miner);
  }
  return info;
}

json::object Conf(const Fleet::Member& member) {
  json::array pools;
  for (const PoolSetting& pool : member.miner.pools()) {
    const std::string shown = member.web.Has("web_masked") ? "***" : pool.password;
    pools.push_back(json::object{{"url", pool.url}, {"user", pool.user}, {"pass", shown}});
  }
  json::object conf{{"pools", pools},
                    {"api-listen", true},
                    {"api-network", true},
                    {"api-groups", "A:stats:pools:devs:summary:version"},
                    {"api-allow", "A:0/0,W:*"}};
  const int mode = member.web.work_mode;
  switch (member.miner.profile().dialect) {
    case Dialect::kLegacy:
      conf["bitmain-use-vil"] = true;
      conf["bitmain-freq"] = "550";
      conf["bitmain-voltage"] = "0706";
      break;
    case Dialect::kX17:
      conf["bitmain-use-vil"] = true;
      conf["bitmain-work-mode"] = mode == 1 ? "254" : std::to_string(mode);
      conf["bitmain-freq"] = "O";
      conf["bitmain-voltage"] = "1950";
      break;
    default:
      conf["bitmain-fan-ctrl"] = false;
      conf["bitmain-fan-pwm"] = "100";
      conf["bitmain-work-mode"] = std::to_string(mode);
      conf["bitmain-freq-level"] = "100";
  }
  return conf;
}

json::object Head(const Fleet::Member& member, const Moment& moment, const char* message) {
  return {{"STATUS", json::object{{"STATUS", "S"},
                                  {"when", moment.unix_seconds},
                                  {"Msg", message},
                                  {"api_version", "1.0.0"}}},
          {"INFO", json::object{{"miner_version", "49.0.1.3"},
                                {"CompileTime", "Tue Dec  6 16:12:30 CST 2022"},
                                {"type", member.miner.profile().type}}}};
}

json::object Rates(const Fleet::Member& member, const Moment& moment) {
  return {{"elapsed", moment.elapsed},
          {"rate_5s", moment.rate},
          {"rate_30m", moment.average},
          {"rate_avg", moment.average},
          {"rate_ideal", member.miner.profile().nominal},
          {"rate_unit", member.miner.profile().unit == 1e6 ? "MH/s" : "GH/s"}};
}

json::object Summary(const Fleet::Member& member, const Moment& moment) {
  json::object page = Head(member, moment, "summary");
  json::object summary = Rates(member, moment);
  json::array status;
  for (const char* type : {"rate", "network", "fans", "temp"}) {
    const bool bad = member.web.warned && std::string_view(type) == "fans";
    status.push_back(json::object{{"type", type},
                                  {"status", bad ? "e" : "s"},
                                  {"code", bad ? 1 : 0},
                                  {"msg", bad ? "F:1" : ""}});
  }
  summary["hw_all"] = moment.hardware_errors;
  summary["bestshare"] = 12904207043;
  summary["status"] = status;
  page["SUMMARY"] = json::array{summary};
  return page;
}

json::object Stats(const Fleet::Member& member, const Moment& moment) {
  const Profile& profile = member.miner.profile();
  json::object page = Head(member, moment, "stats");
  json::object stats = Rates(member, moment);
  json::array fans;
  for (const int rpm : moment.fan_rpm) fans.push_back(rpm);
  json::array chains;
  for (std::size_t i = 0; i < moment.board_rate.size(); ++i) {
    const int pcb = moment.pcb_celsius[i];
    const int chip = moment.chip_celsius[i];
    chains.push_back(json::object{{"index", i},
                                  {"freq_avg", ClockMegahertz(profile.dialect)},
                                  {"rate_ideal", profile.nominal / profile.boards},
                                  {"rate_real", moment.board_rate[i]},
                                  {"asic_num", moment.board_chips[i]},
                                  {"temp_pcb", json::array{pcb - 4, pcb - 4, pcb, pcb}},
                                  {"temp_chip", json::array{chip - 4, chip - 4, chip, chip}},
                                  {"hw", 0},
                                  {"eeprom_loaded", true},
                                  {"sn", SerialOf(member.miner) + 'B' + std::to_string(i)}});
  }
  stats["chain_num"] = profile.boards;
  stats["fan_num"] = profile.fans;
  stats["fan"] = fans;
  stats["hwp_total"] = 0.0;
  stats["miner-mode"] = member.web.work_mode;
  stats["chain"] = chains;
  page["STATS"] = json::array{stats};
  return page;
}

json::object Pools(const Fleet::Member& member, const Moment& moment) {
  json::object page = Head(member, moment, "pools");
  json::array list;
  int index = 0;
  for (const PoolSetting& pool : member.miner.pools()) {
    const bool active = index == moment.active_pool;
    list.push_back(json::object{{"index", index},
                                {"url", pool.url},
                                {"user", pool.user},
                                {"status", "Alive"},
                                {"priority", index},
                                {"accepted", active ? moment.accepted : 0},
                                {"rejected", active ? moment.rejected : 0},
                                {"stale", active ? moment.stale : 0},
                                {"diff", active ? "65.5K" : ""},
                                {"diffa", active ? moment.difficulty_accepted : 0},
                                {"lstime", active ? "0:00:06" : "0"}});
    ++index;
  }
  page["POOLS"] = list;
  return page;
}

void SetMode(Fleet::Member& member, int mode, double now) {
  member.web.work_mode = mode;
  if (mode == 1) {
    (void)member.miner.SetFault("sleep", "", now);
  } else {
    (void)member.miner.Clear("sleep", now);
  }
}

WebResponse SetConf(Fleet::Member& member, double now, const WebRequest& request,
                    std::string_view path) {
  const auto answer = [](const char* stats, const char* code, const char* message) {
    return Page(json::object{{"stats", stats}, {"code", code}, {"msg", message}});
  };
  const json::value parsed = Parsed(request.body);
  if (!parsed.is_object()) return answer("error", "M001", "Illegal request!");
  if (member.web.Has("web_busy")) {
    member.web.Record(now, request.method, path, request.body);
    return answer("error", "M001", "request busy");
  }
  const auto pools = PoolsOf(Below(parsed, "pools"));
  const auto* mode = parsed.get_object().if_contains("miner-mode");
  if (mode == nullptr) mode = parsed.get_object().if_contains("bitmain-work-mode");
  std::optional<std::int64_t> number;
  if (mode != nullptr && mode->is_int64()) number = mode->get_int64();
  if (mode != nullptr && mode->is_string()) number = ParseInt(std::string(mode->get_string()));
  Write(member, now, request, path, [pools, number, now](Fleet::Member& to) {
    if (!pools.empty()) to.miner.SetPools(pools);
    if (number && *number >= 0 && *number <= 3) SetMode(to, static_cast<int>(*number), now);
    RestartMining(to, now);
  });
  return answer("success", "M000", "OK!");
}

WebResponse Blink(Fleet::Member& member, double now, const WebRequest& request,
                  std::string_view path) {
  const bool on = request.body.find("true") != std::string::npos;
  if (!on && request.body.find("false") == std::string::npos) {
    return Page(json::object{{"code", "B001"}});
  }
  Write(member, now, request, path, [on](Fleet::Member& to) { to.web.blinking = on; });
  return Page(json::object{{"code", on ? "B000" : "B100"}});
}

WebResponse Reboot(Fleet::Member& member, double now, const WebRequest& request,
                   std::string_view path) {
  Write(member, now, request, path, [now](Fleet::Member& to) { RebootDevice(to, now); });
  return Told("Status 200");
}

/// The figures of the API flattened into text, as the script of old firmware prints them.
json::object MinerStatus(const Fleet::Member& member, const Moment& moment) {
  const Profile& profile = member.miner.profile();
  json::array devs;
  const std::string clock = std::to_string(ClockMegahertz(profile.dialect));
  std::string flat = "fan_num=" + std::to_string(profile.fans);
  for (std::size_t i = 0; i < moment.fan_rpm.size(); ++i) {
    flat += ",fan" + std::to_string(profile.first_fan + static_cast<int>(i)) + '=' +
            std::to_string(moment.fan_rpm[i]);
  }
  for (std::size_t i = 0; i < moment.board_rate.size(); ++i) {
    devs.push_back(
        json::object{{"index", std::to_string(profile.first_chain + static_cast<int>(i))},
                     {"chain_acn", std::to_string(moment.board_chips[i])},
                     {"freq", flat},
                     {"freqavg", clock},
                     {"temp", std::to_string(moment.pcb_celsius[i])},
                     {"temp2", std::to_string(moment.chip_celsius[i])},
                     {"hw", "1"},
                     {"rate", Number(moment.board_rate[i])},
                     {"chain_acs", std::string(static_cast<std::size_t>(profile.chips), 'o')}});
  }
  json::array pools;
  int index = 0;
  for (const PoolSetting& pool : member.miner.pools()) {
    pools.push_back(json::object{{"index", std::to_string(index)},
                                 {"url", pool.url},
                                 {"user", pool.user},
                                 {"status", "Alive"},
                                 {"priority", std::to_string(index)},
                                 {"accepted", index == 0 ? Number(moment.accepted) : "0"},
                                 {"rejected", "0"},
                                 {"stale", "0"},
                                 {"diff", "65.5K"},
                                 {"lstime", "0:00:06"}});
    ++index;
  }
  return {{"summary", json::object{{"elapsed", Number(moment.elapsed)},
                                   {"ghs5s", Number(moment.rate)},
                                   {"ghsav", Number(moment.average)},
                                   {"accepted", Number(moment.accepted)},
                                   {"rejected", Number(moment.rejected)},
                                   {"hw", Number(moment.hardware_errors)},
                                   {"stale", Number(moment.stale)}}},
          {"pools", pools},
          {"devs", devs}};
}

/// Fields count by position, the names are cut off: so does the script.
WebResponse SetOldConf(Fleet::Member& member, double now, const WebRequest& request,
                       std::string_view path) {
  const auto fields = ParseForm(request.body);
  std::vector<PoolSetting> pools;
  for (std::size_t i = 0; i + 2 < fields.size() && i < 9; i += 3) {
    pools.push_back({fields[i].second, fields[i + 1].second, fields[i + 2].second});
  }
  std::optional<std::int64_t> mode;
  for (const auto& [name, value] : fields) {
    if (name == "_ant_work_mode") mode = ParseInt(value);
  }
  if (pools.size() < 3) return Told("error");
  if (member.web.Has("web_busy")) {
    // Another call is writing: this one waits, and ends without a word.
    member.web.Record(now, request.method, path, request.body);
    return Told("");
  }
  Write(member, now, request, path, [pools, mode, now](Fleet::Member& to) {
    to.miner.SetPools(pools);
    if (mode) SetMode(to, *mode == 254 ? 1 : static_cast<int>(*mode), now);
    RestartMining(to, now);
  });
  return Told("ok");
}

}  // namespace

WebResponse StockPage(Fleet::Member& member, const Moment& moment, double now,
                      const WebRequest& request, std::string_view path) {
  const VirtualMiner& miner = member.miner;
  if (path == "/") return Told("<html>Antminer</html>");
  if (path == "/cgi-bin/get_system_info.cgi") return Page(SystemInfo(miner, false));
  if (path == "/cgi-bin/get_miner_conf.cgi") return Page(Conf(member));
  if (path == "/cgi-bin/miner_type.cgi") {
    return Page(json::object{{"miner_type", miner.profile().type}, {"subtype", "CVCtrl_BHB"}});
  }
  if (path == "/cgi-bin/get_blink_status.cgi") {
    return Page(json::object{{"blink", member.web.blinking}});
  }
  if (path == "/cgi-bin/set_miner_conf.cgi") return SetConf(member, now, request, path);
  if (path == "/cgi-bin/blink.cgi") return Blink(member, now, request, path);
  if (path == "/cgi-bin/reboot.cgi") return Reboot(member, now, request, path);
  const bool figures = path == "/cgi-bin/summary.cgi" || path == "/cgi-bin/stats.cgi" ||
                       path == "/cgi-bin/pools.cgi";
  if (!figures) return NotFound();
  if (path == "/cgi-bin/summary.cgi") return Page(Summary(member, moment));
  return Page(path == "/cgi-bin/stats.cgi" ? Stats(member, moment) : Pools(member, moment));
}

WebResponse OldStockPage(Fleet::Member& member, const Moment& moment, double now,
                         const WebRequest& request, std::string_view path) {
  const VirtualMiner& miner = member.miner;
  if (path == "/") return Told("<html>Antminer</html>");
  if (path == "/cgi-bin/get_system_info.cgi") return Page(SystemInfo(miner, true));
  if (path == "/cgi-bin/get_network_info.cgi") {
    return Page(json::object{
        {"nettype", "DHCP"}, {"macaddr", MacOf(miner)}, {"conf_hostname", HostnameOf(miner)}});
  }
  if (path == "/cgi-bin/get_miner_conf.cgi") return Page(Conf(member));
  if (path == "/cgi-bin/get_miner_status.cgi") return Page(MinerStatus(member, moment));
  if (path == "/cgi-bin/set_miner_conf.cgi") return SetOldConf(member, now, request, path);
  if (path == "/cgi-bin/reboot.cgi") return Reboot(member, now, request, path);
  if (path == "/cgi-bin/blink.cgi") {
    const bool asks = request.body.find("onPageLoaded") != std::string::npos;
    const bool on = request.body.find("startBlink") != std::string::npos;
    if (!asks) {
      Write(member, now, request, path, [on](Fleet::Member& to) { to.web.blinking = on; });
    }
    return Page(json::object{{"isBlinking", member.web.blinking}});
  }
  return NotFound();
}

}  // namespace antx::farm
