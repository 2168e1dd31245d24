#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "api/http_types.h"
#include "util/text.h"

namespace antx {

std::string HttpRequest::Header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string() : found->second;
}

std::string JsonQuoted(std::string_view text) {
  return boost::json::serialize(boost::json::string(ToValidUtf8(text)));
}

std::string HtmlEscaped(std::string_view text) {
  std::string escaped;
  for (const char c : ToValidUtf8(text)) {
    switch (c) {
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

HttpResponse ErrorResponse(int status, std::string_view error) {
  HttpResponse response;
  response.status = status;
  response.body = "{\"ok\":false,\"error\":" + JsonQuoted(error) + "}\n";
  return response;
}

HttpResponse JsonResponse(std::string json) {
  HttpResponse response;
  response.body = std::move(json);
  return response;
}

}  // namespace antx
