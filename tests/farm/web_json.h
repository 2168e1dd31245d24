// JSON of the simulated web sides, read and written.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "farm/virtual_miner.h"
#include "farm/web_http.h"

namespace antx::farm {

[[nodiscard]] WebResponse Json(const boost::json::value& content, int status = 200);
[[nodiscard]] WebResponse Html(std::string text);

/// Null when the body is no JSON.
[[nodiscard]] boost::json::value Parsed(const std::string& body);

/// What stands below `key`; null when `from` is no object or has none.
[[nodiscard]] const boost::json::value* Below(const boost::json::value& from, const char* key);

/// The text below `key`; "" when `from` is no object or has none.
[[nodiscard]] std::string TextIn(const boost::json::value& from, const char* key);

/// How a firmware spells the keys of a pool.
struct PoolKeys {
  const char* url = "url";
  const char* user = "user";
  const char* password = "pass";
};

/// The pools of a list; none when there is no list.
[[nodiscard]] std::vector<PoolSetting> PoolsOf(const boost::json::value* list,
                                               const PoolKeys& keys = {});

}  // namespace antx::farm
