// Routes of commands to miners.
#include <array>
#include <utility>

#include "api/routes.h"

namespace antx {
namespace {

using Handler = HttpResponse (*)(const ApiContext&, const HttpRequest&);

/// A route that changes miners: never without a credential.
Route Write(std::string_view pattern, std::string_view name, Handler handle,
            std::string_view summary, std::string_view body, std::string_view schema,
            std::vector<int> statuses) {
  Route route{"POST", pattern, name, handle, summary, {}, schema, std::move(statuses)};
  route.statuses.push_back(400);
  route.scope = Scope::kOperate;
  route.credential = true;
  route.body = body;
  return route;
}

Route Read(std::string_view pattern, std::string_view name, Handler handle,
           std::string_view summary, std::vector<RouteParameter> parameters,
           std::string_view schema, std::vector<int> statuses) {
  Route route{
      "GET", pattern, name, handle, summary, std::move(parameters), schema, std::move(statuses)};
  route.scope = Scope::kOperate;
  route.credential = true;
  return route;
}

struct VerbRoute {
  std::string_view pattern, name, summary, body;
};
constexpr std::array<VerbRoute, 7> kVerbs = {{
    {"/api/control/restart", "api_control_restart", "Restarts the mining program of miners.",
     "ControlMiners"},
    {"/api/control/reboot", "api_control_reboot", "Reboots miners.", "ControlMiners"},
    {"/api/control/blink", "api_control_blink", "Switches the locate light of miners.",
     "ControlBlink"},
    {"/api/control/sleep", "api_control_sleep", "Lets miners stop hashing.", "ControlMiners"},
    {"/api/control/wake", "api_control_wake", "Lets miners hash again.", "ControlMiners"},
    {"/api/control/work_mode", "api_control_work_mode", "Sets the work mode of miners.",
     "ControlWorkMode"},
    {"/api/control/pool", "api_control_pool", "Sets the pools of miners.", "ControlPool"},
}};

std::vector<Route> WorkerRoutes() {
  const std::vector<int> statuses = {202, 404, 409, 501, 502, 503, 504};
  return {
      {"GET",
       "/miners/{ip}/{worker}/summary",
       "worker_summary",
       HandleWorkerSummary,
       "A miner and the pools of one worker: a pool user, what stands behind its last dot, or - "
       "for any.",
       {},
       "WorkerSummary",
       {404}},
      Write("/miners/{ip}/{worker}/reset", "worker_reset", HandleWorkerReset,
            "Restarts the mining program of one miner, and waits for the outcome.", "ControlReason",
            "CommandIssued", statuses),
      Write("/miners/{ip}/{worker}/reboot", "worker_reboot", HandleWorkerReboot,
            "Reboots one miner, and waits for the outcome.", "ControlReason", "CommandIssued",
            statuses),
      Write("/miners/{ip}/{worker}/pool", "worker_pool", HandleWorkerPool,
            "Sets the pools of one miner, and waits for the outcome.", "WorkerPool",
            "CommandIssued", statuses),
  };
}

}  // namespace

std::vector<Route> ControlRoutes() {
  std::vector<Route> routes = WorkerRoutes();
  routes.push_back(Write("/api/control/plans", "api_control_plan", HandleControlPlan,
                         "A dry run: which miners a command would go to, who is left out and why, "
                         "what goes away. Sends nothing.",
                         "ControlPlanRequest", "ControlPlanned", {404, 503}));
  routes.push_back(Write("/api/control/plans/{id}/execute", "api_control_execute",
                         HandleControlExecute, "Begins what was planned.", "ControlLimits",
                         "ControlBegun", {202, 404, 409, 503}));
  for (const VerbRoute& verb : kVerbs) {
    routes.push_back(Write(verb.pattern, verb.name, HandleControlVerb, verb.summary, verb.body,
                           "ControlBegun", {202, 404, 409, 501, 502, 503, 504}));
  }
  const RouteParameter limit = {"limit", "limit", "At most so many; brought into 1..api.max_limit.",
                                "100"};
  routes.push_back(Read("/api/control/runs", "api_control_runs", HandleControlRuns,
                        "Runs, newest first.", {limit}, "ControlRuns", {503}));
  routes.push_back(Read("/api/control/runs/{id}", "api_control_run", HandleControlRun,
                        "What has become of a run, miner by miner.", {}, "ControlRun", {404, 503}));
  routes.push_back(Write("/api/control/runs/{id}/stop", "api_control_stop_run",
                         HandleControlStopRun,
                         "Nothing of the run begins any more; what was sent is still verified.",
                         "ControlReason", "Ok", {404, 409, 503}));
  routes.push_back(Write("/api/control/runs/{id}/continue", "api_control_continue",
                         HandleControlContinue, "A paused run goes on.", "ControlReason", "Ok",
                         {404, 409, 503}));
  routes.push_back(Write("/api/control/stop", "api_control_stop", HandleControlStop,
                         "Stops every run and refuses new ones until resume.", "ControlReason",
                         "Ok", {503}));
  routes.push_back(Write("/api/control/resume", "api_control_resume", HandleControlResume,
                         "Takes commands again.", "ControlReason", "Ok", {503}));
  routes.push_back(
      Read("/api/control/audit", "api_control_audit", HandleControlAudit,
           "Who commanded what, and what came of it; newest first.",
           {limit, {"before_id", "integer", "Only rows with a smaller id: the next page."}},
           "ControlAudit", {503}));
  return routes;
}

}  // namespace antx
