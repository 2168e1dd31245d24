#include "api/access/site.h"

#include <algorithm>

#include "util/ipv4.h"
#include "util/text.h"

namespace antx {
namespace {

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

}  // namespace

std::string HostName(std::string_view host) {
  const std::string lower = ToLower(host);
  const std::string_view text = lower;
  const bool bracket = text.starts_with('[');
  const auto end = bracket ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos || end == 0) return "";
  const std::string_view name = bracket ? text.substr(1, end - 1) : text.substr(0, end);
  const std::string_view rest = text.substr(bracket ? end + 1 : end);
  if (!rest.empty()) {
    const auto port = rest.front() == ':' ? ParseInt(rest.substr(1)) : std::nullopt;
    if (!port || *port < 1 || *port > 65535) return "";
  }
  const bool good = bracket ? name.find_first_not_of("0123456789abcdef:.") == std::string_view::npos
                            : std::all_of(name.begin(), name.end(), IsNameCharacter);
  return good ? std::string(name) : "";
}

std::string SiteFault(const HttpRequest& request, const std::vector<std::string>& allowed_hosts) {
  const std::string host = request.Header("host");
  const std::string name = HostName(host);
  if (name.empty()) return "the header Host is missing or malformed";
  const bool plain = Ipv4::Parse(name) || name.find(':') != std::string::npos ||
                     name.find('.') == std::string::npos;
  if (!plain &&
      std::find(allowed_hosts.begin(), allowed_hosts.end(), name) == allowed_hosts.end()) {
    return "changing something under this name in Host needs an entry in web.allowed_hosts";
  }
  const std::string origin = request.Header("origin");
  if (!origin.empty() && origin != "http://" + host && origin != "https://" + host) {
    return "changing something for another site (Origin) is refused";
  }
  if (request.Header("sec-fetch-site") == "cross-site") {
    return "changing something for another site (Sec-Fetch-Site) is refused";
  }
  return "";
}

}  // namespace antx
