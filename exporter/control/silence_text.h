// What is said to an Alertmanager about silences and read of its answers (API v2). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/clock.h"

namespace antx {

/// The name under which the exporter opens silences.
inline constexpr std::string_view kSilenceAuthor = "antminer_exporter";
/// Never silenced: somebody may steal hashrate while miners are worked on.
inline constexpr std::string_view kNeverSilenced = "AntminerPoolUnexpected";

struct SilenceMatcher {
  std::string label;
  std::string value;
  bool regular = false;  ///< `value` is a regular expression.
  bool equal = true;     ///< False: everything but it.
  bool operator==(const SilenceMatcher&) const = default;
};
/// The matchers of one silence. Never without one on miner, rack or site.
using SilenceMatchers = std::vector<SilenceMatcher>;

/// Whose alerts; what is empty does not count.
struct SilenceScope {
  std::vector<std::string> miners;  ///< Ids.
  std::string rack;
  std::string site;
};

/// One list of matchers per silence: long lists of miners go into several. `extra`: "label=value"
/// each, part of all. Empty when the scope names nothing.
[[nodiscard]] std::vector<SilenceMatchers> SilencePieces(const SilenceScope& scope,
                                                         const std::vector<std::string>& extra);

/// Stands at the end of a comment, so that a silence is found again.
struct SilenceMark {
  std::string instance;  ///< Which exporter.
  std::string key;       ///< Which cause.
  int piece = 0;         ///< From 0.
  bool operator==(const SilenceMark&) const = default;
};
/// Letters, digits and "._:-"; all else becomes "_".
[[nodiscard]] std::string SilenceToken(std::string_view text);
/// "restart of 3 miners [antminer_exporter farm-1 run-7 0]"; `text` is cut.
[[nodiscard]] std::string SilenceComment(std::string_view text, const SilenceMark& mark);
[[nodiscard]] std::optional<SilenceMark> ParseSilenceMark(std::string_view comment);

/// Body of POST /api/v2/silences. `id`: of the silence to change; "" opens a new one. `start` as
/// RFC 3339: a silence with another one is not changed but replaced.
[[nodiscard]] std::string SilenceBody(const SilenceMatchers& matchers, const std::string& start,
                                      SystemTime end, const std::string& comment,
                                      const std::string& id);

/// One silence of the list that bears the exporter's name and a mark.
struct ListedSilence {
  std::string id;
  SilenceMark mark;
  std::string start;  ///< As the Alertmanager says it.
  bool over = false;  ///< Ended by hand or by time.
};
/// Of GET /api/v2/silences; silences of others are left out. Nothing: it is no such list.
[[nodiscard]] std::optional<std::vector<ListedSilence>> ParseSilences(std::string_view body);
/// The id in the answer to POST; nothing when there is none.
[[nodiscard]] std::optional<std::string> ParseSilenceId(std::string_view body);

}  // namespace antx
