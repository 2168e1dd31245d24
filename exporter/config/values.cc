#include "config/values.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
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

bool IsHostLetter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_';
}

/// A name, an IPv4 or an IPv6 address; no scheme, no port.
bool IsHost(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  if (std::count(text.begin(), text.end(), ':') >= 2) {
    return text.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
  }
  return text.front() != '.' && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), IsHostLetter);
}

bool IsEmail(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos || at == 0 || text.size() > 254) return false;
  const auto local = text.substr(0, at);
  const bool good = std::all_of(local.begin(), local.end(), [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("\"(),:;<>@[\\]").find(c) == std::string::npos;
  });
  return good && IsHost(text.substr(at + 1)) && text.find(':', at) == std::string_view::npos;
}

/// scheme://host[:port] without anything behind it, as browsers send it.
bool IsOrigin(std::string_view text) {
  if (text == "*") return true;
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return false;
  std::string_view host = text.substr(scheme + 3);
  if (const auto colon = host.find(':'); colon != std::string_view::npos) {
    const auto port = ParseInt(host.substr(colon + 1));
    if (!port || *port < 1 || *port > 65535) return false;
    host = host.substr(0, colon);
  }
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(scheme),
                     IsHostLetter) &&
         IsHost(host);
}

bool IsGoodUrl(std::string_view url) {
  if (url.empty()) return true;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!url.starts_with(scheme)) continue;
    const auto rest = url.substr(scheme.size());
    const auto host = rest.substr(0, rest.find('/'));
    return !host.empty() && host.find('@') == std::string_view::npos && IsPlainText(url) &&
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

std::string RoundedText(double value) {
  std::array<char, 40> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 15)
          .ptr;
  return {text.data(), end};
}

bool IsPlainText(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }) &&
         ToValidUtf8(text) == text;
}

std::string_view WithoutByteOrderMark(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

Key NumberKey(KeyInfo info, const Field<double>& field, double min, double max) {
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

Key PositiveKey(KeyInfo info, const Field<double>& field, double max) {
  Key key = NumberKey(std::move(info), field, 0, max);
  key.allowed = "a number above 0, at most " + NumberText(max);
  key.set = [set = key.set](std::string_view text, Config& config) {
    return ParseDouble(text).value_or(0) > 0 && set(text, config);
  };
  return key;
}

Key FractionKey(KeyInfo info, const Field<double>& field) {
  Key key = PositiveKey(std::move(info), field, 1);
  key.allowed = "a number above 0 and below 1";
  key.set = [set = key.set](std::string_view text, Config& config) {
    return ParseDouble(text).value_or(1) < 1 && set(text, config);
  };
  return key;
}

Key SecondsKey(KeyInfo info, const Field<Seconds>& field, double min, double max) {
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

Key IntKey(KeyInfo info, const Field<int>& field, int min, int max) {
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

Key BoolKey(KeyInfo info, const Field<bool>& field) {
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

Key TextKey(KeyInfo info, const Field<std::string>& field) {
  Key key = Row(std::move(info), "text in UTF-8 without control characters");
  key.set = [=](std::string_view text, Config& config) {
    if (!IsPlainText(text)) return false;
    field(config) = text;
    return true;
  };
  key.get = [=](const Config& config) { return Read(field, config); };
  return key;
}

Key SecretKey(KeyInfo info, const Field<std::string>& field) {
  Key key = TextKey(std::move(info), field);
  key.secret = true;
  key.allowed = "text in UTF-8 without control characters, not ***; better a file";
  // A printed configuration shows *** where a secret is: nobody means that word.
  key.set = [set = key.set](std::string_view text, Config& config) {
    return text != "***" && set(text, config);
  };
  return key;
}

Key ListKey(KeyInfo info, const Field<std::vector<std::string>>& field) {
  Key key = Row(std::move(info), "a list, separated by commas");
  key.is_list = true;
  key.set = [=](std::string_view text, Config& config) {
    if (!IsPlainText(text)) return false;
    auto& list = field(config);
    list.clear();
    for (const std::string_view item : SplitList(text, ",")) list.emplace_back(item);
    return true;
  };
  key.get = [=](const Config& config) { return JoinList(Read(field, config)); };
  return key;
}

Key CheckedListKey(KeyInfo info, const Field<std::vector<std::string>>& field, std::string allowed,
                   bool (*good)(std::string_view)) {
  Key key = ListKey(std::move(info), field);
  key.allowed = std::move(allowed);
  key.set = [set = key.set, good](std::string_view text, Config& config) {
    const auto items = SplitList(text, ",");
    return std::all_of(items.begin(), items.end(), good) && set(text, config);
  };
  return key;
}

Key HostKey(KeyInfo info, const Field<std::string>& field) {
  Key key = TextKey(std::move(info), field);
  key.allowed = "a host name or address, without scheme and port";
  key.set = [set = key.set](std::string_view text, Config& config) {
    return (text.empty() || IsHost(text)) && set(text, config);
  };
  return key;
}

Key EmailListKey(KeyInfo info, const Field<std::vector<std::string>>& field) {
  return CheckedListKey(std::move(info), field, "mail addresses, separated by commas", IsEmail);
}

Key OriginListKey(KeyInfo info, const Field<std::vector<std::string>>& field) {
  return CheckedListKey(std::move(info), field,
                        "origins such as https://host:port, separated by commas, or *", IsOrigin);
}

Key ChoiceKey(KeyInfo info, const Field<std::string>& field,
              const std::vector<std::string>& words) {
  std::string allowed;
  for (const std::string& word : words) allowed += (allowed.empty() ? "one of " : ", ") + word;
  Key key = Row(std::move(info), std::move(allowed));
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

Key OptionalKey(KeyInfo info, const Field<std::optional<double>>& field, double min, double max) {
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

Key UrlKey(KeyInfo info, const Field<std::string>& field) {
  Key key = Row(std::move(info), "http:// or https:// address without user and password");
  key.is_url = true;
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

Key WithFlag(Key key, std::string flag) {
  key.flag = std::move(flag);
  return key;
}

}  // namespace antx
