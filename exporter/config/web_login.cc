#include "config/web_login.h"

#include <algorithm>
#include <array>

namespace antx {

std::optional<WebLogin> WebLoginFor(const MinersConfig& miners, Ipv4 address,
                                    std::string_view family) {
  for (const WebCredential& login : miners.credentials) {
    const bool here = login.ranges.empty() || std::any_of(login.ranges.begin(), login.ranges.end(),
                                                          [address](const AddressRange& range) {
                                                            return range.Contains(address);
                                                          });
    if (here && (login.family.empty() || login.family == family)) {
      return WebLogin{login.username, login.password};
    }
  }
  if (miners.web_password.empty()) return std::nullopt;
  return WebLogin{miners.web_username, miners.web_password};
}

std::span<const std::string_view> WebFamilies() {
  static constexpr std::array<std::string_view, 10> kFamilies = {
      "stock",    "vnish",  "braiins",  "luxos",    "epic",
      "marathon", "hiveon", "mskminer", "asicseer", "blissz"};
  return kFamilies;
}

}  // namespace antx
