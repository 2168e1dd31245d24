#include "app/probe_command.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <exception>
#include <iomanip>
#include <optional>
#include <vector>

#include "fleet/limits.h"
#include "fleet/state.h"
#include "net/http_client.h"
#include "net/web_client.h"
#include "poll/miner_poll.h"
#include "poll/web_pass.h"
#include "util/text.h"

namespace antx {
namespace {

namespace json = boost::json;

struct ProbeRun {
  std::vector<PollStep> steps;
  std::vector<DecodeNote> notes;
  std::optional<PollOutcome> outcome;
  WebMemory web;
};

WebPassRequest WebRequestAfter(const MinerPollRequest& poll, const Config& config) {
  WebPassRequest request;
  request.address = poll.address;
  request.api_port = poll.port;
  request.settings = std::make_shared<const MinersConfig>(config.miners);
  request.budget = WebBudget(config.miners, config.polling);
  request.max_depth = config.polling.max_reply_depth;
  request.clock = poll.clock;
  return request;
}

/// The API, then the web side: never two connections to one miner at once.
boost::asio::awaitable<void> Poll(MinerPollRequest request, const Config& config, WebClient& client,
                                  ProbeRun* run) {
  MinerMemory memory;
  WebPassRequest web = WebRequestAfter(request, config);
  run->outcome = co_await PollMiner(std::move(request), &memory);
  if (!config.miners.web || !HostAnswers(*run->outcome)) co_return;
  web.known = run->outcome->identity;
  web.whole = run->outcome->reading == nullptr;
  co_await AskWebSide(client, web, &run->web);
  AddWebSide(run->web, config.miners, web.clock->Steady(), *run->outcome);
}

ProbeRun PollOnce(const Config& config, Ipv4 address) {
  const RealClock clock;
  ProbeRun run;
  MinerPollRequest request;
  request.miner_id = address.ToString();
  request.address = address;
  request.port = config.discovery.miner_port;
  request.budget = PollBudget(config.polling);
  request.limits = config.polling;
  request.clock = &clock;
  request.steps = &run.steps;
  request.notes = &run.notes;
  const HttpRuntime http;
  WebClient client;
  boost::asio::io_context io(1);
  boost::asio::co_spawn(io, Poll(std::move(request), config, client, &run),
                        [](const std::exception_ptr& thrown) {
                          if (thrown) std::rethrow_exception(thrown);
                        });
  io.run();
  return run;
}

double Millis(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::string Outcome(const Result<std::string>& reply) {
  if (reply.has_value()) return std::to_string(reply->size()) + " bytes";
  return std::string(ReasonName(reply.error().reason)) + ": " + reply.error().detail;
}

void PrintIdentity(const Identity& identity, std::ostream& out) {
  const auto line = [&out](const char* name, const std::string& value) {
    if (!value.empty())
      out << "  " << std::left << std::setw(18) << name << EscapeControl(value) << '\n';
  };
  line("type", identity.type);
  line("model", identity.model);
  line("algorithm", identity.algorithm);
  line("firmware", identity.firmware);
  line("firmware version", identity.firmware_version);
  line("api version", identity.api_version);
  line("mac", identity.mac);
  line("hostname", identity.hostname);
  line("serial", identity.serial);
}

void PrintWeb(const WebMemory& web, std::ostream& out) {
  if (!web.asked) return;
  out << "Web side  " << (web.dialect == WebDialect::kNone ? "none" : WebDialectName(web.dialect))
      << '\n';
  for (const std::string& page : web.missing) out << "  not there: " << page << '\n';
  if (web.error) {
    out << "  " << ReasonName(web.error->reason) << ": " << EscapeControl(web.error->detail)
        << '\n';
  }
}

void PrintText(const Config& config, const ProbeRun& run, std::ostream& out) {
  const PollOutcome& outcome = *run.outcome;
  out << "Requests\n";
  for (const PollStep& step : run.steps) {
    out << "  " << std::left << std::setw(28) << step.request << std::right << std::fixed
        << std::setprecision(1) << std::setw(8) << Millis(step.duration) << " ms  "
        << EscapeControl(Outcome(step.reply)) << (step.retried ? "  (second try)" : "") << '\n';
  }
  PrintWeb(run.web, out);
  out << "Repairs\n";
  bool repaired = false;
  for (int i = 0; i < kRepairCount; ++i) {
    const auto count = outcome.repairs.at(static_cast<std::size_t>(i));
    if (count == 0) continue;
    repaired = true;
    out << "  " << RepairName(static_cast<Repair>(i)) << ": " << count << '\n';
  }
  if (!repaired) out << "  none\n";
  for (const PollError& error : outcome.command_errors) {
    out << "Error  " << ReasonName(error.reason) << ": " << EscapeControl(error.detail) << '\n';
  }
  out << "Identity\n";
  PrintIdentity(outcome.identity, out);
  out << "Fields\n";
  for (const DecodeNote& note : run.notes) {
    out << "  " << std::left << std::setw(10) << note.command << std::setw(24)
        << EscapeControl(note.field) << std::setw(20) << EscapeControl(CutUtf8(note.raw, 60))
        << " -> " << note.target << '\n';
  }
  StateInput input;
  input.reading = outcome.reading.get();
  input.error = outcome.error;
  input.connected = outcome.connected;
  out << "State  " << MinerStateName(DeriveState(input)) << '\n';
  if (!outcome.reading) return;
  MinerFacts facts;
  facts.address = outcome.address;
  const auto rated = ResolveEfficiency(config, facts, outcome.identity,
                                       outcome.reading->rated_joules_per_terahash);
  if (const auto power = ResolvePower(*outcome.reading, rated)) {
    out << "Power  " << std::setprecision(0) << power->watts << " W ("
        << PowerSourceName(power->source) << ")\n";
  }
}

/// Null: the web side was not asked.
json::value WebToJson(const WebMemory& web) {
  if (!web.asked) return nullptr;
  json::object entry{{"dialect", WebDialectName(web.dialect)}, {"error", nullptr}};
  json::array missing;
  for (const std::string& page : web.missing) missing.emplace_back(page);
  entry["missing_pages"] = std::move(missing);
  if (web.error) {
    entry["error"] = ReasonName(web.error->reason);
    entry["detail"] = ToValidUtf8(web.error->detail);
  }
  return entry;
}

void PrintJson(const ProbeRun& run, std::ostream& out) {
  const PollOutcome& outcome = *run.outcome;
  json::array steps;
  for (const PollStep& step : run.steps) {
    json::object entry{{"request", step.request},
                       {"milliseconds", Millis(step.duration)},
                       {"second_try", step.retried}};
    if (step.reply.has_value()) {
      entry["bytes"] = step.reply->size();
    } else {
      entry["error"] = ReasonName(step.reply.error().reason);
      entry["detail"] = ToValidUtf8(step.reply.error().detail);
    }
    steps.push_back(std::move(entry));
  }
  json::object repairs;
  for (int i = 0; i < kRepairCount; ++i) {
    repairs[RepairName(static_cast<Repair>(i))] = outcome.repairs.at(static_cast<std::size_t>(i));
  }
  json::array fields;
  for (const DecodeNote& note : run.notes) {
    fields.push_back(json::object{{"command", note.command},
                                  {"field", ToValidUtf8(note.field)},
                                  {"raw", ToValidUtf8(note.raw)},
                                  {"target", note.target}});
  }
  out << json::serialize(
             json::object{{"address", outcome.address.ToString()},
                          {"usable", outcome.reading != nullptr},
                          {"model", ToValidUtf8(outcome.identity.model)},
                          {"firmware", outcome.identity.firmware},
                          {"firmware_version", ToValidUtf8(outcome.identity.firmware_version)},
                          {"requests", std::move(steps)},
                          {"web", WebToJson(run.web)},
                          {"repairs", std::move(repairs)},
                          {"fields", std::move(fields)}})
      << '\n';
}

}  // namespace

int RunProbe(const Config& config, const std::string& target, bool json, std::ostream& out) {
  const auto address = Ipv4::Parse(target);
  if (!address) {
    out << "probe: \"" << EscapeControl(target) << "\" is no IPv4 address (a.b.c.d)\n";
    return 2;
  }
  const ProbeRun run = PollOnce(config, *address);
  if (json) {
    PrintJson(run, out);
  } else {
    PrintText(config, run, out);
  }
  return run.outcome->reading ? 0 : 1;
}

}  // namespace antx
