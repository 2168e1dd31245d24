// Health, readiness and reload.
#include <algorithm>

#include "api/routes.h"
#include "util/text.h"

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

/// Takes the same time whatever the first difference is.
bool SameToken(std::string_view given, std::string_view wanted) {
  unsigned difference = given.size() == wanted.size() ? 0U : 1U;
  for (std::size_t i = 0; i < given.size(); ++i) {
    difference |= static_cast<unsigned char>(given[i]) ^
                  static_cast<unsigned char>(wanted[i % std::max<std::size_t>(wanted.size(), 1)]);
  }
  return difference == 0 && !wanted.empty();
}

/// 0: may reload; else the status to answer.
int ReloadDenied(const std::string& token, const HttpRequest& request) {
  if (token.empty()) return request.peer.starts_with("127.") ? 0 : 403;
  constexpr std::string_view kBearer = "Bearer ";
  const std::string header = request.Header("authorization");
  if (!header.starts_with(kBearer)) return 401;
  return SameToken(std::string_view(header).substr(kBearer.size()), token) ? 0 : 401;
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

HttpResponse HandleReload(const ApiContext& context, const HttpRequest& request) {
  const int denied = ReloadDenied(context.config()->web.auth_token, request);
  if (denied == 401) {
    HttpResponse response = ErrorResponse(401, "a bearer token is required (web.auth_token)");
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
  }
  if (denied == 403) {
    return ErrorResponse(403, "reload from elsewhere than loopback needs web.auth_token");
  }
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
