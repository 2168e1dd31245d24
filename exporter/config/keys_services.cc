// Settings of the listener, logging, storage, push, mail and control.
#include <optional>

#include "config/keys.h"
#include "config/rollup.h"
#include "config/values.h"
#include "util/text.h"

namespace antx {
namespace {

Key LogLevelKey() {
  Key key;
  key.flag = "--log.level";
  key.path = "logging.level";
  key.variables = {"LOG_LEVEL"};
  key.allowed = "one of DEBUG, INFO, WARNING, ERROR, CRITICAL";
  key.help = "Least important line that is logged.";
  key.set = [](std::string_view text, Config& config) {
    const auto level = ParseLogLevel(text);
    if (level) config.logging.level = *level;
    return level.has_value();
  };
  key.get = [](const Config& config) { return std::string(LogLevelName(config.logging.level)); };
  return key;
}

Key LogFormatKey() {
  Key key;
  key.flag = "--log.format";
  key.path = "logging.format";
  key.variables = {"LOG_FORMAT"};
  key.allowed = "json or text";
  key.help = "Form of the log lines.";
  key.restart = true;
  key.set = [](std::string_view text, Config& config) {
    const bool json = EqualsNoCase(text, "json");
    if (!json && !EqualsNoCase(text, "text")) return false;
    config.logging.format = json ? LogFormat::kJson : LogFormat::kText;
    return true;
  };
  key.get = [](const Config& config) {
    return std::string(config.logging.format == LogFormat::kJson ? "json" : "text");
  };
  return key;
}

Key TelemetryPathKey() {
  Key key = TextKey({"web.telemetry_path", {"TELEMETRY_PATH"}, "Path of the metrics."},
                    [](Config& c) -> std::string& { return c.web.telemetry_path; });
  key.allowed = "a path that starts with /";
  key.flag = "--web.telemetry-path";
  key.restart = true;
  key.set = [set = key.set](std::string_view text, Config& config) {
    return text.starts_with('/') && text.size() > 1 &&
           text.find_first_of(" ?#") == std::string_view::npos && set(text, config);
  };
  return key;
}

std::vector<Key> WebKeys() {
  return {
      TelemetryPathKey(),
      WithFlag(NeedsRestart(TextKey({"web.config_file",
                                     {"WEB_CONFIG_FILE"},
                                     "TLS and users, in exporter-toolkit format."},
                                    [](Config& c) -> std::string& { return c.web.config_file; })),
               "--web.config.file"),
      OriginListKey({"web.cors_origins",
                     {"CORS_ORIGINS", "ALLOWED_ORIGINS"},
                     "Origins that may read the JSON API; none by default."},
                    [](Config& c) -> std::vector<std::string>& { return c.web.cors_origins; }),
      NeedsRestart(IntKey(
          {"web.threads", {"WEB_THREADS", "WAITRESS_THREADS"}, "HTTP threads."},
          [](Config& c) -> int& { return c.web.threads; }, 2, 64)),
      IntKey(
          {"web.max_scrapes", {"MAX_SCRAPES"}, "Scrapes at once; more get 503."},
          [](Config& c) -> int& { return c.web.max_scrapes; }, 1, 1000),
      IntKey(
          {"web.max_streams", {"MAX_STREAMS"}, "Clients of /api/stream at once; 0 = none."},
          [](Config& c) -> int& { return c.web.max_streams; }, 0, 64),
      UrlKey({"web.grafana_url", {"GRAFANA_URL"}, "Address of Grafana for links on the pages."},
             [](Config& c) -> std::string& { return c.web.grafana_url; }),
      IntKey(
          {"api.max_limit", {"API_MAX_LIMIT"}, "Upper bound of `limit`."},
          [](Config& c) -> int& { return c.api.max_limit; }, 1, 1000000),
      BoolKey({"api.debug_routes", {"DEBUG_ROUTES"}, "Serve /api/debug/routes to everybody."},
              [](Config& c) -> bool& { return c.api.debug_routes; }),
      IntKey(
          {"metrics.max_miners", {"MAX_MINERS"}, "Most miners that are known at once."},
          [](Config& c) -> int& { return c.metrics.max_miners; }, 1, 50000),
      IntKey(
          {"metrics.max_boards", {"MAX_BOARDS"}, "Most boards of a miner that are exported."},
          [](Config& c) -> int& { return c.metrics.max_boards; }, 1, 16),
      IntKey(
          {"metrics.max_fans", {"MAX_FANS"}, "Most fans of a miner that are exported."},
          [](Config& c) -> int& { return c.metrics.max_fans; }, 1, 16),
      IntKey(
          {"metrics.max_sensors", {"MAX_SENSORS"}, "Most sensors of a board and kind."},
          [](Config& c) -> int& { return c.metrics.max_sensors; }, 1, 64),
      IntKey(
          {"metrics.max_pools", {"MAX_POOLS"}, "Most pools of a miner that are exported."},
          [](Config& c) -> int& { return c.metrics.max_pools; }, 1, 32),
      BoolKey({"metrics.fail_scrape_when_stale",
               {"FAIL_SCRAPE_WHEN_STALE"},
               "Answer 503 to scrapes when polling has stopped."},
              [](Config& c) -> bool& { return c.metrics.fail_scrape_when_stale; }),
      BoolKey({"metrics.pool_workers",
               {"METRICS_POOL_WORKERS"},
               "Export pool users; they identify accounts."},
              [](Config& c) -> bool& { return c.metrics.pool_workers; }),
  };
}

Key RollupKey() {
  Key key = TextKey(
      {"storage.rollup",
       {"STORAGE_ROLLUP"},
       "Steps of the history and how long each is kept; a step left out keeps its default, or "
       "as long as the finer one."},
      [](Config& c) -> std::string& { return c.storage.rollup; });
  key.is_list = true;
  key.allowed =
      "a list of step:duration, steps raw, 5m, 1h, 1d, durations such as 12h, 7d, 8w, 3y or "
      "forever, no step shorter than the finer one";
  key.set = [set = key.set](std::string_view text, Config& config) {
    const auto keep = ParseRollup(text);
    if (!keep || !set(text, config)) return false;
    config.storage.keep = *keep;
    return true;
  };
  return key;
}

std::vector<Key> LoggingAndStorageKeys() {
  return {
      LogLevelKey(),
      LogFormatKey(),
      NeedsRestart(TextKey(
          {"logging.directory", {"LOG_DIR"}, "Folder of log files; empty = standard output only."},
          [](Config& c) -> std::string& { return c.logging.directory; })),
      NeedsRestart(IntKey(
          {"logging.retention_days", {"LOG_RETENTION_DAYS"}, "Rotated files kept; 0 = all."},
          [](Config& c) -> int& { return c.logging.retention_days; }, 0, 3650)),
      BoolKey({"logging.to_database", {"LOG_TO_DB"}, "Keep warnings and errors in the database."},
              [](Config& c) -> bool& { return c.logging.to_database; }),
      NeedsRestart(BoolKey({"storage.enabled", {"ENABLE_DB"}, "Use the SQLite database."},
                           [](Config& c) -> bool& { return c.storage.enabled; })),
      NeedsRestart(TextKey({"storage.path", {"STORAGE_PATH"}, "The database file."},
                           [](Config& c) -> std::string& { return c.storage.path; })),
      NumberKey(
          {"storage.retention_days",
           {"STORAGE_RETENTION_DAYS"},
           "Days that events and the error log are kept and, when it is set and storage.rollup is "
           "not, the 5-minute step of the history too."},
          [](Config& c) -> double& { return c.storage.retention_days; }, 0.01, 36500),
      NumberKey(
          {"storage.max_gigabytes",
           {"STORAGE_MAX_GIGABYTES"},
           "Disk budget of the database; the oldest raw rows go first. 0 = no limit."},
          [](Config& c) -> double& { return c.storage.max_gigabytes; }, 0, 1e6),
      RollupKey(),
  };
}

std::vector<Key> OutboundKeys() {
  return {
      UrlKey({"push.url", {"API_URL"}, "Where records are pushed to; empty = off."},
             [](Config& c) -> std::string& { return c.push.url; }),
      SecretKey({"push.api_key", {"API_KEY"}, "Token for the receiver."},
                [](Config& c) -> std::string& { return c.push.api_key; }),
      ChoiceKey({"push.auth_scheme",
                 {"API_AUTH_SCHEME"},
                 "How the token is sent; basic takes user:password or its Base64 form."},
                [](Config& c) -> std::string& { return c.push.auth_scheme; }, {"bearer", "basic"}),
      NumberKey(
          {"push.timeout_seconds", {"API_TIMEOUT"}, "Seconds per push."},
          [](Config& c) -> double& { return c.push.timeout_seconds; }, 0.1, 300),
      IntKey(
          {"push.batch_size", {"PUSH_BATCH_SIZE"}, "Records per request."},
          [](Config& c) -> int& { return c.push.batch_size; }, 1, 10000),
      IntKey(
          {"push.queue_max_records",
           {"PUSH_QUEUE_MAX"},
           "Records kept for a receiver that is down, about 1 KB of disk each; the oldest go "
           "first. An hour needs 3600 / polling.interval_seconds x miners. 0 = that, at least "
           "10000 and at most 1000000."},
          [](Config& c) -> int& { return c.push.queue_max_records; }, 0, 10000000),
      IntKey(
          {"push.retries",
           {"PUSH_RETRIES"},
           "Quick tries after a failed one (1 s, 2 s, 4 s, ...); then one try a minute. Nothing is "
           "dropped for it."},
          [](Config& c) -> int& { return c.push.retries; }, 0, 100),
      TextKey({"push.tls_ca_file", {"PUSH_CA_FILE"}, "CA certificates for the receiver."},
              [](Config& c) -> std::string& { return c.push.tls_ca_file; }),
      HostKey({"smtp.host", {"SMTP_SERVER"}, "Mail server; empty = no mail."},
              [](Config& c) -> std::string& { return c.smtp.host; }),
      IntKey(
          {"smtp.port", {"SMTP_PORT"}, "587 STARTTLS, 465 TLS, 25."},
          [](Config& c) -> int& { return c.smtp.port; }, 1, 65535),
      TextKey({"smtp.username", {"SMTP_USER"}, "Login of the mail server."},
              [](Config& c) -> std::string& { return c.smtp.username; }),
      SecretKey({"smtp.password", {"SMTP_PASSWORD"}, "Password of the mail server."},
                [](Config& c) -> std::string& { return c.smtp.password; }),
  };
}

std::vector<Key> ControlKeys() {
  return {
      BoolKey({"control.enabled", {"CONTROL_ENABLED"}, "Allow commands to miners."},
              [](Config& c) -> bool& { return c.control.enabled; }),
      SecretKey({"control.token", {"CONTROL_TOKEN"}, "Bearer token with scope operate."},
                [](Config& c) -> std::string& { return c.control.token; }),
      PositiveKey(
          {"control.miners_per_second",
           {"CONTROL_MINERS_PER_SECOND"},
           "Commands begun in any second, of all runs together. These limits hold for each run; a "
           "run may ask for tighter ones."},
          [](Config& c) -> double& { return c.control.miners_per_second; }, 50),
      PositiveKey(
          {"control.kilowatts_per_minute",
           {"CONTROL_KW_PER_MINUTE"},
           "Power that may be switched in any minute; one miner always may."},
          [](Config& c) -> double& { return c.control.kilowatts_per_minute; }, 1e6),
      NumberKey(
          {"control.max_share_of_rack",
           {"CONTROL_MAX_SHARE_OF_RACK"},
           "Share of a rack that may be away at once; one miner always may."},
          [](Config& c) -> double& { return c.control.max_share_of_rack; }, 0, 1),
      NumberKey(
          {"control.max_share_of_site",
           {"CONTROL_MAX_SHARE_OF_SITE"},
           "Share of a site (miners without one count as a site) that may be away at once; one "
           "miner always may."},
          [](Config& c) -> double& { return c.control.max_share_of_site; }, 0, 1),
      IntKey(
          {"control.canary",
           {"CONTROL_CANARY"},
           "Miners that go first; the rest follows when all of them are verified."},
          [](Config& c) -> int& { return c.control.canary; }, 0, 1000),
      SecondsKey(
          {"control.canary_wait_seconds",
           {"CONTROL_CANARY_WAIT"},
           "Seconds from there until the rest follows."},
          [](Config& c) -> Seconds& { return c.control.canary_wait; }, 0, 86400),
      NumberKey(
          {"control.stop_when_failed_percent",
           {"CONTROL_STOP_WHEN_FAILED_PERCENT"},
           "A run stops when more than this failed."},
          [](Config& c) -> double& { return c.control.stop_when_failed_percent; }, 0, 100),
      SecondsKey(
          {"control.plan_seconds",
           {"CONTROL_PLAN_SECONDS"},
           "Seconds for which a plan can be executed."},
          [](Config& c) -> Seconds& { return c.control.plan_lifetime; }, 1, 86400),
      SecondsKey(
          {"control.answer_wait_seconds",
           {"CONTROL_ANSWER_WAIT"},
           "A command to one miner is answered at the latest after so many seconds, with its "
           "outcome or, when there is none yet, with the run to ask for."},
          [](Config& c) -> Seconds& { return c.control.answer_wait; }, 0, 120),
      SecondsKey(
          {"control.return_timeout_seconds",
           {"CONTROL_RETURN_TIMEOUT"},
           "Seconds in which a miner must hash again after a command; later it counts as failed."},
          [](Config& c) -> Seconds& { return c.control.return_timeout; }, 1, 86400),
      TextKey({"miners.web_username",
               {"MINER_USERNAME", "BITMAIN_USER"},
               "Login of the miners' web pages; never guessed."},
              [](Config& c) -> std::string& { return c.miners.web_username; }),
      SecretKey({"miners.web_password",
                 {"MINER_PASSWORD", "BITMAIN_PASSWORD"},
                 "Password of the miners' web pages."},
                [](Config& c) -> std::string& { return c.miners.web_password; }),
  };
}

std::vector<Key> MinerWebKeys() {
  return {
      BoolKey({"miners.web",
               {"MINER_WEB"},
               "Ask the miners' web side for what the API does not tell; pages behind a login "
               "only where one is set."},
              [](Config& c) -> bool& { return c.miners.web; }),
      SecondsKey(
          {"miners.web_interval_seconds",
           {"MINER_WEB_INTERVAL"},
           "Seconds between two passes over a miner's web side."},
          [](Config& c) -> Seconds& { return c.miners.web_interval; }, 1, 86400),
      SecondsKey(
          {"miners.web_timeout_seconds", {"MINER_WEB_TIMEOUT"}, "For one page."},
          [](Config& c) -> Seconds& { return c.miners.web_timeout; }, 0.1, 60),
      IntKey(
          {"miners.web_max_concurrent",
           {"MINER_WEB_CONCURRENT"},
           "Miners whose web side is asked at once."},
          [](Config& c) -> int& { return c.miners.web_max_concurrent; }, 1, 256),
      IntKey(
          {"miners.web_port", {"MINER_WEB_PORT"}, "TCP port of the miners' web side."},
          [](Config& c) -> int& { return c.miners.web_port; }, 1, 65535),
  };
}

}  // namespace

std::vector<Key> ServiceKeys() {
  std::vector<Key> keys = ListenerKeys();
  for (auto part : {WebKeys(), LoggingAndStorageKeys(), OutboundKeys(), MoneyKeys(), ControlKeys(),
                    QuietKeys(), MinerWebKeys()}) {
    keys.insert(keys.end(), part.begin(), part.end());
  }
  return keys;
}

}  // namespace antx
