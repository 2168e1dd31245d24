// Parameters of a request, read by the same table that the API document is made from, so that
// neither can say what the other does not do. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/query.h"
#include "util/clock.h"
#include "util/ipv4.h"
#include "util/log.h"

namespace antx {

/// A query parameter: how it is read and how the API document shows it.
struct RouteParameter {
  std::string_view name;
  /// "string" (any text), "word" (one of `words`), "integer" (from min to max), "limit" (whole
  /// number, brought into 1..api.max_limit), "boolean", "address" (one literal), "addresses",
  /// "date", "level" (of a log; ALL and ANY are none).
  std::string_view kind;
  std::string_view summary;
  std::string_view standard = {};  ///< As text; "": absent stays absent.
  std::int64_t min = 0;
  std::int64_t max = 0;  ///< Equal to min: any.
  std::vector<std::string_view> words = {};
};

/// The values that one request gave or that the table gives for it.
class Parameters {
 public:
  using Value =
      std::variant<std::int64_t, bool, SystemTime, std::vector<Ipv4>, LogLevel, std::string>;
  void Set(std::string_view name, Value value) { values_[std::string(name)] = std::move(value); }

  /// The value of a parameter; nothing when it is absent and has no standard.
  template <class T>
  [[nodiscard]] std::optional<T> Find(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    return std::get<T>(found->second);
  }
  /// As Find; a parameter with a standard always has a value.
  [[nodiscard]] std::int64_t Integer(std::string_view name) const {
    return Find<std::int64_t>(name).value();
  }
  [[nodiscard]] bool Boolean(std::string_view name) const { return Find<bool>(name).value(); }
  [[nodiscard]] std::string Text(std::string_view name) const {
    return Find<std::string>(name).value_or("");
  }
  [[nodiscard]] std::optional<SystemTime> Date(std::string_view name) const {
    return Find<SystemTime>(name);
  }
  /// Of an "address" or a list. IPv6 literals are valid and belong to no miner: a list without
  /// items matches nothing, an absent one everything.
  [[nodiscard]] std::optional<std::vector<Ipv4>> Addresses(std::string_view name) const {
    return Find<std::vector<Ipv4>>(name);
  }

 private:
  std::map<std::string, Value, std::less<>> values_;
};

struct ParsedParameters {
  Parameters parameters;
  std::string error;  ///< "<parameter>: <reason>"; "" when all are good.
};

/// @param max_limit upper end of every "limit".
[[nodiscard]] ParsedParameters ParseParameters(const std::vector<RouteParameter>& table,
                                               const Query& query, SystemTime now,
                                               std::int64_t max_limit);

}  // namespace antx
