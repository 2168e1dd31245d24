// The text form of replies: what a request that is no JSON is answered with.
#include <string>
#include <string_view>

#include "farm/dialect.h"

namespace antx::farm {
namespace {

/// Separators inside values are escaped.
void AppendValue(std::string_view value, std::string& out) {
  for (const char c : value) {
    if (c == '\\' || c == '|' || c == ',' || c == '=') out += '\\';
    out += c;
  }
}

}  // namespace

std::string ToText(std::string_view json) {
  std::string out;
  std::string_view section;  // The key whose list is open.
  std::string_view key;
  int depth = 0;  // 1: the reply, 2: a list, 3: a record.
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '{' || c == '[') {
      if (c == '[') section = key;
      key = {};
      ++depth;
      // Records of one kind begin with its name; those of STATUS, POOLS and STATS with a pair.
      if (depth == 3 && (section == "SUMMARY" || section == "VERSION")) {
        out.append(section).append(",");
      }
      continue;
    }
    if (c == '}' || c == ']') {
      if (depth == 3) out.back() = '|';
      --depth;
      continue;
    }
    if (c == ',' || c == ':') continue;
    const bool quoted = c == '"';
    const auto begin = quoted ? i + 1 : i;
    const auto end = quoted ? json.find('"', begin) : json.find_first_of(",}]", begin);
    const std::string_view token = json.substr(begin, end - begin);
    i = quoted ? end : end - 1;
    if (quoted && key.empty() && json[i + 1] == ':') {
      key = token;
    } else {
      if (depth == 3) {
        out.append(key).append("=");
        AppendValue(token, out);
        out += ',';
      }
      key = {};
    }
  }
  return out;
}

}  // namespace antx::farm
