// Requests and answers of the simulated web side as values. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace antx::farm {

struct WebRequest {
  std::string method;
  std::string target;                          ///< Path with query.
  std::map<std::string, std::string> headers;  ///< Names in lower case.
  std::string body;
  [[nodiscard]] std::string Header(const std::string& name) const;
};

struct WebResponse {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::string> headers;  ///< "Name: value"
  bool die = false;                  ///< The connection ends without an answer.
};

/// How many bytes of `text` are the first request, and the request; nothing while it is not
/// complete. A request that is none or larger than 1 MiB gives an empty method.
struct ParsedRequest {
  WebRequest request;
  std::size_t size = 0;
};
[[nodiscard]] std::optional<ParsedRequest> ParseRequest(std::string_view text);

/// The bytes of an answer.
[[nodiscard]] std::string ToBytes(const WebResponse& response, bool close);

/// "a=1&b=%20x" as names and values, in order.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> ParseForm(std::string_view text);

}  // namespace antx::farm
