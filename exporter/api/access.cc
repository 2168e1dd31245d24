#include "api/access.h"

#include <algorithm>

namespace antx {
namespace {

/// Takes the same time whatever the first difference is.
bool SameToken(std::string_view given, std::string_view wanted) {
  unsigned difference = given.size() == wanted.size() ? 0U : 1U;
  for (std::size_t i = 0; i < given.size(); ++i) {
    difference |= static_cast<unsigned char>(given[i]) ^
                  static_cast<unsigned char>(wanted[i % std::max<std::size_t>(wanted.size(), 1)]);
  }
  return difference == 0 && !wanted.empty();
}

/// Browsers name the site of the page that sends a POST; programs do not.
bool FromOtherSite(const HttpRequest& request) {
  const std::string origin = request.Header("origin");
  return !origin.empty() && origin != "http://" + request.Header("host") &&
         origin != "https://" + request.Header("host");
}

}  // namespace

std::optional<HttpResponse> Denied(const ApiContext& context, const HttpRequest& request,
                                   std::string_view what) {
  const std::string token = context.config()->web.auth_token;
  const std::string action(what);
  if (FromOtherSite(request)) return ErrorResponse(403, action + " for another site is refused");
  if (token.empty()) {
    if (request.peer.starts_with("127.")) return std::nullopt;
    return ErrorResponse(403, action + " from elsewhere than loopback needs web.auth_token");
  }
  constexpr std::string_view kBearer = "Bearer ";
  const std::string header = request.Header("authorization");
  if (header.starts_with(kBearer) &&
      SameToken(std::string_view(header).substr(kBearer.size()), token)) {
    return std::nullopt;
  }
  HttpResponse response = ErrorResponse(401, "a bearer token is required (web.auth_token)");
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace antx
