#include "api/openapi.h"

#include <array>
#include <map>
#include <utility>
#include <vector>

#include "api/json_writer.h"
#include "api/routes.h"
#include "util/text.h"

namespace antx {
namespace {

std::string StatusMeaning(int status) {
  switch (status) {
    case 201:
      return "Made.";
    case 202:
      return "Begun.";
    case 400:
      return "A parameter or a field of the body is wrong; the text names it.";
    case 401:
      return "A token or login is missing, wrong or expired.";
    case 403:
      return "Not allowed to this caller.";
    case 404:
      return "Unknown.";
    case 409:
      return "Something else is in the way; the text says what.";
    case 429:
      return "Too many requests; Retry-After says when.";
    case 501:
      return "The firmware of the miner has no such command.";
    case 502:
      return "Who was asked has refused, or has not given it yet.";
    case 504:
      return "The miner does not answer.";
    case 503:
      return "Not available now.";
    default:
      return "Failed.";
  }
}

void WriteRef(std::string_view schema, JsonWriter& json) {
  json.BeginObject().Field("$ref", "#/components/schemas/" + std::string(schema)).EndObject();
}

/// Formats only where every value has them: dates also come as "2h" or epoch seconds.
void WriteParameterSchema(const RouteParameter& row, JsonWriter& json) {
  const bool number = row.kind == "integer" || row.kind == "limit";
  json.BeginObject().Field("type", number                  ? "integer"
                                   : row.kind == "boolean" ? "boolean"
                                                           : "string");
  if (row.kind == "integer" && row.min != row.max) {
    json.Field("minimum", row.min).Field("maximum", row.max);
  }
  if (!row.words.empty()) {
    json.Key("enum").BeginList();
    for (const std::string_view word : row.words) json.Value(word);
    json.EndList();
  }
  if (!row.standard.empty()) {
    json.Key("default");
    number || row.kind == "boolean" ? json.Raw(row.standard) : json.Value(row.standard);
  }
  if (row.kind == "date") {
    json.Key("examples").BeginList().Value("2025-09-11T20:00:00Z").Value("2h").EndList();
  }
  if (row.kind == "level") {
    json.Key("examples").BeginList().Value("WARNING").Value("ALL").EndList();
  }
  json.EndObject();
}

void WriteParameters(const Route& route, JsonWriter& json) {
  auto brace = route.pattern.find('{');
  const bool in_path = brace != std::string_view::npos;
  if (route.parameters.empty() && !in_path && route.body.empty()) return;
  json.Key("parameters").BeginList();
  while (brace != std::string_view::npos) {
    const auto end = route.pattern.find('}', brace);
    const auto name = route.pattern.substr(brace + 1, end - brace - 1);
    json.BeginObject().Field("name", name).Field("in", "path").Field("required", true);
    json.Key("schema").BeginObject().Field("type", name == "id" ? "integer" : "string");
    if (name == "ip") json.Field("format", "ipv4");
    json.EndObject().EndObject();
    brace = route.pattern.find('{', end);
  }
  if (!route.body.empty()) {
    json.BeginObject().Field("name", "Idempotency-Key").Field("in", "header");
    json.Field("description", "The same key with the same request is the same run, for a day.");
    json.Key("schema").BeginObject().Field("type", "string").EndObject().EndObject();
  }
  for (const RouteParameter& row : route.parameters) {
    json.BeginObject().Field("name", row.name).Field("in", "query");
    json.Field("description", row.summary).Key("schema");
    WriteParameterSchema(row, json);
    json.EndObject();
  }
  json.EndList();
}

void WriteContent(std::string_view types, std::string_view schema, JsonWriter& json) {
  json.Key("content").BeginObject();
  for (const std::string_view type : SplitList(types, ",")) {
    json.Key(type).BeginObject().Key("schema");
    if (type == "application/json" && !schema.empty()) {
      WriteRef(schema, json);
    } else {
      json.BeginObject().Field("type", "string").EndObject();
    }
    json.EndObject();
  }
  json.EndObject();
}

void WriteBody(const Route& route, JsonWriter& json) {
  if (route.body.empty()) return;
  json.Key("requestBody").BeginObject();
  WriteContent("application/json", route.body, json);
  json.EndObject();
}

void WriteResponses(const Route& route, JsonWriter& json) {
  std::map<int, bool> statuses = {{200, true}, {500, false}};
  if (!route.parameters.empty() || route.pattern.find('{') != std::string_view::npos) {
    statuses[400] = false;
  }
  if (route.scope != Scope::kNone) statuses[401] = statuses[403] = statuses[429] = false;
  for (const int status : route.statuses) {
    if (status < 400 && status != 304) statuses.erase(200);
    statuses[status] = status < 400;
  }
  json.Key("responses").BeginObject();
  for (const auto& [status, good] : statuses) {
    json.Key(std::to_string(status)).BeginObject();
    json.Field("description", good ? std::string(route.summary) : StatusMeaning(status));
    // What is not ready says so in the shape of the route itself.
    const bool own = good || (status == 503 && route.schema == "Readiness");
    const bool by_guard = status == 401 || status == 403 || status == 429;
    if (own || (route.content == "text/html" && !by_guard)) {
      WriteContent(route.content, route.schema, json);
    } else {
      WriteContent("application/json", "Error", json);
    }
    json.EndObject();
  }
  json.EndObject();
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kTags = {
    {{"api", "Miners, fleet and history as JSON."},
     {"control", "Commands to miners; off unless control.enabled is on."},
     {"pages", "For people."},
     {"service", "Metrics, and the life of the program."}}};

std::string_view TagOf(std::string_view pattern) {
  if (pattern.starts_with("/api/control/") || pattern.starts_with("/miners/")) return "control";
  if (pattern.starts_with("/api/") || pattern.starts_with("/dashboard/api/")) return "api";
  return pattern.starts_with("/dashboard") || pattern == "/" ? "pages" : "service";
}

/// Without credentials where the route may be open, else by token or, where there are users, login.
void WriteSecurity(const Route& route, JsonWriter& json) {
  json.Key("security").BeginList();
  if (!route.credential) json.BeginObject().EndObject();
  if (route.scope != Scope::kNone) {
    for (const std::string_view scheme : {"token", "login"}) {
      json.BeginObject().Key(scheme).BeginList().Value(ScopeName(route.scope)).EndList();
      json.EndObject();
    }
  }
  json.EndList();
}

void WriteRoute(const Route& route, JsonWriter& json) {
  std::string method = ToLower(route.method);
  json.Key(method).BeginObject();
  json.Field("operationId", route.name).Field("summary", route.summary);
  json.Key("tags").BeginList().Value(TagOf(route.pattern)).EndList();
  WriteSecurity(route, json);
  WriteParameters(route, json);
  WriteBody(route, json);
  WriteResponses(route, json);
  json.EndObject();
}

}  // namespace

std::string OpenApiDocument(std::span<const Route> routes, std::string_view version) {
  std::map<std::string_view, std::vector<const Route*>> paths;
  for (const Route& route : routes) paths[route.pattern].push_back(&route);
  JsonWriter json;
  json.BeginObject().Field("openapi", "3.1.0").Key("info").BeginObject();
  json.Field("title", "Antminer exporter").Field("version", version);
  json.Field("description",
             "What the exporter knows of a fleet of Antminers. Answers come from the last round "
             "of polls and from the history, never from a miner; only the routes of `control` send "
             "something to miners.");
  json.Key("license").BeginObject().Field("name", "MIT").Field("identifier", "MIT").EndObject();
  json.EndObject();
  json.Key("servers").BeginList().BeginObject().Field("url", "/").EndObject().EndList();
  json.Key("tags").BeginList();
  for (const auto& [tag, meaning] : kTags) {
    json.BeginObject().Field("name", tag).Field("description", meaning).EndObject();
  }
  json.EndList().Key("paths").BeginObject();
  for (const auto& [pattern, all] : paths) {
    json.Key(pattern).BeginObject();
    for (const Route* route : all) WriteRoute(*route, json);
    json.EndObject();
  }
  json.EndObject().Key("components").BeginObject();
  json.Key("securitySchemes").BeginObject().Key("token").BeginObject();
  json.Field("type", "http").Field("scheme", "bearer").EndObject();
  json.Key("login").BeginObject();
  json.Field("type", "http").Field("scheme", "basic").EndObject().EndObject();
  json.Key("schemas").BeginObject();
  for (const NamedSchema& schema : AllSchemas()) json.Key(schema.name).Raw(schema.json);
  json.EndObject().EndObject().EndObject();
  return json.Take();
}

HttpResponse HandleOpenApi(const ApiContext& context, const HttpRequest& /*request*/) {
  const auto routes = AllRoutes(context.config()->web.telemetry_path);
  return JsonResponse(OpenApiDocument(routes, context.version));
}

}  // namespace antx
