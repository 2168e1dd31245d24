#include "config/load.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "config/dotenv.h"
#include "config/draft.h"
#include "config/inventory_csv.h"
#include "config/read_file.h"
#include "config/rollup.h"
#include "config/web_file.h"
#include "config/yaml_reader.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr std::uint64_t kMostHosts = 65536;
constexpr std::size_t kMostSettingsBytes = 1U << 20U;
constexpr std::size_t kMostInventoryBytes = 16U << 20U;

class Loader {
 public:
  explicit Loader(const ConfigSources& sources) : sources_(sources) {}

  LoadedConfig Run() {
    ReadEnvironment();
    ReadYamlFile();
    ApplyVariables();
    ApplyEfficiencyVariables();
    ApplyCommandLine();
    ResolveRanges();
    ReadInventoryFile();
    ResolveRollup();
    ResolveFetch();
    CheckTogether();
    LoadedConfig result{std::nullopt, std::move(draft_.faults), std::move(draft_.warnings)};
    if (result.faults.empty()) result.config = std::move(draft_.config);
    return result;
  }

 private:
  /// The variable, trimmed; empty when it is not set.
  Variable Env(const std::string& name) const {
    const auto found = environment_.find(name);
    if (found == environment_.end()) return {};
    return {std::string(Trim(found->second.text)), found->second.place};
  }
  bool Has(const std::string& name) const { return !Env(name).text.empty(); }

  // --- Sources ---------------------------------------------------------------

  void ReadEnvironment() {
    if (!sources_.dotenv_path.empty()) {
      const FileText file = ReadTextFile(sources_.dotenv_path, kMostSettingsBytes);
      if (file.text) {
        environment_ = ParseDotenv(*file.text, sources_.dotenv_path, draft_.faults);
      } else if (!file.absent) {
        draft_.Fault(sources_.dotenv_path + ' ' + file.fault);
      }
    }
    for (const auto& [name, value] : sources_.environment) {
      if (!Trim(value).empty()) environment_[name] = {value, name};
    }
  }

  void ReadYamlFile() {
    if (sources_.config_file.empty()) return;
    const FileText file = ReadTextFile(sources_.config_file, kMostSettingsBytes);
    if (!file.text) {
      return draft_.Fault("--config.file " + sources_.config_file + ": " + file.fault);
    }
    ApplyYaml(ReadYaml(*file.text, sources_.config_file, draft_.faults), draft_);
  }

  void ApplyVariables() {
    for (const Key& key : AllKeys()) {
      bool taken = false;
      for (const std::string& name : key.variables) {
        const Variable value = Env(name);
        const Variable file = key.secret ? Env(name + "_FILE") : Variable{};
        if (!value.text.empty() && !file.text.empty()) {
          draft_.Fault(value.place + ": set together with " + name + "_FILE; keep one");
        } else if (!value.text.empty() && !taken) {
          draft_.Apply(key, value.place, value.text);
          taken = true;
        } else if (!file.text.empty() && !taken) {
          draft_.ApplySecretFile(key, file.place, file.text);
          taken = true;
        }
      }
    }
    // One cycle of the old system was sweep and poll together.
    if (Has("SCAN_INTERVAL") && !Has("POLL_INTERVAL")) ApplyScanInterval(Env("SCAN_INTERVAL"));
    ApplyHostAndPort();
  }

  void ApplyScanInterval(const Variable& scan) {
    const Key& polling = *FindKey("polling.interval_seconds");
    if (polling.set(scan.text, draft_.config)) return;
    Config unused;  // What the sweep refuses, too, is a fault already.
    if (!FindKey("discovery.interval_seconds")->set(scan.text, unused)) return;
    draft_.Fault(scan.place + ": \"" + scan.text +
                 "\" is not allowed; allowed: " + polling.allowed +
                 ", since it is the interval of the polls, too; set POLL_INTERVAL beside it");
  }

  void ApplyHostAndPort() {
    if (Has("LISTEN_ADDRESS") || (!Has("HOST") && !Has("PORT"))) return;
    const ListenAddress standard = draft_.config.web.listen.front();
    const std::string host = Has("HOST") ? Env("HOST").text : standard.host;
    const std::string port = Has("PORT") ? Env("PORT").text : std::to_string(standard.port);
    draft_.Apply(*FindKey("web.listen"), "HOST/PORT", host + ':' + port);
  }

  /// EFF_S19J_PRO_PLUS=27.5: the model stands in the name of the variable.
  void ApplyEfficiencyVariables() {
    for (const auto& [name, value] : environment_) {
      if (!name.starts_with("EFF_") || Trim(value.text).empty()) continue;
      std::string model = name.substr(4);
      if (model == "S19XP") {
        draft_.Warn("EFF_S19XP is read as EFF_S19_XP");
        model = "S19_XP";
      }
      for (auto at = model.find("_PLUS"); at != std::string::npos; at = model.find("_PLUS")) {
        model.replace(at, 5, "+");
      }
      std::replace(model.begin(), model.end(), '_', ' ');
      draft_.SetEfficiency(value.place, model, std::string(Trim(value.text)));
    }
  }

  void ApplyCommandLine() {
    const auto apply = [this](const char* path, const std::optional<std::string>& value) {
      const Key& key = *FindKey(path);
      if (value) draft_.Apply(key, key.flag, *value);
    };
    apply("web.telemetry_path", sources_.telemetry_path);
    apply("web.config_file", sources_.web_config_file);
    apply("logging.level", sources_.log_level);
    apply("logging.format", sources_.log_format);
    std::string listen;
    for (const std::string& address : sources_.listen_addresses) listen += address + ',';
    if (!listen.empty()) apply("web.listen", listen);
  }

  // --- What needs all sources ---------------------------------------------------

  /// Flags, else variables, else YAML; empty is automatic.
  std::vector<YamlValue> ChosenRanges() {
    std::vector<YamlValue> chosen;
    for (const std::string& subnet : sources_.subnets) chosen.push_back({"--subnet", subnet});
    if (!chosen.empty()) return chosen;
    for (const char* name : {"MINER_IP_RANGE", "SUBNET"}) {
      const Variable value = Env(name);
      if (value.text.empty() || EqualsNoCase(value.text, "auto")) continue;
      chosen.push_back({value.place, value.text});
      if (!draft_.yaml_ranges.empty()) {
        draft_.Warn(value.place + " replaces discovery.ranges of the configuration file");
      }
    }
    if (!chosen.empty()) return chosen;
    const auto& words = draft_.yaml_ranges;
    if (words.size() == 1 && EqualsNoCase(Trim(words.front().text), "auto")) return {};
    return words;
  }

  void ResolveRanges() {
    Config& config = draft_.config;
    config.metrics.probe_ranges = ResolveRangeList(draft_.probe_ranges, draft_);
    for (std::size_t i = 0; i < draft_.credential_ranges.size(); ++i) {
      config.miners.credentials[i].ranges = ResolveRangeList(draft_.credential_ranges[i], draft_);
    }
    const std::vector<YamlValue> chosen = ChosenRanges();
    config.discovery.ranges = ResolveRangeList(chosen, draft_);
    config.discovery.automatic =
        std::all_of(chosen.begin(), chosen.end(),
                    [](const YamlValue& word) { return SplitList(word.text, ", \t").empty(); });
    const std::uint64_t hosts = CountAddresses(config.discovery.ranges);
    if (hosts > kMostHosts) {
      draft_.Fault(chosen.front().place + ": " + std::to_string(hosts) +
                   " addresses are not allowed; allowed: 65536 together (one /16)");
    }
  }

  void ReadInventoryFile() {
    const std::string& path = draft_.config.discovery.file;
    if (path.empty()) return;
    const FileText file = ReadTextFile(path, kMostInventoryBytes);
    if (!file.text) return draft_.Fault("discovery.file: " + path + ' ' + file.fault);
    auto rows = ParseInventoryCsv(*file.text, path, draft_.faults);
    auto& inventory = draft_.config.discovery.inventory;
    inventory.insert(inventory.end(), rows.begin(), rows.end());
  }

  /// The old single figure for all history still means something.
  void ResolveRollup() {
    if (draft_.IsSet("storage.rollup") || !draft_.IsSet("storage.retention_days")) return;
    StorageConfig& storage = draft_.config.storage;
    const auto hours = static_cast<std::int64_t>(std::ceil(storage.retention_days * 24));
    storage.keep = WithFiveMinuteStep(storage.keep, std::chrono::hours(hours));
    storage.rollup = RollupText(storage.keep);
  }

  /// Miners on loopback only are simulated: nobody outside is asked for them unless the setting
  /// says so.
  void ResolveFetch() {
    Config& config = draft_.config;
    const auto& ranges = config.discovery.ranges;
    const auto& named = config.discovery.inventory;
    if (draft_.IsSet("profitability.fetch") || ranges.empty()) return;
    const auto on_loopback = [](Ipv4 address) { return address.value >> 24U == 127; };
    const bool all = std::all_of(ranges.begin(), ranges.end(),
                                 [&](const AddressRange& range) {
                                   return on_loopback(range.first) && on_loopback(range.last);
                                 }) &&
                     std::all_of(named.begin(), named.end(), [&](const InventoryEntry& entry) {
                       return !entry.address || on_loopback(*entry.address);
                     });
    if (all) config.profitability.fetch = false;
  }

  void CheckTogether() {
    const Config& config = draft_.config;
    if (config.logging.to_database && !config.storage.enabled && Has("LOG_TO_DB")) {
      draft_.Warn("LOG_TO_DB has no effect while ENABLE_DB is false");
    }
    if (config.smtp.username.empty() != config.smtp.password.empty()) {
      draft_.Fault("SMTP_USER: SMTP_USER and SMTP_PASSWORD go together; set both or neither");
    }
    const bool encrypted = ReadWebFile(config.web.config_file, draft_.faults).tls.has_value();
    if (config.control.enabled) CheckControl(config, encrypted);
  }

  /// Commands to miners need somebody who may give them, over a line that nobody reads.
  void CheckControl(const Config& config, bool encrypted) {
    if (config.control.token.empty() && config.web.tokens_file.empty()) {
      draft_.Fault(
          "CONTROL_ENABLED: control needs CONTROL_TOKEN, CONTROL_TOKEN_FILE or WEB_TOKENS_FILE");
    }
    if (!config.storage.enabled) {
      draft_.Fault("CONTROL_ENABLED: control keeps its journal in a database; set ENABLE_DB=true");
    }
    if (encrypted || config.control.allow_plain_http) return;
    const auto& listen =
        config.web.control_listen.empty() ? config.web.listen : config.web.control_listen;
    for (const ListenAddress& address : listen) {
      if (Ipv4::Parse(address.host)->IsLoopback()) continue;
      draft_.Fault("CONTROL_ENABLED: commands would come unencrypted to " + address.ToString() +
                   "; give TLS in --web.config.file, put them on a listener of their own "
                   "(CONTROL_LISTEN_ADDRESS=127.0.0.1:14029), or allow it "
                   "(CONTROL_ALLOW_PLAIN_HTTP=true)");
    }
  }

  const ConfigSources& sources_;
  Draft draft_;
  std::map<std::string, Variable> environment_;
};

}  // namespace

LoadedConfig LoadConfig(const ConfigSources& sources) { return Loader(sources).Run(); }

std::vector<std::string> SecretValues(const Config& config) {
  std::vector<std::string> values;
  for (const Key& key : AllKeys()) {
    if (!key.secret) continue;
    std::string value = key.get(config);
    if (!value.empty()) values.push_back(std::move(value));
  }
  for (const WebCredential& login : config.miners.credentials) values.push_back(login.password);
  return values;
}

}  // namespace antx
