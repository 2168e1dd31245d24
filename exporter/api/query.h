// The query string and the values in it. Bad input is an error text that names the
// parameter, never a silent default. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "util/clock.h"
#include "util/ipv4.h"

namespace antx {

/// A decoded query. The first of equal names counts, but for All().
class Query {
 public:
  Query() = default;
  /// At most 256 parameters, else Fault() says so; the head of a request limits how long it is.
  explicit Query(std::string_view text);
  /// A query of one parameter, not decoded.
  [[nodiscard]] static Query Of(std::string_view name, std::string_view value);
  /// Trimmed; nothing when absent or empty.
  [[nodiscard]] std::optional<std::string> Get(std::string_view name) const;
  /// Why it must not be answered; "" when it may.
  [[nodiscard]] const std::string& Fault() const { return fault_; }
  /// Every value of a repeated parameter such as collect[].
  [[nodiscard]] std::vector<std::string> All(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> values_;
  std::string fault_;
};

/// %41 -> A, + -> blank. A broken escape stays as it is.
[[nodiscard]] std::string PercentDecoded(std::string_view text);

/// A value or why not: "limit: must be a whole number".
template <class T>
struct Parsed {
  std::optional<T> value;  ///< Nothing without error: the parameter is absent.
  std::string error;
};

[[nodiscard]] Parsed<std::int64_t> IntParameter(const Query& query, std::string_view name,
                                                std::int64_t min, std::int64_t max);
/// true/1/yes/on/t/y and false/0/no/off/f/n, any case.
[[nodiscard]] Parsed<bool> BoolParameter(const Query& query, std::string_view name);
/// A list separated by commas, at most 1024 literals; nothing when it has no item. IPv6 literals
/// are valid but belong to no miner: they are left out.
[[nodiscard]] Parsed<std::vector<Ipv4>> AddressesParameter(const Query& query,
                                                           std::string_view name);
/// ISO 8601 in the forms of the contract, epoch seconds, or "2h" back from `now`.
[[nodiscard]] Parsed<SystemTime> DateParameter(const Query& query, std::string_view name,
                                               SystemTime now);

}  // namespace antx
