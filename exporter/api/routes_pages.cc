// Pages for people and what belongs to them.
#include "api/routes.h"

namespace antx {

std::vector<Route> PageRoutes() {
  return {
      {"GET",
       "/static/style.css",
       "style",
       HandleStyle,
       "Style of the pages.",
       {},
       {},
       {},
       "text/css"},
      {"GET", "/", "landing", HandleLanding, "Overview and links.", {}, {}, {}, "text/html"},
  };
}

}  // namespace antx
