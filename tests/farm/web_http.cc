#include "farm/web_http.h"

#include <utility>

#include "util/text.h"

namespace antx::farm {
namespace {

constexpr std::size_t kMostBytes = 1U << 20U;

std::string_view Reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 302:
      return "Found";
    case 401:
      return "Unauthorized";
    case 404:
      return "Not Found";
    default:
      return "Internal Server Error";
  }
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string Unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 &&
                        HexDigit(text[i + 2]) >= 0;
    if (escape) {
      plain += static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
      i += 2;
    } else {
      plain += text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

}  // namespace

std::string WebRequest::Header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

std::optional<ParsedRequest> ParseRequest(std::string_view text) {
  const auto end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (text.size() > kMostBytes) return ParsedRequest{{}, text.size()};
    return std::nullopt;
  }
  ParsedRequest parsed;
  const auto lines = SplitList(text.substr(0, end), "\r\n");
  const auto words = SplitList(lines.empty() ? "" : lines.front(), " ");
  if (words.size() == 3) {
    parsed.request.method = words[0];
    parsed.request.target = words[1];
  }
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto colon = lines[i].find(':');
    if (colon == std::string_view::npos) continue;
    parsed.request.headers[ToLower(lines[i].substr(0, colon))] = Trim(lines[i].substr(colon + 1));
  }
  const auto length = ParseInt(parsed.request.Header("content-length")).value_or(0);
  if (length < 0 || length > static_cast<std::int64_t>(kMostBytes)) {
    return ParsedRequest{{}, text.size()};
  }
  parsed.size = end + 4 + static_cast<std::size_t>(length);
  if (text.size() < parsed.size) return std::nullopt;
  parsed.request.body = text.substr(end + 4, static_cast<std::size_t>(length));
  return parsed;
}

std::string ToBytes(const WebResponse& response, bool close) {
  std::string bytes = "HTTP/1.1 " + std::to_string(response.status) + ' ' +
                      std::string(Reason(response.status)) +
                      "\r\nContent-Type: " + response.content_type +
                      "\r\nContent-Length: " + std::to_string(response.body.size()) + "\r\n";
  for (const std::string& line : response.headers) bytes += line + "\r\n";
  if (close) bytes += "Connection: close\r\n";
  return bytes + "\r\n" + response.body;
}

std::vector<std::pair<std::string, std::string>> ParseForm(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const std::string_view part : SplitList(text, "&")) {
    const auto equals = std::min(part.find('='), part.size());
    fields.emplace_back(Unescape(part.substr(0, equals)),
                        Unescape(part.substr(std::min(equals + 1, part.size()))));
  }
  return fields;
}

}  // namespace antx::farm
