// Commands to miners: the service on its thread, the commander on the net thread.
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <future>
#include <utility>

#include "app/app.h"
#include "fleet/pool_guard.h"

namespace antx {
namespace {

constexpr auto kCheckWait = std::chrono::seconds(5);

std::vector<std::string_view> VerbNames() {
  std::vector<std::string_view> names;
  names.reserve(kVerbCount);
  for (int i = 0; i < kVerbCount; ++i) names.push_back(VerbName(Verb(i)));
  return names;
}

std::vector<std::string_view> ResultNames() {
  std::vector<std::string_view> names = {kSkippedResult, kInterruptedResult};
  for (int i = 0; i <= static_cast<int>(CommandVerdict::kCancelled); ++i) {
    names.push_back(CommandVerdictName(CommandVerdict(i)));
  }
  return names;
}

/// What of the pools is not on the lists; "" when nothing is. Names the field.
std::string PoolFault(const PoolsConfig& lists, const Command& command) {
  for (const PoolEntry& pool : command.pools) {
    PoolReading reading;
    const auto begin = pool.url.find("://");
    reading.host = begin == std::string::npos ? pool.url : pool.url.substr(begin + 3);
    reading.host = reading.host.substr(0, reading.host.find('/'));
    reading.user = pool.user;
    if (PoolAllowed(lists, reading) != std::optional<bool>(false)) continue;
    return "url, username: " + PoolTargetText(reading) +
           " is not on the list (pools.allowed_hosts, pools.allowed_accounts)";
  }
  return "";
}

std::string SilenceKey(const RunReport& run, const StepReport& step) {
  return "command " + std::to_string(run.id) + ' ' + step.miner_id;
}

}  // namespace

/// Who is worked on gets no command; the alerts of who gets one are silenced.
void App::WireQuiet(ControlParts& parts) {
  parts.veto = [this](const MinerView& miner) -> std::string {
    if (!maintenance_) return "";
    for (const auto& entry : maintenance_->List()) {
      if (entry->Covers(miner.facts)) {
        return "maintenance " + std::to_string(entry->id) + " of " + MaintenanceTarget(*entry) +
               " by " + entry->by;
      }
    }
    return "";
  };
  parts.began = [this](const RunReport& run, const StepReport& step) {
    if (!silencer_) return;
    const auto back =
        std::chrono::ceil<std::chrono::seconds>(CurrentConfig()->control.return_timeout);
    silencer_->Begin(SilenceKey(run, step), {step.miner_id},
                     commander_->Deadline(run.command.verb) + back,
                     std::string(VerbName(run.command.verb)) + " by " + run.caller);
  };
  parts.settled = [this](const RunReport& run, const StepReport& step) {
    if (silencer_) silencer_->End(SilenceKey(run, step));
  };
}

/// Asks the commander, which lives on the net thread, from another one.
std::vector<CommandOutcome> App::CheckCommand(std::vector<CommandTarget> targets, Command command) {
  auto promise = std::make_shared<std::promise<std::vector<CommandOutcome>>>();
  auto answer = promise->get_future();
  boost::asio::post(io_,
                    [this, promise, targets = std::move(targets), command = std::move(command)] {
                      std::vector<CommandOutcome> outcomes;
                      outcomes.reserve(targets.size());
                      for (const CommandTarget& target : targets) {
                        outcomes.push_back(commander_->Check(target, command));
                      }
                      promise->set_value(std::move(outcomes));
                    });
  if (answer.wait_for(kCheckWait) == std::future_status::ready) return answer.get();
  return {};
}

void App::SendCommandTo(CommandTarget target, Command command, std::function<bool()> stopped,
                        std::function<void(CommandOutcome)> done) {
  boost::asio::post(io_, [this, target = std::move(target), command = std::move(command),
                          stopped = std::move(stopped), done = std::move(done)]() mutable {
    if (stopping_) return done({CommandVerdict::kCancelled, false, "the exporter is stopping"});
    ++commands_;
    boost::asio::co_spawn(
        io_, commander_->Run(std::move(target), std::move(command), std::move(stopped)),
        [this, done = std::move(done)](const std::exception_ptr& error, CommandOutcome outcome) {
          --commands_;
          if (error) outcome = {CommandVerdict::kNoAnswer, true, "the command broke off"};
          done(std::move(outcome));
        });
  });
}

void App::OpenControl() {
  const auto hold = [this](Ipv4 address) { return poller_.Hold(address); };
  const auto release = [this](Ipv4 address) { poller_.Release(address); };
  commander_ = std::make_unique<MinerCommander>(web_client_, clock_, MinerHolds{hold, release});
  ControlParts parts{
      box_, clock_, log_, [this] { return CurrentConfig(); }, {}, {}, {}, {}, {}, {}, {},
      {},   {},     {}};
  parts.check = [this](std::vector<CommandTarget> targets, Command command) {
    return CheckCommand(std::move(targets), std::move(command));
  };
  parts.send = [this](CommandTarget target, Command command, std::function<bool()> stopped,
                      std::function<void(CommandOutcome)> done) {
    SendCommandTo(std::move(target), std::move(command), std::move(stopped), std::move(done));
  };
  parts.fault = [this](const Command& command) {
    return PoolFault(CurrentConfig()->pools, command);
  };
  WireQuiet(parts);
  parts.event = [this](const Event& event) {
    boost::asio::post(io_, [this, event] { OnEvent(event); });
  };
  parts.counted = [this](std::string_view verb, std::string_view result) {
    self_.CommandEnded(verb, result);
  };
  parts.in_flight = [this](std::size_t commands) { self_.CommandsInFlight(commands); };
  parts.stopped = [this](bool stopped) { self_.ControlStopped(stopped); };
  control_ = std::make_unique<ControlService>(std::move(parts));
  control_->SetMarket(market_.get());
  api_.control = control_.get();
}

void App::ConfigureControl(const Config& config) {
  commander_->Configure(config.polling, config.miners,
                        static_cast<std::uint16_t>(config.discovery.miner_port));
  if (!config.control.enabled) return;
  self_.ControlEnabled(VerbNames(), ResultNames());
  control_->Open();
}

}  // namespace antx
