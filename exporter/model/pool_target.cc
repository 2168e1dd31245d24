#include "model/pool_target.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "util/text.h"

namespace antx {
namespace {

constexpr std::size_t kShownOfAccount = 2;
constexpr std::size_t kLeastAccount = 4;
constexpr std::size_t kShownOfWorker = 32;

std::optional<int> ParsePort(std::string_view text) {
  const bool digits = !text.empty() && std::all_of(text.begin(), text.end(),
                                                   [](char c) { return c >= '0' && c <= '9'; });
  const auto port = digits ? ParseInt(text) : std::nullopt;
  if (!port || *port < 1 || *port > 65535) return std::nullopt;
  return static_cast<int>(*port);
}

/// The one spelling of an IPv6 address; nothing when it is none.
std::optional<std::string> Ipv6(std::string_view text) {
  in6_addr address{};
  if (inet_pton(AF_INET6, std::string(text).c_str(), &address) != 1) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> spelled{};
  if (inet_ntop(AF_INET6, &address, spelled.data(), spelled.size()) == nullptr) return std::nullopt;
  return std::string(spelled.data());
}

bool IsName(std::string_view name) {
  if (name.empty() || name.size() > 253 || name.front() == '.') return false;
  return name.find("..") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [](char c) {
           const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
           return letter || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
         });
}

/// "host", "host:port", "[v6]:port" or a bare IPv6 address.
std::optional<PoolTarget> HostAndPort(std::string_view text) {
  PoolTarget target;
  std::string_view port;
  bool has_port = false;
  if (const auto whole = Ipv6(text)) {
    target.host = *whole;
    return target;
  }
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const auto address = Ipv6(text.substr(1, close - 1));
    if (!address) return std::nullopt;
    target.host = *address;
    has_port = close + 1 < text.size();
    if (has_port && text[close + 1] != ':') return std::nullopt;
    if (has_port) port = text.substr(close + 2);
  } else {
    const auto colon = text.find(':');
    has_port = colon != std::string_view::npos;
    target.host = ToLower(text.substr(0, colon));
    if (has_port) port = text.substr(colon + 1);
    if (target.host.ends_with('.')) target.host.pop_back();
    if (target.host.empty()) return std::nullopt;
  }
  if (!has_port) return target;
  target.port = ParsePort(port);
  if (!target.port) return std::nullopt;
  return target;
}

}  // namespace

std::optional<PoolTarget> ParsePoolTarget(std::string_view text) {
  text = Trim(text);
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos) {
    text.remove_prefix(scheme + 3);
  }
  const auto end = std::min(text.find_first_of("/?#"), text.size());
  if (text.find('@', end) != std::string_view::npos) return std::nullopt;
  text = text.substr(0, end);
  if (const auto at = text.rfind('@'); at != std::string_view::npos) text.remove_prefix(at + 1);
  return HostAndPort(text);
}

bool IsPoolHostPattern(std::string_view text) {
  const bool below = text.starts_with("*.");
  if (below) text.remove_prefix(2);
  if (text.find_first_of("/?#@*") != std::string_view::npos) return false;
  const auto target = HostAndPort(text);
  if (!target) return false;
  const bool address = target->host.find(':') != std::string::npos;
  return address ? !below : IsName(target->host);
}

bool PoolHostMatches(std::string_view pattern, const PoolTarget& target) {
  const bool below = pattern.starts_with("*.");
  const auto wanted = HostAndPort(below ? pattern.substr(2) : pattern);
  if (!wanted || (wanted->port && wanted->port != target.port)) return false;
  if (!below) return target.host == wanted->host;
  return target.host.size() > wanted->host.size() + 1 && target.host.ends_with('.' + wanted->host);
}

std::string_view PoolAccount(std::string_view user) { return user.substr(0, user.find('.')); }

bool PoolAccountMatches(std::string_view pattern, std::string_view user) {
  const std::string_view account = PoolAccount(user);
  if (!pattern.ends_with('*')) return account == pattern;
  return account.starts_with(pattern.substr(0, pattern.size() - 1));
}

std::string MaskedPoolUser(std::string_view user) {
  const std::string_view account = PoolAccount(user);
  const std::string_view worker = user.substr(account.size());
  std::string text;
  // Two letters of a shorter name would be most of it.
  if (account.size() >= kLeastAccount) text = CutUtf8(account, kShownOfAccount);
  text += "***";
  text += CutUtf8(worker, kShownOfWorker);
  return EscapeControl(ToValidUtf8(text));
}

}  // namespace antx
