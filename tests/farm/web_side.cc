#include "farm/web_side.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "farm/web_digest.h"
#include "util/text.h"

namespace antx::farm {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 17> kFaults = {
    "web_busy",          // set_miner_conf: "request busy", a lock file is held
    "web_stale_nonce",   // the next good login is answered 401 once, without stale=true
    "web_locked",        // every login is refused
    "web_die",           // the connection dies on each write, which takes effect
    "web_late",          // a write answers success, the effect comes after 3 s
    "web_masked",        // settings show *** in place of the pools' passwords
    "web_refuse_pools",  // addpool answers "Invalid addpool details"
    "web_no_light",      // Vnish's status tells nothing of the locate light
    "web_ignored",       // a write answers success, and the old pools stay
    "web_hang",         "web_garbage", "web_oversize", "web_slow_drip",
    "web_redirect",  // every page leads elsewhere
    "web_error",     // 500 on every page
    "web_refuse",    // closes each connection at once
    "web_warn"};     // the firmware's own judgement of its fans is bad

}  // namespace

std::vector<std::string> WebFaultNames() { return {kFaults.begin(), kFaults.end()}; }

std::string WebSide::NewSession() {
  session = Md5("session" + std::to_string(++nonces));
  return session;
}

void WebSide::Count(std::string_view path) {
  ++requests;
  path = path.substr(0, path.find('?'));
  auto found = by_path.find(path);
  if (found == by_path.end()) {
    const bool full = by_path.size() + 1 >= kMostPaths || path.size() > 128;
    found = by_path.try_emplace(full ? "other" : std::string(path), 0).first;
  }
  ++found->second;
}

void WebSide::Record(double at, std::string_view method, std::string_view path,
                     std::string_view body) {
  writes.push_back({at, std::string(method), std::string(path), std::string(body.substr(0, 4096))});
  ++written;
  if (writes.size() > kMostWrites) writes.pop_front();
}

std::string WebSide::SetFault(std::string_view name) {
  if (std::find(kFaults.begin(), kFaults.end(), name) == kFaults.end()) {
    std::string known;
    for (const std::string_view fault : kFaults) known += ' ' + std::string(fault);
    return "unknown fault of the web side; known:" + known;
  }
  if (name == "web_stale_nonce") stale_left = 1;
  if (name == "web_warn") warned = true;
  faults.emplace(name);
  return "";
}

std::string WebSide::SetValue(std::string_view key, std::string_view value) {
  if (key == "web_password") {
    password = value;
  } else if (key == "web_username") {
    username = value;
  } else if (key == "web_mode") {
    const auto mode = ParseInt(value);
    if (!mode || *mode < 0 || *mode > 3) return "argument must be 0 to 3";
    work_mode = static_cast<int>(*mode);
  } else {
    return "unknown key; known: web_password web_username web_mode";
  }
  session.clear();
  return "";
}

bool WebSide::Clear(std::string_view name) {
  if (name.empty() || name == "web_warn") warned = false;
  if (name.empty() || name == "web_stale_nonce") stale_left = 0;
  if (name.empty()) {
    faults.clear();
    return true;
  }
  const auto found = faults.find(name);
  if (found != faults.end()) faults.erase(found);
  return std::find(kFaults.begin(), kFaults.end(), name) != kFaults.end();
}

namespace {

json::array Listed(const std::deque<WebWrite>& writes) {
  json::array list;
  for (const WebWrite& write : writes) {
    list.push_back(json::object{
        {"at", write.at}, {"method", write.method}, {"path", write.path}, {"body", write.body}});
  }
  return list;
}

}  // namespace

std::string WebSide::Written() const {
  return json::serialize(json::object{{"written", written}, {"writes", Listed(writes)}});
}

std::string WebSide::Told() const {
  json::object paths;
  for (const auto& [path, count] : by_path) paths[path] = count;
  json::array active;
  for (const std::string& fault : faults) active.push_back(json::string(fault));
  return json::serialize(json::object{{"requests", requests},
                                      {"refused_logins", refused_logins},
                                      {"requests_by_path", paths},
                                      {"work_mode", work_mode},
                                      {"blinking", blinking},
                                      {"faults", active},
                                      {"writes", Listed(writes)}});
}

}  // namespace antx::farm
