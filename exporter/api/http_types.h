// A request and a response as the handlers see them; no socket, no library type.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/parameters.h"
#include "api/query.h"

namespace antx {

/// Of a request; more gets 413.
constexpr std::size_t kMostBodyBytes = 64U * 1024U;
/// Of request line and headers together; more gets 431. A list of 1024 addresses must fit.
constexpr std::size_t kMostHeadBytes = 32U * 1024U;

struct HttpRequest {
  std::string method;  ///< "GET"
  std::string path;    ///< Decoded, without the query.
  Query query;
  std::map<std::string, std::string> headers;          ///< Names in lower case.
  std::map<std::string, std::string> path_parameters;  ///< {ip} of the pattern.
  Parameters parameters;                               ///< As the route table reads the query.
  std::string peer;                                    ///< Address of the client.
  std::string body = {};                               ///< At most kMostBodyBytes.
  bool encrypted = false;                              ///< It came over TLS.
  bool client_certificate = false;  ///< The client showed one that the client CA has signed.
  std::string caller = {};  ///< Who it is, for records: "token night-shift". Never a secret.

  /// The header, or "" when it is absent.
  [[nodiscard]] std::string Header(const std::string& lower_case_name) const;
};

/// Takes a piece of the body; false: the client has gone.
using BodySink = std::function<bool(std::string_view)>;

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  /// When set, the body is streamed in pieces (chunked) instead of `body`.
  std::function<void(const BodySink&)> stream;
};

/// Status line and headers, up to the blank line. `chunked`: the length is not known. `close`:
/// the connection ends with this answer.
[[nodiscard]] std::string ResponseHead(const HttpResponse& response, bool chunked, bool close);

/// {"ok":false,"error":"..."} with the status.
[[nodiscard]] HttpResponse ErrorResponse(int status, std::string_view error);
[[nodiscard]] HttpResponse JsonResponse(std::string json);

/// `text` as a JSON string with its quotes; valid UTF-8, control characters escaped.
[[nodiscard]] std::string JsonQuoted(std::string_view text);
/// For text between tags and inside attributes in double quotes.
[[nodiscard]] std::string HtmlEscaped(std::string_view text);

}  // namespace antx
