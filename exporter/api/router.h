// Finds the route of a request in the table. Pure.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/http_types.h"

namespace antx {

struct ApiContext;

/// A query parameter, for parsing messages and for the API document.
struct RouteParameter {
  std::string_view name;
  std::string_view kind;  ///< "string", "integer", "boolean", "address", "date"
  std::string_view summary;
};

/// One row of the route table (routes.cc).
struct Route {
  std::string_view method;   ///< GET also serves HEAD.
  std::string_view pattern;  ///< "/api/miners/{ip}"
  std::string_view name;     ///< Label `handler`; one word.
  HttpResponse (*handle)(const ApiContext& context, const HttpRequest& request);
  std::string_view summary;
  std::vector<RouteParameter> parameters;
};

struct RouteMatch {
  const Route* route = nullptr;
  std::map<std::string, std::string> path_parameters;
  std::string allow;  ///< For 405: the methods of this path; "" when the path is unknown.
};

[[nodiscard]] RouteMatch FindRoute(std::span<const Route> routes, std::string_view method,
                                   std::string_view path);

}  // namespace antx
