#include "config/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "util/text.h"

namespace antx {
namespace {

Key Row(KeyInfo info, std::string allowed) {
  Key key;
  key.path = std::move(info.path);
  key.variables = std::move(info.variables);
  key.help = std::move(info.help);
  key.allowed = std::move(allowed);
  return key;
}

bool IsPlain(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string RangeText(double min, double max) {
  return "a number from " + NumberText(min) + " to " + NumberText(max);
}

/// A Config that `get` may hand to a Field, which wants a mutable one but only reads.
template <class T>
const T& Read(const Field<T>& field, const Config& config) {
  return field(const_cast<Config&>(config));
}

std::string JoinList(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& item : list) text += (text.empty() ? "" : ",") + item;
  return text;
}

bool IsGoodUrl(std::string_view url) {
  if (url.empty()) return true;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!url.starts_with(scheme)) continue;
    const auto rest = url.substr(scheme.size());
    const auto host = rest.substr(0, rest.find('/'));
    return !host.empty() && host.find('@') == std::string_view::npos && IsPlain(url) &&
           url.find(' ') == std::string_view::npos;
  }
  return false;
}

}  // namespace

std::optional<bool> ParseBool(std::string_view text) {
  for (const char* word : {"true", "1", "yes", "on"}) {
    if (EqualsNoCase(text, word)) return true;
  }
  for (const char* word : {"false", "0", "no", "off"}) {
    if (EqualsNoCase(text, word)) return false;
  }
  return std::nullopt;
}

std::string NumberText(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

Key NumberKey(KeyInfo info, Field<double> field, double min, double max) {
  Key key = Row(std::move(info), RangeText(min, max));
  key.set = [=](std::string_view text, Config& config) {
    const auto value = ParseDouble(text);
    if (!value || *value < min || *value > max) return false;
    field(config) = *value;
    return true;
  };
  key.get = [=](const Config& config) { return NumberText(Read(field, config)); };
  return key;
}

Key SecondsKey(KeyInfo info, Field<Seconds> field, double min, double max) {
  Key key = Row(std::move(info), RangeText(min, max) + " (seconds)");
  key.set = [=](std::string_view text, Config& config) {
    const auto value = ParseDouble(text);
    if (!value || *value < min || *value > max) return false;
    field(config) = Seconds(*value);
    return true;
  };
  key.get = [=](const Config& config) { return NumberText(Read(field, config).count()); };
  return key;
}

Key IntKey(KeyInfo info, Field<int> field, int min, int max) {
  Key key = Row(std::move(info),
                "a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  key.set = [=](std::string_view text, Config& config) {
    const auto value = ParseInt(text);
    if (!value || *value < min || *value > max) return false;
    field(config) = static_cast<int>(*value);
    return true;
  };
  key.get = [=](const Config& config) { return std::to_string(Read(field, config)); };
  return key;
}

Key BoolKey(KeyInfo info, Field<bool> field) {
  Key key = Row(std::move(info), "true/1/yes/on or false/0/no/off");
  key.set = [=](std::string_view text, Config& config) {
    const auto value = ParseBool(text);
    if (!value) return false;
    field(config) = *value;
    return true;
  };
  key.get = [=](const Config& config) {
    return std::string(Read(field, config) ? "true" : "false");
  };
  return key;
}

Key TextKey(KeyInfo info, Field<std::string> field) {
  Key key = Row(std::move(info), "text without control characters");
  key.set = [=](std::string_view text, Config& config) {
    if (!IsPlain(text)) return false;
    field(config) = text;
    return true;
  };
  key.get = [=](const Config& config) { return Read(field, config); };
  return key;
}

Key SecretKey(KeyInfo info, Field<std::string> field) {
  Key key = TextKey(std::move(info), std::move(field));
  key.secret = true;
  key.allowed = "text without control characters; better a file";
  return key;
}

Key ListKey(KeyInfo info, Field<std::vector<std::string>> field) {
  Key key = Row(std::move(info), "a list, separated by commas");
  key.is_list = true;
  key.set = [=](std::string_view text, Config& config) {
    if (!IsPlain(text)) return false;
    auto& list = field(config);
    list.clear();
    for (const std::string_view item : SplitList(text, ",")) list.emplace_back(item);
    return true;
  };
  key.get = [=](const Config& config) { return JoinList(Read(field, config)); };
  return key;
}

Key ChoiceKey(KeyInfo info, Field<std::string> field, std::vector<std::string> words) {
  Key key = Row(std::move(info), "one of " + JoinList(words));
  key.set = [=](std::string_view text, Config& config) {
    for (const std::string& word : words) {
      if (!EqualsNoCase(word, text)) continue;
      field(config) = word;
      return true;
    }
    return false;
  };
  key.get = [=](const Config& config) { return Read(field, config); };
  return key;
}

Key OptionalKey(KeyInfo info, Field<std::optional<double>> field, double min, double max) {
  Key key = Row(std::move(info), RangeText(min, max) + ", or empty");
  key.set = [=](std::string_view text, Config& config) {
    const auto value = ParseDouble(text);
    if (!text.empty() && (!value || *value < min || *value > max)) return false;
    field(config) = value;
    return true;
  };
  key.get = [=](const Config& config) {
    const auto& value = Read(field, config);
    return value ? NumberText(*value) : std::string();
  };
  return key;
}

Key UrlKey(KeyInfo info, Field<std::string> field) {
  Key key = Row(std::move(info), "http:// or https:// address without user and password");
  key.set = [=](std::string_view text, Config& config) {
    if (!IsGoodUrl(text)) return false;
    field(config) = text;
    return true;
  };
  key.get = [=](const Config& config) { return Read(field, config); };
  return key;
}

Key NeedsRestart(Key key) {
  key.restart = true;
  return key;
}

}  // namespace antx
