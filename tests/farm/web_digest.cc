#include "farm/web_digest.h"

#include <openssl/evp.h>

#include <array>

#include "util/text.h"

namespace antx::farm {
namespace {

constexpr std::string_view kRealm = "antMiner Configuration";

/// The value of `name` in `name="value", other=value`.
std::string Part(std::string_view header, std::string_view name) {
  for (std::size_t at = header.find(name); at != std::string_view::npos;
       at = header.find(name, at + 1)) {
    const bool begins = at == 0 || header[at - 1] == ' ' || header[at - 1] == ',';
    const auto equals = at + name.size();
    if (!begins || equals >= header.size() || header[equals] != '=') continue;
    const std::string_view rest = header.substr(equals + 1);
    if (rest.starts_with('"')) return std::string(rest.substr(1, rest.find('"', 1) - 1));
    return std::string(Trim(rest.substr(0, rest.find(','))));
  }
  return {};
}

}  // namespace

std::string Md5(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += kDigits[digest.at(i) >> 4U];
    hex += kDigits[digest.at(i) & 15U];
  }
  return hex;
}

LoginCheck CheckDigest(const WebSide& web, const WebRequest& request) {
  const std::string header = request.Header("authorization");
  if (!ToLower(header).starts_with("digest ")) return LoginCheck::kNone;
  const std::string_view fields = std::string_view(header).substr(7);
  // The machine compares the path with the one that was asked for.
  const bool same = Part(fields, "uri") == request.target &&
                    Part(fields, "username") == web.username && Part(fields, "realm") == kRealm;
  const std::string nonce = Part(fields, "nonce");
  const std::string first = Md5(web.username + ':' + std::string(kRealm) + ':' + web.password);
  const std::string second = Md5(request.method + ':' + request.target);
  const std::string expected = Md5(first + ':' + nonce + ':' + Part(fields, "nc") + ':' +
                                   Part(fields, "cnonce") + ":auth:" + second);
  if (!same || Part(fields, "response") != expected) return LoginCheck::kWrong;
  return nonce == web.nonce && !nonce.empty() ? LoginCheck::kGood : LoginCheck::kStale;
}

WebResponse AskForDigest(WebSide& web, bool stale) {
  web.nonce = Md5("nonce" + std::to_string(++web.nonces));
  WebResponse response;
  response.status = 401;
  response.content_type = "text/html";
  response.body = "<html><head><title>401 - Unauthorized</title></head></html>";
  response.headers.push_back("WWW-Authenticate: Digest realm=\"" + std::string(kRealm) +
                             "\", nonce=\"" + web.nonce + "\", qop=\"auth\"" +
                             (stale ? ", stale=true" : ""));
  return response;
}

}  // namespace antx::farm
