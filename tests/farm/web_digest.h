// HTTP Digest (RFC 2617, MD5, qop=auth) as lighttpd on the machines asks for it.
#pragma once

#include <string>
#include <string_view>

#include "farm/web_http.h"
#include "farm/web_side.h"

namespace antx::farm {

enum class LoginCheck { kGood, kNone, kWrong, kStale };

/// Whether the request shows the login of the machine, for the nonce given out last.
[[nodiscard]] LoginCheck CheckDigest(const WebSide& web, const WebRequest& request);

/// The 401 with a new nonce.
[[nodiscard]] WebResponse AskForDigest(WebSide& web, bool stale);

/// MD5 as hexadecimal text.
[[nodiscard]] std::string Md5(std::string_view text);

}  // namespace antx::farm
