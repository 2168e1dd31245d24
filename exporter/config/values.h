// Value kinds of settings, and rows of the key table made from them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/keys.h"

namespace antx {

/// true/1/yes/on, false/0/no/off, any case.
[[nodiscard]] std::optional<bool> ParseBool(std::string_view text);

/// The shortest text that reads back as the same number.
[[nodiscard]] std::string NumberText(double value);

/// Where a row stands and what it says; the rest follows from the kind.
struct KeyInfo {
  std::string path;
  std::vector<std::string> variables;
  std::string help;
};

/// A reference into a Config: how a row finds its field.
template <class T>
using Field = std::function<T&(Config&)>;

[[nodiscard]] Key NumberKey(KeyInfo info, Field<double> field, double min, double max);
[[nodiscard]] Key SecondsKey(KeyInfo info, Field<Seconds> field, double min, double max);
[[nodiscard]] Key IntKey(KeyInfo info, Field<int> field, int min, int max);
[[nodiscard]] Key BoolKey(KeyInfo info, Field<bool> field);
/// Any text without control characters.
[[nodiscard]] Key TextKey(KeyInfo info, Field<std::string> field);
[[nodiscard]] Key SecretKey(KeyInfo info, Field<std::string> field);
[[nodiscard]] Key ListKey(KeyInfo info, Field<std::vector<std::string>> field);
[[nodiscard]] Key ChoiceKey(KeyInfo info, Field<std::string> field, std::vector<std::string> words);
[[nodiscard]] Key OptionalKey(KeyInfo info, Field<std::optional<double>> field, double min,
                              double max);
/// http:// or https:// without user and password; empty is allowed.
[[nodiscard]] Key UrlKey(KeyInfo info, Field<std::string> field);

/// Marks a row as taking effect only at the next start.
[[nodiscard]] Key NeedsRestart(Key key);

}  // namespace antx
