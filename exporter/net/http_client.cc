#include "net/http_client.h"

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>
#include <utility>

#include "net/curl_handles.h"

namespace antx {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kMaxRedirects = 3;
constexpr int kSliceMilliseconds = 100;  // How long keep_going may have to wait.

struct UrlCloser {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
std::string UrlPart(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

std::string RedirectTarget(CURL* easy) {
  char* target = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &target) != CURLE_OK) return {};
  return target == nullptr ? std::string() : std::string(target);
}

}  // namespace

HttpRuntime::HttpRuntime() {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    throw std::runtime_error("libcurl cannot be initialised");
  }
}
HttpRuntime::~HttpRuntime() { curl_global_cleanup(); }

std::string_view HttpErrorName(HttpError::Kind kind) {
  switch (kind) {
    case HttpError::Kind::kConnect:
      return "connect";
    case HttpError::Kind::kTimeout:
      return "timeout";
    case HttpError::Kind::kTls:
      return "tls";
    case HttpError::Kind::kTooLarge:
      return "too_large";
    case HttpError::Kind::kRedirect:
      return "redirect";
    case HttpError::Kind::kCancelled:
      return "cancelled";
    case HttpError::Kind::kOther:
      break;
  }
  return "other";
}

void throw_exception_from_error(const HttpError& error, const boost::source_location& /*where*/) {
  throw std::logic_error("unchecked HttpError: " + error.detail);
}

std::string OriginOf(const std::string& url) {
  const std::unique_ptr<CURLU, UrlCloser> parsed(curl_url());
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return {};
  const std::string host = UrlPart(parsed.get(), CURLUPART_HOST);
  if (host.empty()) return {};
  return UrlPart(parsed.get(), CURLUPART_SCHEME) + "://" + host + ':' +
         UrlPart(parsed.get(), CURLUPART_PORT);
}

struct HttpClient::Impl {
  MultiHandle multi{curl_multi_init()};
  EasyHandle easy{curl_easy_init()};
  std::array<char, CURL_ERROR_SIZE> message{};

  /// Everything a transfer is told. `headers` and `sink` outlive it.
  void Prepare(const HttpCall& call, const curl_slist* headers, milliseconds left, BodySink& sink) {
    CURL* handle = easy.get();
    curl_easy_reset(handle);  // Open connections stay.
    message.front() = '\0';
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, message.data());
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "antminer_exporter");
    curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);  // Never wait for a name server to end.
    curl_easy_setopt(handle, CURLOPT_URL, call.url.c_str());
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(std::min(call.connect, left).count()));
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &TakeBody);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &sink);
    if (!call.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, call.ca_file.c_str());
    if (!call.login.empty()) {
      curl_easy_setopt(handle, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
      curl_easy_setopt(handle, CURLOPT_USERPWD, call.login.c_str());
    }
    if (call.method == "GET") return;
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, call.method.c_str());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, call.body.data());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(call.body.size()));
  }

  /// Runs the prepared transfer to its end. Nothing: keep_going said no.
  std::optional<CURLcode> Transfer(const std::function<bool()>& keep_going) {
    if (curl_multi_add_handle(multi.get(), easy.get()) != CURLM_OK) return CURLE_FAILED_INIT;
    std::optional<CURLcode> code;
    bool going = true;
    while (!code && going) {
      int running = 0;
      if (curl_multi_perform(multi.get(), &running) != CURLM_OK) code = CURLE_FAILED_INIT;
      int queued = 0;
      while (const CURLMsg* told = curl_multi_info_read(multi.get(), &queued)) {
        if (told->msg == CURLMSG_DONE) code = told->data.result;
      }
      if (code) break;
      going = !keep_going || keep_going();
      if (going) curl_multi_poll(multi.get(), nullptr, 0, kSliceMilliseconds, nullptr);
    }
    curl_multi_remove_handle(multi.get(), easy.get());
    return code;
  }

  /// One exchange, redirects not followed.
  HttpResult<HttpAnswer> Once(const HttpCall& call, const std::string& origin, milliseconds left,
                              const std::function<bool()>& keep_going) {
    HeaderList headers;
    for (const std::string& line : call.headers) AppendHeader(headers, line);
    AppendHeader(headers, "Expect:");  // No round trip more for a large body.
    BodySink sink{{}, call.answer_bytes, false};
    Prepare(call, headers.get(), left, sink);
    const auto code = Transfer(keep_going);
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    const auto number = static_cast<int>(status);
    if (!code) return HttpError{HttpError::Kind::kCancelled, origin + ": cancelled", number};
    if (sink.over) {
      return HttpError{HttpError::Kind::kTooLarge,
                       origin + ": the answer is larger than the " +
                           std::to_string(call.answer_bytes) + " bytes that are allowed",
                       number};
    }
    if (*code != CURLE_OK) {
      const std::string text = message.front() != '\0' ? message.data() : curl_easy_strerror(*code);
      return HttpError{HttpErrorKindOf(*code), origin + ": " + text, number};
    }
    HttpAnswer answer{number, std::move(sink.body), std::nullopt};
    curl_off_t wait = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RETRY_AFTER, &wait);
    if (wait > 0) answer.retry_after = std::chrono::seconds(wait);
    return answer;
  }
};

HttpClient::HttpClient() : impl_(std::make_unique<Impl>()) {
  if (!impl_->multi || !impl_->easy) throw std::bad_alloc();
}
HttpClient::~HttpClient() = default;

HttpResult<HttpAnswer> HttpClient::Send(const HttpCall& call,
                                        const std::function<bool()>& keep_going) {
  const std::string origin = OriginOf(call.url);
  if (origin.empty()) {
    return HttpError{HttpError::Kind::kOther, "the address of the call is no URL", 0};
  }
  const auto end = steady_clock::now() + call.total;
  HttpCall step = call;
  for (int redirects = 0;; ++redirects) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now());
    if (left.count() <= 0) {
      return HttpError{HttpError::Kind::kTimeout, origin + ": no time left for the redirect", 0};
    }
    auto answer = impl_->Once(step, origin, left, keep_going);
    if (answer.has_error()) return answer;
    std::string target = RedirectTarget(impl_->easy.get());
    if (target.empty()) return answer;
    const std::string other = OriginOf(target);
    if (other != origin) {
      return HttpError{HttpError::Kind::kRedirect,
                       origin + ": redirects to " + (other.empty() ? "a bad address" : other) +
                           ", which is not followed",
                       answer->status};
    }
    if (redirects == kMaxRedirects) {
      return HttpError{HttpError::Kind::kRedirect,
                       origin + ": more than " + std::to_string(kMaxRedirects) + " redirects",
                       answer->status};
    }
    if (answer->status == 303) {
      step.method = "GET";
      step.body.clear();
    }
    step.url = std::move(target);
  }
}

}  // namespace antx
