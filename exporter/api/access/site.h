// Whether a browser acts for a page of another site. Pure.
#pragma once

#include <string>
#include <vector>

#include "api/http_types.h"

namespace antx {

/// What is wrong with `Host` and `Origin` of a request that changes something, or "".
/// `Host` must be an address, a name without a dot or one of `allowed_hosts`: a name that
/// somebody points at this address (DNS rebinding) is none of them. `Origin`, which browsers
/// send, must be the site itself.
[[nodiscard]] std::string SiteFault(const HttpRequest& request,
                                    const std::vector<std::string>& allowed_hosts);

/// The name or address of "name:port", "192.0.2.1:80" or "[::1]:80", in lower case; "" when it is
/// none.
[[nodiscard]] std::string HostName(std::string_view host);

}  // namespace antx
