#include "api/access/guard.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

#include "api/access/site.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr std::size_t kMostCredentialBytes = 4096;

bool SameSecret(std::string_view given, const std::string& wanted) {
  // Hashes have one length: the time tells nothing of the secret's.
  const std::string a = TokenHash(given);
  const std::string b = TokenHash(wanted);
  return !wanted.empty() && a.size() == b.size() &&
         CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// The rest of "Scheme rest", or nothing when the scheme is another.
std::optional<std::string_view> AfterScheme(std::string_view header, std::string_view scheme) {
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ') return std::nullopt;
  if (!EqualsNoCase(header.substr(0, scheme.size()), scheme)) return std::nullopt;
  return Trim(header.substr(scheme.size()));
}

/// Of "user:password"; nothing when it is no Base64.
std::optional<std::string> Base64Decoded(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > kMostCredentialBytes) {
    return std::nullopt;
  }
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

/// 401 with what could be shown instead.
HttpResponse Unauthorized(const AccessRules& rules, const std::string& why) {
  HttpResponse response = ErrorResponse(401, why);
  if (!rules.web.users.empty()) {
    response.headers.emplace_back("WWW-Authenticate",
                                  "Basic realm=\"antminer_exporter\", charset=\"UTF-8\"");
  }
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

bool FromLoopback(const HttpRequest& request) {
  // A proxy on this machine speaks for somebody else.
  return request.peer.starts_with("127.") && request.Header("x-forwarded-for").empty() &&
         request.Header("forwarded").empty();
}

}  // namespace

std::shared_ptr<const AccessRules> Guard::Rules() const {
  return files_.Current(context_.config()->web.tokens_file);
}

bool Guard::OverLimit(const AccessRules& rules) {
  if (!rules.web.rate_limit) return false;
  const RateLimit& limit = *rules.web.rate_limit;
  const SteadyTime now = context_.clock.Steady();
  const std::lock_guard lock(bucket_mutex_);
  if (!bucket_filled_) bucket_ = limit.burst;
  const std::chrono::duration<double> passed = now - bucket_filled_.value_or(now);
  bucket_ = std::min<double>(limit.burst, bucket_ + passed / limit.interval);
  bucket_filled_ = now;
  if (bucket_ < 1) return true;
  bucket_ -= 1;
  return false;
}

Guard::Identity Guard::ByToken(const HttpRequest& request, std::string_view token,
                               const AccessRules& rules, const Config& config) {
  Identity identity;
  identity.given = true;
  if (SameSecret(token, config.web.auth_token)) {
    identity.scope = Scope::kAdmin;
    identity.caller = "web.auth_token";
    return identity;
  }
  if (SameSecret(token, config.control.token)) {
    identity.scope = Scope::kOperate;
    identity.caller = "control.token";
    return identity;
  }
  const TokenRecord* record = FindToken(rules.tokens, token);
  if (record == nullptr) {
    identity.refusal = Unauthorized(rules, "the bearer token is wrong");
    return identity;
  }
  const auto address = Ipv4::Parse(request.peer);
  const bool inside =
      record->from.empty() ||
      std::any_of(record->from.begin(), record->from.end(),
                  [&](const AddressRange& range) { return address && range.Contains(*address); });
  if (!inside) {
    identity.refusal = ErrorResponse(403, "this token may not be used from this address");
  } else if (record->expires && context_.clock.Now() >= *record->expires) {
    identity.refusal = Unauthorized(rules, "the bearer token has expired");
  } else {
    identity.scope = record->scope;
    identity.caller = "token " + record->name;
  }
  return identity;
}

Guard::Identity Guard::ByPassword(std::string_view encoded, const AccessRules& rules,
                                  const Config& config) {
  Identity identity;
  identity.given = true;
  const auto text = Base64Decoded(encoded);
  const auto colon = text ? text->find(':') : std::string::npos;
  if (rules.web.users.empty() || colon == std::string::npos) {
    identity.refusal = Unauthorized(rules, "user or password is wrong");
    return identity;
  }
  const std::string name = text->substr(0, colon);
  const auto user = rules.web.users.find(name);
  const std::string hash = user == rules.web.users.end() ? "" : user->second;
  switch (passwords_.Check(hash, std::string_view(*text).substr(colon + 1))) {
    case PasswordChecker::Verdict::kGood:
      identity.scope = ParseScope(config.web.basic_auth_scope).value_or(Scope::kRead);
      identity.caller = "user " + name;
      break;
    case PasswordChecker::Verdict::kBusy:
      identity.refusal = ErrorResponse(429, "too many new logins at once; try again");
      identity.refusal->headers.emplace_back("Retry-After", "2");
      break;
    case PasswordChecker::Verdict::kBad:
      identity.refusal = Unauthorized(rules, "user or password is wrong");
      break;
  }
  return identity;
}

Guard::Identity Guard::Identify(const HttpRequest& request, const AccessRules& rules,
                                const Config& config) {
  const std::string header = request.Header("authorization");
  if (const auto token = AfterScheme(header, "Bearer")) {
    return ByToken(request, *token, rules, config);
  }
  if (const auto encoded = AfterScheme(header, "Basic")) return ByPassword(*encoded, rules, config);
  Identity identity;
  if (!header.empty()) {
    identity.given = true;
    identity.refusal = Unauthorized(rules, "Authorization must be Bearer or Basic");
  } else if (request.client_certificate && rules.web.users.empty()) {
    identity.given = true;
    identity.scope = Scope::kRead;
    identity.caller = "client certificate";
  }
  return identity;
}

std::optional<HttpResponse> Guard::Refuse(HttpRequest& request, const Needed& needed) {
  if (needed.scope == Scope::kNone) return std::nullopt;
  const auto config = context_.config();
  const auto rules = files_.Current(config->web.tokens_file);
  if (OverLimit(*rules)) {
    HttpResponse response = ErrorResponse(429, "too many requests (rate_limit)");
    response.headers.emplace_back("Retry-After", "1");
    return response;
  }
  if (needed.write) {
    if (const std::string fault = SiteFault(request, config->web.allowed_hosts); !fault.empty()) {
      return ErrorResponse(403, fault);
    }
  }
  Identity identity = Identify(request, *rules, *config);
  if (!identity.refusal && identity.scope >= needed.scope) {
    request.caller = identity.caller;
    return std::nullopt;
  }
  const bool closed = !rules->web.users.empty() || !config->web.tokens_file.empty();
  const bool changes = needed.write || needed.scope > Scope::kRead;
  const bool local = FromLoopback(request);
  const bool open =
      !closed && !needed.credential && (!changes || (local && config->web.auth_token.empty()));
  if (open) {
    request.caller = local ? "loopback" : "anybody";
    return std::nullopt;
  }
  if (identity.refusal) {
    context_.log.Warn("http", "refused: " + request.peer +
                                  " showed a credential that is not "
                                  "accepted");
    return identity.refusal;
  }
  const std::string scope(ScopeName(needed.scope));
  if (identity.given) {
    return ErrorResponse(403, "this needs the scope " + scope + "; the caller has " +
                                  std::string(ScopeName(identity.scope)));
  }
  const bool any_credential =
      closed || !config->web.auth_token.empty() || !config->control.token.empty();
  if (!any_credential) {
    return ErrorResponse(403,
                         "from elsewhere than loopback this needs a token (web.tokens_file or "
                         "web.auth_token), and none is set");
  }
  return Unauthorized(*rules, "a bearer token" +
                                  std::string(rules->web.users.empty() ? "" : " or a login") +
                                  " with the scope " + scope + " is required");
}

}  // namespace antx
