#include "config/load.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "config/dotenv.h"
#include "config/inventory_csv.h"
#include "config/keys.h"
#include "config/values.h"
#include "config/yaml_reader.h"
#include "model/model_name.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr std::uint64_t kMostHosts = 65536;

std::optional<std::string> ReadFile(const std::string& path, std::size_t most_bytes) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text((std::istreambuf_iterator<char>(file)), {});
  if (text.size() > most_bytes) return std::nullopt;
  return text;
}

/// How far two words are apart, for "did you mean".
std::size_t Distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

bool IsPublic(Ipv4 address) {
  static const std::vector<Ipv4Network> kPrivate = {
      {*Ipv4::Parse("10.0.0.0"), 8},     {*Ipv4::Parse("127.0.0.0"), 8},
      {*Ipv4::Parse("172.16.0.0"), 12},  {*Ipv4::Parse("192.168.0.0"), 16},
      {*Ipv4::Parse("100.64.0.0"), 10},  {*Ipv4::Parse("169.254.0.0"), 16},
      {*Ipv4::Parse("192.0.2.0"), 24},   {*Ipv4::Parse("198.51.100.0"), 24},
      {*Ipv4::Parse("203.0.113.0"), 24}, {*Ipv4::Parse("198.18.0.0"), 15}};
  return std::none_of(kPrivate.begin(), kPrivate.end(),
                      [address](const Ipv4Network& net) { return net.Contains(address); });
}

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
    CheckTogether();
    if (result_.faults.empty()) result_.config = std::move(config_);
    return std::move(result_);
  }

 private:
  void Fault(const std::string& text) { result_.faults.push_back(text); }
  void Warn(const std::string& text) { result_.warnings.push_back(text); }

  std::string Env(const std::string& name) const {
    const auto found = environment_.find(name);
    return found == environment_.end() ? std::string() : std::string(Trim(found->second));
  }

  // --- Sources ---------------------------------------------------------------

  void ReadEnvironment() {
    if (const auto text = ReadFile(sources_.dotenv_path, 1U << 20U); text) {
      environment_ = ParseDotenv(*text, sources_.dotenv_path, result_.faults);
    }
    for (const auto& [name, value] : sources_.environment) {
      if (!Trim(value).empty()) environment_[name] = value;
    }
  }

  void ReadYamlFile() {
    if (sources_.config_file.empty()) return;
    const auto text = ReadFile(sources_.config_file, (1U << 20U) + 1);
    if (!text) return Fault("--config.file " + sources_.config_file + ": cannot be read");
    for (const YamlEntry& entry : ReadYaml(*text, sources_.config_file, result_.faults)) {
      ApplyYaml(entry, entry.key);
    }
  }

  void ApplyYaml(const YamlEntry& entry, const std::string& path) {
    if (path == "discovery.ranges") {
      yaml_ranges_ = entry.value.text;
      yaml_ranges_place_ = entry.value.place;
    } else if (path == "discovery.static") {
      ApplyStatic(entry);
    } else if (path == "efficiency.models") {
      ApplyEfficiencyMap(entry);
    } else if (path == "alerts.models" || path == "alerts.miners") {
      ApplyOverrides(entry, path == "alerts.models");
    } else if (path == "metrics.probe_ranges") {
      config_.metrics.probe_ranges = ParseRanges(entry.value.text, entry.value.place);
    } else if (const Key* key = FindKey(path)) {
      ApplyYamlKey(entry, *key);
    } else if (const Key* secret = FindSecretFile(path)) {
      ApplySecretFile(*secret, entry.value.place, entry.value.text);
    } else if (entry.is_map && IsGroup(path)) {
      for (const YamlEntry& child : entry.children) ApplyYaml(child, path + '.' + child.key);
    } else {
      Fault(entry.place + ": unknown setting \"" + path + "\"" + Suggestion(path));
    }
  }

  void ApplyYamlKey(const YamlEntry& entry, const Key& key) {
    const bool wrong_kind =
        entry.is_map || !entry.elements.empty() || (entry.value.is_list && !key.is_list);
    if (wrong_kind) {
      return Fault(entry.value.place + ": " + key.path +
                   " is no single value; allowed: " + key.allowed);
    }
    Apply(key, entry.value.place + ": " + key.path, entry.value.text);
  }

  void ApplyStatic(const YamlEntry& entry) {
    for (const auto& element : entry.elements) {
      std::vector<std::pair<std::string, std::string>> fields = {{"static", "true"}};
      for (const YamlEntry& field : element) fields.emplace_back(field.key, field.value.text);
      config_.discovery.inventory.push_back(
          MakeInventoryEntry(fields, [&](const std::string& field, const std::string& what) {
            Fault(entry.value.place + ": discovery.static: " + field + ": " + what);
          }));
    }
    if (entry.elements.empty() && !entry.value.text.empty()) {
      Fault(entry.value.place + ": discovery.static is a list of {ip, name, ...}");
    }
  }

  void ApplyEfficiencyMap(const YamlEntry& entry) {
    for (const YamlEntry& model : entry.children) {
      SetEfficiency(model.value.place + ": efficiency.models." + model.key, model.key,
                    model.value.text);
    }
  }

  void SetEfficiency(const std::string& place, const std::string& model, const std::string& text) {
    const auto value = ParseDouble(text);
    if (!value || *value <= 0 || *value > 500) {
      return Fault(place + ": \"" + text + "\" is not allowed; allowed: a number above 0 to 500");
    }
    config_.efficiency.models[NormaliseModel(model)] = *value;
  }

  void ApplyOverrides(const YamlEntry& entry, bool models) {
    for (const YamlEntry& target : entry.children) {
      ThresholdOverride limits;
      for (const YamlEntry& field : target.children) {
        const auto value = ParseDouble(field.value.text);
        std::optional<double>* out = nullptr;
        if (field.key == "temperature_celsius") out = &limits.temperature_celsius;
        if (field.key == "hashrate_drop_ratio") out = &limits.hashrate_drop_ratio;
        if (field.key == "fan_rpm") out = &limits.fan_rpm;
        if (out == nullptr || !value || *value < 0) {
          Fault(field.value.place + ": " + field.key + ": \"" + field.value.text +
                "\" is not allowed; allowed: temperature_celsius, hashrate_drop_ratio, fan_rpm "
                "with a number");
          continue;
        }
        *out = *value;
      }
      auto& table = models ? config_.alerts.models : config_.alerts.miners;
      table[models ? NormaliseModel(target.key) : target.key] = limits;
    }
  }

  // --- Single settings --------------------------------------------------------

  static const Key* FindKey(const std::string& path) {
    for (const Key& key : AllKeys()) {
      if (key.path == path) return &key;
    }
    return nullptr;
  }

  static const Key* FindSecretFile(const std::string& path) {
    for (const Key& key : AllKeys()) {
      if (key.secret && key.path + "_file" == path) return &key;
    }
    return nullptr;
  }

  static bool IsGroup(const std::string& path) {
    if (path == "efficiency") return true;
    return std::any_of(AllKeys().begin(), AllKeys().end(),
                       [&](const Key& key) { return key.path.starts_with(path + '.'); });
  }

  static std::string Suggestion(const std::string& path) {
    const Key* best = nullptr;
    std::size_t distance = 6;
    for (const Key& key : AllKeys()) {
      const std::size_t to = Distance(path, key.path);
      if (to < distance) {
        distance = to;
        best = &key;
      }
    }
    return best == nullptr ? "; see the settings reference"
                           : "; did you mean \"" + best->path + "\"?";
  }

  void Apply(const Key& key, const std::string& place, std::string_view value) {
    value = Trim(value);
    if (value.empty()) return;
    if (key.set(value, config_)) return;
    std::string hint;
    if (key.path == "alerts.hashrate_drop_ratio" && ParseDouble(value).value_or(0) > 1) {
      hint = " (0.9 = 10 % drop)";
    }
    const std::string found = key.secret ? "the value" : '"' + std::string(value) + '"';
    Fault(place + ": " + found + " is not allowed; allowed: " + key.allowed + hint);
  }

  void ApplySecretFile(const Key& key, const std::string& place, const std::string& path) {
    if (path.empty()) return;
    const auto text = ReadFile(path, 65536);
    if (!text) return Fault(place + ": the file " + path + " cannot be read");
    struct stat info {};
    if (stat(path.c_str(), &info) == 0 && (info.st_mode & S_IROTH) != 0) {
      Warn(path + " holds a secret and everybody may read it; chmod 600 it");
    }
    Apply(key, place, *text);
  }

  void ApplyVariables() {
    for (const Key& key : AllKeys()) {
      std::string taken;
      for (const std::string& variable : key.variables) {
        const std::string value = Env(variable);
        const std::string file = key.secret ? Env(variable + "_FILE") : std::string();
        if (!value.empty() && !file.empty()) {
          Fault(variable + ": set together with " + variable + "_FILE; keep one");
        } else if (!value.empty() && taken.empty()) {
          Apply(key, variable, value);
          taken = variable;
        } else if (!file.empty() && taken.empty()) {
          ApplySecretFile(key, variable + "_FILE", file);
          taken = variable;
        }
      }
    }
    // One cycle of the old system was sweep and poll together.
    if (!Env("SCAN_INTERVAL").empty() && Env("POLL_INTERVAL").empty()) {
      // A bad value is a fault of the sweep interval already.
      (void)FindKey("polling.interval_seconds")->set(Env("SCAN_INTERVAL"), config_);
    }
    ApplyHostAndPort();
  }

  void ApplyHostAndPort() {
    if (!Env("LISTEN_ADDRESS").empty() || (Env("HOST").empty() && Env("PORT").empty())) return;
    const ListenAddress& standard = config_.web.listen.front();
    const std::string host = Env("HOST").empty() ? standard.host : Env("HOST");
    const std::string port = Env("PORT").empty() ? std::to_string(standard.port) : Env("PORT");
    Apply(*FindKey("web.listen"), "HOST/PORT", host + ':' + port);
  }

  /// EFF_S19J_PRO_PLUS=27.5: the model stands in the name of the variable.
  void ApplyEfficiencyVariables() {
    for (const auto& [name, value] : environment_) {
      if (!name.starts_with("EFF_") || Trim(value).empty()) continue;
      std::string model = name.substr(4);
      if (model == "S19XP") {
        Warn("EFF_S19XP is read as EFF_S19_XP");
        model = "S19_XP";
      }
      for (auto at = model.find("_PLUS"); at != std::string::npos; at = model.find("_PLUS")) {
        model.replace(at, 5, "+");
      }
      std::replace(model.begin(), model.end(), '_', ' ');
      SetEfficiency(name, model, std::string(Trim(value)));
    }
  }

  void ApplyCommandLine() {
    const auto apply = [this](const char* path, const char* flag,
                              const std::optional<std::string>& value) {
      if (value) Apply(*FindKey(path), flag, *value);
    };
    apply("web.telemetry_path", "--web.telemetry-path", sources_.telemetry_path);
    apply("web.config_file", "--web.config.file", sources_.web_config_file);
    apply("logging.level", "--log.level", sources_.log_level);
    apply("logging.format", "--log.format", sources_.log_format);
    std::string listen;
    for (const std::string& address : sources_.listen_addresses) listen += address + ',';
    if (!listen.empty()) Apply(*FindKey("web.listen"), "--web.listen-address", listen);
  }

  // --- Ranges ------------------------------------------------------------------

  std::vector<AddressRange> ParseRanges(const std::string& text, const std::string& place) {
    std::vector<AddressRange> ranges;
    for (const std::string_view item : SplitList(text, ", \t")) {
      std::string fault;
      std::string warning;
      const auto range = ParseRange(item, fault, warning);
      if (!warning.empty()) Warn(place + ": " + warning);
      if (!range) {
        Fault(place + ": \"" + std::string(item) + "\" is " + fault);
      } else if (!config_.discovery.allow_public &&
                 (IsPublic(range->first) || IsPublic(range->last))) {
        Fault(place + ": \"" + std::string(item) +
              "\" is public; allowed: private networks, or set discovery.allow_public");
      } else if (std::find(ranges.begin(), ranges.end(), *range) == ranges.end()) {
        ranges.push_back(*range);
      }
    }
    return ranges;
  }

  void ResolveRanges() {
    std::string text;
    std::string place;
    if (!sources_.subnets.empty()) {
      place = "--subnet";
      for (const std::string& subnet : sources_.subnets) text += subnet + ',';
    } else {
      for (const char* variable : {"MINER_IP_RANGE", "SUBNET"}) {
        const std::string value = Env(variable);
        if (value.empty() || EqualsNoCase(value, "auto")) continue;
        text += value + ',';
        place += (place.empty() ? "" : "/") + std::string(variable);
      }
      if (!text.empty() && !yaml_ranges_.empty()) {
        Warn(place + " replaces discovery.ranges of the configuration file");
      }
      if (text.empty() && !EqualsNoCase(yaml_ranges_, "auto")) {
        text = yaml_ranges_;
        place = yaml_ranges_place_ + ": discovery.ranges";
      }
    }
    if (Trim(text).empty()) return;
    config_.discovery.automatic = false;
    config_.discovery.ranges = ParseRanges(text, place);
    std::uint64_t hosts = 0;
    for (const AddressRange& range : config_.discovery.ranges) hosts += range.Size();
    if (hosts > kMostHosts) {
      Fault(place + ": " + std::to_string(hosts) +
            " addresses are not allowed; allowed: 65536 together (one /16)");
    }
  }

  void ReadInventoryFile() {
    const std::string& path = config_.discovery.file;
    if (path.empty()) return;
    const auto text = ReadFile(path, 16U << 20U);
    if (!text) return Fault("discovery.file: " + path + " cannot be read");
    auto rows = ParseInventoryCsv(*text, path, result_.faults);
    auto& inventory = config_.discovery.inventory;
    inventory.insert(inventory.end(), rows.begin(), rows.end());
  }

  void CheckTogether() {
    if (config_.logging.to_database && !config_.storage.enabled && !Env("LOG_TO_DB").empty()) {
      Warn("LOG_TO_DB has no effect while ENABLE_DB is false");
    }
    if (config_.smtp.username.empty() != config_.smtp.password.empty()) {
      Fault("SMTP_USER: SMTP_USER and SMTP_PASSWORD go together; set both or neither");
    }
    if (config_.control.enabled && config_.control.token.empty()) {
      Fault("CONTROL_ENABLED: control needs CONTROL_TOKEN or CONTROL_TOKEN_FILE");
    }
  }

  const ConfigSources& sources_;
  LoadedConfig result_;
  Config config_;
  std::map<std::string, std::string> environment_;
  std::string yaml_ranges_;
  std::string yaml_ranges_place_;
};

}  // namespace

LoadedConfig LoadConfig(const ConfigSources& sources) { return Loader(sources).Run(); }

}  // namespace antx
