#include "control/silencer.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "net/http_client.h"
#include "util/text.h"

namespace antx {
namespace {

using std::chrono::seconds;

constexpr auto kDrain = seconds(2);
constexpr auto kCheckEvery = seconds(60);
constexpr std::size_t kLongestAnswer = 16U << 20U;

std::string Url(const ControlConfig& control, const SilenceJob& job) {
  std::string url = control.alertmanager_url;
  while (url.ends_with('/')) url.pop_back();
  return url +
         (job.kind == SilenceJob::Kind::kDelete ? "/api/v2/silence/" + job.id : "/api/v2/silences");
}

HttpCall CallFor(const ControlConfig& control, const SilenceJob& job) {
  HttpCall call;
  call.url = Url(control, job);
  call.ca_file = control.alertmanager_ca_file;
  call.answer_bytes = kLongestAnswer;
  if (!control.alertmanager_username.empty()) {
    call.login = control.alertmanager_username + ':' + control.alertmanager_password;
  }
  if (job.kind == SilenceJob::Kind::kDelete) call.method = "DELETE";
  if (job.kind == SilenceJob::Kind::kPost) {
    call.method = "POST";
    call.headers = {"Content-Type: application/json"};
    call.body = job.body;
  }
  return call;
}

bool SameServer(const ControlConfig& a, const ControlConfig& b) {
  return a.alertmanager_url == b.alertmanager_url &&
         a.alertmanager_username == b.alertmanager_username &&
         a.alertmanager_password == b.alertmanager_password &&
         a.alertmanager_ca_file == b.alertmanager_ca_file;
}

}  // namespace

seconds SilencePause(int failures) {
  if (failures <= 0) return seconds(0);
  return std::min(seconds(1LL << std::min(failures - 1, 6)), seconds(60));
}

/// What the thread holds besides the book.
class Silencer::Work {
 public:
  explicit Work(Silencer& owner) : owner_(owner) {}

  /// Sends what is due. Returns whether there was something to send that did not fail.
  bool Round(std::unique_lock<std::mutex>& lock) {
    const SteadyTime now = owner_.parts_.clock.Steady();
    if (std::exchange(owner_.try_now_, false)) next_try_ = now;
    if (owner_.config_->control.alertmanager_url.empty() || now < next_try_) {
      // The list is kept short all the same.
      if (owner_.config_->control.alertmanager_url.empty()) (void)Due();
      return false;
    }
    if (now >= next_check_ && !owner_.book_.Empty()) owner_.book_.Recheck();
    const auto job = Due();
    if (!job) return false;
    const ControlConfig control = owner_.config_->control;
    lock.unlock();
    const auto answer = client_.Send(CallFor(control, *job), [this] { return KeepGoing(); });
    lock.lock();
    if (!SameServer(control, owner_.config_->control)) return true;  // Of no use any more.
    return Take(control, *job, answer);
  }

  /// When to look again if nobody wakes the thread.
  [[nodiscard]] SteadyTime WakeAt() const {
    const SteadyTime now = owner_.parts_.clock.Steady();
    SteadyTime at = now + kCheckEvery;
    if (next_try_ > now) at = std::min(at, next_try_);
    if (const auto end = owner_.book_.FirstEnd()) {
      at = std::min(at, now + std::max<std::chrono::nanoseconds>(*end - owner_.parts_.clock.Now(),
                                                                 std::chrono::milliseconds(10)));
    }
    return at;
  }
  [[nodiscard]] int failures() const { return failures_; }

 private:
  std::optional<SilenceJob> Due() {
    auto job = owner_.book_.Next(owner_.parts_.clock.Now());
    for (std::size_t i = owner_.book_.TakeExpired(); i > 0; --i) owner_.Count("expired");
    return job;
  }

  bool KeepGoing() {
    const std::lock_guard lock(owner_.mutex_);
    return !owner_.stop_at_ || owner_.parts_.clock.Steady() < *owner_.stop_at_;
  }

  bool Take(const ControlConfig& control, const SilenceJob& job,
            const HttpResult<HttpAnswer>& answer) {
    const std::string origin = OriginOf(control.alertmanager_url);
    if (answer.has_error()) {
      if (answer.error().kind == HttpError::Kind::kCancelled) return false;
      return Failed(answer.error().detail);
    }
    const std::string status = origin + ": status " + std::to_string(answer->status);
    const bool good = answer->status >= 200 && answer->status < 300;
    if (job.kind != SilenceJob::Kind::kList && answer->status == 404) {
      owner_.book_.Gone(job);
    } else if (answer->status == 400) {
      return Refused(job, status + ": " + std::string(CutUtf8(ToValidUtf8(answer->body), 200)));
    } else if (!good || !Understood(job, answer->body)) {
      return Failed(good ? origin + ": its answer is not one of an Alertmanager" : status);
    }
    failures_ = 0;
    if (!std::exchange(last_failure_, "").empty()) {
      owner_.parts_.log.Info("silences", origin + ": silences are set again");
    }
    return true;
  }

  bool Understood(const SilenceJob& job, const std::string& body) {
    if (job.kind == SilenceJob::Kind::kList) {
      const auto silences = ParseSilences(body);
      if (silences) owner_.book_.Listed(*silences);
      next_check_ = owner_.parts_.clock.Steady() + kCheckEvery;
      return silences.has_value();
    }
    if (job.kind == SilenceJob::Kind::kDelete) {
      owner_.book_.Gone(job);
      owner_.Count("ended");
      return true;
    }
    const auto id = ParseSilenceId(body);
    if (!id) return false;
    owner_.book_.Posted(job, *id);
    if (job.id.empty()) owner_.Count("opened");
    return true;
  }

  bool Failed(const std::string& detail) {
    owner_.Count("failed");
    // It may have taken effect although no good answer came.
    owner_.book_.Recheck();
    ++failures_;
    next_try_ = owner_.parts_.clock.Steady() + SilencePause(failures_);
    if (detail != last_failure_) {
      owner_.parts_.log.Warn("silences", detail +
                                             "; tried again. Commands go on, their alerts "
                                             "are not silenced meanwhile");
    }
    last_failure_ = detail;
    return false;
  }

  bool Refused(const SilenceJob& job, const std::string& detail) {
    if (job.kind == SilenceJob::Kind::kList) return Failed(detail);
    owner_.Count("refused");
    owner_.book_.Refused(job);
    owner_.parts_.log.Warn("silences", detail + "; this silence is given up");
    return true;
  }

  Silencer& owner_;
  HttpClient client_;
  int failures_ = 0;
  SteadyTime next_try_{};
  SteadyTime next_check_{};
  std::string last_failure_;
};

Silencer::Silencer(Parts parts, std::shared_ptr<const Config> config)
    : parts_(std::move(parts)), book_(parts_.instance) {
  Configure(std::move(config));
}

Silencer::~Silencer() {
  {
    const std::lock_guard lock(mutex_);
    stop_at_ = parts_.clock.Steady() + kDrain;
    Wake();
  }
  if (thread_.joinable()) thread_.join();
}

void Silencer::Wake() {
  changed_ = true;
  wake_.notify_all();
}

void Silencer::Count(std::string_view result) const {
  if (parts_.count) parts_.count(result);
}

void Silencer::Configure(std::shared_ptr<const Config> config) {
  const std::lock_guard lock(mutex_);
  if (config_ && config_->control.alertmanager_url != config->control.alertmanager_url) {
    book_.ForgetIds();
  }
  try_now_ = !config_ || !SameServer(config_->control, config->control);
  config_ = std::move(config);
  const bool wanted = !config_->control.alertmanager_url.empty();
  if (wanted && !thread_.joinable() && !stop_at_) thread_ = std::thread([this] { Run(); });
  Wake();
}

void Silencer::Begin(std::string key, std::vector<std::string> miners, seconds longest,
                     std::string comment) {
  SilenceScope scope;
  scope.miners = std::move(miners);
  BeginScope(key, scope, parts_.clock.Now() + longest, comment);
}

void Silencer::BeginScope(const std::string& key, const SilenceScope& scope, SystemTime until,
                          const std::string& comment) {
  const std::lock_guard lock(mutex_);
  if (config_->control.alertmanager_url.empty()) return;
  const auto pieces = SilencePieces(scope, config_->control.silence_matchers);
  switch (book_.Begin(key, pieces, until, comment)) {
    case SilenceBook::Begun::kYes:
      return Wake();
    case SilenceBook::Begun::kNothingNamed:
      return;
    case SilenceBook::Begun::kFull:
      Count("dropped");
      parts_.log.Warn("silences", "more than " + std::to_string(SilenceBook::kMostKeys) +
                                      " causes at once: alerts of the newest are not silenced");
  }
}

void Silencer::End(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const SystemTime now = parts_.clock.Now();
  const auto linger =
      std::chrono::duration_cast<SystemTime::duration>(config_->control.silence_linger);
  if (book_.End(key, now + linger, now)) Count("ended");
  Wake();
}

void Silencer::Settle() {
  const std::lock_guard lock(mutex_);
  book_.Settle();
  Wake();
}

void Silencer::Run() try {
  pthread_setname_np(pthread_self(), "silences");
  Work work(*this);
  std::unique_lock lock(mutex_);
  while (!stop_at_) {
    changed_ = false;
    if (work.Round(lock)) continue;
    const auto left = work.WakeAt() - parts_.clock.Steady();
    wake_.wait_for(lock, left, [this] { return changed_ || stop_at_.has_value(); });
  }
  while (work.failures() == 0 && parts_.clock.Steady() < *stop_at_ && work.Round(lock)) continue;
} catch (const std::exception& error) {
  parts_.log.Error("silences", std::string("the thread of silences ended: ") + error.what());
}

}  // namespace antx
