#include "push/sender.h"

#include <pthread.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include "history/side_database.h"
#include "push/record.h"

namespace antx {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kDrain{5};
constexpr seconds kRound{1};  // Snapshots come once a second.
constexpr double kFewestAutomatic = 10000;
constexpr double kMostAutomatic = 1000000;

milliseconds Timeout(const PushConfig& push) {
  return milliseconds(std::llround(push.timeout_seconds * 1000));
}

void Authorize(const PushConfig& push, HttpCall& call) {
  if (push.api_key.empty()) return;
  if (push.auth_scheme != "basic") {
    call.headers.push_back("Authorization: Bearer " + push.api_key);
  } else if (push.api_key.find(':') != std::string::npos) {
    call.login = push.api_key;
  } else {  // A colon never occurs in Base64: the value is ready to send.
    call.headers.push_back("Authorization: Basic " + push.api_key);
  }
}

HttpCall CallFor(const PushConfig& push, std::string body) {
  HttpCall call;
  call.method = "POST";
  call.url = push.url;
  call.headers = {"Content-Type: application/json"};
  Authorize(push, call);
  call.body = std::move(body);
  call.connect = call.total = Timeout(push);
  call.ca_file = push.tls_ca_file;
  return call;
}

std::string Records(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " record" : " records");
}

}  // namespace

std::string PushQueuePath(const StorageConfig& storage) {
  if (!storage.enabled) return ":memory:";
  return SideDatabase(storage.path, "push");
}

std::size_t PushQueueLimit(const Config& config, std::size_t miners) {
  if (config.push.queue_max_records > 0) {
    return static_cast<std::size_t>(config.push.queue_max_records);
  }
  const double hour = 3600 / std::max(1.0, config.polling.interval.count());
  return static_cast<std::size_t>(
      std::clamp(std::ceil(hour * static_cast<double>(miners)), kFewestAutomatic, kMostAutomatic));
}

/// The push thread's own state. A failure is logged when it begins, changes or ends.
struct PushSender::Work {
  Work(PushSender& owner, PushQueue waiting) : sender(owner), queue(std::move(waiting)) {}

  /// Queues a record for each miner that was polled since the last look.
  void Collect(const Config& config) {
    const auto snapshot = sender.parts_.box.Latest();
    if (snapshot->sequence == seen_sequence || config.push.url.empty()) return;
    seen_sequence = snapshot->sequence;
    std::vector<std::string> records;
    std::unordered_map<std::uint32_t, std::uint64_t> now;
    now.reserve(snapshot->miners.size());
    for (const auto& miner : snapshot->miners) {
      if (!miner->polled) continue;
      const std::uint64_t polls = miner->counters.polls;
      now[miner->facts.address.value] = polls;
      const auto before = seen_polls.find(miner->facts.address.value);
      if (before != seen_polls.end() && before->second == polls) continue;
      records.push_back(PushRecord(*miner, snapshot->taken));
    }
    seen_polls = std::move(now);
    if (!records.empty()) Keep(records, PushQueueLimit(config, snapshot->miners.size()));
  }

  void Keep(const std::vector<std::string>& records, std::size_t limit) {
    const auto dropped = queue.Add(records, sender.parts_.clock.Now(), limit);
    if (dropped.has_error()) {
      Drop("storage", records.size());
      StorageFailed(dropped.error().detail);
      return;
    }
    StorageWorks();
    if (*dropped > 0) Drop("queue_full", *dropped);
    const bool full = *dropped > 0;
    if (full && !was_full) {
      sender.parts_.log.Warn("push", "the queue is full with " + Records(limit) +
                                         " (push.queue_max_records); the oldest are dropped");
    }
    was_full = full;
    TellQueue();
  }

  /// Sends the oldest batch. Returns whether the receiver took or refused it.
  bool Send(const Config& config) {
    const auto batch = queue.Oldest(static_cast<std::size_t>(config.push.batch_size));
    if (batch.has_error() || batch->records.empty()) {
      StorageFailed(batch.has_error() ? batch.error().detail : "the queue lost its records");
      Pause(config, seconds(0));
      return false;
    }
    const auto answer =
        client.Send(CallFor(config.push, PushBody(batch->records)), [&] { return KeepGoing(); });
    const bool cancelled = answer.has_error() && answer.error().kind == HttpError::Kind::kCancelled;
    if (cancelled) return false;
    const std::string origin = OriginOf(config.push.url);
    const PushVerdict verdict = JudgePush(answer, origin);
    const bool again = verdict.action == PushVerdict::Action::kRetry;
    if (again) Pause(config, verdict.retry_after);  // Who hears of the failure finds it set.
    if (verdict.action != PushVerdict::Action::kDelivered) {
      if (sender.parts_.hooks.failed) sender.parts_.hooks.failed(verdict.reason);
      LogFailure(verdict);
    }
    if (again) return false;
    failures = 0;
    const auto removed = queue.Remove(batch->last_id);
    if (removed.has_error()) {  // Sent, yet still queued: it will be sent once more.
      StorageFailed(removed.error().detail);
      Pause(config, seconds(0));
    }
    if (verdict.action == PushVerdict::Action::kDrop) {
      Drop("rejected", batch->records.size());
    } else {
      Delivered(batch->records.size(), origin);
    }
    TellQueue();
    return removed.has_value();
  }

  /// Between the steps of a request: polls go on, so their records are queued.
  bool KeepGoing() {
    Collect(*sender.CurrentConfig());
    const auto deadline = sender.StopDeadline();
    return !deadline || sender.parts_.clock.Steady() < *deadline;
  }

  void Pause(const Config& config, seconds retry_after) {
    ++failures;
    next_try = sender.parts_.clock.Steady() +
               PushPause(failures, config.push.retries, sender.parts_.random(), retry_after);
  }

  void Delivered(std::size_t count, const std::string& origin) {
    if (sender.parts_.hooks.sent) sender.parts_.hooks.sent(count, sender.parts_.clock.Now());
    if (!last_failure.empty()) {
      sender.parts_.log.Info(
          "push", origin + ": takes records again; " + Records(queue.size()) + " still wait");
    }
    last_failure.clear();
  }

  void Drop(std::string_view reason, std::size_t count) {
    if (sender.parts_.hooks.dropped) sender.parts_.hooks.dropped(reason, count);
  }

  void LogFailure(const PushVerdict& verdict) {
    if (verdict.reason == last_failure) return;
    last_failure = verdict.reason;
    const bool kept = verdict.action == PushVerdict::Action::kRetry;
    sender.parts_.log.Warn(
        "push", verdict.detail + (kept ? "; tried again, " + Records(queue.size()) + " in the queue"
                                       : "; the refused records are dropped"));
  }

  void StorageFailed(const std::string& detail) {
    if (detail != last_storage_error) sender.parts_.log.Error("push", detail);
    last_storage_error = detail;
  }
  void StorageWorks() {
    if (!last_storage_error.empty()) sender.parts_.log.Info("push", "the queue works again");
    last_storage_error.clear();
  }

  void TellQueue() {
    if (sender.parts_.hooks.queue) sender.parts_.hooks.queue(queue.size(), queue.OldestTime());
  }

  PushSender& sender;
  PushQueue queue;
  HttpClient client;
  std::uint64_t seen_sequence = 0;
  std::unordered_map<std::uint32_t, std::uint64_t> seen_polls;  // Address to number of polls.
  int failures = 0;                                             // In a row.
  SteadyTime next_try{};
  std::string last_failure;  // Reason of the last failed request, "" after a delivery.
  std::string last_storage_error;
  bool was_full = false;
};

PushSender::PushSender(Parts parts, std::shared_ptr<const Config> config)
    : parts_(std::move(parts)), queue_path_(PushQueuePath(config->storage)) {
  Configure(std::move(config));
}

PushSender::~PushSender() {
  {
    const std::lock_guard lock(mutex_);
    stop_at_ = parts_.clock.Steady() + kDrain;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void PushSender::Configure(std::shared_ptr<const Config> config) {
  const std::lock_guard lock(mutex_);
  const bool wanted = !config->push.url.empty();
  changed_ = config_ == nullptr || config_->push != config->push;
  config_ = std::move(config);
  if (wanted && !thread_.joinable() && !stop_at_) thread_ = std::thread([this] { Run(); });
  wake_.notify_all();
}

std::shared_ptr<const Config> PushSender::CurrentConfig() {
  const std::lock_guard lock(mutex_);
  return config_;
}

std::optional<SteadyTime> PushSender::StopDeadline() {
  const std::lock_guard lock(mutex_);
  return stop_at_;
}

bool PushSender::WaitUntil(SteadyTime until) {
  const auto left = until - parts_.clock.Steady();
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, left, [this] { return changed_ || stop_at_.has_value(); });
  return stop_at_.has_value();
}

void PushSender::Run() try {
  pthread_setname_np(pthread_self(), "push");
  auto queue = PushQueue::Open(queue_path_);
  if (queue.has_error()) {
    parts_.log.Error("push", queue.error().detail + "; the queue is in memory for this run");
    queue = PushQueue::Open(":memory:");
    if (queue.has_error()) {
      parts_.log.Error("push", queue.error().detail + "; nothing is pushed");
      return;
    }
  }
  Work work(*this, std::move(*queue));
  work.TellQueue();
  bool ends = false;
  while (!ends) {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(changed_, false)) work.next_try = parts_.clock.Steady();
    }
    const auto config = CurrentConfig();
    work.Collect(*config);
    const bool waiting = !config->push.url.empty() && work.queue.size() > 0;
    const SteadyTime now = parts_.clock.Steady();
    if (waiting && now >= work.next_try) {
      (void)work.Send(*config);
      ends = StopDeadline().has_value();
    } else {
      const SteadyTime round = now + kRound;
      ends = WaitUntil(waiting ? std::min(round, work.next_try) : round);
    }
  }
  const auto config = CurrentConfig();
  work.Collect(*config);
  while (!config->push.url.empty() && work.failures == 0 && work.queue.size() > 0 &&
         parts_.clock.Steady() < *StopDeadline()) {
    if (!work.Send(*config)) break;
  }
  if (work.queue.size() > 0) {
    parts_.log.Info("push", Records(work.queue.size()) + (queue_path_ == ":memory:"
                                                              ? " could not be sent and are lost"
                                                              : " stay for the next start"));
  }
} catch (const std::exception& error) {
  parts_.log.Error("push", std::string("the push thread ended: ") + error.what());
}

}  // namespace antx
