// What can be told to which firmware, and how it is written down. Pure: requests as text out,
// answers as text in. Facts: antminer/PROTOCOL.md, "Commands".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/command.h"
#include "model/reading.h"

namespace antx {

/// How commands reach the firmware of a family.
enum class CommandRoute : std::uint8_t {
  kNone,      ///< It takes none, or nobody knows how.
  kStock,     ///< Bitmain's CGIs, and its API where that grants writing.
  kVnish,     ///< /api/v1 of Vnish.
  kLuxos,     ///< The API with sessions.
  kBraiins,   ///< REST or GraphQL; pause and resume by the API.
  kEpic,      ///< REST on the port of the API.
  kMarathon,  ///< /kaonsu/v1
};
[[nodiscard]] CommandRoute CommandRouteOf(const Identity& known);

struct CommandSupport {
  bool supported = false;
  bool needs_login = false;
  std::string why;  ///< Why not: names the firmware, what was asked and what is allowed.
};

/// Whether a firmware has such a command and can take these parameters. `has_login`: a login for
/// the web side is known, so that Bitmain's firmware will be told by its CGIs.
[[nodiscard]] CommandSupport SupportFor(const Identity& known, const Command& command,
                                        bool has_login);

/// Text to send, or why it cannot be made: then nothing may be sent.
struct CommandBody {
  std::string text;
  std::string fault;
  [[nodiscard]] bool good() const { return fault.empty(); }
};

// --- The API ---------------------------------------------------------------------------------

/// {"command":"addpool","parameter":"..."}; a fault where it exceeds what a miner reads (4095
/// bytes).
[[nodiscard]] CommandBody ApiRequest(std::string_view command, std::string_view parameter = {});

/// Parameters joined by commas; commas and backslashes inside of them escaped as cgminer wants.
[[nodiscard]] std::string ApiParameters(const std::vector<std::string>& values);

/// The STATUS of an answer, whether it is a list, an object or a plain text.
struct ApiAnswer {
  bool understood = false;  ///< There was a STATUS.
  bool good = false;        ///< S, I or W, or the plain text of restart and quit.
  int code = 0;             ///< 0: none was told.
  std::string message;
  /// Access denied, or no session: nothing was changed.
  [[nodiscard]] bool denied() const { return understood && !good && code == 45; }
};
[[nodiscard]] ApiAnswer ReadApiAnswer(std::string_view body);

/// SessionID of LuxOS' `session` and `logon`; "" when there is none.
[[nodiscard]] std::string LuxosSessionFrom(std::string_view body);
/// A text of LuxOS' CONFIG ("Profile", "RedLed"); nothing when it is not told.
[[nodiscard]] std::optional<std::string> LuxosConfigText(std::string_view body,
                                                         std::string_view key);

// --- What is read back -----------------------------------------------------------------------

/// Whether the miner shows exactly these pools, fee pools aside, in this order. Compared are host
/// with port, and user.
[[nodiscard]] bool ShowsPools(const std::vector<PoolReading>& shown,
                              const std::vector<PoolEntry>& wanted);
/// "a.example:3333, b.example:3333", for people; no users.
[[nodiscard]] std::string PoolHosts(const std::vector<PoolReading>& shown);

}  // namespace antx
