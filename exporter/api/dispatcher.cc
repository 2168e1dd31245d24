#include "api/dispatcher.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "api/finish.h"
#include "api/routes.h"
#include "util/text.h"

namespace antx {
namespace {

bool IsWrite(std::string_view method) { return method != "GET" && method != "HEAD"; }

void SetDefault(HttpResponse& response, std::string_view name, std::string_view value) {
  const bool own =
      std::any_of(response.headers.begin(), response.headers.end(),
                  [name](const auto& header) { return EqualsNoCase(header.first, name); });
  if (!own) response.headers.emplace_back(name, value);
}

/// For what the listener does not answer at all; nothing when it does.
std::optional<HttpResponse> WrongListener(ListenerRole role, const Route& route) {
  const bool write = IsWrite(route.method) || route.scope > Scope::kRead;
  if (role == ListenerRole::kReads && write) {
    return ErrorResponse(403, "this listener only reads; changes go to web.control_listen");
  }
  if (role == ListenerRole::kWrites && !write && route.scope != Scope::kNone) {
    return ErrorResponse(403, "this listener takes changes only; reading goes to web.listen");
  }
  return std::nullopt;
}

}  // namespace

Dispatcher::Dispatcher(const ApiContext& context, AccessFiles& files, std::string telemetry_path)
    : context_(context),
      telemetry_path_(std::move(telemetry_path)),
      routes_(AllRoutes(telemetry_path_)),
      guard_(context, files) {}

Dispatcher::Answered Dispatcher::Answer(HttpRequest& request, ListenerRole role) {
  Answered answered{{}, "none", context_.clock.Steady()};
  answered.response = Respond(request, role, answered.handler);
  FinishResponse(request, context_.config()->web.cors_origins, answered.response);
  AddCommonHeaders(request.path, answered.response);
  return answered;
}

void Dispatcher::Sent(const Answered& answered) const {
  context_.self.HttpRequest(answered.handler, answered.response.status,
                            context_.clock.Steady() - answered.begin);
}

HttpResponse Dispatcher::Unreadable(int status, std::string_view error) const {
  HttpResponse response = ErrorResponse(status, error);
  AddCommonHeaders("", response);
  return response;
}

HttpResponse Dispatcher::Respond(HttpRequest& request, ListenerRole role,
                                 std::string_view& handler) {
  const RouteMatch match = FindRoute(routes_, request.method, request.path);
  if (match.route == nullptr && !match.allow.empty() && request.method == "OPTIONS") {
    // Browsers ask without credentials.
    return Preflight(request, context_.config()->web.cors_origins, match.allow);
  }
  Needed needed;
  if (match.route != nullptr) {
    needed = {match.route->scope, match.route->credential, IsWrite(match.route->method)};
    if (auto wrong = WrongListener(role, *match.route)) return std::move(*wrong);
    if (match.route->credential && !context_.config()->control.enabled) {
      return ErrorResponse(403, "commands to miners are off (control.enabled)");
    }
  }
  // Who may not read does not learn either which paths there are.
  if (auto refused = guard_.Refuse(request, needed)) return std::move(*refused);
  if (!request.query.Fault().empty()) return ErrorResponse(400, request.query.Fault());
  if (match.route == nullptr) {
    if (match.allow.empty()) return ErrorResponse(404, "Not Found");
    HttpResponse response = ErrorResponse(405, "Method Not Allowed");
    response.headers.emplace_back("Allow", match.allow);
    return response;
  }
  handler = match.route->name;
  request.path_parameters = match.path_parameters;
  HttpResponse response = Handle(*match.route, request);
  if (needed.write) {
    context_.log.Info("http", request.method + ' ' + request.path + " by " + request.caller +
                                  " from " + request.peer + ": " + std::to_string(response.status));
  }
  return response;
}

HttpResponse Dispatcher::Handle(const Route& route, HttpRequest& request) const {
  try {
    const int max_limit = context_.config()->api.max_limit;
    if (const std::string error = ReadParameters(route, max_limit, request); !error.empty()) {
      return ErrorResponse(400, error);
    }
    return route.handle(context_, request);
  } catch (const std::exception& error) {
    context_.log.Error("http", std::string(route.name) + ": " + error.what());
    return ErrorResponse(500, "Internal Server Error");
  }
}

/// By the table. {ip} of a path is an address like ?ip=. Returns an error text or "".
std::string Dispatcher::ReadParameters(const Route& route, int max_limit,
                                       HttpRequest& request) const {
  // Pages read their parameters themselves: their faults are pages too.
  if (route.content == "text/html") return "";
  ParsedParameters parsed =
      ParseParameters(route.parameters, request.query, context_.clock.Now(), max_limit);
  if (!parsed.error.empty()) return parsed.error;
  request.parameters = std::move(parsed.parameters);
  const auto ip = request.path_parameters.find("ip");
  if (ip == request.path_parameters.end()) return "";
  const auto address = Ipv4::Parse(ip->second);
  if (!address) return "ip: must be an IPv4 address such as 192.0.2.11";
  request.parameters.Set("ip", std::vector<Ipv4>{*address});
  return "";
}

/// Headers that every answer carries unless it has its own; those of /api/ forbid caching.
void Dispatcher::AddCommonHeaders(std::string_view path, HttpResponse& response) const {
  const auto rules = guard_.Rules();
  const auto& own = rules->web.headers;
  for (const auto& [name, value] : own) {
    if (!value.empty()) SetDefault(response, name, value);
  }
  const auto standard = [&](const char* name, const char* value) {
    if (own.count(name) == 0) SetDefault(response, name, value);
  };
  standard("X-Content-Type-Options", "nosniff");
  standard("Content-Security-Policy", "default-src 'self'");
  standard("X-Frame-Options", "SAMEORIGIN");
  standard("Referrer-Policy", "same-origin");
  if (path.starts_with("/api/") || path.starts_with("/dashboard/api/")) {
    SetDefault(response, "Cache-Control",
               "no-store, no-cache, must-revalidate, max-age=0, private");
    SetDefault(response, "Pragma", "no-cache");
    SetDefault(response, "Expires", "0");
  }
}

}  // namespace antx
