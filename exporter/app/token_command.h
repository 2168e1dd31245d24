// `antminer_exporter token`: makes, lists and revokes bearer tokens.
#pragma once

#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "util/clock.h"

namespace antx {

/// As the command line gave them.
struct TokenRequest {
  enum class Action { kNone, kCreate, kList, kRevoke };
  Action action = Action::kNone;
  std::string name;
  std::string scope = "read";     ///< read, operate or admin.
  std::string expires;            ///< "90d", "12h", "8w", "1y" or a date; "": never.
  std::vector<std::string> from;  ///< Address ranges; empty: everywhere.
  std::string file;               ///< Instead of web.tokens_file.
  bool json = false;
};

/// Creating prints the token to `out`, this once: the file knows its hash only.
/// @return the exit code: 0 done, 1 the file failed, 2 a wrong argument.
int RunToken(const Config& config, const TokenRequest& request, const Clock& clock,
             std::ostream& out, std::ostream& messages);

/// The end of "90d" (hours h, days d, weeks w, years y of 365 days) from `now`, or a date after
/// `now`; nothing when it is neither.
[[nodiscard]] std::optional<SystemTime> ParseExpiry(std::string_view text, SystemTime now);

}  // namespace antx
