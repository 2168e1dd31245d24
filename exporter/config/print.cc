// --config.print and the settings reference, both made from the key table.
#include <algorithm>
#include <string>

#include "config/keys.h"
#include "config/load.h"
#include "config/tariff.h"
#include "config/values.h"

namespace antx {
namespace {

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string Group(const std::string& path) { return path.substr(0, path.find('.')); }
std::string Name(const std::string& path) { return path.substr(path.find('.') + 1); }

void PrintRanges(const std::vector<AddressRange>& ranges, const char* name, std::string& out) {
  out += std::string("  ") + name + ": [";
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    out += (i == 0 ? "" : ", ") + Quoted(ranges[i].text);
  }
  out += "]\n";
}

void PrintNumber(const char* name, const std::optional<double>& value, double factor,
                 std::string& out) {
  if (value) out += std::string(", ") + name + ": " + RoundedText(*value / factor);
}

void PrintStatic(const Config& config, std::string& out) {
  bool first = true;
  for (const InventoryEntry& entry : config.discovery.inventory) {
    if (entry.from_file) continue;  // discovery.file is printed itself.
    out += first ? "  static:\n" : "";
    first = false;
    const MinerLabels& labels = entry.labels;
    out += std::string("    - {static: ") + (entry.is_static ? "true" : "false");
    if (entry.address) out += ", ip: " + Quoted(entry.address->ToString());
    if (!entry.mac.empty()) out += ", mac: " + Quoted(entry.mac);
    if (!labels.name.empty()) out += ", name: " + Quoted(labels.name);
    if (!labels.site.empty()) out += ", site: " + Quoted(labels.site);
    if (!labels.rack.empty()) out += ", rack: " + Quoted(labels.rack);
    if (!labels.model.empty()) out += ", model: " + Quoted(labels.model);
    PrintNumber("power_cap_w", labels.power_cap_watts, 1, out);
    PrintNumber("rated_ths", labels.rated_hashrate_hashes_per_second, 1e12, out);
    PrintNumber("rated_j_per_th", labels.rated_joules_per_terahash, 1, out);
    PrintNumber("power_price", labels.power_price_per_kilowatt_hour, 1, out);
    out += "}\n";
  }
}

void PrintCredentials(const Config& config, std::string& out) {
  bool first = true;
  for (const WebCredential& login : config.miners.credentials) {
    out += first ? "  credentials:\n" : "";
    first = false;
    out += "    - {password_file: " + Quoted(login.password_file);
    if (!login.username.empty()) out += ", username: " + Quoted(login.username);
    if (!login.family.empty()) out += ", family: " + Quoted(login.family);
    for (std::size_t i = 0; i < login.ranges.size(); ++i) {
      out += (i == 0 ? ", ranges: [" : ", ") + Quoted(login.ranges[i].text);
    }
    out += login.ranges.empty() ? "}\n" : "]}\n";
  }
}

void PrintOverrides(const char* name, const std::map<std::string, ThresholdOverride>& overrides,
                    std::string& out) {
  if (overrides.empty()) return;
  out += std::string("  ") + name + ":\n";
  for (const auto& [target, limits] : overrides) {
    std::string fields;
    PrintNumber("temperature_celsius", limits.temperature_celsius, 1, fields);
    PrintNumber("hashrate_drop_ratio", limits.hashrate_drop_ratio, 1, fields);
    PrintNumber("fan_rpm", limits.fan_rpm, 1, fields);
    out += "    " + Quoted(target) + ": {" + (fields.empty() ? fields : fields.substr(2)) + "}\n";
  }
}

void PrintSites(const std::map<std::string, SiteTariff>& sites, std::string& out) {
  if (sites.empty()) return;
  out += "  sites:\n";
  for (const auto& [site, tariff] : sites) {
    std::string fields;
    PrintNumber("power_cost_usd_per_kwh", tariff.price, 1, fields);
    if (!tariff.time_zone.empty()) fields += ", timezone: " + Quoted(tariff.time_zone);
    if (tariff.periods) fields += ", tariff: " + Quoted(TariffText(*tariff.periods));
    out += "    " + Quoted(site) + ": {" + (fields.empty() ? fields : fields.substr(2)) + "}\n";
  }
}

/// What stands in a group beside single values.
void PrintExtras(const std::string& group, const Config& config, std::string& out) {
  if (group == "discovery") {
    if (config.discovery.automatic) {
      out += "  ranges: auto\n";
    } else {
      PrintRanges(config.discovery.ranges, "ranges", out);
    }
    PrintStatic(config, out);
  } else if (group == "efficiency" && !config.efficiency.models.empty()) {
    out += "  models:\n";
    for (const auto& [model, value] : config.efficiency.models) {
      out += "    " + Quoted(model) + ": " + NumberText(value) + '\n';
    }
  } else if (group == "alerts") {
    PrintOverrides("models", config.alerts.models, out);
    PrintOverrides("miners", config.alerts.miners, out);
  } else if (group == "profitability") {
    PrintSites(config.profitability.sites, out);
  } else if (group == "miners") {
    PrintCredentials(config, out);
  } else if (group == "metrics" && !config.metrics.probe_ranges.empty()) {
    PrintRanges(config.metrics.probe_ranges, "probe_ranges", out);
  }
}

/// Groups in the order in which the table first names them.
std::vector<std::string> Groups() {
  std::vector<std::string> groups;
  for (const Key& key : AllKeys()) {
    const std::string group = Group(key.path);
    if (std::find(groups.begin(), groups.end(), group) == groups.end()) groups.push_back(group);
  }
  return groups;
}

std::string Variables(const Key& key) {
  std::string text;
  for (const std::string& variable : key.variables) {
    text += (text.empty() ? "`" : ", `") + variable + '`';
  }
  if (key.secret) text += ", `" + key.variables.front() + "_FILE`";
  return key.flag.empty() ? text : text + ", `" + key.flag + '`';
}

}  // namespace

std::string PrintConfig(const Config& config) {
  std::string out;
  for (const std::string& group : Groups()) {
    out += group + ":\n";
    for (const Key& key : AllKeys()) {
      if (Group(key.path) != group) continue;
      const std::string value = key.get(config);
      if (key.secret) {
        out += "  # " + Name(key.path) + ": " + (value.empty() ? "not set" : "***") + '\n';
      } else {
        // Set by the user it means more than the same value built in.
        const bool built_in =
            key.path == "efficiency.default_j_per_th" && !config.efficiency.default_is_set;
        out += (built_in ? "  # " : "  ") + Name(key.path) + ": " + Quoted(value) + '\n';
      }
    }
    PrintExtras(group, config, out);
  }
  return out;
}

std::string SettingsReference() {
  const Config defaults;
  std::string out =
      "# Settings\n\n"
      "Made from the key table in `keys*.cc`; do not edit.\n\n"
      "Precedence: command line, environment, `.env`, YAML file (`--config.file`), default. An\n"
      "empty variable counts as not set. Secrets can come from a file: `<NAME>_FILE`, or\n"
      "`<key>_file` in YAML. `--config.check` checks, `--config.print` shows what is in force.\n"
      "Settings without a mark take effect on reload (SIGHUP or `POST /-/reload`); those marked\n"
      "(restart) at the next start.\n\n"
      "| setting | variable | default | allowed | meaning |\n| --- | --- | --- | --- | --- |\n"
      "| `discovery.ranges` | `MINER_IP_RANGE`, `SUBNET`, `--subnet` | `auto` | list of a.b.c.d/16"
      " to /32, a.b.c.d, a.b.c.\\*, a.b.c.d-e; 65536 addresses together | Where to look for miners."
      " `auto`: the network of the primary interface, at most a /22. |\n"
      "| `discovery.static` | - | - | list of `{ip, mac, name, site, rack, model, power_cap_w,"
      " rated_ths, rated_j_per_th, power_price}` | Miners named by hand. |\n"
      "| `efficiency.models` | `EFF_S19_PRO`, ... | - | map of model to J/TH, above 0 to 500 |"
      " Rated efficiency of a model. In a variable: upper case, blanks as `_`, `+` as `_PLUS`. |\n"
      "| `alerts.models`, `alerts.miners` | - | - | map of model or miner to"
      " `{temperature_celsius, hashrate_drop_ratio, fan_rpm}` | Limits of their own. |\n"
      "| `profitability.sites` | - | - | map of site to `{power_cost_usd_per_kwh, timezone, "
      "tariff}`"
      " | Electricity of a site. A price without a tariff is flat; a miner's own `power_price` in"
      " the inventory wins over both. |\n"
      "| `miners.credentials` | - | none | list of `{ranges: [...], family: ..., username: ...,"
      " password_file: ...}`; the first that covers a miner counts; without ranges: all addresses,"
      " without family: all families | Logins of the miners' web pages; they go before"
      " `miners.web_username`. |\n"
      "| `metrics.probe_ranges` | - | none | like `discovery.ranges` | What `/probe` may ask beyond"
      " the inventory. |\n";
  for (const Key& key : AllKeys()) {
    const std::string value = key.get(defaults);
    out += "| `" + key.path + "` | " + Variables(key) + " | " +
           (value.empty() ? "-" : '`' + value + '`') + " | " + key.allowed + " | " + key.help +
           (key.restart ? " (restart)" : "") + " |\n";
  }
  return out;
}

}  // namespace antx
