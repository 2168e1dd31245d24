// From command line, environment, .env file and YAML to one Config, or to the
// list of every fault. Precedence: command line > environment > .env > YAML > default.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"

namespace antx {

/// Where the settings come from. Everything is passed in, so tests need no environment.
struct ConfigSources {
  std::map<std::string, std::string> environment;  ///< The real one; wins over `.env`.
  std::string dotenv_path = ".env";                ///< Read when present.
  std::string config_file;                         ///< --config.file; "" none.
  std::vector<std::string> subnets;                ///< --subnet
  std::vector<std::string> listen_addresses;       ///< --web.listen-address
  std::optional<std::string> telemetry_path;
  std::optional<std::string> web_config_file;
  std::optional<std::string> log_level;
  std::optional<std::string> log_format;
};

struct LoadedConfig {
  std::optional<Config> config;  ///< Absent when there is any fault.
  std::vector<std::string>
      faults;  ///< One line each: variable or file:line:column, found, allowed.
  std::vector<std::string> warnings;  ///< To be logged once the log is open.
};

/// Never throws. Reads the files named by the sources and by `*_FILE` settings.
[[nodiscard]] LoadedConfig LoadConfig(const ConfigSources& sources);

/// The resolved settings as YAML that LoadConfig reads back; secrets are comments with `***`
/// (--config.print).
[[nodiscard]] std::string PrintConfig(const Config& config);

/// Values of all secrets that are set, for masking them in the log.
[[nodiscard]] std::vector<std::string> SecretValues(const Config& config);

/// The page of all settings (Markdown), made from the key table.
[[nodiscard]] std::string SettingsReference();

/// Parses one element of a range list: CIDR, address, "a.b.c.*", "a.b.c.d-e", "a.b.c.d-a.b.c.e".
/// `warning` is set when host bits were masked. On failure returns nothing and sets `fault`.
[[nodiscard]] std::optional<AddressRange> ParseRange(std::string_view text, std::string& fault,
                                                     std::string& warning);

}  // namespace antx
