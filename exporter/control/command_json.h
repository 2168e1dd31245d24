// A command and the limits of a run as the journal keeps them: JSON texts.
#pragma once

#include <string>
#include <string_view>

#include "model/command.h"
#include "model/control.h"

namespace antx {

/// Without passwords.
[[nodiscard]] std::string CommandJson(const Command& command);
/// The passwords of its pools, in their order; "" when none has one.
[[nodiscard]] std::string PasswordJson(const Command& command);
/// What these two gave. A broken text gives a command without pools.
[[nodiscard]] Command CommandOf(std::string_view json, std::string_view passwords);

[[nodiscard]] std::string LimitsJson(const RunLimits& limits);
/// What is not told is 0: the strictest.
[[nodiscard]] RunLimits LimitsOf(std::string_view json);

}  // namespace antx
