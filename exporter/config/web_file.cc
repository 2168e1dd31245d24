#include "config/web_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <utility>

#include "config/read_file.h"
#include "config/values.h"
#include "config/yaml_reader.h"
#include "util/text.h"

namespace antx {
namespace {

using Kind = YamlEntry::Kind;
using Seconds = std::chrono::duration<double>;

constexpr std::size_t kMostBytes = 1U << 20U;

constexpr std::array<std::pair<std::string_view, ClientAuth>, 5> kClientAuth = {
    {{"NoClientCert", ClientAuth::kNone},
     {"RequestClientCert", ClientAuth::kRequest},
     {"RequireAnyClientCert", ClientAuth::kRequireAny},
     {"VerifyClientCertIfGiven", ClientAuth::kVerifyIfGiven},
     {"RequireAndVerifyClientCert", ClientAuth::kRequireAndVerify}}};

/// "$2y$10$" and 53 characters of salt and hash.
bool IsBcrypt(std::string_view text) {
  if (text.size() != 60 || !text.starts_with("$2") || text[3] != '$' || text[6] != '$')
    return false;
  if (std::string_view("aby").find(text[2]) == std::string_view::npos) return false;
  const auto cost = ParseInt(text.substr(4, 2));
  return cost && *cost >= 4 && *cost <= 31 && text[4] != '+' && text[4] != '-' &&
         text.find_first_not_of("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                                7) == std::string_view::npos;
}

class WebFileReader {
 public:
  WebFileReader(const std::string& name, std::vector<std::string>& faults)
      : folder_(std::filesystem::path(name).parent_path()), faults_(faults) {}

  WebFile Read(const std::vector<YamlEntry>& entries) {
    WebFile file;
    Fields(entries, "",
           {{"tls_server_config", [&](const YamlEntry& entry) { Tls(entry, file.tls); }},
            {"http_server_config", [&](const YamlEntry& entry) { Http(entry, file); }},
            {"basic_auth_users", [&](const YamlEntry& entry) { Users(entry, file); }},
            {"rate_limit", [&](const YamlEntry& entry) { Limit(entry, file); }}});
    return file;
  }

 private:
  using Rows = std::vector<std::pair<std::string_view, std::function<void(const YamlEntry&)>>>;

  void Fault(const YamlEntry& entry, const std::string& text) {
    faults_.push_back(entry.place + ": " + text);
  }

  void Fields(const std::vector<YamlEntry>& entries, const std::string& group, const Rows& rows) {
    for (const YamlEntry& entry : entries) {
      const auto row = std::find_if(rows.begin(), rows.end(),
                                    [&](const auto& known) { return known.first == entry.key; });
      if (row != rows.end()) {
        if (entry.kind != Kind::kNull) row->second(entry);
        continue;
      }
      std::string names;
      for (const auto& [name, take] : rows)
        names += (names.empty() ? "" : ", ") + std::string(name);
      Fault(entry, "unknown field \"" + std::string(CutUtf8(entry.key, 100)) + '"' +
                       (group.empty() ? "" : " in " + group) + "; known: " + names);
    }
  }

  bool IsMap(const YamlEntry& entry) {
    if (entry.kind == Kind::kMap) return true;
    Fault(entry, entry.key + " must be a map");
    return false;
  }

  // Makers of rows. Each stores only what is right.

  auto Word(std::string& into) {
    return [this, &into](const YamlEntry& entry) {
      if (entry.kind != Kind::kWord) return Fault(entry, entry.key + " must be a text");
      into = entry.value.text;
    };
  }
  auto File(std::string& into) {
    return [this, &into](const YamlEntry& entry) {
      if (entry.kind != Kind::kWord) return Fault(entry, entry.key + " must be the path of a file");
      const std::filesystem::path path(entry.value.text);
      into = path.empty() || path.is_absolute() ? path.string() : (folder_ / path).string();
    };
  }
  auto Words(std::vector<std::string>& into) {
    return [this, &into](const YamlEntry& entry) {
      if (entry.kind != Kind::kWords) return Fault(entry, entry.key + " must be a list");
      for (const YamlValue& word : entry.words) into.push_back(word.text);
    };
  }
  auto Bool(bool& into) {
    return [this, &into](const YamlEntry& entry) {
      const auto value = ParseBool(entry.value.text);
      if (!value) return Fault(entry, entry.key + " must be true or false");
      into = *value;
    };
  }
  auto Version(int& into) {
    return [this, &into](const YamlEntry& entry) {
      if (entry.value.text != "TLS12" && entry.value.text != "TLS13") {
        return Fault(entry, entry.key + " must be TLS12 or TLS13; older versions are not served");
      }
      into = entry.value.text == "TLS12" ? 2 : 3;
    };
  }

  void Tls(const YamlEntry& entry, std::optional<WebTls>& into) {
    if (!IsMap(entry)) return;
    WebTls tls;
    Fields(entry.children, entry.key,
           {{"cert", Word(tls.certificate.text)},
            {"key", Word(tls.key.text)},
            {"client_ca", Word(tls.client_ca.text)},
            {"cert_file", File(tls.certificate.file)},
            {"key_file", File(tls.key.file)},
            {"client_ca_file", File(tls.client_ca.file)},
            {"client_auth_type", [&](const YamlEntry& row) { Auth(row, tls.client_auth); }},
            {"client_allowed_sans", Words(tls.client_allowed_sans)},
            {"min_version", Version(tls.min_minor)},
            {"max_version", Version(tls.max_minor)},
            {"cipher_suites", Words(tls.cipher_suites)},
            {"prefer_server_cipher_suites", Bool(tls.prefer_server_cipher_suites)},
            {"curve_preferences", Words(tls.curves)}});
    CheckTls(entry, tls);
    into = std::move(tls);
  }

  void Auth(const YamlEntry& entry, ClientAuth& into) {
    std::string names;
    for (const auto& [name, value] : kClientAuth) {
      if (name == entry.value.text) {
        into = value;
        return;
      }
      names += (names.empty() ? "" : ", ") + std::string(name);
    }
    Fault(entry, "client_auth_type must be one of " + names);
  }

  void CheckTls(const YamlEntry& entry, const WebTls& tls) {
    if (tls.certificate.empty()) Fault(entry, "TLS needs cert_file or cert");
    if (tls.key.empty()) Fault(entry, "TLS needs key_file or key");
    const auto both = [&](const PemSource& source, const std::string& name) {
      if (!source.text.empty() && !source.file.empty()) {
        Fault(entry, name + " and " + name + "_file are both set; keep one");
      }
    };
    both(tls.certificate, "cert");
    both(tls.key, "key");
    both(tls.client_ca, "client_ca");
    const bool verifies = tls.client_auth == ClientAuth::kVerifyIfGiven ||
                          tls.client_auth == ClientAuth::kRequireAndVerify;
    if (verifies && tls.client_ca.empty()) {
      Fault(entry, "this client_auth_type needs client_ca_file or client_ca");
    }
    if (!tls.client_ca.empty() && tls.client_auth == ClientAuth::kNone) {
      Fault(entry,
            "a client CA has no effect without client_auth_type; give "
            "RequireAndVerifyClientCert or leave the CA out");
    }
    const bool requires_one = tls.client_auth == ClientAuth::kRequireAny ||
                              tls.client_auth == ClientAuth::kRequireAndVerify;
    if (!tls.client_allowed_sans.empty() && !requires_one) {
      Fault(entry,
            "client_allowed_sans needs client_auth_type RequireAndVerifyClientCert (or "
            "RequireAnyClientCert)");
    }
    if (tls.min_minor > tls.max_minor) Fault(entry, "min_version is above max_version");
  }

  void Http(const YamlEntry& entry, WebFile& file) {
    if (!IsMap(entry)) return;
    bool http2 = true;  // Only HTTP/1.1 is spoken, whatever is said here.
    Fields(
        entry.children, entry.key,
        {{"http2", Bool(http2)}, {"headers", [&](const YamlEntry& row) { Headers(row, file); }}});
  }

  void Headers(const YamlEntry& entry, WebFile& file) {
    if (!IsMap(entry)) return;
    static constexpr std::array<std::string_view, 5> kNames = {
        "Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "X-XSS-Protection",
        "Strict-Transport-Security"};
    for (const YamlEntry& header : entry.children) {
      const bool word = header.kind == Kind::kWord || header.kind == Kind::kNull;
      if (std::find(kNames.begin(), kNames.end(), header.key) == kNames.end()) {
        std::string names;
        for (const auto name : kNames) names += (names.empty() ? "" : ", ") + std::string(name);
        Fault(header,
              "unknown header \"" + std::string(CutUtf8(header.key, 100)) + "\"; known: " + names);
      } else if (!word || !IsPlainText(header.value.text)) {
        Fault(header, header.key + " must be a text of one line");
      } else {
        file.headers[header.key] = header.value.text;
      }
    }
  }

  void Users(const YamlEntry& entry, WebFile& file) {
    if (!IsMap(entry)) return;
    for (const YamlEntry& user : entry.children) {
      if (user.key.find(':') != std::string::npos) {
        Fault(user, "a name of a user holds no colon");
      } else if (user.kind != Kind::kWord || !IsBcrypt(user.value.text)) {
        // The value may be a password by mistake: it is not shown.
        Fault(user,
              "the password of this user must be a bcrypt hash ($2a$, $2b$ or $2y$), as "
              "htpasswd -nB prints it");
      } else {
        file.users[user.key] = user.value.text;
      }
    }
  }

  void Limit(const YamlEntry& entry, WebFile& file) {
    if (!IsMap(entry)) return;
    RateLimit limit;
    Fields(entry.children, entry.key,
           {{"interval",
             [&](const YamlEntry& row) {
               const auto value = ParseGoDuration(row.value.text);
               if (!value) return Fault(row, "interval must be a duration such as 1s or 250ms");
               limit.interval = *value;
             }},
            {"burst", [&](const YamlEntry& row) {
               const auto value = ParseInt(row.value.text);
               if (!value || *value < 1 || *value > 1000000) {
                 return Fault(row, "burst must be a whole number from 1 to 1000000");
               }
               limit.burst = static_cast<int>(*value);
             }}});
    if (limit.interval > Seconds(0)) file.rate_limit = limit;
  }

  std::filesystem::path folder_;
  std::vector<std::string>& faults_;
};

}  // namespace

std::optional<Seconds> ParseGoDuration(std::string_view text) {
  if (text == "0") return Seconds(0);
  static constexpr std::array<std::pair<std::string_view, double>, 4> kUnits = {
      {{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}}};
  double total = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const auto digits = std::min(text.find_first_not_of("0123456789."), text.size());
    const auto number = ParseDouble(text.substr(0, digits));
    if (!number || *number < 0) return std::nullopt;
    text.remove_prefix(digits);
    const auto unit = std::find_if(kUnits.begin(), kUnits.end(),
                                   [&](const auto& row) { return text.starts_with(row.first); });
    if (unit == kUnits.end()) return std::nullopt;
    total += *number * unit->second;
    text.remove_prefix(unit->first.size());
  }
  if (total > 86400) return std::nullopt;
  return Seconds(total);
}

WebFile ParseWebFile(const std::string& text, const std::string& name,
                     std::vector<std::string>& faults) {
  const std::size_t before = faults.size();
  const std::vector<YamlEntry> entries = ReadYaml(text, name, faults);
  if (faults.size() != before) return {};
  return WebFileReader(name, faults).Read(entries);
}

WebFile ReadWebFile(const std::string& path, std::vector<std::string>& faults) {
  if (path.empty()) return {};
  const FileText file = ReadTextFile(path, kMostBytes);
  if (!file.text) {
    faults.push_back("--web.config.file " + path + ": " + file.fault);
    return {};
  }
  return ParseWebFile(*file.text, path, faults);
}

}  // namespace antx
