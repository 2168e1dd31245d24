#include "api/http_server.h"

#include <civetweb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "api/finish.h"
#include "api/routes.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr int kMostHeaderBytes = 16 * 1024;
// A client that stops in the middle of a request or of a piece of 64 KiB is given up.
constexpr const char* kRequestTimeoutMs = "3000";
constexpr int kDeferSeconds = 30;

/// civetweb does not show its sockets: they are found by being the listening ones on our ports.
std::vector<int> ListeningSockets(const std::vector<int>& ports) {
  std::vector<int> sockets;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return sockets;
  const int most = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 1024));
  for (int descriptor = 3; descriptor < most; ++descriptor) {
    int listening = 0;
    socklen_t size = sizeof(listening);
    sockaddr_in address{};
    socklen_t length = sizeof(address);
    if (getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 ||
        listening == 0 ||
        getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
      continue;
    }
    const int port = ntohs(address.sin_port);
    if (std::find(ports.begin(), ports.end(), port) != ports.end()) sockets.push_back(descriptor);
  }
  return sockets;
}

/// civetweb gives each connection a thread at once, also one that never says anything. The
/// kernel can wait for the first byte instead.
void WaitForFirstByte(const std::vector<int>& ports) {
  for (const int descriptor : ListeningSockets(ports)) {
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_DEFER_ACCEPT, &kDeferSeconds,
                     sizeof(kDeferSeconds));
  }
}

std::vector<int> PortsOf(const mg_context* server) {
  std::array<mg_server_port, 16> ports{};
  const int count = mg_get_server_ports(server, static_cast<int>(ports.size()), ports.data());
  std::vector<int> all;
  for (int i = 0; i < count; ++i) all.push_back(ports.at(static_cast<std::size_t>(i)).port);
  return all;
}

const char* StatusText(int status) { return mg_get_response_code_text(nullptr, status); }

/// Headers that every answer carries; those of /api/ forbid caching.
std::string CommonHeaders(const HttpResponse& response, std::string_view path) {
  std::string headers = "X-Content-Type-Options: nosniff\r\n";
  const bool own_policy =
      std::any_of(response.headers.begin(), response.headers.end(),
                  [](const auto& header) { return header.first == "Content-Security-Policy"; });
  if (!own_policy) headers += "Content-Security-Policy: default-src 'self'\r\n";
  if (path.starts_with("/api/") || path.starts_with("/dashboard/api/")) {
    headers +=
        "Cache-Control: no-store, no-cache, must-revalidate, max-age=0, private\r\n"
        "Pragma: no-cache\r\nExpires: 0\r\n";
  }
  return headers;
}

bool WriteAll(mg_connection* connection, std::string_view data) {
  return data.empty() ||
         mg_write(connection, data.data(), data.size()) == static_cast<int>(data.size());
}

std::string Head(const HttpResponse& response, std::string_view path, bool chunked) {
  std::string head =
      "HTTP/1.1 " + std::to_string(response.status) + ' ' + StatusText(response.status) + "\r\n";
  const bool has_body = response.status != 204 && response.status != 304;
  if (has_body) head += "Content-Type: " + response.content_type + "\r\n";
  for (const auto& [name, value] : response.headers) head += name + ": " + value + "\r\n";
  head += CommonHeaders(response, path);
  if (has_body) {
    head += chunked ? "Transfer-Encoding: chunked\r\n"
                    : "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  }
  return head + "\r\n";
}

void Send(mg_connection* connection, const HttpRequest& request, const HttpResponse& response) {
  const bool stream = static_cast<bool>(response.stream);
  const bool body_wanted = request.method != "HEAD";
  if (!WriteAll(connection, Head(response, request.path, stream)) || !body_wanted) return;
  if (!stream) {
    WriteAll(connection, response.body);
    return;
  }
  bool alive = true;
  response.stream([connection, &alive](std::string_view piece) {
    alive = alive && (piece.empty() || mg_send_chunk(connection, piece.data(),
                                                     static_cast<unsigned>(piece.size())) >= 0);
    return alive;
  });
  if (alive) mg_send_chunk(connection, "", 0);
}

HttpRequest ReadRequest(mg_connection* connection) {
  const mg_request_info* info = mg_get_request_info(connection);
  HttpRequest request;
  request.method = info->request_method;
  request.path = info->local_uri != nullptr ? info->local_uri : "/";
  request.peer = info->remote_addr;
  if (info->query_string != nullptr) request.query = Query(info->query_string);
  for (int i = 0; i < info->num_headers; ++i) {
    request.headers[ToLower(info->http_headers[i].name)] = info->http_headers[i].value;
  }
  return request;
}

}  // namespace

struct HttpServer::Impl {
  explicit Impl(const ApiContext& given) : context(given) {}
  ~Impl() {
    if (server == nullptr) return;
    // civetweb looks up from waiting for clients every 2 s only: this wakes it.
    for (const int descriptor : ListeningSockets(PortsOf(server))) shutdown(descriptor, SHUT_RD);
    mg_stop(server);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  HttpResponse Answer(HttpRequest& request, std::string_view& handler) const;
  std::string ReadParameters(const Route& route, int max_limit, HttpRequest& request) const;
  int Handle(mg_connection* connection) const;

  const ApiContext& context;
  std::string telemetry_path;
  std::vector<Route> routes;
  mg_context* server = nullptr;
};

HttpResponse HttpServer::Impl::Answer(HttpRequest& request, std::string_view& handler) const {
  handler = "none";
  const RouteMatch match = FindRoute(routes, request.method, request.path);
  const auto config = context.config();
  if (match.route == nullptr) {
    if (match.allow.empty()) return ErrorResponse(404, "Not Found");
    if (request.method == "OPTIONS") {
      return Preflight(request, config->web.cors_origins, match.allow);
    }
    HttpResponse response = ErrorResponse(405, "Method Not Allowed");
    response.headers.emplace_back("Allow", match.allow);
    return response;
  }
  handler = match.route->name;
  request.path_parameters = match.path_parameters;
  try {
    if (const std::string error = ReadParameters(*match.route, config->api.max_limit, request);
        !error.empty()) {
      return ErrorResponse(400, error);
    }
    return match.route->handle(context, request);
  } catch (const std::exception& error) {
    context.log.Error("http", std::string(handler) + ": " + error.what());
    return ErrorResponse(500, "Internal Server Error");
  }
}

/// By the table. {ip} of a path is an address like ?ip=. Returns an error text or "".
std::string HttpServer::Impl::ReadParameters(const Route& route, int max_limit,
                                             HttpRequest& request) const {
  // Pages read their parameters themselves: their faults are pages too.
  if (route.content == "text/html") return "";
  ParsedParameters parsed =
      ParseParameters(route.parameters, request.query, context.clock.Now(), max_limit);
  if (!parsed.error.empty()) return parsed.error;
  request.parameters = std::move(parsed.parameters);
  const auto ip = request.path_parameters.find("ip");
  if (ip == request.path_parameters.end()) return "";
  const auto address = Ipv4::Parse(ip->second);
  if (!address) return "ip: must be an IPv4 address such as 192.0.2.11";
  request.parameters.Set("ip", std::vector<Ipv4>{*address});
  return "";
}

int HttpServer::Impl::Handle(mg_connection* connection) const {
  const SteadyTime begin = context.clock.Steady();
  HttpRequest request = ReadRequest(connection);
  std::string_view handler;
  HttpResponse response = Answer(request, handler);
  FinishResponse(request, context.config()->web.cors_origins, response);
  Send(connection, request, response);
  context.self.HttpRequest(handler, response.status, context.clock.Steady() - begin);
  return response.status;
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

std::unique_ptr<HttpServer> HttpServer::Start(const WebConfig& web, const ApiContext& context,
                                              std::string& error) {
  auto impl = std::make_unique<Impl>(context);
  impl->telemetry_path = web.telemetry_path;
  impl->routes = AllRoutes(impl->telemetry_path);

  std::string ports;
  for (const ListenAddress& address : web.listen) {
    ports += (ports.empty() ? "" : ",") + address.ToString();
  }
  const std::string threads = std::to_string(web.threads);
  const std::string header_bytes = std::to_string(kMostHeaderBytes);
  const std::array<const char*, 21> options = {
      "listening_ports", ports.c_str(), "num_threads", threads.c_str(), "request_timeout_ms",
      kRequestTimeoutMs, "keep_alive_timeout_ms", "500", "enable_keep_alive", "yes", "tcp_nodelay",
      "1", "max_request_size", header_bytes.c_str(), "enable_directory_listing", "no",
      // It would allow every site by itself.
      "access_control_allow_origin", "", "access_control_allow_methods", "", nullptr};
  mg_callbacks callbacks{};
  // civetweb's own errors (bad request line, headers too large) as JSON like all others.
  callbacks.http_error = [](mg_connection* connection, int status, const char* /*message*/) {
    HttpRequest request;
    Send(connection, request, ErrorResponse(status, StatusText(status)));
    return 0;
  };
  callbacks.log_message = [](const mg_connection* connection, const char* message) {
    const auto* self = static_cast<const Impl*>(
        mg_get_user_data(mg_get_context(const_cast<mg_connection*>(connection))));
    if (self != nullptr) self->context.log.Debug("http", message);
    return 1;
  };
  impl->server = mg_start(&callbacks, impl.get(), const_cast<const char**>(options.data()));
  if (impl->server == nullptr) {
    error = "cannot listen on " + ports + ": is the port in use? Set web.listen (LISTEN_ADDRESS)";
    return nullptr;
  }
  mg_set_request_handler(
      impl->server, "**",
      [](mg_connection* connection, void* data) {
        const auto* self = static_cast<const Impl*>(data);
        try {
          return self->Handle(connection);
        } catch (const std::exception& thrown) {
          // Headers may be out already: the connection ends short and the client notices.
          self->context.log.Error("http", thrown.what());
          return 500;
        }
      },
      impl.get());
  std::unique_ptr<HttpServer> server(new HttpServer(std::move(impl)));
  WaitForFirstByte(server->Ports());
  return server;
}

std::vector<int> HttpServer::Ports() const { return PortsOf(impl_->server); }

}  // namespace antx
