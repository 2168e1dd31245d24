// The web side of the miners: which pages each dialect has, who may read them, and what they
// say. Pure: no socket, no clock. Facts: antminer/PROTOCOL.md, "Web".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "antminer/decode.h"
#include "model/reading.h"

namespace antx {

/// One way of speaking on the web side.
enum class WebDialect : std::uint8_t {
  kNone,            ///< Nothing to ask: LuxOS tells all of it by the API.
  kStock,           ///< Bitmain from the X19 on: summary.cgi, stats.cgi.
  kStockOld,        ///< Bitmain before, and everything built on it: get_miner_status.cgi.
  kVnish,           ///< /api/v1 of Vnish 1.0 and later.
  kBraiinsRest,     ///< /api/v1 of Braiins OS 25.07 and later.
  kBraiinsGraphql,  ///< /graphql of Braiins OS up to 25.05.
  kEpic,            ///< REST on the port of the API.
  kMarathon,        ///< /kaonsu/v1
};
/// "stock", "stock_old", "vnish", ...
[[nodiscard]] std::string_view WebDialectName(WebDialect dialect);

enum class WebPort : std::uint8_t {
  kWeb,   ///< 80
  kApi,   ///< The port of the API, 4028: ePIC.
  kInfo,  ///< 6060: plain text without login on some hydro and S21 models.
};

/// How a login is shown to the miner.
enum class WebAuth : std::uint8_t {
  kNone,
  kDigest,
  kBraiinsToken,    ///< POST /api/v1/auth/login, then the token as it is.
  kBraiinsSession,  ///< The login mutation of GraphQL, then a cookie.
};

/// One page. GET, or POST of `body` (JSON) when it has one.
struct WebRequest {
  std::string_view name;  ///< Names the reply.
  std::string_view path;
  std::string_view body = {};
  WebPort port = WebPort::kWeb;
  bool login = false;  ///< Only answers to a login.
  bool whole = false;  ///< Only needed when the API gives nothing.
  bool probe = false;  ///< "Not found" here: the miner speaks WebPlan::otherwise.
  bool (*applies)(const Identity&) = nullptr;  ///< Null: to every miner of the dialect.
};

struct WebPlan {
  WebDialect dialect;
  WebAuth auth;
  WebDialect otherwise;
  std::span<const WebRequest> requests;
};

/// The plan of a dialect; that of kNone has no requests.
[[nodiscard]] const WebPlan& WebPlanOf(WebDialect dialect);

/// The dialect to try first with a miner of this family.
[[nodiscard]] WebDialect FirstWebDialect(const Identity& known);

/// What an unknown host speaks, from its answer to GET /: the WWW-Authenticate header and the
/// page. kNone: not recognised.
[[nodiscard]] WebDialect RecogniseWeb(std::string_view www_authenticate, std::string_view page);

/// The request that logs in, where the login is no HTTP authentication. POST of JSON.
struct WebLoginRequest {
  std::string path;
  std::string body;  ///< Holds the password.
  bool operator==(const WebLoginRequest&) const = default;
};
[[nodiscard]] std::optional<WebLoginRequest> LoginRequestFor(WebAuth auth,
                                                             const std::string& username,
                                                             const std::string& password);
/// The header for the calls that follow, from the answer to a login ("" : a cookie does it);
/// nothing when the login was refused. A secret.
[[nodiscard]] std::optional<std::string> LoginHeaderFrom(WebAuth auth, std::string_view body);

/// What the pages of one pass said. Absent in the pages is absent here.
struct WebDecoded {
  Reading reading;     ///< With identity: only what was told.
  bool whole = false;  ///< The reading holds a hashrate: it can stand for that of the API.
  std::vector<CommandResult> pages;  ///< One a reply; `collector` is kWeb.
  RepairCounts repairs{};
};

/// Decodes the replies of one pass, each named after its WebRequest. Never throws; a hostile page
/// becomes a kParse error of its page. Passwords that pages hold are not read.
[[nodiscard]] WebDecoded DecodeWeb(WebDialect dialect, const std::vector<RawReply>& replies,
                                   const DecodeContext& context,
                                   std::vector<DecodeNote>* notes = nullptr);

/// Adds to a reading of the API what only the web side tells. What the API told stays.
void AddWebFacts(const Reading& web, Reading& reading);
/// The same for the identity alone.
void AddWebIdentity(const Identity& web, Identity& identity);

}  // namespace antx
