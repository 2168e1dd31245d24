// What a YAML file says, taken into the draft. A value of the wrong kind is a fault, never
// passed over; an empty one (`polling:`) counts as not set.
#include <optional>
#include <utility>

#include "config/draft.h"
#include "config/inventory_csv.h"
#include "config/web_login.h"
#include "model/model_name.h"
#include "util/text.h"

namespace antx {
namespace {

using Kind = YamlEntry::Kind;

constexpr std::string_view kLoginForm =
    "a list of {ranges: [...], family: ..., username: ..., password_file: ...}";
constexpr std::string_view kStaticForm = "a list of {ip: ..., name: ...}";

class YamlSettings {
 public:
  explicit YamlSettings(Draft& draft) : draft_(draft) {}

  void Entry(const YamlEntry& entry, const std::string& path) {
    if (path == "discovery.ranges") {
      draft_.yaml_ranges = Ranges(entry, path);
    } else if (path == "metrics.probe_ranges") {
      draft_.probe_ranges = Ranges(entry, path);
    } else if (path == "discovery.static") {
      Static(entry);
    } else if (path == "miners.credentials") {
      Credentials(entry);
    } else if (path == "efficiency.models") {
      Efficiency(entry);
    } else if (path == "alerts.models" || path == "alerts.miners") {
      Overrides(entry, path);
    } else if (path == "profitability.sites") {
      Sites(entry);
    } else if (const Key* key = FindKey(path)) {
      Single(entry, *key);
    } else if (const Key* secret = FindSecretFile(path)) {
      SecretFile(entry, *secret);
    } else if (IsGroup(path)) {
      Group(entry, path);
    } else {
      draft_.Fault(entry.place + ": unknown setting \"" + std::string(CutUtf8(path, 100)) + '"' +
                   SuggestPath(path));
    }
  }

 private:
  void WrongKind(const YamlEntry& entry, const std::string& path, std::string_view allowed) {
    draft_.Fault(entry.value.place + ": " + path + " is not " + std::string(allowed));
  }

  void Group(const YamlEntry& entry, const std::string& path) {
    if (entry.kind == Kind::kNull) return;
    if (entry.kind != Kind::kMap) return WrongKind(entry, path, "a group of settings (a map)");
    for (const YamlEntry& child : entry.children) Entry(child, path + '.' + child.key);
  }

  /// The value of a row as one text.
  static std::string TextOf(const YamlEntry& entry, const Key& key) {
    std::string text = entry.value.text;
    if (key.is_list) {
      for (const YamlValue& word : entry.words) text += (text.empty() ? "" : ",") + word.text;
    }
    return text;
  }

  void Single(const YamlEntry& entry, const Key& key) {
    const std::string text = TextOf(entry, key);
    const bool good = entry.kind == Kind::kNull || entry.kind == Kind::kWord ||
                      (entry.kind == Kind::kWords && key.is_list);
    if (!good) return WrongKind(entry, key.path, "a single value; allowed: " + key.allowed);
    draft_.Apply(key, entry.value.place + ": " + key.path, text);
  }

  void SecretFile(const YamlEntry& entry, const Key& key) {
    if (entry.kind != Kind::kNull && entry.kind != Kind::kWord) {
      return WrongKind(entry, key.path + "_file", "the path of a file");
    }
    draft_.ApplySecretFile(key, entry.value.place + ": " + key.path + "_file", entry.value.text);
  }

  std::vector<YamlValue> Ranges(const YamlEntry& entry, const std::string& path) {
    std::vector<YamlValue> words = entry.words;
    if (entry.kind == Kind::kWord) words.push_back(entry.value);
    if (entry.kind == Kind::kMap || entry.kind == Kind::kMaps) {
      WrongKind(entry, path, "a list of ranges");
    }
    for (YamlValue& word : words) word.place += ": " + path;
    return words;
  }

  void Static(const YamlEntry& entry) {
    const bool empty = entry.kind == Kind::kWords && entry.words.empty();
    if (entry.kind != Kind::kMaps && entry.kind != Kind::kNull && !empty) {
      return WrongKind(entry, "discovery.static", kStaticForm);
    }
    for (const YamlItem& item : entry.items) {
      std::vector<std::pair<std::string, std::string>> fields = {{"static", "true"}};
      for (const YamlEntry& field : item.fields) {
        if (field.kind != Kind::kWord && field.kind != Kind::kNull) {
          WrongKind(field, "discovery.static: " + field.key, "a single value");
        }
        fields.emplace_back(field.key, field.value.text);
      }
      draft_.config.discovery.inventory.push_back(
          MakeInventoryEntry(fields, [&](const std::string& field, const std::string& what) {
            draft_.Fault(item.place + ": discovery.static: " + field + ": " + what);
          }));
    }
  }

  void Credentials(const YamlEntry& entry) {
    const bool empty = entry.kind == Kind::kWords && entry.words.empty();
    if (entry.kind != Kind::kMaps && entry.kind != Kind::kNull && !empty) {
      return WrongKind(entry, "miners.credentials", kLoginForm);
    }
    for (const YamlItem& item : entry.items) {
      WebCredential login;
      std::vector<YamlValue> ranges;
      for (const YamlEntry& field : item.fields) CredentialField(field, login, ranges);
      if (login.password_file.empty()) {
        draft_.Fault(item.place + ": miners.credentials: password_file is missing; allowed: " +
                     std::string(kLoginForm));
      }
      draft_.config.miners.credentials.push_back(std::move(login));
      draft_.credential_ranges.push_back(std::move(ranges));
    }
  }

  void CredentialField(const YamlEntry& field, WebCredential& login,
                       std::vector<YamlValue>& ranges) {
    const std::string path = "miners.credentials: " + field.key;
    const std::string& text = field.value.text;
    if (field.key == "ranges") {
      ranges = Ranges(field, path);
    } else if (field.key == "password") {
      draft_.Fault(field.place + ": " + path +
                   ": write it to a file and name that file as "
                   "password_file");
    } else if (field.key != "family" && field.key != "username" && field.key != "password_file") {
      draft_.Fault(field.place + ": miners.credentials: \"" + std::string(CutUtf8(field.key, 100)) +
                   "\" is no part of a login; allowed: " + std::string(kLoginForm));
    } else if (field.kind != Kind::kWord && field.kind != Kind::kNull) {
      WrongKind(field, path, "a single value");
    } else if (field.key == "username") {
      login.username = text;
    } else if (field.key == "password_file") {
      login.password_file = text;
      if (text.empty()) return;
      login.password = draft_.ReadSecret(field.value.place + ": " + path, text).value_or("");
    } else {
      SetFamily(field, login);
    }
  }

  void SetFamily(const YamlEntry& field, WebCredential& login) {
    std::string all;
    for (const std::string_view family : WebFamilies()) {
      if (family == field.value.text) login.family = family;
      all += (all.empty() ? "" : ", ") + std::string(family);
    }
    if (!login.family.empty() || field.value.text.empty()) return;
    draft_.Fault(field.value.place + ": miners.credentials: family: \"" +
                 std::string(CutUtf8(field.value.text, 100)) + "\" is no family; allowed: " + all);
  }

  void Efficiency(const YamlEntry& entry) {
    if (entry.kind != Kind::kMap && entry.kind != Kind::kNull) {
      return WrongKind(entry, "efficiency.models", "a map of model to J/TH");
    }
    for (const YamlEntry& model : entry.children) {
      const std::string path = "efficiency.models." + model.key;
      if (model.kind == Kind::kWord) {
        draft_.SetEfficiency(model.value.place + ": " + path, model.key, model.value.text);
      } else {
        WrongKind(model, path, "a number");
      }
    }
  }

  void Overrides(const YamlEntry& entry, const std::string& path) {
    constexpr std::string_view kForm =
        "a map of model or miner to {temperature_celsius, hashrate_drop_ratio, fan_rpm}";
    if (entry.kind == Kind::kNull) return;
    if (entry.kind != Kind::kMap) return WrongKind(entry, path, kForm);
    for (const YamlEntry& target : entry.children) {
      if (target.kind != Kind::kMap) {
        WrongKind(target, path + '.' + target.key, kForm);
        continue;
      }
      ThresholdOverride limits;
      for (const YamlEntry& field : target.children) Limit(field, limits);
      if (path == "alerts.models") {
        draft_.config.alerts.models[NormaliseModel(target.key)] = limits;
      } else {
        draft_.config.alerts.miners[target.key] = limits;
      }
    }
  }

  void Sites(const YamlEntry& entry) {
    constexpr std::string_view kForm =
        "a map of site to {power_cost_usd_per_kwh, timezone, tariff}";
    if (entry.kind == Kind::kNull) return;
    if (entry.kind != Kind::kMap) return WrongKind(entry, "profitability.sites", kForm);
    for (const YamlEntry& site : entry.children) {
      if (site.kind != Kind::kMap) {
        WrongKind(site, "profitability.sites." + site.key, kForm);
        continue;
      }
      SiteTariff tariff;
      for (const YamlEntry& field : site.children) SiteField(field, tariff);
      draft_.config.profitability.sites[site.key] = tariff;
    }
  }

  /// A site's own value is checked as the one for all is.
  void SiteField(const YamlEntry& field, SiteTariff& site) {
    const bool known =
        field.key == "power_cost_usd_per_kwh" || field.key == "timezone" || field.key == "tariff";
    if (!known) {
      draft_.Fault(field.place + ": \"" + std::string(CutUtf8(field.key, 100)) +
                   "\" is no setting of a site; allowed: power_cost_usd_per_kwh, timezone, tariff");
      return;
    }
    const Key& key = *FindKey("profitability." + field.key);
    if (field.kind == Kind::kNull) return;
    const bool single = field.kind == Kind::kWord || (field.kind == Kind::kWords && key.is_list);
    const std::string text = TextOf(field, key);
    Config scratch;
    if (!single || !key.set(Trim(text), scratch)) {
      draft_.Fault(field.value.place + ": " + field.key + ": \"" + std::string(CutUtf8(text, 100)) +
                   "\" is not allowed; allowed: " + key.allowed);
      return;
    }
    const TariffConfig& tariff = scratch.profitability.tariff;
    if (field.key == "timezone") site.time_zone = tariff.time_zone;
    if (field.key == "tariff") site.periods = tariff.periods;
    if (field.key == "power_cost_usd_per_kwh") site.price = tariff.price;
  }

  void Limit(const YamlEntry& field, ThresholdOverride& limits) {
    // A limit of one's own is as wide as the limit for all.
    const std::pair<std::string_view, std::optional<double>*> kFields[] = {
        {"temperature_celsius", &limits.temperature_celsius},
        {"hashrate_drop_ratio", &limits.hashrate_drop_ratio},
        {"fan_rpm", &limits.fan_rpm}};
    for (const auto& [name, slot] : kFields) {
      if (field.key != name) continue;
      const Key& key = *FindKey("alerts." + field.key);
      Config scratch;
      if (field.kind == Kind::kWord && key.set(Trim(field.value.text), scratch)) {
        *slot = ParseDouble(Trim(field.value.text));
        return;
      }
      draft_.Fault(field.value.place + ": " + field.key + ": \"" +
                   std::string(CutUtf8(field.value.text, 100)) +
                   "\" is not allowed; allowed: " + key.allowed);
      return;
    }
    draft_.Fault(field.place + ": \"" + std::string(CutUtf8(field.key, 100)) +
                 "\" is no limit; allowed: temperature_celsius, hashrate_drop_ratio, fan_rpm");
  }

  Draft& draft_;
};

}  // namespace

void ApplyYaml(const std::vector<YamlEntry>& entries, Draft& draft) {
  YamlSettings settings(draft);
  for (const YamlEntry& entry : entries) settings.Entry(entry, entry.key);
}

}  // namespace antx
