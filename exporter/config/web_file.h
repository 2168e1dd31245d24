// The file of --web.config.file, in the format of Prometheus' exporter-toolkit: TLS, users,
// headers of answers, limit of requests.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace antx {

/// Whether a client shows a certificate. Names and meaning are those of Go's crypto/tls.
enum class ClientAuth {
  kNone,
  kRequest,           ///< Asked for, not checked.
  kRequireAny,        ///< Must be there, not checked.
  kVerifyIfGiven,     ///< Checked when there is one.
  kRequireAndVerify,  ///< Must be there and be signed by the client CA.
};

/// A PEM text given in the file itself, or the path of a file that holds it.
struct PemSource {
  std::string text;  ///< Wins over `file`.
  std::string file;
  [[nodiscard]] bool empty() const { return text.empty() && file.empty(); }
  bool operator==(const PemSource&) const = default;
};

struct WebTls {
  PemSource certificate;
  PemSource key;  ///< Secret.
  PemSource client_ca;
  ClientAuth client_auth = ClientAuth::kNone;
  std::vector<std::string> client_allowed_sans;
  int min_minor = 2;  ///< TLS 1.x.
  int max_minor = 3;
  std::vector<std::string> cipher_suites;  ///< IANA names as Go prints them, for TLS 1.2.
  bool prefer_server_cipher_suites = true;
  std::vector<std::string> curves;  ///< Go's names.
  bool operator==(const WebTls&) const = default;
};

/// One request each `interval`, `burst` at once.
struct RateLimit {
  std::chrono::duration<double> interval{0};
  int burst = 1;
  bool operator==(const RateLimit&) const = default;
};

struct WebFile {
  std::optional<WebTls> tls;
  std::map<std::string, std::string> users;  ///< Name to bcrypt hash (secret).
  /// Headers for every answer; an empty value takes a default away.
  std::map<std::string, std::string> headers;
  std::optional<RateLimit> rate_limit;
  bool operator==(const WebFile&) const = default;
};

/// @param name of the file, for faults; relative paths in it count from its folder.
/// @param faults gets a complete line for each fault; hashes and keys are never quoted.
[[nodiscard]] WebFile ParseWebFile(const std::string& text, const std::string& name,
                                   std::vector<std::string>& faults);

/// Reads and parses the file; an empty path gives the empty WebFile.
[[nodiscard]] WebFile ReadWebFile(const std::string& path, std::vector<std::string>& faults);

/// "1s", "250ms", "1m30s", as Go and Prometheus write durations, or "0".
[[nodiscard]] std::optional<std::chrono::duration<double>> ParseGoDuration(std::string_view text);

}  // namespace antx
