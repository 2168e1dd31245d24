#include "api/routes.h"

namespace antx {

std::vector<Route> AllRoutes(const std::string& telemetry_path) {
  std::vector<Route> routes = {
      {"GET",
       "/metrics",
       "metrics",
       HandleMetrics,
       "Metrics of all miners.",
       {{"collect[]", "string", "Group of families; repeatable."},
        {"shard", "string", "i/n: part i of n of the miners, i from 0."}}},
      {"GET",
       "/probe",
       "probe",
       HandleProbe,
       "Polls one miner now.",
       {{"target", "address", "Address or id of a known miner."},
        {"collect[]", "string", "Group of families; repeatable."}}},
      {"GET",
       "/sd",
       "sd",
       HandleServiceDiscovery,
       "Prometheus HTTP service discovery.",
       {{"shards", "integer", "List n parts of /metrics instead of the miners."}}},
      {"GET", "/-/healthy", "healthy", HandleHealthy, "The process answers.", {}},
      {"GET", "/-/ready", "ready", HandleReady, "One full poll cycle is done.", {}},
      {"POST", "/-/reload", "reload", HandleReload, "Reads the settings again.", {}},
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
      {"GET", "/static/style.css", "style", HandleStyle, "Style of the pages.", {}},
      {"GET", "/", "landing", HandleLanding, "Overview and links.", {}},
  };
  if (telemetry_path != "/metrics") {
    Route& metrics = routes.front();
    // The pattern is a view: the string lives in the configuration of the running server.
    metrics.pattern = telemetry_path;
  }
  return routes;
}

}  // namespace antx
