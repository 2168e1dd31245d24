#include "api/front/tls_context.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <utility>

#include "config/read_file.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr std::size_t kMostPemBytes = 1U << 20U;
constexpr unsigned char kSessionContext[] = "antminer_exporter";

/// What OpenSSL says of the first error in its queue, which is emptied. It quotes no input.
std::string SslError() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "OpenSSL refuses it" : reason;
}

/// The PEM text of a source, or a fault.
std::optional<std::string> PemText(const PemSource& source, const std::string& name,
                                   std::string& fault) {
  if (!source.text.empty()) return source.text;
  FileText file = ReadTextFile(source.file, kMostPemBytes);
  if (!file.text) fault = name + "_file " + source.file + ": " + file.fault;
  return std::move(file.text);
}

std::string Named(const PemSource& source, const std::string& name) {
  return source.file.empty() ? name : name + "_file " + source.file;
}

/// Go's names of cipher suites as OpenSSL's list; "" and `fault` for an unknown one.
std::string CipherList(const std::vector<std::string>& suites, std::string& fault) {
  std::string list;
  for (const std::string& suite : suites) {
    // TLS 1.3 always has its three.
    if (suite.starts_with("TLS_AES_") || suite == "TLS_CHACHA20_POLY1305_SHA256") continue;
    const char* name = OPENSSL_cipher_name(suite.c_str());
    std::string known = name == nullptr ? "(NONE)" : name;
    if (known == "(NONE)") {  // Go has a short form of two names.
      name = OPENSSL_cipher_name((suite + "_SHA256").c_str());
      known = name == nullptr ? "(NONE)" : name;
    }
    if (known == "(NONE)") {
      fault = "cipher_suites: \"" + std::string(CutUtf8(suite, 100)) + "\" is unknown";
      return "";
    }
    list += (list.empty() ? "" : ":") + known;
  }
  return list;
}

std::string CurveList(const std::vector<std::string>& curves, std::string& fault) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kNames = {
      {{"CurveP256", "P-256"},
       {"CurveP384", "P-384"},
       {"CurveP521", "P-521"},
       {"X25519", "X25519"}}};
  std::string list;
  for (const std::string& curve : curves) {
    const auto row = std::find_if(kNames.begin(), kNames.end(),
                                  [&](const auto& name) { return name.first == curve; });
    if (row == kNames.end()) {
      fault = "curve_preferences: allowed are CurveP256, CurveP384, CurveP521 and X25519";
      return "";
    }
    list += (list.empty() ? "" : ":") + std::string(row->second);
  }
  return list;
}

/// Of what the client offers, HTTP/1.1; without it the connection goes on without ALPN.
int ChooseProtocol(SSL* /*connection*/, const unsigned char** out, unsigned char* size,
                   const unsigned char* offered, unsigned offered_size, void* /*data*/) {
  static constexpr unsigned char kOurs[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, size, kOurs, sizeof(kOurs), offered, offered_size);
  if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

bool SetProtocols(SSL_CTX* context, const WebTls& tls, std::string& fault) {
  const auto version = [](int minor) { return minor == 2 ? TLS1_2_VERSION : TLS1_3_VERSION; };
  SSL_CTX_set_min_proto_version(context, version(tls.min_minor));
  SSL_CTX_set_max_proto_version(context, version(tls.max_minor));
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  if (tls.prefer_server_cipher_suites) {
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  }
  SSL_CTX_set_alpn_select_cb(context, ChooseProtocol, nullptr);
  SSL_CTX_set_session_id_context(context, kSessionContext, sizeof(kSessionContext) - 1);
  const std::string ciphers = CipherList(tls.cipher_suites, fault);
  if (!ciphers.empty() && SSL_CTX_set_cipher_list(context, ciphers.c_str()) != 1) {
    fault = "cipher_suites: " + SslError();
  }
  const std::string curves = CurveList(tls.curves, fault);
  if (!curves.empty() && SSL_CTX_set1_groups_list(context, curves.c_str()) != 1) {
    fault = "curve_preferences: " + SslError();
  }
  return fault.empty();
}

bool SetCertificate(SslContext& context, const WebTls& tls, std::string& fault) {
  const auto chain = PemText(tls.certificate, "cert", fault);
  if (!chain) return false;
  const auto key = PemText(tls.key, "key", fault);
  if (!key) return false;
  boost::system::error_code error;
  // A key with a passphrase is refused; without this OpenSSL would ask on the terminal.
  context.set_password_callback(
      [](std::size_t, SslContext::password_purpose) { return std::string(); }, error);
  ERR_clear_error();
  context.use_certificate_chain(boost::asio::buffer(*chain), error);
  if (error) {
    fault = Named(tls.certificate, "cert") + ": no certificate in PEM form that can be used";
    return false;
  }
  context.use_private_key(boost::asio::buffer(*key), SslContext::pem, error);
  if (error || SSL_CTX_check_private_key(context.native_handle()) != 1) {
    fault = Named(tls.key, "key") + ": no private key in PEM form, without passphrase, that fits " +
            Named(tls.certificate, "cert");
    ERR_clear_error();
    return false;
  }
  return true;
}

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

bool SetClientCa(SSL_CTX* context, const WebTls& tls, std::string& fault) {
  if (tls.client_ca.empty()) return true;
  const auto text = PemText(tls.client_ca, "client_ca", fault);
  if (!text) return false;
  const Bio bio(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())), BIO_free);
  int count = 0;
  for (;;) {
    const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr),
                                  X509_free);
    if (!certificate) break;
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get());
    SSL_CTX_add_client_CA(context, certificate.get());
    ++count;
  }
  ERR_clear_error();
  if (count == 0) fault = Named(tls.client_ca, "client_ca") + ": no certificate in PEM form";
  return count > 0;
}

void SetVerification(SSL_CTX* context, ClientAuth auth) {
  const auto anything = [](int, X509_STORE_CTX*) { return 1; };
  switch (auth) {
    case ClientAuth::kNone:
      return SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    case ClientAuth::kRequest:
      return SSL_CTX_set_verify(context, SSL_VERIFY_PEER, anything);
    case ClientAuth::kRequireAny:
      return SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                                anything);
    case ClientAuth::kVerifyIfGiven:
      return SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    case ClientAuth::kRequireAndVerify:
      return SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                                nullptr);
  }
}

std::string Text(const ASN1_STRING* value) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<std::size_t>(ASN1_STRING_length(value))};
}

/// One subject alternative name as text; "" for a kind that is not compared.
std::string NameText(const GENERAL_NAME* name) {
  switch (name->type) {
    case GEN_DNS:
      return Text(name->d.dNSName);
    case GEN_EMAIL:
      return Text(name->d.rfc822Name);
    case GEN_URI:
      return Text(name->d.uniformResourceIdentifier);
    case GEN_IPADD: {
      const std::string bytes = Text(name->d.iPAddress);
      std::array<char, INET6_ADDRSTRLEN> text{};
      const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
      if (bytes.size() != 4 && bytes.size() != 16) return "";
      inet_ntop(family, bytes.data(), text.data(), text.size());
      return text.data();
    }
    default:
      return "";
  }
}

}  // namespace

std::shared_ptr<SslContext> MakeTlsContext(const WebTls& tls, std::string& fault) {
  auto context = std::make_shared<SslContext>(SslContext::tls_server);
  SSL_CTX* handle = context->native_handle();
  const bool good = SetProtocols(handle, tls, fault) && SetCertificate(*context, tls, fault) &&
                    SetClientCa(handle, tls, fault);
  if (!good) return nullptr;
  SetVerification(handle, tls.client_auth);
  return context;
}

bool HasVerifiedCertificate(SSL* connection, const WebTls& tls) {
  const bool verifies = tls.client_auth == ClientAuth::kVerifyIfGiven ||
                        tls.client_auth == ClientAuth::kRequireAndVerify;
  return verifies && SSL_get0_peer_certificate(connection) != nullptr &&
         SSL_get_verify_result(connection) == X509_V_OK;
}

bool HasAllowedName(SSL* connection, const WebTls& tls) {
  if (tls.client_allowed_sans.empty()) return true;
  const X509* certificate = SSL_get0_peer_certificate(connection);
  if (certificate == nullptr) return false;
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const std::string name = NameText(sk_GENERAL_NAME_value(names.get(), i));
    const auto& allowed = tls.client_allowed_sans;
    if (!name.empty() && std::find(allowed.begin(), allowed.end(), name) != allowed.end()) {
      return true;
    }
  }
  return false;
}

TlsContexts::Stamps TlsContexts::StampsOf(const WebTls& tls) {
  return {FileStamp::Of(tls.certificate.file), FileStamp::Of(tls.key.file),
          FileStamp::Of(tls.client_ca.file)};
}

std::string TlsContexts::Open() {
  const auto rules = rules_();
  if (!rules->web.tls) return "--web.config.file: no tls_server_config";
  const WebTls& tls = *rules->web.tls;
  tried_ = tls;
  stamps_ = StampsOf(tls);
  std::string fault;
  auto context = MakeTlsContext(tls, fault);
  if (context) state_ = std::make_shared<const TlsState>(TlsState{tls, std::move(context)});
  return fault;
}

std::shared_ptr<const TlsState> TlsContexts::Current() {
  const auto rules = rules_();
  if (!rules->web.tls) return state_;
  const Stamps stamps = StampsOf(*rules->web.tls);
  if (tried_ == rules->web.tls && stamps == stamps_) return state_;
  const std::string fault = Open();
  if (fault.empty()) {
    log_.Info("http", "certificate and TLS settings read again");
  } else {
    log_.Warn("http", fault + "; the certificate from before stays in use");
  }
  return state_;
}

}  // namespace antx
