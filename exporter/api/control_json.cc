#include "api/control_json.h"

namespace antx {
namespace {

constexpr std::string_view kMasked = "***";
constexpr double kTera = 1e12;

void WriteCommand(const Command& command, JsonWriter& json) {
  json.Key("command").BeginObject().Field("verb", VerbName(command.verb));
  if (command.verb == Verb::kBlink) json.Field("on", command.on);
  if (command.verb == Verb::kWorkMode) json.Field("mode", command.mode);
  if (command.verb == Verb::kPool) {
    json.Key("pools").BeginList();
    for (const PoolEntry& pool : command.pools) {
      json.BeginObject().Field("url", pool.url).Field("username", pool.user);
      json.Field("password", kMasked).EndObject();
    }
    json.EndList();
  }
  json.EndObject();
}

std::optional<double> Terahashes(const std::optional<double>& hashes) {
  if (!hashes) return std::nullopt;
  return *hashes / kTera;
}

void WriteMoney(const std::optional<PlanMoney>& money, JsonWriter& json) {
  json.Key("money_per_hour");
  if (!money) {
    json.Value(nullptr);
    return;
  }
  json.BeginObject().Key("currency");
  money->currency.empty() ? json.Value(nullptr) : json.Value(money->currency);
  json.Field("revenue", money->revenue)
      .Field("power_cost", money->power_cost)
      .Field("profit", money->profit)
      .Field("miners_unknown", money->unknown)
      .EndObject();
}

void WriteLimits(const RunLimits& limits, JsonWriter& json) {
  json.Key("limits").BeginObject();
  json.Field("miners_per_second", limits.miners_per_second)
      .Field("kilowatts_per_minute", limits.kilowatts_per_minute)
      .Field("max_share_of_rack", limits.max_share_of_rack)
      .Field("max_share_of_site", limits.max_share_of_site)
      .Field("canary", limits.canary)
      .Field("canary_wait_seconds", limits.canary_wait_seconds)
      .Field("stop_when_failed_percent", limits.stop_when_failed_percent)
      .EndObject();
}

}  // namespace

void WritePlan(const ControlPlan& plan, JsonWriter& json) {
  json.BeginObject()
      .Field("id", plan.id)
      .Field("created", plan.created)
      .Field("expires", plan.expires);
  WriteCommand(plan.command, json);
  json.Key("miners").BeginList();
  for (const PlannedMiner& miner : plan.miners) {
    json.BeginObject()
        .Field("miner", miner.miner_id)
        .Field("ip", miner.address.ToString())
        .Field("model", miner.model)
        .Field("site", miner.site)
        .Field("rack", miner.rack)
        .Field("hashrate_ths", Terahashes(miner.hashrate_hashes_per_second))
        .Field("power_w", miner.watts)
        .EndObject();
  }
  json.EndList().Key("skipped").BeginList();
  for (const SkippedMiner& miner : plan.skipped) {
    json.BeginObject()
        .Field("miner", miner.miner_id)
        .Field("ip", miner.address.ToString())
        .Field("reason", miner.reason)
        .Field("detail", miner.detail)
        .EndObject();
  }
  json.EndList();
  json.Field("hashrate_ths", Terahashes(plan.hashrate_hashes_per_second))
      .Field("hashrate_unknown", plan.hashrate_unknown)
      .Field("power_w", plan.watts)
      .Field("power_unknown", plan.watts_unknown);
  WriteMoney(plan.money, json);
  json.EndObject();
}

void WriteStep(const StepReport& step, JsonWriter& json) {
  json.BeginObject()
      .Field("miner", step.miner_id)
      .Field("ip", step.address.ToString())
      .Field("state", StepStateName(step.state))
      .Key("verdict");
  step.verdict ? json.Value(CommandVerdictName(*step.verdict)) : json.Value(nullptr);
  json.Field("sent", step.sent)
      .Field("detail", step.detail)
      .Field("back", BackStateName(step.back))
      .Field("began", step.began)
      .Field("ended", step.ended)
      .EndObject();
}

void WriteRun(const RunReport& run, JsonWriter& json) {
  json.BeginObject().Field("id", run.id).Field("plan", run.plan);
  WriteCommand(run.command, json);
  WriteLimits(run.limits, json);
  json.Field("by", run.caller)
      .Field("from", run.address)
      .Field("reason", run.reason)
      .Field("state", RunStateName(run.state))
      .Field("why", run.why)
      .Field("created", run.created)
      .Field("ended", run.ended);
  json.Key("miners").BeginList();
  for (const StepReport& step : run.steps) WriteStep(step, json);
  json.EndList().EndObject();
}

void WriteRunSummary(const RunSummary& run, JsonWriter& json) {
  json.BeginObject()
      .Field("id", run.id)
      .Field("verb", VerbName(run.verb))
      .Field("by", run.caller)
      .Field("reason", run.reason)
      .Field("state", RunStateName(run.state))
      .Field("why", run.why)
      .Field("created", run.created)
      .Field("ended", run.ended)
      .Field("miners", run.miners)
      .Field("done", run.done)
      .Field("failed", run.failed)
      .Field("open", run.open)
      .EndObject();
}

void WriteAuditRow(const AuditRow& row, JsonWriter& json) {
  json.BeginObject()
      .Field("id", row.sequence)
      .Field("time", row.time)
      .Field("by", row.caller)
      .Field("from", row.address)
      .Field("action", row.action)
      .Field("phase", row.phase)
      .Field("target", row.target)
      .Field("what", row.what)
      .Field("reason", row.reason)
      .Field("result", row.result)
      .Field("detail", row.detail)
      .Key("run");
  row.run == 0 ? json.Value(nullptr) : json.Value(row.run);
  json.Field("previous_hash", row.previous_hash).Field("hash", row.hash).EndObject();
}

HttpResponse FaultResponse(const ControlFault& fault) {
  const int status = [&fault] {
    switch (fault.kind) {
      case ControlFault::Kind::kBadRequest:
        return 400;
      case ControlFault::Kind::kUnknown:
        return 404;
      case ControlFault::Kind::kConflict:
        return 409;
      case ControlFault::Kind::kTooMany:
        return 429;
      case ControlFault::Kind::kUnsupported:
        return 501;
      case ControlFault::Kind::kRefused:
        return 502;
      case ControlFault::Kind::kNoAnswer:
        return 504;
      default:
        return 503;
    }
  }();
  HttpResponse response = ErrorResponse(status, fault.text);
  if (fault.retry_after_seconds > 0) {
    response.headers.emplace_back("Retry-After", std::to_string(fault.retry_after_seconds));
  }
  return response;
}

}  // namespace antx
