// The route table: every path of the listener. A new route is one row.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "api/context.h"
#include "api/router.h"

namespace antx {

/// @param telemetry_path where the metrics are served.
[[nodiscard]] std::vector<Route> AllRoutes(const std::string& telemetry_path);
/// The rows of the JSON API, and those of the pages; each group has a file of its own.
[[nodiscard]] std::vector<Route> JsonRoutes();
[[nodiscard]] std::vector<Route> PageRoutes();

// Handlers, by file.
HttpResponse HandleMetrics(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleProbe(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleServiceDiscovery(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleHealthy(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleReady(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleHealthz(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleReadyz(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleReload(const ApiContext& context, const HttpRequest& request);

// Of the JSON API.
HttpResponse HandleMiners(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleDashboardMiners(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleDebugRoutes(const ApiContext& context, const HttpRequest& request);

// Of the pages.
HttpResponse HandleLanding(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleStyle(const ApiContext& context, const HttpRequest& request);

}  // namespace antx
