// What versions of firmware look like.
#pragma once

#include <string_view>

namespace antx {

/// A release of Braiins OS, "2025-08-06-0-3881c51d-25.07-plus": what its web side tells, while
/// its API tells a build, "boser-buildroot 1.0.0-...".
[[nodiscard]] inline bool IsBraiinsRelease(std::string_view version) {
  return version.size() > 11 && version.starts_with("20") && version[4] == '-' && version[7] == '-';
}

}  // namespace antx
