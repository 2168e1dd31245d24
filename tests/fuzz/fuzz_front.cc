// Any bytes as a request to the TLS listener, after TLS: in one piece and in pieces.
#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/access/site.h"
#include "api/front/message.h"

namespace {

/// Whether it is a request that would reach the handlers.
bool Parse(std::string_view bytes, std::size_t piece, antx::HttpRequest& request) {
  antx::RequestParser parser;
  antx::SetLimits(parser);
  std::string waiting;
  boost::system::error_code error;
  std::size_t used = 1;  // The body may wait behind the head although no more bytes come.
  while ((!bytes.empty() || (used > 0 && !waiting.empty())) && !error && !parser.is_done()) {
    waiting += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
    used = parser.put(boost::asio::buffer(waiting), error);
    waiting.erase(0, used);
    // As the session does: the head alone, then the body unless it comes in chunks.
    if (!error && parser.is_header_done()) {
      if (parser.chunked()) error = boost::beast::http::error::bad_transfer_encoding;
      parser.eager(true);
    }
    if (error == boost::beast::http::error::need_more) error = {};
  }
  if (error) {
    const auto fault = antx::FaultOf(error);
    if (fault.status < 400 || fault.status > 431) __builtin_trap();
    return false;
  }
  return parser.is_done() && antx::ToHttpRequest(parser.release(), request).empty();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  antx::HttpRequest whole;
  antx::HttpRequest parts;
  const bool good = Parse(bytes, bytes.size(), whole);
  if (good != Parse(bytes, std::size_t{data[0]} + 1, parts)) __builtin_trap();
  if (!good) return 0;
  if (whole.path != parts.path || whole.body != parts.body) __builtin_trap();
  if (whole.path != "*" && !whole.path.starts_with('/')) __builtin_trap();
  for (const char c : whole.path) {
    if (static_cast<unsigned char>(c) < 0x20) __builtin_trap();
  }
  if (whole.body.size() > antx::kMostBodyBytes) __builtin_trap();
  for (const auto& [name, value] : whole.headers) {
    if (value.find_first_of("\r\n") != std::string::npos) __builtin_trap();
  }
  (void)antx::SiteFault(whole, {"antminer.example"});
  return 0;
}
