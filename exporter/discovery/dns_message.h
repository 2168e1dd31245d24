// The little of DNS that an mDNS browse needs (RFC 1035, RFC 6762): a PTR question and
// the addresses in whatever comes back. Pure; every length is checked, no pointer loop.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "util/ipv4.h"

namespace antx {

/// One packet with a PTR question per name, e.g. "_ssh._tcp.local".
[[nodiscard]] std::string MakePtrQuery(const std::vector<std::string>& names);

/// All A records of a response, in answers, authorities and additionals. Empty for anything
/// that is no sound response.
[[nodiscard]] std::vector<Ipv4> AddressesInResponse(std::string_view packet);

}  // namespace antx
