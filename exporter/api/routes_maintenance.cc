// Announced maintenance: the routes.
#include "api/routes.h"

namespace antx {

std::vector<Route> MaintenanceRoutes() {
  return {
      {"GET",
       "/api/maintenance",
       "api_maintenance",
       HandleMaintenanceList,
       "What is under maintenance now, the first begun first.",
       {},
       "MaintenanceList"},
      {"POST",
       "/api/maintenance",
       "api_maintenance_begin",
       HandleMaintenanceBegin,
       "Puts a miner, a rack or a site under maintenance: its alerts are silenced meanwhile.",
       {},
       "MaintenanceBegun",
       {201, 400, 404, 503},
       "application/json",
       Scope::kOperate,
       true,
       "MaintenanceRequest"},
      {"DELETE",
       "/api/maintenance/{id}",
       "api_maintenance_end",
       HandleMaintenanceEnd,
       "Ends a maintenance before its time.",
       {},
       "Done",
       {404, 503},
       "application/json",
       Scope::kOperate,
       true},
  };
}

}  // namespace antx
