// What may be told to a miner, and what came of it. Plain values: the routes, the pipeline and
// the dialects share them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace antx {

/// Closed set; the names stand in routes, in the audit and in events.
enum class Verb : std::uint8_t {
  kRestart,   ///< The mining program starts anew ("reset" in the route of the older API).
  kReboot,    ///< The whole device.
  kBlink,     ///< The locate light, on or off.
  kSleep,     ///< Stops hashing, stays reachable.
  kWake,      ///< Hashes again.
  kWorkMode,  ///< Another work mode or power profile of the firmware.
  kPool,      ///< Other pools.
};
inline constexpr int kVerbCount = 7;
/// "restart", "reboot", "blink", "sleep", "wake", "work_mode", "pool".
[[nodiscard]] std::string_view VerbName(Verb verb);
[[nodiscard]] std::optional<Verb> ParseVerb(std::string_view name);

/// One pool as a miner shall use it. Already validated: a URL with scheme, host and port, no
/// control characters.
struct PoolEntry {
  std::string url;
  std::string user;
  std::string password;  ///< A secret: in no answer, log, event or audit row.
  bool operator==(const PoolEntry&) const = default;
};

struct Command {
  Verb verb = Verb::kRestart;
  bool on = true;                ///< kBlink.
  std::string mode;              ///< kWorkMode, in the firmware's own words.
  std::vector<PoolEntry> pools;  ///< kPool: in the order of priority, never empty.
  bool operator==(const Command&) const = default;
};

enum class CommandVerdict : std::uint8_t {
  kDone,         ///< The effect was read back.
  kUnsupported,  ///< This firmware has no such command; nothing was sent.
  kNoLogin,      ///< A login is needed and none is configured; nothing was sent.
  kDenied,       ///< The login, or the API's access list, was refused.
  kRefused,      ///< The miner said no; `detail` holds its own words.
  kNoAnswer,     ///< Silence, or the connection broke, before it was known what came of it.
  kNotVerified,  ///< The miner said yes, the effect was not seen in time; `detail`: what was.
  kCancelled,    ///< The exporter stopped or the run was stopped.
};
/// "done", "unsupported", "no_login", "denied", "refused", "no_answer", "not_verified",
/// "cancelled".
[[nodiscard]] std::string_view CommandVerdictName(CommandVerdict verdict);

struct CommandOutcome {
  CommandVerdict verdict = CommandVerdict::kNoAnswer;
  bool sent = false;   ///< Something that changes the miner may have reached it.
  std::string detail;  ///< For people, escaped by who shows it; never a secret.
};

}  // namespace antx
