#include "api/router.h"

#include <algorithm>
#include <optional>

namespace antx {
namespace {

using Parameters = std::map<std::string, std::string>;

std::optional<Parameters> MatchPattern(std::string_view pattern, std::string_view path) {
  Parameters parameters;
  while (!pattern.empty() && !path.empty()) {
    const auto pattern_end = std::min(pattern.find('/', 1), pattern.size());
    const auto path_end = std::min(path.find('/', 1), path.size());
    const std::string_view wanted = pattern.substr(0, pattern_end);
    const std::string_view given = path.substr(0, path_end);
    if (wanted.starts_with("/{") && wanted.ends_with("}")) {
      if (given.size() < 2) return std::nullopt;
      parameters[std::string(wanted.substr(2, wanted.size() - 3))] = given.substr(1);
    } else if (wanted != given) {
      return std::nullopt;
    }
    pattern.remove_prefix(pattern_end);
    path.remove_prefix(path_end);
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return parameters;
}

}  // namespace

RouteMatch FindRoute(std::span<const Route> routes, std::string_view method,
                     std::string_view path) {
  RouteMatch match;
  for (const Route& route : routes) {
    auto parameters = MatchPattern(route.pattern, path);
    if (!parameters) continue;
    const bool fits = route.method == method || (route.method == "GET" && method == "HEAD");
    if (fits) return {&route, std::move(*parameters), ""};
    match.allow += (match.allow.empty() ? "" : ", ") + std::string(route.method);
    if (route.method == "GET") match.allow += ", HEAD";
  }
  return match;
}

}  // namespace antx
