// Pool addresses as an allow-list sees them. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace antx {

struct PoolTarget {
  std::string host;  ///< Lower case; IPv6 without brackets, in its shortest form.
  std::optional<int> port;
  bool operator==(const PoolTarget&) const = default;
};

/// Of "stratum+tcp://user:word@host:3333/path", "host:3333" or "[2001:db8::1]:3333". Nothing when
/// there is no host, when the port is none, or when it is open which host is meant ('@' behind
/// '/', '?' or '#').
[[nodiscard]] std::optional<PoolTarget> ParsePoolTarget(std::string_view text);

/// Whether `text` can be an entry of the list of hosts: "pool.example" (any port),
/// "pool.example:3333", "*.pool.example" (below that name, not the name itself), an IPv4 or an
/// IPv6 address. Names in ASCII: international ones in their xn-- form.
[[nodiscard]] bool IsPoolHostPattern(std::string_view text);

/// `pattern` is one that IsPoolHostPattern takes.
[[nodiscard]] bool PoolHostMatches(std::string_view pattern, const PoolTarget& target);

/// The user's name up to the first dot: "acme.rig7" belongs to "acme".
[[nodiscard]] std::string_view PoolAccount(std::string_view user);

/// `pattern`: the account, letter by letter, or its beginning and '*'.
[[nodiscard]] bool PoolAccountMatches(std::string_view pattern, std::string_view user);

/// For logs, events and metrics: "ac***.rig7". Never the whole account; control characters and
/// broken UTF-8 are replaced.
[[nodiscard]] std::string MaskedPoolUser(std::string_view user);

}  // namespace antx
