#include "api/front/message.h"

#include <array>
#include <boost/beast/http/error.hpp>
#include <cstdio>
#include <optional>
#include <utility>

#include "util/text.h"

namespace antx {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t kMostPathBytes = 4096;

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

std::optional<unsigned> HexDigit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

/// Strict: a broken escape or a control character is an error, + is a plus.
std::optional<std::string> DecodedPath(std::string_view text) {
  std::string path;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const auto high = HexDigit(text[i + 1]);
      const auto low = HexDigit(text[i + 2]);
      if (!high || !low) return std::nullopt;
      c = static_cast<char>(*high * 16 + *low);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    path += c;
  }
  return path;
}

/// The target without scheme and host, which a proxy would send.
std::string_view OriginForm(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const auto slash = target.find('/', scheme.size());
    return slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  return target;
}

std::string TakeHeaders(const http::fields& fields, HttpRequest& request) {
  for (const auto& field : fields) {
    const std::string name = ToLower(View(field.name_string()));
    const std::string value(Trim(View(field.value())));
    const auto [place, fresh] = request.headers.try_emplace(name, value);
    if (fresh) continue;
    if (name == "host" || name == "authorization") return "the header " + name + " stands twice";
    place->second += ", " + value;
  }
  return request.headers.count("host") == 0 ? "the header Host is missing" : "";
}

}  // namespace

void SetLimits(RequestParser& parser) {
  parser.header_limit(static_cast<std::uint32_t>(kMostHeadBytes));
  parser.body_limit(kMostBodyBytes);
}

std::string ToHttpRequest(http::request<http::string_body>&& message, HttpRequest& request) {
  request.method = View(message.method_string());
  const std::string_view target = OriginForm(View(message.target()));
  if (target != "*" && !target.starts_with('/')) return "the target must be a path";
  const auto mark = std::min(target.find('?'), target.size());
  if (mark > kMostPathBytes) return "the path is longer than 4096 bytes";
  auto path = DecodedPath(target.substr(0, mark));
  if (!path) return "the path holds a broken escape or a control character";
  request.path = std::move(*path);
  if (mark < target.size()) request.query = Query(target.substr(mark + 1));
  if (std::string fault = TakeHeaders(message, request); !fault.empty()) return fault;
  request.body = std::move(message.body());
  return "";
}

ParseFault FaultOf(const boost::system::error_code& error) {
  if (error == http::error::header_limit) {
    return {431, "the head is larger than " + std::to_string(kMostHeadBytes) + " bytes"};
  }
  if (error == http::error::body_limit) {
    return {413, "the body is larger than " + std::to_string(kMostBodyBytes) + " bytes"};
  }
  if (error == http::error::bad_transfer_encoding) {
    return {411, "a body needs its Content-Length; chunks are not taken"};
  }
  return {400, "no HTTP/1.1 request: " + error.message()};
}

std::string Chunk(std::string_view piece) {
  std::array<char, 24> size{};
  const int length = std::snprintf(size.data(), size.size(), "%zx\r\n", piece.size());
  std::string chunk(size.data(), static_cast<std::size_t>(length));
  chunk += piece;
  return chunk + "\r\n";
}

}  // namespace antx
