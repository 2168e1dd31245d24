// Health, readiness and reload.
#include "api/routes.h"

namespace antx {
namespace {

HttpResponse Text(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(body);
  return response;
}

std::string JsonList(const std::vector<std::string>& items) {
  std::string json = "[";
  for (const std::string& item : items) json += (json.size() > 1 ? "," : "") + JsonQuoted(item);
  return json + "]";
}

}  // namespace

HttpResponse HandleHealthy(const ApiContext& /*context*/, const HttpRequest& /*request*/) {
  return Text(200, "antminer_exporter is healthy.\n");
}

HttpResponse HandleReady(const ApiContext& context, const HttpRequest& /*request*/) {
  const ReadyState state = context.ready();
  if (state.ready) return Text(200, "antminer_exporter is ready.\n");
  return ErrorResponse(503, state.reason);
}

HttpResponse HandleHealthz(const ApiContext& /*context*/, const HttpRequest& /*request*/) {
  return JsonResponse("{\"ok\":true}\n");
}

HttpResponse HandleReadyz(const ApiContext& context, const HttpRequest& /*request*/) {
  const ReadyState state = context.ready();
  const auto word = [](bool value) { return value ? "true" : "false"; };
  const bool ok = state.database_ok && state.polling_ok && state.ready;
  HttpResponse response =
      JsonResponse(std::string("{\"ok\":") + word(ok) + ",\"db_ok\":" + word(state.database_ok) +
                   ",\"scheduler_ok\":" + word(state.polling_ok) + "}\n");
  response.status = ok ? 200 : 503;
  return response;
}

HttpResponse HandleReload(const ApiContext& context, const HttpRequest& /*request*/) {
  const ReloadAnswer answer = context.reload();
  HttpResponse response;
  if (answer.good) {
    response.body = "{\"ok\":true,\"restart_needed\":" + JsonList(answer.restart_needed) + "}\n";
  } else {
    response.status = 400;
    response.body = "{\"ok\":false,\"error\":\"the settings were not taken over\",\"faults\":" +
                    JsonList(answer.faults) + "}\n";
  }
  return response;
}

}  // namespace antx
