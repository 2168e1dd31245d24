// Small helpers on text. Nothing here knows about miners.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace antx {

/// Without leading and trailing blanks, tabs, CR and LF. A view into `text`.
[[nodiscard]] std::string_view Trim(std::string_view text);

/// ASCII only.
[[nodiscard]] std::string ToLower(std::string_view text);

/// Whether `text` contains `part`, ASCII case ignored.
[[nodiscard]] bool ContainsNoCase(std::string_view text, std::string_view part);
[[nodiscard]] bool EqualsNoCase(std::string_view a, std::string_view b);

/// Parts between separators (any character of `separators`), trimmed, empty parts dropped.
[[nodiscard]] std::vector<std::string_view> SplitList(std::string_view text,
                                                      std::string_view separators);

/// The whole text as a finite number; nothing on anything else ("", "12 W", "nan", "1e999").
[[nodiscard]] std::optional<double> ParseDouble(std::string_view text);

/// [+-]?[0-9]+ within int64; nothing on anything else.
[[nodiscard]] std::optional<std::int64_t> ParseInt(std::string_view text);

/// Valid UTF-8: each invalid byte becomes U+FFFD. Fast when nothing is wrong.
[[nodiscard]] std::string ToValidUtf8(std::string_view text);

/// At most `max_bytes`, never cut inside a UTF-8 sequence.
[[nodiscard]] std::string_view CutUtf8(std::string_view text, std::size_t max_bytes);

/// Control characters as \xNN, so that one message stays one line of a log.
[[nodiscard]] std::string EscapeControl(std::string_view text);

}  // namespace antx
