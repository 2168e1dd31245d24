#include "api/finish.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

#include "metrics/compress.h"
#include "metrics/exposition.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr std::size_t kWorthCompressing = 1024;

bool HasHeader(const HttpResponse& response, std::string_view name) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [name](const auto& header) { return EqualsNoCase(header.first, name); });
}

void AddVary(HttpResponse& response, const std::string& name) {
  for (auto& [key, value] : response.headers) {
    if (!EqualsNoCase(key, "Vary")) continue;
    if (!ContainsNoCase(value, name)) value += ", " + name;
    return;
  }
  response.headers.emplace_back("Vary", name);
}

bool IsRead(const std::string& method) { return method == "GET" || method == "HEAD"; }

/// The origin to name in the answer; "" when it may not read.
std::string AllowedOrigin(const HttpRequest& request, const std::vector<std::string>& origins) {
  const std::string origin = request.Header("origin");
  if (origin.empty()) return "";
  for (const std::string& allowed : origins) {
    if (allowed == "*" || allowed == origin) return allowed;
  }
  return "";
}

/// FNV-1a: tells versions apart, protects nothing.
std::string Tag(std::string_view body) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : body) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  std::array<char, 48> text{};
  const int size = std::snprintf(text.data(), text.size(), "%016llx-%zx",
                                 static_cast<unsigned long long>(hash), body.size());
  return {text.data(), static_cast<std::size_t>(size)};
}

bool Matches(const std::string& if_none_match, const std::string& tag) {
  for (std::string_view item : SplitList(if_none_match, ",")) {
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item == "*" || item == tag) return true;
  }
  return false;
}

bool IsText(std::string_view type) {
  return type.starts_with("application/json") || type.starts_with("application/x-ndjson") ||
         type.starts_with("text/html") || type.starts_with("text/css") ||
         type.starts_with("text/csv") || type.starts_with("text/javascript") ||
         type.starts_with("application/javascript") || type.starts_with("image/svg+xml");
}

std::string Compressed(const std::string& body) {
  std::string packed;
  GzipSink sink([&packed](std::string_view piece) {
    packed += piece;
    return true;
  });
  return sink(body) && sink.Finish() ? packed : "";
}

void Compress(HttpResponse& response) {
  if (response.stream) {
    response.stream = [inner = std::move(response.stream)](const BodySink& sink) {
      GzipSink gzip(sink);
      inner([&gzip](std::string_view piece) { return gzip(piece); });
      gzip.Finish();
    };
  } else {
    std::string packed = Compressed(response.body);
    if (packed.empty()) return;
    response.body = std::move(packed);
  }
  response.headers.emplace_back("Content-Encoding", "gzip");
}

}  // namespace

void FinishResponse(const HttpRequest& request, const std::vector<std::string>& origins,
                    HttpResponse& response) {
  if (!IsRead(request.method)) return;
  if (!origins.empty()) {
    AddVary(response, "Origin");
    const std::string origin = AllowedOrigin(request, origins);
    if (!origin.empty()) response.headers.emplace_back("Access-Control-Allow-Origin", origin);
  }
  const bool packs = IsText(response.content_type) && !HasHeader(response, "Content-Encoding") &&
                     (response.stream || response.body.size() > kWorthCompressing);
  const bool gzip = packs && AcceptsGzip(request.Header("accept-encoding"));
  if (packs) AddVary(response, "Accept-Encoding");
  if (response.status == 200 && !response.stream && !HasHeader(response, "ETag")) {
    // A strong tag names the bytes, so each encoding has its own.
    const std::string tag = '"' + Tag(response.body) + (gzip ? "-gz\"" : "\"");
    response.headers.emplace_back("ETag", tag);
    if (Matches(request.Header("if-none-match"), tag)) {
      response.status = 304;
      response.body.clear();
      return;
    }
  }
  if (gzip) Compress(response);
}

HttpResponse Preflight(const HttpRequest& request, const std::vector<std::string>& origins,
                       const std::string& allow) {
  const std::string origin = AllowedOrigin(request, origins);
  const bool readable = allow.find("GET") != std::string::npos;
  if (origin.empty() || !readable || !IsRead(request.Header("access-control-request-method"))) {
    HttpResponse response = ErrorResponse(405, "Method Not Allowed");
    response.headers.emplace_back("Allow", allow);
    return response;
  }
  HttpResponse response;
  response.status = 204;
  response.headers = {
      {"Access-Control-Allow-Origin", origin},
      {"Access-Control-Allow-Methods", "GET, HEAD"},
      {"Access-Control-Allow-Headers", "Authorization, If-None-Match, Last-Event-ID"},
      {"Access-Control-Max-Age", "600"},
      {"Vary", "Origin"}};
  return response;
}

}  // namespace antx
