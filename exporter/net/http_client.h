// Outbound HTTP over libcurl: one call at a time, under deadlines, with a cap on the answer.
// TLS is always verified, no proxy is used (variables such as https_proxy are ignored), and a
// redirect is followed only to the same scheme, host and port. Facts: curl_easy_setopt(3).
#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace antx {

/// Keeps libcurl's global state. One per program, made before the first HttpClient and
/// destroyed after the last one; not thread safe.
class HttpRuntime {
 public:
  HttpRuntime();
  ~HttpRuntime();
  HttpRuntime(const HttpRuntime&) = delete;
  HttpRuntime& operator=(const HttpRuntime&) = delete;
};

struct HttpCall {
  std::string method = "GET";
  std::string url;                   ///< http:// or https://; may hold secrets, never logged.
  std::vector<std::string> headers;  ///< "Name: value"
  std::string login;                 ///< "user:password" for Basic; "" none.
  std::string body;                  ///< Sent by every method but GET.
  std::chrono::milliseconds connect{std::chrono::seconds(5)};  ///< Name, TCP and TLS.
  std::chrono::milliseconds total{std::chrono::seconds(10)};   ///< Redirects included.
  std::size_t answer_bytes = 64U << 10U;
  std::string ca_file;  ///< PEM; "" : the certificates of the system.
};

struct HttpAnswer {
  int status = 0;  ///< 100..599
  std::string body;
  std::optional<std::chrono::seconds> retry_after;  ///< Retry-After, also when given as a date.
};

struct HttpError {
  /// Closed set: each is a value of a label.
  enum class Kind {
    kConnect,    ///< No address, refused, unreachable, or the connection broke.
    kTimeout,    ///< A deadline passed.
    kTls,        ///< No trust in the certificate, or no common TLS.
    kTooLarge,   ///< More than `answer_bytes`.
    kRedirect,   ///< To another origin, or more than three.
    kCancelled,  ///< `keep_going` said no.
    kOther,
  };
  Kind kind = Kind::kOther;
  std::string detail;    ///< Names the origin of the call, never its path, query or headers.
  int status = 0;        ///< Of the answer that broke the rule; 0: none came.
  bool no_door = false;  ///< kConnect: nobody listens there, or the host is away.
};
/// "connect", "timeout", "tls", "too_large", "redirect", "cancelled", "other"
[[nodiscard]] std::string_view HttpErrorName(HttpError::Kind kind);

template <class T>
using HttpResult = boost::system::result<T, HttpError>;
[[noreturn]] void throw_exception_from_error(const HttpError& error,
                                             const boost::source_location& where);

/// "https://host:port" of a URL; "" when it is none.
[[nodiscard]] std::string OriginOf(const std::string& url);

/// Connections stay open between calls. Use it from one thread at a time.
class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Blocks until the answer, an error, or `keep_going` returns false. `keep_going` (may be
  /// empty) is called on this thread at least every 100 ms. Any status is an answer but a
  /// redirect that is followed. 303 is followed by GET, all other redirects keep the method.
  [[nodiscard]] HttpResult<HttpAnswer> Send(const HttpCall& call,
                                            const std::function<bool()>& keep_going = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace antx
