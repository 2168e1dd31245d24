// Which login belongs to which miner's web side.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/config.h"

namespace antx {

struct WebLogin {
  std::string username;
  std::string password;  ///< Secret.
  bool operator==(const WebLogin&) const = default;
};

/// The login for a miner: the first of miners.credentials that covers address and family, else
/// miners.web_username and web_password; nothing when none is set. A family that is not known yet
/// ("") is only covered by a login for all families.
[[nodiscard]] std::optional<WebLogin> WebLoginFor(const MinersConfig& miners, Ipv4 address,
                                                  std::string_view family);

/// Families that miners.credentials may name.
[[nodiscard]] std::span<const std::string_view> WebFamilies();

}  // namespace antx
