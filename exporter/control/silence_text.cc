#include "control/silence_text.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "util/text.h"

namespace antx {
namespace {

namespace json = boost::json;

/// So many miners fit into an address a browser takes, and into a fast regular expression.
constexpr std::size_t kMostMiners = 200;
constexpr std::size_t kMostPatternBytes = 8000;
constexpr std::size_t kLongestText = 300;

/// Takes the text letter by letter in a regular expression of Go.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

/// "^(?:a|b)$" for as many miners as go into one silence, from `at` on, which is moved.
std::string Pattern(const std::vector<std::string>& miners, std::size_t& at) {
  std::string pattern = "^(?:";
  const std::size_t first = at;
  for (; at < miners.size() && at - first < kMostMiners; ++at) {
    const std::string one = Escaped(miners[at]);
    if (at > first && pattern.size() + one.size() > kMostPatternBytes) break;
    pattern += (at > first ? "|" : "") + one;
  }
  return pattern + ")$";
}

std::string_view Text(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : "";
}

json::value Parsed(std::string_view body) {
  boost::system::error_code fault;
  json::value value = json::parse(json::string_view(body.data(), body.size()), fault);
  return fault ? json::value() : value;
}

}  // namespace

std::vector<SilenceMatchers> SilencePieces(const SilenceScope& scope,
                                           const std::vector<std::string>& extra) {
  if (scope.miners.empty() && scope.rack.empty() && scope.site.empty()) return {};
  SilenceMatchers common;
  if (!scope.rack.empty()) common.push_back({"rack", scope.rack});
  if (!scope.site.empty()) common.push_back({"site", scope.site});
  for (const std::string& pair : extra) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos) continue;
    common.push_back({pair.substr(0, equals), pair.substr(equals + 1)});
  }
  common.push_back({"alertname", std::string(kNeverSilenced), false, false});
  if (scope.miners.empty()) return {common};
  std::vector<SilenceMatchers> pieces;
  for (std::size_t at = 0; at < scope.miners.size();) {
    SilenceMatchers piece = {{"miner", Pattern(scope.miners, at), true, true}};
    piece.insert(piece.end(), common.begin(), common.end());
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

std::string SilenceToken(std::string_view text) {
  std::string token(text.empty() ? "_" : text);
  for (char& c : token) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && std::string_view("._:-").find(c) == std::string_view::npos) c = '_';
  }
  return token;
}

std::string SilenceComment(std::string_view text, const SilenceMark& mark) {
  const std::string valid = EscapeControl(ToValidUtf8(text));
  return std::string(CutUtf8(valid, kLongestText)) + " [" + std::string(kSilenceAuthor) + ' ' +
         SilenceToken(mark.instance) + ' ' + SilenceToken(mark.key) + ' ' +
         std::to_string(mark.piece) + ']';
}

std::optional<SilenceMark> ParseSilenceMark(std::string_view comment) {
  const auto open = comment.rfind('[');
  if (open == std::string_view::npos || !comment.ends_with(']')) return std::nullopt;
  const auto words = SplitList(comment.substr(open + 1, comment.size() - open - 2), " ");
  if (words.size() != 4 || words[0] != kSilenceAuthor) return std::nullopt;
  const auto piece = ParseInt(words[3]);
  if (!piece || *piece < 0 || *piece > 100000) return std::nullopt;
  return SilenceMark{std::string(words[1]), std::string(words[2]), static_cast<int>(*piece)};
}

std::string SilenceBody(const SilenceMatchers& matchers, const std::string& start, SystemTime end,
                        const std::string& comment, const std::string& id) {
  json::array list;
  for (const SilenceMatcher& matcher : matchers) {
    list.push_back(json::object{{"name", ToValidUtf8(matcher.label)},
                                {"value", ToValidUtf8(matcher.value)},
                                {"isRegex", matcher.regular},
                                {"isEqual", matcher.equal}});
  }
  json::object body{{"matchers", std::move(list)},
                    {"startsAt", start},
                    {"endsAt", FormatUtc(end)},
                    {"createdBy", json::string_view(kSilenceAuthor.data(), kSilenceAuthor.size())},
                    {"comment", comment}};
  if (!id.empty()) body["id"] = id;
  return json::serialize(body);
}

std::optional<std::vector<ListedSilence>> ParseSilences(std::string_view body) {
  const json::value value = Parsed(body);
  if (!value.is_array()) return std::nullopt;
  std::vector<ListedSilence> silences;
  for (const json::value& item : value.get_array()) {
    if (!item.is_object()) return std::nullopt;
    const json::object& one = item.get_object();
    if (Text(one, "createdBy") != kSilenceAuthor) continue;
    const auto mark = ParseSilenceMark(Text(one, "comment"));
    const json::value* status = one.if_contains("status");
    if (!mark || status == nullptr || !status->is_object()) continue;
    silences.push_back({std::string(Text(one, "id")), *mark, std::string(Text(one, "startsAt")),
                        Text(status->get_object(), "state") == "expired"});
  }
  return silences;
}

std::optional<std::string> ParseSilenceId(std::string_view body) {
  const json::value value = Parsed(body);
  if (!value.is_object()) return std::nullopt;
  std::string id(Text(value.get_object(), "silenceID"));
  if (id.empty()) return std::nullopt;
  return id;
}

}  // namespace antx
