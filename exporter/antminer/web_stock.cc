// Bitmain's CGIs. From the X19 on summary.cgi and stats.cgi print what the API gives for
// "new_api"; before, get_miner_status.cgi prints the figures of the API flattened into text.
// Facts: PROTOCOL.md, "Web".
#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cctype>
#include <utility>

#include "antminer/identify.h"
#include "antminer/web_pages.h"
#include "util/text.h"

namespace antx {
namespace {

namespace json = boost::json;

/// Keeps what the pages told over what the decoder of the API makes of the same poll.
void DecodeAsApi(const std::vector<RawReply>& replies, const DecodeContext& context,
                 Reading& reading) {
  DecodeContext known = context;
  known.known = reading.identity;
  if (known.known.firmware.empty()) known.known.firmware = "stock";
  Decoded decoded = Decode(replies, known);
  if (!decoded.reading) return;
  decoded.reading->identity = known.known;
  reading = std::move(*decoded.reading);
}

void ReadSystemInfo(const WebPages& pages, Identity& identity) {
  if (const auto info = pages.Object("system_info")) {
    if (identity.firmware.empty()) identity.firmware = "stock";
    SetType(ToldText(*info, "minertype"), identity.firmware, identity);
    if (auto mac = ParseMac(info->Text("macaddr")); !mac.empty()) identity.mac = std::move(mac);
    if (auto text = ToldText(*info, "hostname"); !text.empty()) identity.hostname = text;
    for (const char* key : {"serinum", "serial_no"}) {
      if (auto text = ToldText(*info, key); !text.empty()) identity.serial = text;
    }
    if (auto text = ToldText(*info, "system_filesystem_version"); !text.empty()) {
      identity.firmware_version = text;
    }
  }
  if (const auto info = pages.Object("network_info")) {
    if (auto mac = ParseMac(info->Text("macaddr")); !mac.empty()) identity.mac = std::move(mac);
    if (auto text = ToldText(*info, "conf_hostname"); !text.empty() && identity.hostname.empty()) {
      identity.hostname = text;
    }
  }
}

/// The machine prints mode 2 by the API whatever it does; only the settings tell.
std::string WorkMode(const WebPages& pages, bool old) {
  const auto conf = pages.Object("miner_conf");
  if (!conf) return {};
  auto mode = conf->Number("bitmain-work-mode");
  if (!mode) mode = conf->Number("miner-mode");
  if (!mode) return {};
  if (*mode == 254) return "sleep";
  // The numbers of older models mean clocks of the model.
  static constexpr std::string_view kModes[] = {"normal", "sleep", "high", "low"};
  if (old || *mode < 0 || *mode > 3) return {};
  return std::string(kModes[static_cast<int>(*mode)]);
}

std::vector<ComponentReading> Components(const WebPages& pages) {
  std::vector<ComponentReading> components;
  const auto summary = pages.List("summary", "SUMMARY");
  if (summary.empty()) return components;
  const auto* list = summary.front().Find("status");
  if (list == nullptr || !list->is_array()) return components;
  for (const json::value& item : list->get_array()) {
    if (!item.is_object()) continue;
    const Record status(&item.get_object(), "summary", pages.log());
    const std::string type = status.Text("type");
    for (const auto part :
         {Component::kRate, Component::kNetwork, Component::kFans, Component::kTemperature}) {
      if (type == ComponentName(part)) components.push_back({part, status.Text("status") == "s"});
    }
  }
  return components;
}

// --- get_miner_status.cgi ------------------------------------------------------

/// "18,500.5" without its commas.
std::string Plain(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ','), text.end());
  return text;
}

/// "93784" or "1d2h3m4s" in seconds.
std::optional<double> Duration(std::string_view text) {
  if (const auto whole = ParseDouble(text)) return whole;
  double seconds = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = text.find_first_not_of("0123456789", at);
    if (end == at || end == std::string_view::npos) return std::nullopt;
    const auto value = ParseDouble(text.substr(at, end - at));
    static constexpr std::pair<char, double> kUnits[] = {
        {'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
    const auto unit = std::find_if(std::begin(kUnits), std::end(kUnits),
                                   [&](const auto& row) { return row.first == text[end]; });
    if (!value || unit == std::end(kUnits)) return std::nullopt;
    seconds += *value * unit->second;
    at = end + 1;
  }
  return seconds;
}

void Copy(const Record& from, const char* key, std::string_view name, json::object& to) {
  if (const std::string text = Plain(from.Text(key)); !text.empty()) to[name] = text;
}

json::object SummaryOf(const Record& page) {
  static constexpr std::pair<const char*, const char*> kNames[] = {
      {"ghs5s", "GHS 5s"},
      {"ghsav", "GHS av"},
      {"hw", "Hardware Errors"},
      {"accepted", "Accepted"},
      {"rejected", "Rejected"},
      {"stale", "Stale"},
      {"foundblocks", "Found Blocks"},
      {"bestshare", "Best Share"},
      {"diffaccepted", "Difficulty Accepted"},
      {"diffrejected", "Difficulty Rejected"},
      {"diffstale", "Difficulty Stale"}};
  json::object summary;
  for (const auto& [from, to] : kNames) Copy(page, from, to, summary);
  if (const auto seconds = Duration(page.Text("elapsed"))) summary["Elapsed"] = *seconds;
  return summary;
}

/// "fan_num=0,temp1=44,...": the rest of the machine's record, in a field named after a clock.
void AddFlattened(std::string_view text, json::object& stats) {
  for (const std::string_view part : SplitList(text, ",")) {
    const auto equals = part.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    stats[part.substr(0, equals)] = part.substr(equals + 1);
  }
}

json::object StatsOf(const WebPages& pages) {
  json::object stats{{"Elapsed", 0}};  // The mark of a machine's record; the summary tells more.
  const auto page = pages.Object("miner_status");
  for (const auto& [key, value] : page->object()) {
    if (key.starts_with("fan")) Copy(*page, std::string(key).c_str(), key, stats);
  }
  for (const Record& dev : pages.List("miner_status", "devs")) {
    const std::string index = dev.Text("index");
    if (index.empty() || index.size() > 2) continue;
    static constexpr std::pair<const char*, const char*> kNames[] = {
        {"chain_acn", "chain_acn"}, {"chain_acs", "chain_acs"},
        {"temp", "temp"},           {"temp2", "temp2_"},
        {"rate", "chain_rate"},     {"hw", "chain_hw"},
        {"freqavg", "freq_avg"},    {"chain_consumption", "chain_consumption"}};
    for (const auto& [from, to] : kNames) Copy(dev, from, to + index, stats);
    for (const auto& [key, value] : dev.object()) {
      if (key.starts_with("fan")) Copy(dev, std::string(key).c_str(), key, stats);
    }
    const std::string clock = dev.Text("freq");
    if (clock.find('=') == std::string::npos) {
      Copy(dev, "freq", "freq" + index, stats);
    } else {
      AddFlattened(clock, stats);
    }
  }
  return stats;
}

RawReply AsReply(const char* command, const char* section, json::value content) {
  json::object reply{{"STATUS", json::array{json::object{{"STATUS", "S"}}}},
                     {section, json::array{std::move(content)}}};
  return {command, json::serialize(reply)};
}

void ReadMinerStatus(const WebPages& pages, const DecodeContext& context, Reading& reading) {
  const auto summary = pages.Object("miner_status", "summary");
  if (!summary) return;
  std::vector<RawReply> replies = {AsReply("summary", "SUMMARY", SummaryOf(*summary)),
                                   AsReply("stats", "STATS", StatsOf(pages))};
  if (const auto* pools = pages.Value("miner_status", "pools"); pools && pools->is_array()) {
    const json::object reply{{"STATUS", json::array{}}, {"POOLS", *pools}};
    replies.push_back({"pools", json::serialize(reply)});
  }
  DecodeAsApi(replies, context, reading);
}

}  // namespace

void ReadStockPages(const WebPages& pages, const DecodeContext& context, Reading& reading) {
  ReadSystemInfo(pages, reading.identity);
  std::vector<RawReply> replies;
  for (const char* page : {"summary", "stats", "pools"}) {
    if (const RawReply* raw = pages.Raw(page)) replies.push_back(*raw);
  }
  DecodeAsApi(replies, context, reading);
  if (const std::string mode = WorkMode(pages, false); !mode.empty()) reading.work_mode = mode;
  reading.components = Components(pages);
}

void ReadOldStockPages(const WebPages& pages, const DecodeContext& context, Reading& reading) {
  ReadSystemInfo(pages, reading.identity);
  ReadMinerStatus(pages, context, reading);
  if (const std::string mode = WorkMode(pages, true); !mode.empty()) reading.work_mode = mode;
}

}  // namespace antx
