// Bearer tokens: how they are made, and the file that knows them by their hashes only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/access/scope.h"
#include "config/config.h"
#include "util/clock.h"

namespace antx {

/// One line of the tokens file.
struct TokenRecord {
  std::string name;  ///< Unique, for people and for the log.
  std::string hash;  ///< SHA-256 of the token, 64 hexadecimal digits in lower case.
  Scope scope = Scope::kRead;
  std::vector<AddressRange> from;     ///< Where it may be used from; empty: everywhere.
  std::optional<SystemTime> expires;  ///< Nothing: never.
  SystemTime created;
};

/// A new token: "antx_" and 256 random bits. Nothing when the system has no random bytes.
[[nodiscard]] std::optional<std::string> MakeToken();

/// SHA-256 in hexadecimal. A token is random and long, so that a slow hash would add nothing.
[[nodiscard]] std::string TokenHash(std::string_view token);

/// The record of the token, found in a time that does not depend on how much of it is right;
/// null when there is none.
[[nodiscard]] const TokenRecord* FindToken(const std::vector<TokenRecord>& tokens,
                                           std::string_view token);

/// One JSON object a line, as WriteTokens() writes it. Blank lines and lines with # are skipped.
/// @param faults a complete line for each fault; hashes are not quoted.
[[nodiscard]] std::vector<TokenRecord> ParseTokens(std::string_view text, const std::string& name,
                                                   std::vector<std::string>& faults);

/// Reads the file; an empty path gives no tokens.
[[nodiscard]] std::vector<TokenRecord> ReadTokens(const std::string& path,
                                                  std::vector<std::string>& faults);

/// Replaces the file at once; only its owner may read a new one, an old one keeps its owner and
/// mode. Returns what went wrong, or "".
[[nodiscard]] std::string WriteTokens(const std::string& path,
                                      const std::vector<TokenRecord>& tokens);

/// One range of addresses that may use a token: what ParseRange() takes, and networks of any size
/// (a.b.c.d/0 to /32, without host bits). On failure nothing, and `fault` says why.
[[nodiscard]] std::optional<AddressRange> ParseTokenRange(std::string_view text,
                                                          std::string& fault);

/// What is wrong with a name, or "": 1 to 64 letters, digits, blanks and `._@-`.
[[nodiscard]] std::string TokenNameFault(std::string_view name);

}  // namespace antx
