#include "api/parameters.h"

#include <algorithm>
#include <limits>

#include "util/text.h"

namespace antx {
namespace {

using Result = Parsed<Parameters::Value>;

template <class T>
Result Wrap(Parsed<T> parsed) {
  if (!parsed.value) return {std::nullopt, std::move(parsed.error)};
  return {Parameters::Value(std::move(*parsed.value)), ""};
}

Result Refuse(std::string_view name, const std::string& reason) {
  return {std::nullopt, std::string(name) + ": " + reason};
}

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

Result ReadInteger(const RouteParameter& row, const Query& query) {
  const bool any = row.min == row.max;
  return Wrap(IntParameter(query, row.name, any ? kLeast : row.min, any ? kMost : row.max));
}

Result ReadLimit(const RouteParameter& row, const Query& query, std::int64_t most) {
  const auto text = query.Get(row.name);
  if (!text) return {};
  const auto value = ParseInt(*text);
  if (!value) return Refuse(row.name, "must be a whole number");
  return {std::clamp<std::int64_t>(*value, 1, most), ""};
}

Result ReadLevel(const RouteParameter& row, const Query& query) {
  const auto text = query.Get(row.name);
  if (!text || EqualsNoCase(*text, "ALL") || EqualsNoCase(*text, "ANY")) return {};
  const auto level = ParseLogLevel(*text);
  if (level) return {*level, ""};
  return Refuse(row.name, "must be DEBUG, INFO, WARNING, ERROR, CRITICAL or ALL");
}

Result ReadWord(const RouteParameter& row, const Query& query) {
  const auto text = query.Get(row.name);
  if (!text) return {};
  std::string words;
  for (const std::string_view word : row.words) {
    if (word == *text) return {std::string(word), ""};
    words += (words.empty() ? "" : ", ") + std::string(word);
  }
  return Refuse(row.name, "must be one of " + words);
}

Result ReadAddress(const RouteParameter& row, const Query& query) {
  Parsed<std::vector<Ipv4>> list = AddressesParameter(query, row.name);
  const auto text = query.Get(row.name);
  if (!list.error.empty() || (text && text->find(',') != std::string::npos)) {
    return Refuse(row.name, "must be an IP address such as 192.0.2.11");
  }
  return Wrap(std::move(list));
}

Result ReadText(const RouteParameter& row, const Query& query) {
  auto text = query.Get(row.name);
  if (!text) return {};
  return {std::move(*text), ""};
}

Result Read(const RouteParameter& row, const Query& query, SystemTime now, std::int64_t max_limit) {
  if (row.kind == "integer") return ReadInteger(row, query);
  if (row.kind == "limit") return ReadLimit(row, query, max_limit);
  if (row.kind == "boolean") return Wrap(BoolParameter(query, row.name));
  if (row.kind == "address") return ReadAddress(row, query);
  if (row.kind == "addresses") return Wrap(AddressesParameter(query, row.name));
  if (row.kind == "date") return Wrap(DateParameter(query, row.name, now));
  if (row.kind == "level") return ReadLevel(row, query);
  if (row.kind == "word") return ReadWord(row, query);
  return ReadText(row, query);
}

}  // namespace

ParsedParameters ParseParameters(const std::vector<RouteParameter>& table, const Query& query,
                                 SystemTime now, std::int64_t max_limit) {
  ParsedParameters all;
  for (const RouteParameter& row : table) {
    Result result = Read(row, query, now, max_limit);
    if (!result.error.empty()) {
      all.error = std::move(result.error);
      return all;
    }
    if (!result.value && !row.standard.empty()) {
      const Query given = Query::Of(row.name, row.standard);
      result = Read(row, given, now, max_limit);
    }
    if (result.value) all.parameters.Set(row.name, std::move(*result.value));
  }
  return all;
}

}  // namespace antx
