// Settings of the allow-list of pools and of silences.
#include <algorithm>

#include "config/keys.h"
#include "config/values.h"
#include "model/pool_target.h"
#include "util/text.h"

namespace antx {
namespace {

bool IsAccountPattern(std::string_view text) {
  const auto star = text.find('*');
  return text != "*" && text.find('.') == std::string_view::npos &&
         (star == std::string_view::npos || star + 1 == text.size());
}

/// A matcher that could mute everything, or undo the ones that the exporter sets, is none.
bool IsSilenceMatcher(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == text.size()) return false;
  const std::string_view name = text.substr(0, equals);
  const bool letters = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  const bool digit = name.front() >= '0' && name.front() <= '9';
  const bool regular = text[equals + 1] == '~' || text[equals + 1] == '=';
  return letters && !digit && !regular && name != "miner" && name != "alertname";
}

std::vector<Key> PoolKeys() {
  return {
      CheckedListKey(
          {"pools.allowed_hosts",
           {"POOL_ALLOWED_HOSTS"},
           "Pools that miners may work for. A miner that works elsewhere is a metric, an "
           "event and a critical alert. Empty: any."},
          [](Config& c) -> std::vector<std::string>& { return c.pools.allowed_hosts; },
          "host, host:port, *.domain or an address, a list separated by commas; names in "
          "ASCII (xn--...)",
          IsPoolHostPattern),
      CheckedListKey(
          {"pools.allowed_accounts",
           {"POOL_ALLOWED_ACCOUNTS"},
           "Accounts that miners may work for: the pool user up to the first dot. With "
           "both lists set, host and account must be allowed. Empty: any."},
          [](Config& c) -> std::vector<std::string>& { return c.pools.allowed_accounts; },
          "accounts letter by letter, or a beginning and *, a list separated by commas; "
          "no dot",
          IsAccountPattern),
  };
}

std::vector<Key> SilenceKeys() {
  return {
      UrlKey({"control.alertmanager_url",
              {"ALERTMANAGER_URL"},
              "Alertmanager in which own commands and maintenance silence the alerts of their "
              "miners; empty = none."},
             [](Config& c) -> std::string& { return c.control.alertmanager_url; }),
      TextKey({"control.alertmanager_username", {"ALERTMANAGER_USERNAME"}, "Login, if it has one."},
              [](Config& c) -> std::string& { return c.control.alertmanager_username; }),
      SecretKey({"control.alertmanager_password", {"ALERTMANAGER_PASSWORD"}, "Its password."},
                [](Config& c) -> std::string& { return c.control.alertmanager_password; }),
      TextKey({"control.alertmanager_ca_file",
               {"ALERTMANAGER_CA_FILE"},
               "CA certificates for it; empty = those of the system."},
              [](Config& c) -> std::string& { return c.control.alertmanager_ca_file; }),
      CheckedListKey(
          {"control.silence_matchers",
           {"SILENCE_MATCHERS"},
           "Labels that every silence asks for beside the miners: needed where several exporters "
           "with miners of the same names share an Alertmanager."},
          [](Config& c) -> std::vector<std::string>& { return c.control.silence_matchers; },
          "label=value, a list separated by commas; not miner, not alertname", IsSilenceMatcher),
      SecondsKey(
          {"control.silence_linger_seconds",
           {"SILENCE_LINGER"},
           "How long a silence goes on after its cause: the rules keep an alert firing for 5 "
           "minutes "
           "after its condition (keep_firing_for)."},
          [](Config& c) -> Seconds& { return c.control.silence_linger; }, 0, 3600),
  };
}

}  // namespace

std::vector<Key> QuietKeys() {
  std::vector<Key> keys = PoolKeys();
  for (Key& key : SilenceKeys()) keys.push_back(std::move(key));
  return keys;
}

}  // namespace antx
