// Pages for people and what belongs to them.
#include "api/routes.h"

namespace antx {
namespace {

const RouteParameter kRange{"range", "string", "Time shown: 1h, 6h, 24h, 7d or 30d."};

Route MinersPageRoute() {
  return {"GET",
          "/dashboard/miners",
          "miners_page",
          HandleMinersPage,
          "All miners, worst first.",
          {{"q", "string", "Words that id, address, model, site, pool or worker hold."},
           {"state", "string", "A state, attention, stale or waiting."},
           {"model", "string", "This model only."},
           {"firmware", "string", "This firmware only."},
           {"site", "string", "This site only."},
           {"sort", "string", "Column: state, miner, model, hashrate, ratio, power, ..."},
           {"order", "string", "asc or desc."},
           {"page", "integer", "From 1."},
           {"per_page", "integer", "1 to 200."}},
          {},
          {},
          "text/html"};
}

Route LogsPageRoute() {
  return {"GET",
          "/dashboard/logs",
          "logs_page",
          HandleLogsPage,
          "Events and the error log.",
          {{"log", "string", "events or errors."},
           {"level", "string", "This level only."},
           {"ip", "string", "Address or id of a miner."},
           {"since", "date", "Not older than this."},
           {"before", "integer", "Older than the entry with this number."}},
          {},
          {},
          "text/html"};
}

}  // namespace

std::vector<Route> PageRoutes() {
  return {
      {"GET",
       "/",
       "landing",
       HandleLanding,
       "Is all well, what is not, and links.",
       {},
       {},
       {},
       "text/html"},
      {"GET",
       "/dashboard",
       "dashboard_redirect",
       HandleDashboardRedirect,
       "Leads to /dashboard/.",
       {{"ip", "string", "This miner only."}},
       {},
       {308},
       "text/plain"},
      {"GET",
       "/dashboard/",
       "dashboard",
       HandleDashboard,
       "Trends and groups of the fleet.",
       {{"ip", "address", "This miner only."}, kRange},
       {},
       {},
       "text/html"},
      MinersPageRoute(),
      {"GET",
       "/dashboard/miner/{ip}",
       "miner_page",
       HandleMinerPage,
       "Everything about one miner.",
       {kRange},
       {},
       {404},
       "text/html"},
      LogsPageRoute(),
      {"GET",
       "/static/style.css",
       "style",
       HandleStyle,
       "Style of the pages.",
       {},
       {},
       {},
       "text/css"},
      {"GET",
       "/static/app.js",
       "script",
       HandleScript,
       "Script of the pages.",
       {},
       {},
       {},
       "text/javascript"},
      {"GET",
       "/static/icon.svg",
       "icon",
       HandleIcon,
       "Icon of the pages.",
       {},
       {},
       {},
       "image/svg+xml"},
  };
}

}  // namespace antx
