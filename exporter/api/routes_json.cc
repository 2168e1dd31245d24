// The JSON API.
#include "api/routes.h"

namespace antx {

std::vector<Route> JsonRoutes() {
  return {
      {"GET", "/healthz", "healthz", HandleHealthz, "The process answers.", {}},
      {"GET", "/readyz", "readyz", HandleReadyz, "Database and polling work.", {}},
      {"GET", "/api/miners", "api_miners", HandleMiners, "All miners and their freshness.", {}},
      {"GET",
       "/dashboard/api/miners",
       "dashboard_api_miners",
       HandleDashboardMiners,
       "The same as an object.",
       {}},
      {"GET", "/api/debug/routes", "debug_routes", HandleDebugRoutes, "This table.", {}},
  };
}

}  // namespace antx
