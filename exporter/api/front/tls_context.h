// TLS of the listener: settings of --web.config.file to a context of OpenSSL, made again when
// the settings or one of their files change.
#pragma once

#include <array>
#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/access/access_files.h"
#include "config/web_file.h"
#include "util/log.h"

namespace antx {

using SslContext = boost::asio::ssl::context;

/// A context for new connections, or null and `fault`: what is wrong, naming the file.
/// TLS 1.2 and 1.3, no renegotiation, no compression, HTTP/1.1 by ALPN.
[[nodiscard]] std::shared_ptr<SslContext> MakeTlsContext(const WebTls& tls, std::string& fault);

/// Whether a certificate of the client, if any, was checked against the client CA.
[[nodiscard]] bool HasVerifiedCertificate(SSL* connection, const WebTls& tls);

/// Whether the client's certificate has one of the names that are allowed; true where none are
/// named.
[[nodiscard]] bool HasAllowedName(SSL* connection, const WebTls& tls);

/// The context in force with the settings it was made from.
struct TlsState {
  WebTls settings;
  std::shared_ptr<SslContext> context;
};

/// For one thread.
class TlsContexts {
 public:
  using Rules = std::function<std::shared_ptr<const AccessRules>()>;
  /// `log` outlives this.
  TlsContexts(Rules rules, Logger& log) : rules_(std::move(rules)), log_(log) {}

  /// Makes the first one. Returns what is wrong, or "".
  [[nodiscard]] std::string Open();
  /// The newest that is good; a change that is not is told in the log, once.
  [[nodiscard]] std::shared_ptr<const TlsState> Current();

 private:
  using Stamps = std::array<FileStamp, 3>;
  static Stamps StampsOf(const WebTls& tls);

  const Rules rules_;
  Logger& log_;
  std::optional<WebTls> tried_;
  Stamps stamps_;
  std::shared_ptr<const TlsState> state_;
};

}  // namespace antx
