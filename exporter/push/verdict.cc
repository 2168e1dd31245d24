#include "push/verdict.h"

#include <algorithm>

namespace antx {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kLongestRetryAfter{300};
constexpr milliseconds kLongestPause{60000};

std::string_view FailureName(HttpError::Kind kind) {
  const std::string_view name = HttpErrorName(kind);
  const bool known =
      std::find(kPushFailures.begin(), kPushFailures.end(), name) != kPushFailures.end();
  return known ? name : "other";
}

PushVerdict JudgeStatus(int status) {
  using Action = PushVerdict::Action;
  if (status >= 200 && status <= 299) return {Action::kDelivered, "", "", {}};
  if (status == 408) return {Action::kRetry, "http_408", "", {}};
  if (status == 429) return {Action::kRetry, "http_429", "", {}};
  if (status >= 400 && status <= 499) return {Action::kDrop, "http_4xx", "", {}};
  if (status >= 500 && status <= 599) return {Action::kRetry, "http_5xx", "", {}};
  return {Action::kRetry, "http_other", "", {}};
}

}  // namespace

PushVerdict JudgePush(const HttpResult<HttpAnswer>& answer, const std::string& origin) {
  using Action = PushVerdict::Action;
  if (answer.has_error()) {
    const HttpError& error = answer.error();
    const bool taken = error.kind == HttpError::Kind::kTooLarge && error.status / 100 == 2;
    if (taken) return {Action::kDelivered, "", "", {}};
    return {Action::kRetry, FailureName(error.kind), error.detail, {}};
  }
  PushVerdict verdict = JudgeStatus(answer->status);
  if (verdict.action == Action::kDelivered) return verdict;
  verdict.detail = origin + ": status " + std::to_string(answer->status);
  if (answer->status == 401 || answer->status == 403) {
    verdict.detail += "; check push.api_key and push.auth_scheme";
  }
  verdict.retry_after = std::min(answer->retry_after.value_or(seconds(0)), kLongestRetryAfter);
  return verdict;
}

milliseconds PushPause(int failures, int quick_tries, double random, seconds retry_after) {
  milliseconds pause = kLongestPause;
  // Above 2^6 seconds the longest pause holds anyway.
  if (failures <= quick_tries && failures <= 6) {
    pause = std::min(kLongestPause, milliseconds(1000) * (1 << std::max(0, failures - 1)));
  }
  const double share = 0.5 + 0.5 * std::clamp(random, 0.0, 1.0);
  pause = milliseconds(static_cast<milliseconds::rep>(static_cast<double>(pause.count()) * share));
  return std::max<milliseconds>(pause, retry_after);
}

}  // namespace antx
