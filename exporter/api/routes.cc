#include "api/routes.h"

#include <iterator>
#include <utility>

namespace antx {
namespace {

constexpr std::string_view kTextTypes = "text/plain,application/openmetrics-text";

/// Metrics, discovery for Prometheus and the life of the process.
std::vector<Route> ServiceRoutes() {
  return {
      {"GET",
       "/metrics",
       "metrics",
       HandleMetrics,
       "Metrics of all miners.",
       {{"collect[]", "string", "Group of families; repeatable."},
        {"shard", "string", "i/n: part i of n of the miners, i from 0."}},
       {},
       {503},
       kTextTypes},
      {"GET",
       "/probe",
       "probe",
       HandleProbe,
       "Polls one miner now.",
       {{"target", "string", "Address or id of a known miner."},
        {"collect[]", "string", "Group of families; repeatable."}},
       {},
       {403, 503},
       kTextTypes},
      {"GET",
       "/sd",
       "sd",
       HandleServiceDiscovery,
       "Prometheus HTTP service discovery.",
       {{"shards", "integer", "List n parts of /metrics instead of the miners."}},
       "AnyList"},
      {"GET",
       "/-/healthy",
       "healthy",
       HandleHealthy,
       "The process answers.",
       {},
       {},
       {},
       "text/plain",
       Scope::kNone},
      {"GET",
       "/-/ready",
       "ready",
       HandleReady,
       "One full poll cycle is done.",
       {},
       {},
       {503},
       "text/plain",
       Scope::kNone},
      {"POST",
       "/-/reload",
       "reload",
       HandleReload,
       "Reads the settings again.",
       {},
       "Reloaded",
       {400},
       "application/json",
       Scope::kAdmin},
  };
}

void Append(std::vector<Route>& routes, std::vector<Route> more) {
  routes.insert(routes.end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
}

}  // namespace

std::vector<Route> AllRoutes(const std::string& telemetry_path) {
  std::vector<Route> routes = ServiceRoutes();
  if (telemetry_path != "/metrics") {
    Route& metrics = routes.front();
    // The pattern is a view: the string lives in the configuration of the running server.
    metrics.pattern = telemetry_path;
  }
  Append(routes, JsonRoutes());
  Append(routes, MoneyRoutes());
  Append(routes, MaintenanceRoutes());
  Append(routes, ControlRoutes());
  Append(routes, PageRoutes());
  return routes;
}

}  // namespace antx
