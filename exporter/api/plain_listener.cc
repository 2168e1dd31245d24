#include "api/plain_listener.h"

#include <civetweb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "util/text.h"

namespace antx {
namespace {

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
  all.reserve(ports.size());
  for (int i = 0; i < count; ++i) all.push_back(ports.at(static_cast<std::size_t>(i)).port);
  return all;
}

const char* StatusText(int status) { return mg_get_response_code_text(nullptr, status); }

bool WriteAll(mg_connection* connection, std::string_view data) {
  return data.empty() ||
         mg_write(connection, data.data(), data.size()) == static_cast<int>(data.size());
}

void Send(mg_connection* connection, const HttpRequest& request, const HttpResponse& response) {
  const bool stream = static_cast<bool>(response.stream);
  const bool body_wanted = request.method != "HEAD";
  if (!WriteAll(connection, ResponseHead(response, stream, false)) || !body_wanted) return;
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

/// The body of a request that changes something. False: it is larger than allowed or broken off.
bool ReadBody(mg_connection* connection, std::string& body) {
  std::array<char, 4096> piece{};
  for (;;) {
    const int size = mg_read(connection, piece.data(), piece.size());
    if (size <= 0) return size == 0;
    body.append(piece.data(), static_cast<std::size_t>(size));
    if (body.size() > kMostBodyBytes) return false;
  }
}

}  // namespace

struct PlainListener::Impl {
  Impl(Dispatcher& given, ListenerRole what) : dispatcher(given), role(what) {}
  ~Impl() {
    if (server == nullptr) return;
    // civetweb looks up from waiting for clients every 2 s only: this wakes it.
    for (const int descriptor : ListeningSockets(PortsOf(server))) shutdown(descriptor, SHUT_RD);
    mg_stop(server);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  int Handle(mg_connection* connection) const;
  /// Null until the server has started.
  static const Impl* Of(const mg_connection* connection) {
    return static_cast<const Impl*>(mg_get_user_data(mg_get_context(connection)));
  }
  static mg_callbacks Callbacks();

  Dispatcher& dispatcher;
  const ListenerRole role;
  mg_context* server = nullptr;
};

int PlainListener::Impl::Handle(mg_connection* connection) const {
  HttpRequest request = ReadRequest(connection);
  const bool has_body = request.method != "GET" && request.method != "HEAD";
  if (has_body && !ReadBody(connection, request.body)) {
    const HttpResponse response = dispatcher.Unreadable(
        413, "the body is larger than " + std::to_string(kMostBodyBytes) + " bytes or broken off");
    Send(connection, request, response);
    return response.status;
  }
  const Dispatcher::Answered answered = dispatcher.Answer(request, role);
  Send(connection, request, answered.response);
  dispatcher.Sent(answered);
  return answered.response.status;
}

mg_callbacks PlainListener::Impl::Callbacks() {
  mg_callbacks callbacks{};
  // A request handler could be set only once the port is open: who came before it would get 404.
  callbacks.begin_request = [](mg_connection* connection) {
    const Impl* self = Of(connection);
    try {
      return self->Handle(connection);
    } catch (const std::exception& thrown) {
      // Headers may be out already: the connection ends short and the client notices.
      self->dispatcher.context().log.Error("http", thrown.what());
      return 500;
    }
  };
  // civetweb's own errors (bad request line, headers too large) as JSON like all others.
  callbacks.http_error = [](mg_connection* connection, int status, const char* /*message*/) {
    const HttpRequest request;
    Send(connection, request, Of(connection)->dispatcher.Unreadable(status, StatusText(status)));
    return 0;
  };
  callbacks.log_message = [](const mg_connection* connection, const char* message) {
    if (const Impl* self = Of(connection)) self->dispatcher.context().log.Debug("http", message);
    return 1;
  };
  return callbacks;
}

PlainListener::PlainListener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PlainListener::~PlainListener() = default;

std::unique_ptr<PlainListener> PlainListener::Start(const std::vector<ListenAddress>& addresses,
                                                    int threads, ListenerRole role,
                                                    Dispatcher& dispatcher, std::string& error) {
  auto impl = std::make_unique<Impl>(dispatcher, role);
  std::string ports;
  for (const ListenAddress& address : addresses) {
    ports += (ports.empty() ? "" : ",") + address.ToString();
  }
  const std::string thread_count = std::to_string(threads);
  const std::string header_bytes = std::to_string(kMostHeadBytes);
  const std::array<const char*, 21> options = {
      "listening_ports", ports.c_str(), "num_threads", thread_count.c_str(), "request_timeout_ms",
      kRequestTimeoutMs, "keep_alive_timeout_ms", "500", "enable_keep_alive", "yes", "tcp_nodelay",
      "1", "max_request_size", header_bytes.c_str(), "enable_directory_listing", "no",
      // It would allow every site by itself.
      "access_control_allow_origin", "", "access_control_allow_methods", "", nullptr};
  const mg_callbacks callbacks = Impl::Callbacks();
  impl->server = mg_start(&callbacks, impl.get(), const_cast<const char**>(options.data()));
  if (impl->server == nullptr) {
    error = "cannot listen on " + ports +
            ": is the port in use? Set web.listen (LISTEN_ADDRESS) or web.control_listen";
    return nullptr;
  }
  std::unique_ptr<PlainListener> listener(new PlainListener(std::move(impl)));
  WaitForFirstByte(listener->Ports());
  return listener;
}

std::vector<int> PlainListener::Ports() const { return PortsOf(impl_->server); }

}  // namespace antx
