// Commands of LuxOS that change something: they ask for a session, of which there is one at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "farm/fleet.h"

namespace antx::farm {

/// The reply to session, logon, logoff, kill and the commands that write; nothing for all others.
/// Each write is recorded with its parameter.
[[nodiscard]] std::optional<std::string> AnswerLuxosWrite(Fleet::Member& member, double now,
                                                          std::string_view request);

}  // namespace antx::farm
