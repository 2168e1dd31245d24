// A request as Beast has parsed it becomes one that the handlers know. Pure.
#pragma once

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>
#include <string_view>

#include "api/http_types.h"

namespace antx {

using RequestParser = boost::beast::http::request_parser<boost::beast::http::string_body>;

/// Sets the limits of head and body.
void SetLimits(RequestParser& parser);

/// Fills method, path, query, headers and body. Returns why it is no good request (400), or "".
/// A repeated header is joined by commas; `Host` and `Authorization` may not be repeated.
[[nodiscard]] std::string ToHttpRequest(
    boost::beast::http::request<boost::beast::http::string_body>&& message, HttpRequest& request);

/// The status and text for an error of the parser.
struct ParseFault {
  int status = 400;
  std::string text;
};
[[nodiscard]] ParseFault FaultOf(const boost::system::error_code& error);

/// One chunk of a body whose length is not known; an empty piece gives the end of the body.
[[nodiscard]] std::string Chunk(std::string_view piece);

}  // namespace antx
