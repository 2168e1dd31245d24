// Commands to miners: plans, runs, the kill switch, the audit.
#include <algorithm>
#include <optional>

#include "api/control_body.h"
#include "api/control_json.h"
#include "api/routes.h"
#include "util/text.h"

namespace antx {
namespace {

HttpResponse Bad(std::string_view fault) { return ErrorResponse(400, fault); }

std::optional<std::int64_t> IdOf(const HttpRequest& request) {
  const std::string& text = request.path_parameters.at("id");
  const auto id = ParseInt(text);
  return id && *id > 0 && text.front() != '+' ? id : std::nullopt;
}

HttpResponse Unavailable() { return ErrorResponse(503, "control has not begun"); }

HttpResponse RunBegun(std::int64_t run) {
  JsonWriter json;
  json.BeginObject().Field("ok", true).Field("run", run);
  json.Field("report", "/api/control/runs/" + std::to_string(run)).EndObject();
  HttpResponse response = JsonResponse(json.Take());
  response.status = 202;
  response.headers.emplace_back("Location", "/api/control/runs/" + std::to_string(run));
  return response;
}

HttpResponse Done(const ControlResult<void>& result) {
  return result.has_error() ? FaultResponse(result.error()) : JsonResponse("{\"ok\":true}\n");
}

/// For the routes that take nothing but a reason.
template <class Act>
HttpResponse Switch(const ApiContext& context, const HttpRequest& request, Act act) {
  if (context.control == nullptr) return Unavailable();
  JsonBody body(request.body);
  const ControlCaller caller = CallerOf(request, body);
  if (const std::string fault = body.Fault(); !fault.empty()) return Bad(fault);
  return act(*context.control, caller);
}

template <class Act>
HttpResponse SwitchRun(const ApiContext& context, const HttpRequest& request, Act act) {
  const auto id = IdOf(request);
  if (!id) return ErrorResponse(404, "there is no such run");
  return Switch(context, request, [&](Controller& control, const ControlCaller& caller) {
    return Done(act(control, caller, *id));
  });
}

}  // namespace

HttpResponse HandleControlPlan(const ApiContext& context, const HttpRequest& request) {
  if (context.control == nullptr) return Unavailable();
  JsonBody body(request.body);
  const ControlCaller caller = CallerOf(request, body);
  const std::string name = body.Needed("verb", 32);
  const auto verb = ParseVerb(name);
  if (!verb) {
    body.Fail("verb", "must be one of restart, reboot, blink, sleep, wake, work_mode, pool");
  }
  const Command command = ReadCommand(verb.value_or(Verb::kRestart), body);
  const MinerSelection selection = ReadSelection(body);
  if (const std::string fault = body.Fault(); !fault.empty()) return Bad(fault);
  const auto plan = context.control->Plan(caller, selection, command);
  if (plan.has_error()) return FaultResponse(plan.error());
  JsonWriter json;
  json.BeginObject().Field("ok", true).Key("plan");
  WritePlan(*plan, json);
  json.EndObject();
  return JsonResponse(json.Take());
}

HttpResponse HandleControlExecute(const ApiContext& context, const HttpRequest& request) {
  if (context.control == nullptr) return Unavailable();
  const auto id = IdOf(request);
  if (!id) return ErrorResponse(404, "there is no such plan");
  JsonBody body(request.body);
  const ControlCaller caller = CallerOf(request, body);
  const LimitsAsked limits = ReadLimits(body);
  if (const std::string fault = body.Fault(); !fault.empty()) return Bad(fault);
  const auto run = context.control->Execute(caller, *id, limits);
  return run.has_error() ? FaultResponse(run.error()) : RunBegun(*run);
}

HttpResponse HandleControlVerb(const ApiContext& context, const HttpRequest& request) {
  if (context.control == nullptr) return Unavailable();
  const auto verb = ParseVerb(request.path.substr(request.path.rfind('/') + 1));
  if (!verb) return ErrorResponse(404, "Not Found");
  JsonBody body(request.body);
  const ControlCaller caller = CallerOf(request, body);
  const Command command = ReadCommand(*verb, body);
  const MinerSelection selection = ReadSelection(body);
  const LimitsAsked limits = ReadLimits(body);
  if (const std::string fault = body.Fault(); !fault.empty()) return Bad(fault);
  const auto run = context.control->Start(caller, selection, command, limits);
  return run.has_error() ? FaultResponse(run.error()) : RunBegun(*run);
}

HttpResponse HandleControlRuns(const ApiContext& context, const HttpRequest& request) {
  if (context.control == nullptr) return Unavailable();
  const auto runs = context.control->Runs(static_cast<int>(request.parameters.Integer("limit")));
  if (runs.has_error()) return FaultResponse(runs.error());
  JsonWriter json;
  json.BeginObject().Field("ok", true).Key("runs").BeginList();
  for (const RunSummary& run : *runs) WriteRunSummary(run, json);
  json.EndList().EndObject();
  return JsonResponse(json.Take());
}

HttpResponse HandleControlRun(const ApiContext& context, const HttpRequest& request) {
  if (context.control == nullptr) return Unavailable();
  const auto id = IdOf(request);
  if (!id) return ErrorResponse(404, "there is no such run");
  const auto run = context.control->Run(*id);
  if (run.has_error()) return FaultResponse(run.error());
  JsonWriter json;
  json.BeginObject().Field("ok", true).Key("run");
  WriteRun(*run, json);
  json.EndObject();
  return JsonResponse(json.Take());
}

HttpResponse HandleControlStopRun(const ApiContext& context, const HttpRequest& request) {
  return SwitchRun(context, request,
                   [](Controller& control, const ControlCaller& caller, std::int64_t id) {
                     return control.StopRun(caller, id);
                   });
}

HttpResponse HandleControlContinue(const ApiContext& context, const HttpRequest& request) {
  return SwitchRun(context, request,
                   [](Controller& control, const ControlCaller& caller, std::int64_t id) {
                     return control.Continue(caller, id);
                   });
}

HttpResponse HandleControlStop(const ApiContext& context, const HttpRequest& request) {
  return Switch(context, request, [](Controller& control, const ControlCaller& caller) {
    return Done(control.StopAll(caller));
  });
}

HttpResponse HandleControlResume(const ApiContext& context, const HttpRequest& request) {
  return Switch(context, request, [](Controller& control, const ControlCaller& caller) {
    return Done(control.Resume(caller));
  });
}

HttpResponse HandleControlAudit(const ApiContext& context, const HttpRequest& request) {
  if (context.control == nullptr) return Unavailable();
  const auto rows =
      context.control->Audit(request.parameters.Find<std::int64_t>("before_id").value_or(0),
                             static_cast<int>(request.parameters.Integer("limit")));
  if (rows.has_error()) return FaultResponse(rows.error());
  JsonWriter json;
  json.BeginObject().Field("ok", true).Key("rows").BeginList();
  for (const AuditRow& row : *rows) WriteAuditRow(row, json);
  json.EndList().EndObject();
  return JsonResponse(json.Take());
}

}  // namespace antx
