// What stands before the body of an answer.
#include <civetweb.h>

#include "api/http_types.h"

namespace antx {

std::string ResponseHead(const HttpResponse& response, bool chunked, bool close) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ' +
                     mg_get_response_code_text(nullptr, response.status) + "\r\n";
  const bool has_body = response.status != 204 && response.status != 304;
  if (has_body) head += "Content-Type: " + response.content_type + "\r\n";
  for (const auto& [name, value] : response.headers) head += name + ": " + value + "\r\n";
  if (has_body) {
    head += chunked ? "Transfer-Encoding: chunked\r\n"
                    : "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  }
  if (close) head += "Connection: close\r\n";
  return head + "\r\n";
}

}  // namespace antx
