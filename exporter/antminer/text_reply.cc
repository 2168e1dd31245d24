#include "antminer/text_reply.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "util/text.h"

namespace antx {
namespace {

namespace json = boost::json;

// The first word of a text section and the JSON section it stands for.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kSections = {{
    {"STATUS", "STATUS"},
    {"SUMMARY", "SUMMARY"},
    {"POOL", "POOLS"},
    {"STATS", "STATS"},
    {"VERSION", "VERSION"},
    {"CGMiner", "VERSION"},
    {"BMMiner", "VERSION"},
    {"ASC", "DEVS"},
    {"PGA", "DEVS"},
}};

/// Parts between separators that no backslash protects; the backslashes go.
std::vector<std::string> SplitEscaped(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      parts.back() += text[++i];
    } else if (text[i] == separator) {
      parts.emplace_back();
    } else {
      parts.back() += text[i];
    }
  }
  return parts;
}

std::string_view SectionName(std::string_view word) {
  for (const auto& [text, section] : kSections) {
    if (text == word) return section;
  }
  return {};
}

/// One section: keeps its escapes until the fields are split.
void AddSection(std::string_view text, json::object& reply) {
  json::object fields;
  std::string_view name;
  for (const std::string& field : SplitEscaped(text, ',')) {
    const auto equals = field.find('=');
    const std::string key = field.substr(0, equals);
    if (name.empty()) name = SectionName(key);
    if (equals != std::string::npos) fields[key] = field.substr(equals + 1);
  }
  if (name.empty()) return;
  if (!reply.contains(name)) reply[name] = json::array();
  reply[name].as_array().push_back(std::move(fields));
}

}  // namespace

std::optional<json::object> ParseTextReply(std::string_view text) {
  text = Trim(text);
  if (!text.starts_with("STATUS=")) return std::nullopt;
  json::object reply;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const bool protect = i > 0 && text[i - 1] == '\\';
    if (i < text.size() && (text[i] != '|' || protect)) continue;
    AddSection(text.substr(begin, i - begin), reply);
    begin = i + 1;
  }
  return reply;
}

}  // namespace antx
