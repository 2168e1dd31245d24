// What an answer of the receiver means, and how long to wait after a failure. Pure.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "net/http_client.h"

namespace antx {

struct PushVerdict {
  enum class Action {
    kDelivered,  ///< The receiver has the records.
    kRetry,      ///< They stay in the queue.
    kDrop,       ///< The receiver will never take them.
  };
  Action action = Action::kDelivered;
  std::string_view reason;              ///< One of kPushFailures; "" when delivered.
  std::string detail;                   ///< For the log; no secret gets into it.
  std::chrono::seconds retry_after{0};  ///< What the receiver asked for, capped at 5 minutes.
};

/// Closed set of label `reason` of failed requests.
inline constexpr std::array<std::string_view, 11> kPushFailures = {
    "connect",  "timeout",  "tls",      "redirect", "too_large", "other",
    "http_408", "http_429", "http_4xx", "http_5xx", "http_other"};
/// Closed set of label `reason` of dropped records.
inline constexpr std::array<std::string_view, 3> kPushDrops = {"queue_full", "rejected", "storage"};

/// Retried: no answer, 408, 429, 5xx and a redirect to elsewhere (a portal in between may pass).
/// Dropped: every other 4xx. Delivered: 2xx, also when its body was larger than the cap.
[[nodiscard]] PushVerdict JudgePush(const HttpResult<HttpAnswer>& answer,
                                    const std::string& origin);

/// Pause after the `failures`-th failure in a row (from 1): 1 s, 2 s, 4 s, ... up to a minute;
/// a minute at once after more than `quick_tries`; half of it to all of it by `random` (0..1).
/// Never shorter than `retry_after`.
[[nodiscard]] std::chrono::milliseconds PushPause(int failures, int quick_tries, double random,
                                                  std::chrono::seconds retry_after);

}  // namespace antx
