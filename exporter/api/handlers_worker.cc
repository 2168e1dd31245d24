// One miner and its worker, as the older control API has it: summary, reset, reboot, pool.
#include <algorithm>
#include <utility>

#include "api/control_body.h"
#include "api/control_json.h"
#include "api/routes.h"
#include "api/rows.h"

namespace antx {
namespace {

constexpr double kGiga = 1e9;

void OptionalText(std::string_view key, const std::string& text, JsonWriter& json) {
  json.Key(key);
  text.empty() ? json.Value(nullptr) : json.Value(text);
}

std::optional<double> Gigahashes(const Reading* reading, std::optional<double> Reading::*member) {
  if (reading == nullptr || !(reading->*member)) return std::nullopt;
  return *(reading->*member) / kGiga;
}

/// Whether this one pool is the worker's.
bool IsOf(const MinerView& miner, const PoolReading& pool, std::string_view worker) {
  MinerView one;
  auto reading = std::make_shared<Reading>();
  reading->pools = {pool};
  one.facts = miner.facts;
  one.reading = std::move(reading);
  return !pool.dev_fee && WorkerMatches(one, worker);
}

void WriteWorkerPools(const MinerView& miner, std::string_view worker, JsonWriter& json) {
  std::vector<PoolReading> pools;
  if (miner.reading) pools = miner.reading->pools;
  std::stable_sort(pools.begin(), pools.end(), [](const PoolReading& a, const PoolReading& b) {
    return a.priority.value_or(a.pool) < b.priority.value_or(b.pool);
  });
  json.Key("pools").BeginList();
  for (const PoolReading& pool : pools) {
    if (!pool.url.empty() && IsOf(miner, pool, worker)) json.Value(pool.url);
  }
  json.EndList();
}

ControlFault FaultOfVerdict(const SingleAnswer& answer) {
  const CommandVerdict verdict = *answer.step.verdict;
  ControlFault fault;
  fault.text = std::string(CommandVerdictName(verdict)) +
               (answer.step.detail.empty() ? "" : ": " + answer.step.detail) + " (run " +
               std::to_string(answer.run) + ')';
  fault.kind = verdict == CommandVerdict::kUnsupported ? ControlFault::Kind::kUnsupported
               : verdict == CommandVerdict::kNoAnswer  ? ControlFault::Kind::kNoAnswer
               : verdict == CommandVerdict::kCancelled ? ControlFault::Kind::kUnavailable
                                                       : ControlFault::Kind::kRefused;
  return fault;
}

/// What is said of a command: it was seen to work (`done`), or it is under way (`begun`).
struct Words {
  std::string_view done;
  std::string_view begun;
};

HttpResponse Answer(const SingleAnswer& answer, const Command& command, const Words& words) {
  const StepReport& step = answer.step;
  const bool done = step.verdict == CommandVerdict::kDone;
  if (step.verdict && !done) return FaultResponse(FaultOfVerdict(answer));
  if (!step.verdict && step.Decided()) {
    const std::string text = std::string(StepStateName(step.state)) + ": " + step.detail;
    return FaultResponse(
        {ControlFault::Kind::kNoAnswer, text + " (run " + std::to_string(answer.run) + ')', 0});
  }
  JsonWriter json;
  json.BeginObject().Field("status", done ? words.done : words.begun);
  if (!command.pools.empty()) {
    const PoolEntry& pool = command.pools.front();
    json.Key("new_pool").BeginObject().Field("url", pool.url).Field("username", pool.user);
    json.Field("password", "***").EndObject();
  }
  json.Key("response").BeginObject().Field("run", answer.run).Key("step");
  WriteStep(step, json);
  json.EndObject().EndObject();
  HttpResponse response = JsonResponse(json.Take());
  response.status = 202;
  return response;
}

HttpResponse Send(const ApiContext& context, const HttpRequest& request, Verb verb,
                  const Words& words) {
  if (context.control == nullptr) return ErrorResponse(503, "control has not begun");
  JsonBody body(request.body);
  const ControlCaller caller = CallerOf(request, body);
  const Command command = ReadCommand(verb, body);
  if (const std::string fault = body.Fault(); !fault.empty()) return ErrorResponse(400, fault);
  const auto answer = context.control->Single(caller, AddressOfPath(request),
                                              request.path_parameters.at("worker"), command);
  if (answer.has_error()) return FaultResponse(answer.error());
  return Answer(*answer, command, words);
}

}  // namespace

HttpResponse HandleWorkerSummary(const ApiContext& context, const HttpRequest& request) {
  const auto miner = MinerOfPath(context, request);
  if (!miner) return ErrorResponse(404, "no miner with this address is known");
  const std::string& worker = request.path_parameters.at("worker");
  if (!WorkerMatches(*miner, worker)) {
    if (!miner->reading) return ErrorResponse(502, "the miner has not answered lately");
    return ErrorResponse(404, "worker: the miner has no pool with such a user (- stands for any)");
  }
  const Reading* reading = miner->reading.get();
  const Identity& identity = miner->identity;
  JsonWriter json;
  json.BeginObject().Field("ip", miner->facts.address.ToString()).Field("worker", worker);
  OptionalText("model", identity.model.empty() ? identity.type : identity.model, json);
  OptionalText("firmware", identity.program, json);
  json.Field("hashrate_5s", Gigahashes(reading, &Reading::hashrate_hashes_per_second))
      .Field("hashrate_avg", Gigahashes(reading, &Reading::hashrate_average_hashes_per_second))
      .Field("temperature",
             reading == nullptr ? std::optional<double>() : reading->HottestChipCelsius());
  WriteWorkerPools(*miner, worker, json);
  json.EndObject();
  return JsonResponse(json.Take());
}

HttpResponse HandleWorkerReset(const ApiContext& context, const HttpRequest& request) {
  return Send(context, request, Verb::kRestart, {"reset issued", "reset issued"});
}

HttpResponse HandleWorkerReboot(const ApiContext& context, const HttpRequest& request) {
  return Send(context, request, Verb::kReboot, {"reboot issued", "reboot issued"});
}

HttpResponse HandleWorkerPool(const ApiContext& context, const HttpRequest& request) {
  return Send(context, request, Verb::kPool, {"pool updated", "pool update issued"});
}

}  // namespace antx
