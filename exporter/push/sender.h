// The push thread: turns each poll into a record, keeps it in the queue and sends it to the
// receiver, oldest first. Polling never waits for it: it reads snapshots, also while a request is
// under way. A record leaves the queue when the receiver took or refused it, or for want of room.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "config/config.h"
#include "model/snapshot.h"
#include "net/http_client.h"
#include "push/queue.h"
#include "push/verdict.h"
#include "util/clock.h"
#include "util/log.h"

namespace antx {

/// What the sender tells, on its own thread; empty ones are not called.
struct PushHooks {
  std::function<void(std::size_t records, SystemTime when)> sent;
  std::function<void(std::string_view reason)> failed;  ///< One of kPushFailures.
  std::function<void(std::string_view reason, std::size_t records)> dropped;  ///< kPushDrops.
  std::function<void(std::size_t waiting, std::optional<SystemTime> oldest)> queue;
};

/// The queue's file for a database: "metrics.db" gives "metrics.push.db"; ":memory:" without one.
[[nodiscard]] std::string PushQueuePath(const StorageConfig& storage);

/// The most records that wait: the setting, or with 0 an hour of `miners`, 10,000 to 1,000,000.
[[nodiscard]] std::size_t PushQueueLimit(const Config& config, std::size_t miners);

/// Does nothing until a configuration names a receiver.
class PushSender {
 public:
  struct Parts {
    const SnapshotBox& box;  ///< `box`, `clock` and `log` outlive the sender.
    const Clock& clock;
    Logger& log;
    PushHooks hooks;
    std::function<double()> random;  ///< 0..1, for the pauses; push thread only.
  };
  /// The queue's place follows `config.storage` and needs a restart to change.
  PushSender(Parts parts, std::shared_ptr<const Config> config);
  /// Sends what waits for up to 5 s, unless the receiver is down; the rest stays in the file.
  ~PushSender();
  PushSender(const PushSender&) = delete;
  PushSender& operator=(const PushSender&) = delete;

  /// Takes over new settings; a pause after a failure ends. Any thread.
  void Configure(std::shared_ptr<const Config> config);

 private:
  struct Work;  // All that belongs to the thread.
  void Run();
  /// Waits for `until`, new settings or the end. Returns whether it is the end.
  bool WaitUntil(SteadyTime until);
  [[nodiscard]] std::shared_ptr<const Config> CurrentConfig();
  [[nodiscard]] std::optional<SteadyTime> StopDeadline();

  Parts parts_;
  std::string queue_path_;
  std::mutex mutex_;  // Of the four below.
  std::condition_variable wake_;
  std::shared_ptr<const Config> config_;
  bool changed_ = false;
  std::optional<SteadyTime> stop_at_;
  std::thread thread_;
};

}  // namespace antx
