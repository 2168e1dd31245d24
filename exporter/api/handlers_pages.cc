// Rows of the pages: hands requests on to exporter/api/pages.
#include "api/pages/assets.h"
#include "api/pages/miner_query.h"
#include "api/pages/pages.h"
#include "api/routes.h"

namespace antx {
namespace {

/// A file of the pages; 304 when the client has this version.
HttpResponse FileAnswer(const pages::Asset& asset, const HttpRequest& request) {
  HttpResponse response;
  response.content_type = asset.content_type;
  response.headers = {{"ETag", std::string(asset.etag)}, {"Cache-Control", "no-cache"}};
  if (request.Header("if-none-match").find(asset.etag) != std::string::npos) {
    response.status = 304;
  } else {
    response.body = asset.body;
  }
  return response;
}

}  // namespace

HttpResponse HandleStyle(const ApiContext& /*context*/, const HttpRequest& request) {
  return FileAnswer(pages::StyleAsset(), request);
}

HttpResponse HandleScript(const ApiContext& /*context*/, const HttpRequest& request) {
  return FileAnswer(pages::ScriptAsset(), request);
}

HttpResponse HandleIcon(const ApiContext& /*context*/, const HttpRequest& request) {
  return FileAnswer(pages::IconAsset(), request);
}

HttpResponse HandleDashboardRedirect(const ApiContext& /*context*/, const HttpRequest& request) {
  std::string target = "/dashboard/";
  if (const auto ip = request.query.Get("ip")) target += "?ip=" + pages::PercentEncoded(*ip);
  HttpResponse response;
  response.status = 308;
  response.content_type = "text/plain; charset=utf-8";
  response.headers = {{"Location", target}};
  response.body = target + '\n';
  return response;
}

HttpResponse HandleLanding(const ApiContext& context, const HttpRequest& request) {
  return pages::HomePage(context, request);
}

HttpResponse HandleDashboard(const ApiContext& context, const HttpRequest& request) {
  return pages::DashboardPage(context, request);
}

HttpResponse HandleMinersPage(const ApiContext& context, const HttpRequest& request) {
  return pages::MinersPage(context, request);
}

HttpResponse HandleMinerPage(const ApiContext& context, const HttpRequest& request) {
  return pages::MinerPage(context, request);
}

HttpResponse HandleLogsPage(const ApiContext& context, const HttpRequest& request) {
  return pages::LogsPage(context, request);
}

}  // namespace antx
