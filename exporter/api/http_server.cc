#include "api/http_server.h"

#include <utility>

#include "api/dispatcher.h"
#include "api/front/front.h"
#include "api/front/tls_context.h"
#include "api/plain_listener.h"

namespace antx {
namespace {

constexpr int kControlThreads = 2;

}  // namespace

struct HttpServer::Impl {
  Impl(const WebConfig& web, const ApiContext& context)
      : files(web.config_file, context.log), dispatcher(context, files, web.telemetry_path) {}

  /// One listener for the addresses; false: `error` says why not.
  bool Listen(const std::vector<ListenAddress>& addresses, ListenerRole role, const WebConfig& web,
              std::string& error);

  AccessFiles files;
  Dispatcher dispatcher;
  // Declared last: they end first, and use the rest until then.
  std::vector<std::unique_ptr<TlsFront>> fronts;
  std::vector<std::unique_ptr<PlainListener>> plain;
};

bool HttpServer::Impl::Listen(const std::vector<ListenAddress>& addresses, ListenerRole role,
                              const WebConfig& web, std::string& error) {
  const int threads = role == ListenerRole::kWrites ? kControlThreads : web.threads;
  if (files.Current(web.tokens_file)->web.tls) {
    auto front =
        TlsFront::Start({addresses, threads, web.max_connections, role}, dispatcher, error);
    if (front) fronts.push_back(std::move(front));
  } else {
    auto listener = PlainListener::Start(addresses, threads, role, dispatcher, error);
    if (listener) plain.push_back(std::move(listener));
  }
  return error.empty();
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

std::unique_ptr<HttpServer> HttpServer::Start(const WebConfig& web, const ApiContext& context,
                                              std::string& error) {
  error.clear();
  auto impl = std::make_unique<Impl>(web, context);
  for (const std::string& fault : impl->files.Open(web.tokens_file)) {
    error += (error.empty() ? "" : "; ") + fault;
  }
  if (!error.empty()) return nullptr;
  const bool apart = !web.control_listen.empty();
  const ListenerRole main = apart ? ListenerRole::kReads : ListenerRole::kEverything;
  if (!impl->Listen(web.listen, main, web, error)) return nullptr;
  if (apart && !impl->Listen(web.control_listen, ListenerRole::kWrites, web, error)) return nullptr;
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

std::vector<std::string> AccessFaults(const WebConfig& web) {
  std::vector<std::string> faults;
  const WebFile file = ReadWebFile(web.config_file, faults);
  (void)ReadTokens(web.tokens_file, faults);
  std::string fault;
  if (file.tls && !MakeTlsContext(*file.tls, fault)) faults.push_back(fault);
  return faults;
}

std::vector<int> HttpServer::Ports() const {
  std::vector<int> ports;
  const auto add = [&ports](const std::vector<int>& more) {
    ports.insert(ports.end(), more.begin(), more.end());
  };
  for (const auto& front : impl_->fronts) add(front->Ports());
  for (const auto& listener : impl_->plain) add(listener->Ports());
  return ports;
}

std::string HttpServer::Scheme() const { return impl_->fronts.empty() ? "http" : "https"; }

}  // namespace antx
