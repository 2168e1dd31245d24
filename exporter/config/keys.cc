// Settings of discovery, polling, limits and efficiency.
#include "config/keys.h"

#include <iterator>

#include "config/values.h"
#include "util/text.h"

namespace antx {
namespace {

Key IdentityKey() {
  static const std::vector<std::pair<std::string, IdentityKind>> kWords = {
      {"address", IdentityKind::kAddress},
      {"mac", IdentityKind::kMac},
      {"hostname", IdentityKind::kHostname},
      {"name", IdentityKind::kName}};
  Key key;
  key.path = "discovery.identity";
  key.variables = {"MINER_IDENTITY"};
  key.allowed = "one of address, mac, hostname, name";
  key.help = "What the label `miner` holds.";
  key.restart = true;
  key.set = [](std::string_view text, Config& config) {
    for (const auto& [word, kind] : kWords) {
      if (!EqualsNoCase(word, text)) continue;
      config.discovery.identity = kind;
      return true;
    }
    return false;
  };
  key.get = [](const Config& config) {
    for (const auto& [word, kind] : kWords) {
      if (kind == config.discovery.identity) return word;
    }
    return std::string();
  };
  return key;
}

Key PortKey() {
  Key key;
  key.path = "discovery.miner_port";
  key.variables = {"MINER_PORT"};
  key.allowed = "a port from 1 to 65535";
  key.help = "TCP port of the miners' API.";
  key.restart = true;
  key.set = [](std::string_view text, Config& config) {
    const auto value = ParseInt(text);
    if (!value || *value < 1 || *value > 65535) return false;
    config.discovery.miner_port = static_cast<std::uint16_t>(*value);
    return true;
  };
  key.get = [](const Config& config) { return std::to_string(config.discovery.miner_port); };
  return key;
}

Key ForgetKey() {
  Key key;
  key.path = "discovery.forget_after_hours";
  key.variables = {"FORGET_AFTER_HOURS"};
  key.allowed = "a number from 0 to 87600";
  key.help = "A miner not seen for this long leaves the inventory; 0 = never.";
  key.set = [](std::string_view text, Config& config) {
    const auto value = ParseDouble(text);
    if (!value || *value < 0 || *value > 87600) return false;
    config.discovery.forget_after = Seconds(*value * 3600);
    return true;
  };
  key.get = [](const Config& config) {
    return RoundedText(config.discovery.forget_after.count() / 3600);
  };
  return key;
}

Key ReplyBytesKey() {
  Key key;
  key.path = "polling.max_reply_bytes";
  key.variables = {"MAX_REPLY_BYTES"};
  key.allowed = "a whole number from 4096 to 67108864";
  key.help = "Longer replies are cut off.";
  key.set = [](std::string_view text, Config& config) {
    const auto value = ParseInt(text);
    if (!value || *value < 4096 || *value > (64 << 20)) return false;
    config.polling.max_reply_bytes = static_cast<std::size_t>(*value);
    return true;
  };
  key.get = [](const Config& config) { return std::to_string(config.polling.max_reply_bytes); };
  return key;
}

std::vector<Key> DiscoveryKeys() {
  return {
      BoolKey({"discovery.mdns", {"DISCOVERY_MDNS"}, "Ask by mDNS for miners; answers are hints."},
              [](Config& c) -> bool& { return c.discovery.mdns; }),
      SecondsKey(
          {"discovery.mdns_wait_seconds", {"MDNS_WAIT"}, "How long to wait for answers."},
          [](Config& c) -> Seconds& { return c.discovery.mdns_wait; }, 0.1, 60),
      SecondsKey(
          {"discovery.interval_seconds",
           {"SCAN_INTERVAL"},
           "Seconds between sweeps; 0 = only at start. SCAN_INTERVAL without POLL_INTERVAL "
           "sets both."},
          [](Config& c) -> Seconds& { return c.discovery.interval; }, 0, 604800),
      SecondsKey(
          {"discovery.connect_timeout_seconds",
           {"SCAN_TIMEOUT"},
           "How long a sweep waits for one address."},
          [](Config& c) -> Seconds& { return c.discovery.connect_timeout; }, 0.05, 60),
      IntKey(
          {"discovery.max_concurrent_probes", {"MAX_WORKERS"}, "Addresses probed at once."},
          [](Config& c) -> int& { return c.discovery.max_concurrent_probes; }, 1, 4096),
      IntKey(
          {"discovery.max_probes_per_second", {"MAX_PROBES_PER_SECOND"}, "0 = no limit."},
          [](Config& c) -> int& { return c.discovery.max_probes_per_second; }, 0, 1000000),
      BoolKey(
          {"discovery.allow_public", {"ALLOW_PUBLIC_RANGES"}, "Allow ranges of public addresses."},
          [](Config& c) -> bool& { return c.discovery.allow_public; }),
      ForgetKey(),
      TextKey({"discovery.file",
               {"INVENTORY_FILE"},
               "CSV file with names, sites and racks of miners, or a list of addresses."},
              [](Config& c) -> std::string& { return c.discovery.file; }),
      PortKey(),
      IdentityKey(),
  };
}

std::vector<Key> PollingKeys() {
  return {
      BoolKey({"polling.enabled", {"ENABLE_SCHEDULER"}, "Poll in the background."},
              [](Config& c) -> bool& { return c.polling.enabled; }),
      SecondsKey(
          {"polling.interval_seconds",
           {"POLL_INTERVAL"},
           "Seconds between two polls of a "
           "miner."},
          [](Config& c) -> Seconds& { return c.polling.interval; }, 1, 86400),
      SecondsKey(
          {"polling.timeout_seconds",
           {"CGMINER_TIMEOUT"},
           "For the connection, and again for the whole reply of one command."},
          [](Config& c) -> Seconds& { return c.polling.timeout; }, 0.05, 60),
      IntKey(
          {"polling.max_concurrent", {"MAX_CONCURRENT_POLLS"}, "Miners asked at once."},
          [](Config& c) -> int& { return c.polling.max_concurrent; }, 1, 256),
      ReplyBytesKey(),
      IntKey(
          {"polling.max_reply_depth", {"MAX_REPLY_DEPTH"}, "Deeper JSON is refused."},
          [](Config& c) -> int& { return c.polling.max_reply_depth; }, 4, 256),
  };
}

std::vector<Key> AlertKeys() {
  return {
      NumberKey(
          {"alerts.temperature_celsius", {"TEMP_THRESHOLD"}, "Warning limit of the hottest chip."},
          [](Config& c) -> double& { return c.alerts.temperature_celsius; }, 0, 150),
      NumberKey(
          {"alerts.temperature_critical_margin_celsius",
           {"TEMP_CRITICAL_MARGIN"},
           "The critical limit lies this much above the warning limit."},
          [](Config& c) -> double& { return c.alerts.temperature_critical_margin_celsius; }, 0,
          100),
      FractionKey({"alerts.hashrate_drop_ratio",
                   {"HASHRATE_DROP_THRESHOLD"},
                   "Share of the usual hashrate that must be kept: 0.9 = 10 % drop."},
                  [](Config& c) -> double& { return c.alerts.hashrate_drop_ratio; }),
      NumberKey(
          {"alerts.fan_rpm",
           {"FAN_RPM_THRESHOLD"},
           "Lowest acceptable fan speed; 0: fans are not watched."},
          [](Config& c) -> double& { return c.alerts.fan_rpm; }, 0, 20000),
      NumberKey(
          {"alerts.hardware_error_ratio",
           {"HARDWARE_ERROR_RATIO"},
           "Highest acceptable ratio of hardware errors."},
          [](Config& c) -> double& { return c.alerts.hardware_error_ratio; }, 0, 1),
      NumberKey(
          {"alerts.share_reject_ratio",
           {"SHARE_REJECT_RATIO"},
           "Highest acceptable ratio of rejected difficulty."},
          [](Config& c) -> double& { return c.alerts.share_reject_ratio; }, 0, 1),
      NumberKey(
          {"alerts.restarts_per_hour",
           {"RESTARTS_PER_HOUR"},
           "More restarts than this in an hour are a loop."},
          [](Config& c) -> double& { return c.alerts.restarts_per_hour; }, 0, 3600),
      NumberKey(
          {"alerts.last_share_seconds",
           {"LAST_SHARE_SECONDS"},
           "Longest acceptable time without a share."},
          [](Config& c) -> double& { return c.alerts.last_share_seconds; }, 1, 604800),
      NumberKey(
          {"alerts.market_age_seconds",
           {"MARKET_AGE_SECONDS"},
           "Oldest market data that may be used."},
          [](Config& c) -> double& { return c.alerts.market_age_seconds; }, 60, 2592000),
      IntKey(
          {"alerts.cooldown_minutes",
           {"ALERT_COOLDOWN_MINUTES"},
           "Repeat interval of a mail that is still true."},
          [](Config& c) -> int& { return c.alerts.cooldown_minutes; }, 1, 10080),
      IntKey(
          {"alerts.rolling_window_samples",
           {"ROLLING_WINDOW_SAMPLES"},
           "Healthy samples behind the usual hashrate."},
          [](Config& c) -> int& { return c.alerts.rolling_window_samples; }, 2, 10000),
      EmailListKey({"alerts.email_to", {"ALERT_EMAIL"}, "Who gets mail."},
                   [](Config& c) -> std::vector<std::string>& { return c.alerts.email_to; }),
  };
}

}  // namespace

std::vector<Key> MiningKeys() {
  std::vector<Key> keys = DiscoveryKeys();
  for (auto part : {PollingKeys(), AlertKeys()}) {
    keys.insert(keys.end(), std::make_move_iterator(part.begin()),
                std::make_move_iterator(part.end()));
  }
  Key efficiency = PositiveKey(
      {"efficiency.default_j_per_th",
       {"EFFICIENCY_J_PER_TH"},
       "J/TH of SHA-256 models that neither the table nor EFF_* knows. Models: EFF_S19_PRO=27 "
       "or the map efficiency.models."},
      [](Config& c) -> double& { return c.efficiency.default_j_per_th; }, 500);
  efficiency.set = [set = efficiency.set](std::string_view text, Config& config) {
    config.efficiency.default_is_set = true;
    return set(text, config);
  };
  keys.push_back(std::move(efficiency));
  return keys;
}

const std::vector<Key>& AllKeys() {
  static const std::vector<Key> keys = [] {
    std::vector<Key> all = MiningKeys();
    std::vector<Key> services = ServiceKeys();
    all.insert(all.end(), std::make_move_iterator(services.begin()),
               std::make_move_iterator(services.end()));
    return all;
  }();
  return keys;
}

}  // namespace antx
