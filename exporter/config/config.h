// All settings, resolved and validated. Immutable once built; a reload builds a
// new one. No module reads environment, files or flags by itself.
// The table of keys (name, variable, YAML path, default, range, help) is config/keys.cc.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/inventory.h"
#include "util/ipv4.h"
#include "util/log.h"

namespace antx {

using Seconds = std::chrono::duration<double>;

/// A miner named by hand (discovery.static, inventory CSV). `address` or `mac` is the key.
struct InventoryEntry {
  std::optional<Ipv4> address;
  std::string mac;         ///< Lower case with colons; "" when not given.
  bool is_static = false;  ///< Polled even if no sweep finds it; needs an address.
  MinerLabels labels;
  bool from_file = false;  ///< A row of discovery.file, not of discovery.static.
  bool operator==(const InventoryEntry&) const = default;
};

/// One range to sweep, inclusive on both ends; whole CIDR blocks keep `from_cidr`.
struct AddressRange {
  Ipv4 first;
  Ipv4 last;
  std::string text;        ///< As the user wrote it (or as auto-detection names it).
  bool from_cidr = false;  ///< Skip network and broadcast address (prefix < 31).
  [[nodiscard]] bool Contains(Ipv4 address) const { return first <= address && address <= last; }
  [[nodiscard]] std::uint64_t Size() const { return std::uint64_t{last.value} - first.value + 1; }
  bool operator==(const AddressRange&) const = default;
};

enum class IdentityKind { kAddress, kMac, kHostname, kName };

struct DiscoveryConfig {
  bool automatic = true;  ///< No range is set: detect the interface's network.
  std::vector<AddressRange> ranges;
  bool mdns = true;
  Seconds mdns_wait{2};
  Seconds interval{300};  ///< 0: only at start.
  Seconds connect_timeout{0.5};
  int max_concurrent_probes = 256;
  int max_probes_per_second = 0;  ///< 0: no limit.
  bool allow_public = false;
  Seconds forget_after{7 * 24 * 3600.0};  ///< 0: never.
  std::string file;                       ///< Inventory CSV or a list of addresses; "" none.
  std::uint16_t miner_port = 4028;
  std::vector<InventoryEntry> inventory;  ///< discovery.static plus the rows of `file`.
  IdentityKind identity = IdentityKind::kAddress;
  bool operator==(const DiscoveryConfig&) const = default;
};

struct PollingConfig {
  bool enabled = true;
  Seconds interval{30};
  Seconds timeout{1.0};  ///< For connect, and again for the whole reply of one command.
  int max_concurrent = 64;
  std::size_t max_reply_bytes = 1U << 20U;
  int max_reply_depth = 32;
  bool operator==(const PollingConfig&) const = default;
};

struct EfficiencyConfig {
  double default_j_per_th = 29.5;
  bool default_is_set = false;           ///< The user set it, it is no built-in value.
  std::map<std::string, double> models;  ///< Normalised model name ("s19 pro") to J/TH.
  bool operator==(const EfficiencyConfig&) const = default;
};

/// Overrides of limits for a model (normalised name) or a miner (id or address).
struct ThresholdOverride {
  std::optional<double> temperature_celsius;
  std::optional<double> hashrate_drop_ratio;
  std::optional<double> fan_rpm;
  bool operator==(const ThresholdOverride&) const = default;
};

struct AlertsConfig {
  double temperature_celsius = 80;
  double temperature_critical_margin_celsius = 10;
  double hashrate_drop_ratio = 0.9;
  double fan_rpm = 2000;
  double hardware_error_ratio = 0.01;
  double share_reject_ratio = 0.05;
  double restarts_per_hour = 3;
  double last_share_seconds = 900;
  double market_age_seconds = 3600;
  int cooldown_minutes = 30;
  int rolling_window_samples = 10;
  std::vector<std::string> email_to;
  std::map<std::string, ThresholdOverride> models;
  std::map<std::string, ThresholdOverride> miners;
  bool operator==(const AlertsConfig&) const = default;
};

struct SmtpConfig {
  std::string host;
  int port = 587;
  std::string username;
  std::string password;  ///< Secret.
  bool operator==(const SmtpConfig&) const = default;
};

struct LoggingConfig {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kJson;
  std::string directory;
  int retention_days = 7;
  bool to_database = true;
  bool operator==(const LoggingConfig&) const = default;
};

struct ListenAddress {
  std::string host;  ///< IPv4 literal.
  int port = 14028;
  [[nodiscard]] std::string ToString() const { return host + ':' + std::to_string(port); }
  bool operator==(const ListenAddress&) const = default;
};

struct WebConfig {
  std::vector<ListenAddress> listen{{"0.0.0.0", 14028}};
  std::string telemetry_path = "/metrics";
  std::string config_file;  ///< --web.config.file (TLS, users).
  std::string auth_token;   ///< Secret; a bearer token with scope admin.
  std::vector<std::string> cors_origins;
  int threads = 8;
  int max_scrapes = 40;
  std::string grafana_url;
  int max_streams = 4;                        ///< Clients of /api/stream; 0: none.
  std::string tokens_file;                    ///< Bearer tokens, hashed; "" none.
  std::string basic_auth_scope = "read";      ///< What basic_auth_users may do.
  std::vector<std::string> allowed_hosts;     ///< Names in `Host` of a write, in lower case.
  std::vector<ListenAddress> control_listen;  ///< Writes only, here only; empty: no such listener.
  int max_connections = 2048;                 ///< Of the TLS listener.
  bool operator==(const WebConfig&) const = default;
};

struct MetricsConfig {
  int max_miners = 20000;
  int max_boards = 8;
  int max_fans = 16;
  int max_sensors = 16;
  int max_pools = 8;
  bool fail_scrape_when_stale = false;
  bool pool_workers = false;               ///< antminer_pool_worker_info, opt-in.
  std::vector<AddressRange> probe_ranges;  ///< /probe beyond the inventory; closed by default.
  bool operator==(const MetricsConfig&) const = default;
};

struct StorageConfig {
  bool enabled = true;
  std::string path = "/var/lib/antminer_exporter/metrics.db";
  double retention_days = 90;  ///< Of events and the error log.
  double max_gigabytes = 20;   ///< Disk budget of the database; 0: no limit.
  /// Ladder of the history as text, and how long its steps raw, 5m, 1h, 1d are kept (0: forever).
  std::string rollup = "raw:7d,5m:90d,1h:3y,1d:forever";
  std::array<std::chrono::hours, 4> keep{{std::chrono::hours(7 * 24), std::chrono::hours(90 * 24),
                                          std::chrono::hours(3 * 365 * 24), std::chrono::hours(0)}};
  bool operator==(const StorageConfig&) const = default;
};

struct PushConfig {
  std::string url;
  std::string api_key;  ///< Secret.
  std::string auth_scheme = "bearer";
  double timeout_seconds = 5;
  int batch_size = 1;
  int queue_max_records = 0;  ///< 0: an hour of the fleet; see push/sender.h.
  int retries = 3;
  std::string tls_ca_file;
  bool operator==(const PushConfig&) const = default;
};

/// One period of a time-of-use tariff, in local time.
struct TariffPeriod {
  std::uint8_t days = 0;  ///< Bit 0 Monday to bit 6 Sunday: the days on which the period begins.
  int start_minute = 0;   ///< 0..1439 after midnight.
  int end_minute = 0;     ///< 1..1440; up to the start: of the next day.
  double price = 0;       ///< Per kWh.
  bool operator==(const TariffPeriod&) const = default;
};

struct TariffConfig {
  double price = 0.10;                ///< Per kWh, outside of all periods.
  std::string time_zone = "UTC";      ///< IANA name.
  std::vector<TariffPeriod> periods;  ///< The first that fits holds.
  bool operator==(const TariffConfig&) const = default;
};

/// Electricity of one site; what is absent is as everywhere, but a price without periods is flat.
struct SiteTariff {
  std::optional<double> price;
  std::string time_zone;  ///< "": as everywhere.
  std::optional<std::vector<TariffPeriod>> periods;
  bool operator==(const SiteTariff&) const = default;
};

struct ProfitabilityConfig {
  bool enabled = true;
  bool fetch = true;    ///< Ask providers; off: static values only.
  TariffConfig tariff;  ///< Unless site or miner have their own.
  std::map<std::string, SiteTariff> sites;
  std::string currency = "USD";  ///< ISO 4217, upper case.
  double pool_fee_percent = 0;
  std::optional<double> block_subsidy_btc;
  std::optional<double> block_fees_btc;
  std::string price_url;
  std::string difficulty_url;
  std::optional<double> static_price;
  std::optional<double> static_difficulty;
  std::vector<std::string> price_sources{"coingecko", "mempool", "coinbase", "binance"};
  std::vector<std::string> chain_sources{"blockchain", "mempool"};
  Seconds price_interval{300};
  Seconds chain_interval{1800};
  Seconds timeout{5};
  /// Where each provider is asked, without the path.
  std::map<std::string, std::string> hosts{
      {"binance", "https://api.binance.com"},     {"blockchain", "https://blockchain.info"},
      {"coinbase", "https://api.coinbase.com"},   {"coincap", "https://api.coincap.io"},
      {"coingecko", "https://api.coingecko.com"}, {"mempool", "https://mempool.space"}};
  std::string coingecko_api_key;  ///< Secret.
  bool operator==(const ProfitabilityConfig&) const = default;
};

/// A request may set tighter limits than these, never looser ones.
struct ControlConfig {
  bool enabled = false;
  std::string token;              ///< Secret; a bearer token with scope operate.
  bool allow_plain_http = false;  ///< Commands may come unencrypted from other machines.
  std::string alertmanager_url;   ///< Where silences are opened; "": nowhere.
  std::string alertmanager_username;
  std::string alertmanager_password;          ///< Secret.
  std::string alertmanager_ca_file;           ///< PEM; "": the certificates of the system.
  std::vector<std::string> silence_matchers;  ///< "label=value", part of every silence.
  Seconds silence_linger{360};                ///< How long a silence outlives its cause.
  double miners_per_second = 1;
  double kilowatts_per_minute = 100;
  double max_share_of_rack = 0.25;  ///< Away at once; one miner always may be.
  double max_share_of_site = 0.1;
  int canary = 1;           ///< Miners of a run that go first.
  Seconds canary_wait{60};  ///< From the last of them being verified until the others follow.
  double stop_when_failed_percent = 10;
  Seconds plan_lifetime{300};
  Seconds answer_wait{20};      ///< A request waits for its outcome so long.
  Seconds return_timeout{900};  ///< For a miner to hash again after a command.
  bool operator==(const ControlConfig&) const = default;
};

/// Where miners may work. Both empty: anywhere.
struct PoolsConfig {
  std::vector<std::string> allowed_hosts;     ///< As model/pool_target.h takes them.
  std::vector<std::string> allowed_accounts;  ///< Exact, or a beginning that ends in '*'.
  bool operator==(const PoolsConfig&) const = default;
};

/// A login of the web pages of some miners (miners.credentials).
struct WebCredential {
  std::vector<AddressRange> ranges;  ///< Empty: all addresses.
  std::string family;                ///< "stock", "vnish", ...; "" all.
  std::string username;
  std::string password_file;
  std::string password;  ///< Secret; what the file held.
  bool operator==(const WebCredential&) const = default;
};

/// The web side of the miners. A login is never guessed.
struct MinersConfig {
  std::string web_username;  ///< For miners without a login of their own.
  std::string web_password;  ///< Secret.
  std::vector<WebCredential> credentials;
  bool web = true;  ///< Ask the web side at all.
  Seconds web_interval{300};
  Seconds web_timeout{5};  ///< For one page.
  int web_max_concurrent = 32;
  int web_port = 80;
  bool operator==(const MinersConfig&) const = default;
};

struct ApiConfig {
  int max_limit = 10000;
  bool debug_routes = false;
  bool operator==(const ApiConfig&) const = default;
};

struct Config {
  DiscoveryConfig discovery;
  PollingConfig polling;
  EfficiencyConfig efficiency;
  AlertsConfig alerts;
  SmtpConfig smtp;
  LoggingConfig logging;
  WebConfig web;
  MetricsConfig metrics;
  StorageConfig storage;
  PushConfig push;
  ProfitabilityConfig profitability;
  ControlConfig control;
  MinersConfig miners;
  PoolsConfig pools;
  ApiConfig api;
  /// Secrets that came from a file: path of the key ("smtp.password") to the file as it was named.
  std::map<std::string, std::string> secret_files;
  bool operator==(const Config&) const = default;
};

}  // namespace antx
