#include "api/router.h"

#include <gtest/gtest.h>

#include <set>

#include "api/routes.h"

namespace antx {
namespace {

TEST(FindRoute, MatchesMethodsPathsAndParameters) {
  const auto handler = [](const ApiContext&, const HttpRequest&) { return HttpResponse(); };
  const std::vector<Route> routes = {
      {"GET", "/api/miners", "list", handler, "", {}},
      {"GET", "/api/miners/{ip}", "one", handler, "", {}},
      {"POST", "/api/miners/{ip}/reset", "reset", handler, "", {}},
      {"GET", "/", "home", handler, "", {}},
  };
  EXPECT_EQ(FindRoute(routes, "GET", "/").route->name, "home");
  EXPECT_EQ(FindRoute(routes, "HEAD", "/api/miners").route->name, "list");
  const auto one = FindRoute(routes, "GET", "/api/miners/10.0.0.1");
  EXPECT_EQ(one.route->name, "one");
  EXPECT_EQ(one.path_parameters.at("ip"), "10.0.0.1");
  EXPECT_EQ(FindRoute(routes, "GET", "/api/miners/").route, nullptr);
  EXPECT_EQ(FindRoute(routes, "GET", "/api/miners/x/y").route, nullptr);
  EXPECT_EQ(FindRoute(routes, "GET", "/nothing").allow, "");
  EXPECT_EQ(FindRoute(routes, "GET", "/api/miners/x/reset").allow, "POST");
  EXPECT_EQ(FindRoute(routes, "DELETE", "/api/miners").allow, "GET, HEAD");
}

TEST(AllRoutes, HaveUniqueNamesAndPaths) {
  std::set<std::string_view> names;
  std::set<std::string> paths;
  for (const Route& route : AllRoutes("/metrics")) {
    EXPECT_TRUE(names.insert(route.name).second) << route.name;
    EXPECT_TRUE(paths.insert(std::string(route.method) + ' ' + std::string(route.pattern)).second);
    EXPECT_FALSE(route.summary.empty()) << route.name;
  }
}

TEST(HtmlEscaped, LeavesNoMarkup) {
  EXPECT_EQ(HtmlEscaped("<script>\"'&"), "&lt;script&gt;&quot;&#39;&amp;");
}

TEST(JsonQuoted, IsAlwaysValidJson) {
  EXPECT_EQ(JsonQuoted("a\"\\\n\xff"), "\"a\\\"\\\\\\n\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace antx
