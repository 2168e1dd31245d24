// What a caller may do. Each scope holds the ones before it.
#pragma once

#include <optional>
#include <string_view>

namespace antx {

enum class Scope {
  kNone,     ///< Health: everybody.
  kRead,     ///< Everything that only shows.
  kOperate,  ///< Commands to miners.
  kAdmin,    ///< The exporter itself: reload, rescan, backup.
};

[[nodiscard]] constexpr std::string_view ScopeName(Scope scope) {
  switch (scope) {
    case Scope::kRead:
      return "read";
    case Scope::kOperate:
      return "operate";
    case Scope::kAdmin:
      return "admin";
    case Scope::kNone:
      break;
  }
  return "none";
}

/// "read", "operate" or "admin".
[[nodiscard]] constexpr std::optional<Scope> ParseScope(std::string_view text) {
  for (const Scope scope : {Scope::kRead, Scope::kOperate, Scope::kAdmin}) {
    if (ScopeName(scope) == text) return scope;
  }
  return std::nullopt;
}

}  // namespace antx
