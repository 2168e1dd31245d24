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
          {400}};
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
          {400}};
}

}  // namespace

std::vector<Route> PageRoutes() {
  std::vector<Route> routes = {
      {"GET", "/", "landing", HandleLanding, "Is all well, what is not, and links.", {}},
      {"GET",
       "/dashboard/",
       "dashboard",
       HandleDashboard,
       "Trends and groups of the fleet.",
       {{"ip", "address", "This miner only."}, kRange},
       {},
       {400, 404}},
      MinersPageRoute(),
      {"GET",
       "/dashboard/miner/{ip}",
       "miner_page",
       HandleMinerPage,
       "Everything about one miner.",
       {kRange},
       {},
       {400, 404}},
      LogsPageRoute(),
  };
  for (Route& route : routes) route.content = "text/html";
  routes.push_back({"GET",
                    "/dashboard",
                    "dashboard_redirect",
                    HandleDashboardRedirect,
                    "Leads to /dashboard/.",
                    {{"ip", "address", "This miner only."}},
                    {},
                    {308},
                    "text/plain"});
  const auto file = [&routes](std::string_view path, std::string_view name, auto handle,
                              std::string_view summary, std::string_view type) {
    routes.push_back({"GET", path, name, handle, summary, {}, {}, {304}, type});
  };
  file("/static/style.css", "style", HandleStyle, "Style of the pages.", "text/css");
  file("/static/app.js", "script", HandleScript, "Script of the pages.", "text/javascript");
  file("/static/icon.svg", "icon", HandleIcon, "Icon of the pages.", "image/svg+xml");
  return routes;
}

}  // namespace antx
