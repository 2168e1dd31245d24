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

/// With 15 digits: undoes the rounding of a value that was multiplied by its unit.
[[nodiscard]] std::string RoundedText(double value);

/// UTF-8 without control characters.
[[nodiscard]] bool IsPlainText(std::string_view text);

/// Cuts the mark that Windows editors put in front of UTF-8.
[[nodiscard]] std::string_view WithoutByteOrderMark(std::string_view text);

/// Where a row stands and what it says; the rest follows from the kind.
struct KeyInfo {
  std::string path;
  std::vector<std::string> variables;
  std::string help;
};

/// A reference into a Config: how a row finds its field.
template <class T>
using Field = std::function<T&(Config&)>;

[[nodiscard]] Key NumberKey(KeyInfo info, const Field<double>& field, double min, double max);
/// Above 0, at most `max`.
[[nodiscard]] Key PositiveKey(KeyInfo info, const Field<double>& field, double max);
/// Above 0 and below 1.
[[nodiscard]] Key FractionKey(KeyInfo info, const Field<double>& field);
[[nodiscard]] Key SecondsKey(KeyInfo info, const Field<Seconds>& field, double min, double max);
[[nodiscard]] Key IntKey(KeyInfo info, const Field<int>& field, int min, int max);
[[nodiscard]] Key BoolKey(KeyInfo info, const Field<bool>& field);
/// Any text that IsPlainText() takes.
[[nodiscard]] Key TextKey(KeyInfo info, const Field<std::string>& field);
[[nodiscard]] Key SecretKey(KeyInfo info, const Field<std::string>& field);
[[nodiscard]] Key ListKey(KeyInfo info, const Field<std::vector<std::string>>& field);
/// A list whose items all pass `good`; `allowed` says what that is.
[[nodiscard]] Key CheckedListKey(KeyInfo info, const Field<std::vector<std::string>>& field,
                                 std::string allowed, bool (*good)(std::string_view item));
[[nodiscard]] Key ChoiceKey(KeyInfo info, const Field<std::string>& field,
                            const std::vector<std::string>& words);
[[nodiscard]] Key OptionalKey(KeyInfo info, const Field<std::optional<double>>& field, double min,
                              double max);
/// A host name or address without scheme and port; empty is allowed.
[[nodiscard]] Key HostKey(KeyInfo info, const Field<std::string>& field);
[[nodiscard]] Key EmailListKey(KeyInfo info, const Field<std::vector<std::string>>& field);
/// Origins of web pages, "https://host:port", or `*`.
[[nodiscard]] Key OriginListKey(KeyInfo info, const Field<std::vector<std::string>>& field);
/// http:// or https:// without user and password; empty is allowed.
[[nodiscard]] Key UrlKey(KeyInfo info, const Field<std::string>& field);

/// Marks a row as taking effect only at the next start.
[[nodiscard]] Key NeedsRestart(Key key);
/// Names the flag of the command line that sets the row too.
[[nodiscard]] Key WithFlag(Key key, std::string flag);

}  // namespace antx
