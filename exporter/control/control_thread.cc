#include "control/control_thread.h"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

#include "control/controller.h"

namespace antx {
namespace {

constexpr auto kPruneEvery = std::chrono::hours(1);

}  // namespace

ControlThread::ControlThread(const ControlParts& parts, Journal journal)
    : parts_(parts),
      journal_(std::move(journal)),
      guard_(io_.get_executor()),
      timer_(io_),
      book_({journal_, parts.box, parts.clock, parts.log, parts.config, Hooks()}),
      pruned_(parts.clock.Steady() - kPruneEvery) {}

ControlThread::~ControlThread() {
  io_.stop();
  if (thread_.joinable()) thread_.join();
}

DbResult<void> ControlThread::Start() {
  const auto restored = book_.Restore();
  if (restored.has_error()) return restored;
  TellStopped();
  thread_ = std::thread([this] { Loop(); });
  Wake();
  return {};
}

void ControlThread::Loop() {
  pthread_setname_np(pthread_self(), "control");
  while (!io_.stopped()) {
    try {
      io_.run();
    } catch (const std::exception& error) {
      parts_.log.Error("control", std::string("a step of the loop failed: ") + error.what());
    }
  }
}

void ControlThread::Post(std::function<void()> work) { boost::asio::post(io_, std::move(work)); }

void ControlThread::Wake() {
  Post([this] { Tick(); });
}

void ControlThread::Tick() {
  const SteadyTime next = book_.Tick();
  Prune();
  if (parts_.in_flight) parts_.in_flight(book_.in_flight());
  timer_.expires_after(next - parts_.clock.Steady());
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) Tick();
  });
}

void ControlThread::Prune() {
  const SteadyTime now = parts_.clock.Steady();
  if (now - pruned_ < kPruneEvery) return;
  pruned_ = now;
  const SystemTime today = parts_.clock.Now();
  std::erase_if(plans_, [today](const auto& plan) { return plan.second.expires < today; });
  const double days = parts_.config()->storage.retention_days;
  const auto kept =
      std::chrono::duration_cast<SystemTime::duration>(std::chrono::duration<double>(days * 86400));
  const auto done = journal_.Prune(days > 0 ? today - kept : SystemTime{}, today);
  if (done.has_error()) parts_.log.Error("control", done.error().detail);
}

void ControlThread::TellStopped() {
  if (parts_.stopped) parts_.stopped(book_.stopped());
}

RunHooks ControlThread::Hooks() {
  RunHooks hooks;
  hooks.send = [this](CommandTarget target, Command command, std::function<bool()> stopped,
                      std::function<void(CommandOutcome)> done) {
    const auto back = [this, done = std::move(done)](CommandOutcome outcome) {
      Post([this, done, outcome = std::move(outcome)] {
        done(outcome);
        Tick();
      });
    };
    parts_.send(std::move(target), std::move(command), std::move(stopped), back);
  };
  hooks.veto = parts_.veto;
  hooks.began = parts_.began;
  hooks.settled = parts_.settled;
  hooks.ended = [this](const RunReport& run, const StepReport& step) { Tell(run, step); };
  return hooks;
}

void ControlThread::Tell(const RunReport& run, const StepReport& step) {
  const std::string_view result = step.state == StepState::kSkipped       ? kSkippedResult
                                  : step.state == StepState::kInterrupted ? kInterruptedResult
                                  : step.verdict ? CommandVerdictName(*step.verdict)
                                                 : CommandVerdictName(CommandVerdict::kCancelled);
  if (parts_.counted) parts_.counted(VerbName(run.command.verb), result);
  if (!parts_.event) return;
  const bool good = step.verdict == CommandVerdict::kDone;
  std::string text = CommandText(run.command) + " by " + run.caller + ": " + std::string(result);
  if (!step.detail.empty()) text += " (" + step.detail + ')';
  if (!run.reason.empty()) text += ", because: " + run.reason;
  parts_.event({parts_.clock.Now(), EventKind::kCommand,
                good ? LogLevel::kInfo : LogLevel::kWarning, step.miner_id, std::move(text)});
}

}  // namespace antx
