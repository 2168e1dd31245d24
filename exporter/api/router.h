// Finds the route of a request in the table. Pure.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/access/scope.h"
#include "api/http_types.h"

namespace antx {

struct ApiContext;

/// One row of the route table (routes.cc).
struct Route {
  std::string_view method;   ///< GET also serves HEAD.
  std::string_view pattern;  ///< "/api/miners/{ip}"
  std::string_view name;     ///< Label `handler`; one word.
  HttpResponse (*handle)(const ApiContext& context, const HttpRequest& request);
  std::string_view summary;
  std::vector<RouteParameter> parameters;
  std::string_view schema = {};    ///< Of the answer 200 (schemas.cc); "": not JSON.
  std::vector<int> statuses = {};  ///< Others than 200 and what every route may answer.
  std::string_view content = "application/json";  ///< Types of the answer, separated by commas.
  Scope scope = Scope::kRead;                     ///< What the caller must have.
  /// From loopback, too, and where nothing is set up: commands to miners.
  bool credential = false;
  /// Schema of the body that the route takes; "": none.
  std::string_view body = {};
};

struct RouteMatch {
  const Route* route = nullptr;
  std::map<std::string, std::string> path_parameters;
  std::string allow;  ///< For 405: the methods of this path; "" when the path is unknown.
};

[[nodiscard]] RouteMatch FindRoute(std::span<const Route> routes, std::string_view method,
                                   std::string_view path);

}  // namespace antx
