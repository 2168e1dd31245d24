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
/// The rows of the JSON API, those of money among them, and those of the pages; each group has a
/// file of its own.
[[nodiscard]] std::vector<Route> JsonRoutes();
[[nodiscard]] std::vector<Route> MoneyRoutes();
[[nodiscard]] std::vector<Route> ControlRoutes();
[[nodiscard]] std::vector<Route> PageRoutes();
[[nodiscard]] std::vector<Route> MaintenanceRoutes();

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
HttpResponse HandleSummary(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleMinersSummary(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleMinersCurrent(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleMiners(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleDashboardMiners(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleMetricRows(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleMinerHistory(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleFleetHistory(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleErrorLogs(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleEvents(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleMiner(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleMinerPools(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleMinerLogs(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleStream(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleDiscover(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleBackup(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleDebugRoutes(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleOpenApi(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleDocs(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleDocsAsset(const ApiContext& context, const HttpRequest& request);

// Of money.
HttpResponse HandleProfit(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleProfitHistory(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleProfitSnapshot(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleLedger(const ApiContext& context, const HttpRequest& request);
HttpResponse HandlePrice(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleDifficulty(const ApiContext& context, const HttpRequest& request);
HttpResponse HandlePriceHistory(const ApiContext& context, const HttpRequest& request);

// Of maintenance.
HttpResponse HandleMaintenanceList(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleMaintenanceBegin(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleMaintenanceEnd(const ApiContext& context, const HttpRequest& request);

// Of the pages.
HttpResponse HandleLanding(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleDashboardRedirect(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleDashboard(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleMinersPage(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleMinerPage(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleLogsPage(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleStyle(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleScript(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleIcon(const ApiContext& context, const HttpRequest& request);

// Of commands to miners. All need control.enabled but the summary of a worker.
HttpResponse HandleWorkerSummary(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleWorkerReset(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleWorkerReboot(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleWorkerPool(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleControlPlan(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleControlExecute(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleControlVerb(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleControlRuns(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleControlRun(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleControlStopRun(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleControlContinue(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleControlStop(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleControlResume(const ApiContext& context, const HttpRequest& request);
HttpResponse HandleControlAudit(const ApiContext& context, const HttpRequest& request);

}  // namespace antx
