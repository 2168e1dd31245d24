#include "net/web_client.h"

#include <algorithm>
#include <array>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <deque>
#include <map>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "net/curl_handles.h"
#include "util/text.h"

namespace antx {

namespace {

namespace asio = boost::asio;

constexpr std::size_t kMostHeaderBytes = 64U << 10U;
constexpr long kMostConnections = 256;
constexpr long kMostIdleConnections = 64;
constexpr int kLongestWaitMilliseconds = 1000;

}  // namespace

class WebSession {
 public:
  WebSession(Ipv4 miner, const std::string& username, const std::string& password)
      : miner_(miner.ToString()), easy_(curl_easy_init()) {
    if (!easy_) throw std::bad_alloc();
    CURL* handle = easy_.get();
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, message_.data());
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "antminer_exporter");
    curl_easy_setopt(handle, CURLOPT_COOKIEFILE, "");  // Cookies of this session, in memory.
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &TakeBody);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &sink_);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &TakeHeader);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
    if (username.empty()) return;
    curl_easy_setopt(handle, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_DIGEST));
    curl_easy_setopt(handle, CURLOPT_USERNAME, username.c_str());
    curl_easy_setopt(handle, CURLOPT_PASSWORD, password.c_str());
  }
  WebSession(const WebSession&) = delete;
  WebSession& operator=(const WebSession&) = delete;

  [[nodiscard]] CURL* easy() const { return easy_.get(); }

  /// Everything a transfer is told; nonce and cookies of earlier ones stay.
  void Prepare(WebCall call) {
    call_ = std::move(call);
    headers_.reset();
    for (const std::string& line : call_.headers) AppendHeader(headers_, line);
    AppendHeader(headers_, "Expect:");
    if (!call_.content_type.empty()) {
      AppendHeader(headers_, "Content-Type: " + call_.content_type);
    }
    sink_ = {{}, call_.answer_bytes, false};
    header_bytes_ = 0;
    www_authenticate_.clear();
    message_.front() = '\0';
    CURL* handle = easy_.get();
    const std::string url = Origin() + call_.path;
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers_.get());
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(std::min(call_.connect, call_.total).count()));
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(call_.total.count()));
    curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, call_.last ? 1L : 0L);
    if (call_.method == "GET") {
      curl_easy_setopt(handle, CURLOPT_HTTPGET, 1L);
      curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, nullptr);
      return;
    }
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, call_.method.c_str());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, call_.body.data());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(call_.body.size()));
  }

  HttpResult<WebAnswer> Finish(CURLcode code) {
    long told = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &told);
    const auto status = static_cast<int>(told);
    if (sink_.over || header_bytes_ > kMostHeaderBytes) {
      return Error(HttpError::Kind::kTooLarge,
                   "the answer is larger than the " + std::to_string(call_.answer_bytes) +
                       " bytes that are allowed",
                   status);
    }
    if (code != CURLE_OK) {
      const std::string text =
          message_.front() != '\0' ? message_.data() : curl_easy_strerror(code);
      HttpError error = Error(HttpErrorKindOf(code), text, status);
      // A door that opens and shuts at once is one, also when it is quicker than curl.
      long cause = 0;
      curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &cause);
      error.no_door = code == CURLE_COULDNT_CONNECT && cause != ECONNRESET;
      return error;
    }
    if (status >= 300 && status < 400) {
      return Error(HttpError::Kind::kRedirect,
                   "answers " + std::to_string(status) + ", which is not followed", status);
    }
    return WebAnswer{status, std::move(sink_.body), std::move(www_authenticate_)};
  }

  [[nodiscard]] HttpError Error(HttpError::Kind kind, const std::string& text, int status) const {
    return {kind, miner_ + ':' + std::to_string(call_.port) + ": " + text, status, false};
  }

 private:
  [[nodiscard]] std::string Origin() const {
    return "http://" + miner_ + ':' + std::to_string(call_.port);
  }

  static std::size_t TakeHeader(char* data, std::size_t unit, std::size_t count,
                                void* target) noexcept {
    auto& self = *static_cast<WebSession*>(target);
    const std::size_t size = unit * count;
    self.header_bytes_ += size;
    if (self.header_bytes_ > kMostHeaderBytes) return 0;
    try {
      const std::string_view line(data, size);
      if (line.starts_with("HTTP/")) self.www_authenticate_.clear();
      const auto colon = line.find(':');
      if (colon != std::string_view::npos &&
          EqualsNoCase(line.substr(0, colon), "www-authenticate")) {
        self.www_authenticate_ = Trim(line.substr(colon + 1));
      }
    } catch (...) {
      return 0;
    }
    return size;
  }

  std::string miner_;
  WebCall call_;
  HeaderList headers_;
  BodySink sink_;
  std::size_t header_bytes_ = 0;
  std::string www_authenticate_;
  std::array<char, CURL_ERROR_SIZE> message_{};
  EasyHandle easy_;  // Last: it goes before what it points to.
};

struct WebClient::Impl {
  struct Job {
    std::shared_ptr<WebSession> session;
    WebCall call;
    Done done;
  };
  struct Running {
    std::shared_ptr<WebSession> session;
    Done done;
  };

  Impl() : multi(curl_multi_init()) {
    if (!multi) throw std::bad_alloc();
    // One connection to a miner and port at a time.
    curl_multi_setopt(multi.get(), CURLMOPT_MAX_HOST_CONNECTIONS, 1L);
    curl_multi_setopt(multi.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, kMostConnections);
    curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, kMostIdleConnections);
    thread = std::thread([this] { Run(); });
  }
  ~Impl() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    curl_multi_wakeup(multi.get());
    thread.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void Add(Job job) {
    {
      const std::lock_guard lock(mutex);
      if (!stopping) {
        inbox.push_back(std::move(job));
        curl_multi_wakeup(multi.get());
        return;
      }
    }
    Cancel(job.session, job.done);
  }

  static void Cancel(const std::shared_ptr<WebSession>& session, const Done& done) {
    done(session->Error(HttpError::Kind::kCancelled, "cancelled", 0));
  }

  /// What came in since the last look; whether to go on.
  bool Take(std::deque<Job>& jobs) {
    const std::lock_guard lock(mutex);
    jobs.swap(inbox);
    return !stopping;
  }

  void Start(Job job) {
    try {
      job.session->Prepare(std::move(job.call));
    } catch (const std::bad_alloc&) {
      return job.done(job.session->Error(HttpError::Kind::kOther, "out of memory", 0));
    }
    CURL* easy = job.session->easy();
    if (curl_multi_add_handle(multi.get(), easy) != CURLM_OK) {
      return job.done(job.session->Error(HttpError::Kind::kOther, "cannot be started", 0));
    }
    running.emplace(easy, Running{std::move(job.session), std::move(job.done)});
  }

  void Collect() {
    int queued = 0;
    while (const CURLMsg* told = curl_multi_info_read(multi.get(), &queued)) {
      if (told->msg != CURLMSG_DONE) continue;
      const CURLcode code = told->data.result;
      CURL* easy = told->easy_handle;
      curl_multi_remove_handle(multi.get(), easy);
      auto ended = running.extract(easy);
      if (ended.empty()) continue;
      ended.mapped().done(ended.mapped().session->Finish(code));
    }
  }

  void Run() {
    std::deque<Job> jobs;
    while (Take(jobs)) {
      for (Job& job : jobs) Start(std::move(job));
      jobs.clear();
      int active = 0;
      curl_multi_perform(multi.get(), &active);
      Collect();
      curl_multi_poll(multi.get(), nullptr, 0, kLongestWaitMilliseconds, nullptr);
    }
    for (auto& [easy, transfer] : running) {
      curl_multi_remove_handle(multi.get(), easy);
      Cancel(transfer.session, transfer.done);
    }
    running.clear();
    for (Job& job : jobs) Cancel(job.session, job.done);
  }

  MultiHandle multi;
  std::mutex mutex;  // Of inbox and stopping.
  std::deque<Job> inbox;
  bool stopping = false;
  std::map<CURL*, Running> running;  // The client's thread only.
  std::thread thread;
};

WebClient::WebClient() : impl_(std::make_unique<Impl>()) {}
WebClient::~WebClient() = default;

std::shared_ptr<WebSession> WebClient::Open(Ipv4 miner, const std::string& username,
                                            const std::string& password) {
  return std::make_shared<WebSession>(miner, username, password);
}

void WebClient::Fetch(std::shared_ptr<WebSession> session, WebCall call, Done done) {
  impl_->Add({std::move(session), std::move(call), std::move(done)});
}

asio::awaitable<HttpResult<WebAnswer>> WebClient::Ask(std::shared_ptr<WebSession> session,
                                                      WebCall call) {
  auto start = [this](auto handler, std::shared_ptr<WebSession>&& with, WebCall&& what) {
    auto executor = asio::get_associated_executor(handler);
    // Shared, since a std::function must be copyable; the guard keeps the loop of the caller.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    auto work = std::make_shared<asio::executor_work_guard<decltype(executor)>>(executor);
    Fetch(std::move(with), std::move(what),
          [shared, work, executor](const HttpResult<WebAnswer>& result) {
            asio::post(executor, [shared, work, result] { std::move (*shared)(result); });
          });
  };
  co_return co_await asio::async_initiate<decltype(asio::use_awaitable),
                                          void(HttpResult<WebAnswer>)>(
      start, asio::use_awaitable, std::move(session), std::move(call));
}

}  // namespace antx
