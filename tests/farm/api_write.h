// Commands of the API that change something: cgminer where it grants writing, pause and resume of
// Braiins OS, LuxOS with its sessions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "farm/fleet.h"

namespace antx::farm {

struct ApiWriteReply {
  std::string text;
  bool die = false;  ///< The connection ends without an answer.
};

/// The reply to a command that changes something; nothing for all others, and for those that the
/// machine denies. Each one is recorded as it came.
[[nodiscard]] std::optional<ApiWriteReply> AnswerApiWrite(Fleet::Member& member, double now,
                                                          std::string_view request);

/// The values of "parameter": separated by commas, of which `\,` and `\\` stand for themselves.
[[nodiscard]] std::vector<std::string> ParametersOf(std::string_view request);

/// Makes a change at once, later or never, as the faults say, and records it before.
void WriteByApi(Fleet::Member& member, double now, std::string_view request,
                const std::function<void(Fleet::Member&)>& change);

}  // namespace antx::farm
