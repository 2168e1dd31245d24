// The interface itself: the list of routes, and what starts work.
#include <algorithm>
#include <map>
#include <vector>

#include "api/json_writer.h"
#include "api/routes.h"
#include "api/rows.h"

namespace antx {

HttpResponse HandleDebugRoutes(const ApiContext& context, const HttpRequest& request) {
  const auto config = context.config();
  if (!config->api.debug_routes && !request.peer.starts_with("127.")) {
    return ErrorResponse(403, "served to loopback only unless api.debug_routes is on");
  }
  auto routes = AllRoutes(config->web.telemetry_path);
  std::stable_sort(routes.begin(), routes.end(),
                   [](const Route& a, const Route& b) { return a.pattern < b.pattern; });
  JsonWriter json;
  json.BeginList();
  for (const Route& route : routes) {
    json.BeginObject().Field("rule", route.pattern).Key("methods").BeginList();
    json.Value(route.method).EndList().Field("endpoint", route.name).EndObject();
  }
  json.EndList();
  return JsonResponse(json.Take());
}

HttpResponse HandleDiscover(const ApiContext& context, const HttpRequest& /*request*/) {
  if (!context.rescan) return ErrorResponse(503, "discovery is not running");
  context.rescan();
  HttpResponse response = JsonResponse("{\"ok\":true,\"status\":\"rescan started\"}\n");
  response.status = 202;
  return response;
}

HttpResponse HandleBackup(const ApiContext& context, const HttpRequest& /*request*/) {
  if (!context.backup) return NoHistory("there is no database to copy");
  const auto copies = context.backup();
  if (!copies) return NoHistory(copies.error().detail);
  JsonWriter json;
  json.BeginObject().Field("ok", true).Field("file", copies->front()).Key("files").BeginList();
  for (const std::string& copy : *copies) json.Value(copy);
  json.EndList().EndObject();
  return JsonResponse(json.Take());
}

}  // namespace antx
