// Who may call what changes something.
#pragma once

#include <optional>

#include "api/context.h"
#include "api/http_types.h"

namespace antx {

/// The answer to a caller who may not act: with web.auth_token set, one without that bearer
/// token (401); without it, one from elsewhere than loopback (403). A browser that acts for a
/// page of another site is refused (403) in either case. Nothing: go on.
/// @param what the action, for the error text: "reload".
[[nodiscard]] std::optional<HttpResponse> Denied(const ApiContext& context,
                                                 const HttpRequest& request, std::string_view what);

}  // namespace antx
