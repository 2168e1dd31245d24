#include "config/dotenv.h"

#include <algorithm>

#include "config/values.h"
#include "util/text.h"

namespace antx {
namespace {

bool IsName(std::string_view name) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// False: a quote that is not closed, or text behind a closed one.
bool TakeValue(std::string_view text, std::string& value) {
  text = Trim(text);
  if (!text.empty() && (text.front() == '"' || text.front() == '\'')) {
    const auto end = text.find(text.front(), 1);
    if (end == std::string_view::npos) return false;
    value = text.substr(1, end - 1);
    const std::string_view rest = Trim(text.substr(end + 1));
    return rest.empty() || rest.front() == '#';
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t')) {
      text = text.substr(0, i);
      break;
    }
  }
  value = Trim(text);
  return true;
}

}  // namespace

std::map<std::string, Variable> ParseDotenv(std::string_view text, const std::string& name,
                                            std::vector<std::string>& faults) {
  std::map<std::string, Variable> values;
  int number = 0;
  text = WithoutByteOrderMark(text);
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = Trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("export ")) line = Trim(line.substr(7));
    const auto equals = line.find('=');
    const std::string_view key = Trim(line.substr(0, equals));
    std::string value;
    if (equals == std::string_view::npos || !IsName(key) ||
        !TakeValue(line.substr(equals + 1), value)) {
      faults.push_back(name + ':' + std::to_string(number) +
                       ": no setting; allowed: NAME=value, a value in quotes closed, a comment "
                       "behind a blank");
      continue;
    }
    const std::string place = name + ':' + std::to_string(number) + ": " + std::string(key);
    values[std::string(key)] = {std::move(value), place};
  }
  return values;
}

}  // namespace antx
