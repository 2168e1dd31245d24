// Settings of the listeners and of who may do what.
#include <optional>

#include "config/keys.h"
#include "config/values.h"
#include "util/text.h"

namespace antx {
namespace {

std::optional<ListenAddress> ParseListen(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (EqualsNoCase(host, "localhost")) host = "127.0.0.1";
  // civetweb's suffixes "s" and "r" (TLS) are refused here: no digit, no port.
  const auto port = ParseInt(text.substr(colon + 1));
  if (!port || *port < 0 || *port > 65535) return std::nullopt;
  if (!host.empty() && !Ipv4::Parse(host)) return std::nullopt;
  return ListenAddress{host.empty() ? "0.0.0.0" : std::string(host), static_cast<int>(*port)};
}

Key ListenListKey(KeyInfo info, const Field<std::vector<ListenAddress>>& field) {
  Key key;
  key.path = std::move(info.path);
  key.variables = std::move(info.variables);
  key.help = std::move(info.help);
  key.allowed =
      "IPv4:port (localhost is 127.0.0.1), a list separated by commas; TLS comes by "
      "--web.config.file";
  key.restart = true;
  key.is_list = true;
  key.set = [field](std::string_view text, Config& config) {
    std::vector<ListenAddress> all;
    for (const std::string_view item : SplitList(text, ", ")) {
      const auto address = ParseListen(item);
      if (!address) return false;
      all.push_back(*address);
    }
    field(config) = std::move(all);
    return true;
  };
  key.get = [field](const Config& config) {
    // The field function takes a Config that may be changed: it gets a copy.
    Config copy = config;
    std::string text;
    for (const ListenAddress& address : field(copy)) {
      text += (text.empty() ? "" : ",") + address.ToString();
    }
    return text;
  };
  return key;
}

Key ListenKey() {
  Key key = ListenListKey(
      {"web.listen",
       {"LISTEN_ADDRESS"},
       "Where to listen. HOST and PORT of the old system are taken when this is not set."},
      [](Config& c) -> std::vector<ListenAddress>& { return c.web.listen; });
  key.set = [set = key.set](std::string_view text, Config& config) {
    return !SplitList(text, ", ").empty() && set(text, config);
  };
  return WithFlag(std::move(key), "--web.listen-address");
}

Key AllowedHostsKey() {
  Key key = ListKey({"web.allowed_hosts",
                     {"WEB_ALLOWED_HOSTS"},
                     "Names with a dot by which the exporter is called when something is changed; "
                     "addresses and names without a dot need no entry."},
                    [](Config& c) -> std::vector<std::string>& { return c.web.allowed_hosts; });
  key.allowed = "names without scheme and port, a list separated by commas";
  key.set = [](std::string_view text, Config& config) {
    std::vector<std::string> names;
    for (const std::string_view item : SplitList(text, ", ")) {
      if (item.find_first_of("/:@*") != std::string_view::npos) return false;
      names.push_back(ToLower(item));
    }
    config.web.allowed_hosts = std::move(names);
    return true;
  };
  return key;
}

}  // namespace

std::vector<Key> ListenerKeys() {
  return {
      ListenKey(),
      ListenListKey({"web.control_listen",
                     {"CONTROL_LISTEN_ADDRESS"},
                     "A listener of its own for what changes something; the other one then only "
                     "reads."},
                    [](Config& c) -> std::vector<ListenAddress>& { return c.web.control_listen; }),
      NeedsRestart(IntKey(
          {"web.max_connections", {"MAX_CONNECTIONS"}, "Clients of the TLS listener at once."},
          [](Config& c) -> int& { return c.web.max_connections; }, 8, 100000)),
      SecretKey({"web.auth_token",
                 {"WEB_AUTH_TOKEN"},
                 "Bearer token with scope admin. Without any token only loopback may reload, "
                 "rescan and back up."},
                [](Config& c) -> std::string& { return c.web.auth_token; }),
      TextKey({"web.tokens_file",
               {"WEB_TOKENS_FILE"},
               "Bearer tokens made by `antminer_exporter token`. When set, reading needs one, "
               "too."},
              [](Config& c) -> std::string& { return c.web.tokens_file; }),
      ChoiceKey({"web.basic_auth_scope",
                 {"BASIC_AUTH_SCOPE"},
                 "What the users of --web.config.file may do."},
                [](Config& c) -> std::string& { return c.web.basic_auth_scope; },
                {"read", "operate", "admin"}),
      AllowedHostsKey(),
      NeedsRestart(BoolKey({"control.allow_plain_http",
                            {"CONTROL_ALLOW_PLAIN_HTTP"},
                            "Take commands to miners without TLS from other machines, too."},
                           [](Config& c) -> bool& { return c.control.allow_plain_http; })),
  };
}

}  // namespace antx
