#include "farm/web_json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

namespace antx::farm {

namespace json = boost::json;

WebResponse Json(const json::value& content, int status) {
  return {status, json::serialize(content), "application/json", {}, false};
}

WebResponse Html(std::string text) { return {200, std::move(text), "text/html", {}, false}; }

json::value Parsed(const std::string& body) {
  boost::system::error_code broken;
  json::value value = json::parse(body, broken);
  return broken ? json::value() : value;
}

const json::value* Below(const json::value& from, const char* key) {
  const auto* object = from.if_object();
  return object == nullptr ? nullptr : object->if_contains(key);
}

std::string TextIn(const json::value& from, const char* key) {
  const auto* value = Below(from, key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

std::vector<PoolSetting> PoolsOf(const json::value* list, const PoolKeys& keys) {
  std::vector<PoolSetting> pools;
  if (list == nullptr || !list->is_array()) return pools;
  for (const json::value& item : list->get_array()) {
    pools.push_back({TextIn(item, keys.url), TextIn(item, keys.user), TextIn(item, keys.password)});
  }
  return pools;
}

}  // namespace antx::farm
