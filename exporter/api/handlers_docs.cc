// /docs: Swagger UI where the program was built with it, else a plain list of the routes.
#include "api/docs_assets.h"
#include "api/routes.h"

namespace antx {
namespace {

// Icons are images inside the style sheet.
constexpr const char* kPolicy =
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

constexpr std::string_view kUiPage = R"html(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>API of the Antminer exporter</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="ui"></div><script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script></body></html>
)html";

constexpr std::string_view kStart = R"js(SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#ui", deepLinking: true, validatorUrl: null,
});
)js";

HttpResponse Text(const char* type, std::string_view body) {
  HttpResponse response;
  response.content_type = type;
  response.body = body;
  response.headers.emplace_back("Content-Security-Policy", kPolicy);
  return response;
}

std::string PlainPage(const std::vector<Route>& routes) {
  std::string page =
      "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<title>API of the Antminer exporter</title>"
      "<link rel=\"stylesheet\" href=\"/static/style.css\"></head><body><h1>API</h1>"
      "<p>The whole description is <a href=\"/openapi.json\">/openapi.json</a> (OpenAPI 3.1). "
      "This program was built without Swagger UI: install the npm package swagger-ui-dist and "
      "build with -DANTX_SWAGGER_UI=FOLDER to see it here.</p>"
      "<table><tr><th>Method</th><th>Path</th><th>What</th></tr>\n";
  for (const Route& route : routes) {
    page += "<tr><td>" + HtmlEscaped(route.method) + "</td><td>" + HtmlEscaped(route.pattern) +
            "</td><td>" + HtmlEscaped(route.summary) + "</td></tr>\n";
  }
  return page + "</table></body></html>\n";
}

}  // namespace

HttpResponse HandleDocs(const ApiContext& context, const HttpRequest& /*request*/) {
  constexpr const char* kHtml = "text/html; charset=utf-8";
  if (!DocsAssets().empty()) return Text(kHtml, kUiPage);
  return Text(kHtml, PlainPage(AllRoutes(context.config()->web.telemetry_path)));
}

HttpResponse HandleDocsAsset(const ApiContext& /*context*/, const HttpRequest& request) {
  const std::string& name = request.path_parameters.at("file");
  if (name == "start.js") return Text("text/javascript; charset=utf-8", kStart);
  for (const DocsAsset& asset : DocsAssets()) {
    if (asset.name != name) continue;
    const bool style = name.ends_with(".css");
    return Text(style ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8", asset.bytes);
  }
  return ErrorResponse(404, "Not Found");
}

}  // namespace antx
