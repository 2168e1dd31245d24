// Settings while they are gathered: the Config so far and what is wrong with it.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/keys.h"
#include "config/yaml_reader.h"

namespace antx {

/// Each source (YAML, variables, flags) writes into one draft; later ones overwrite.
class Draft {
 public:
  /// Stores the value, or makes a fault "place: found, allowed" of it. A secret is not shown,
  /// nor user, password and query of an address. An empty value counts as not set.
  void Apply(const Key& key, const std::string& place, std::string_view value);
  /// The same with what the file at `path` holds.
  void ApplySecretFile(const Key& key, const std::string& place, const std::string& path);
  /// What a file with a secret holds, trimmed; a fault and nothing when it cannot be used.
  std::optional<std::string> ReadSecret(const std::string& place, const std::string& path);
  /// efficiency.models and EFF_*.
  void SetEfficiency(const std::string& place, const std::string& model, const std::string& text);
  /// Whether a source has set the key.
  [[nodiscard]] bool IsSet(const std::string& path) const { return set_.contains(path); }

  void Fault(const std::string& text) { faults.push_back(text); }
  void Warn(const std::string& text) { warnings.push_back(text); }

  Config config;
  std::vector<std::string> faults;
  std::vector<std::string> warnings;
  // Ranges wait until discovery.allow_public is known.
  std::vector<YamlValue> yaml_ranges;
  std::vector<YamlValue> probe_ranges;
  std::vector<std::vector<YamlValue>> credential_ranges;  ///< One a miners.credentials entry.

 private:
  std::set<std::string> set_;
};

/// Takes what a YAML file says into the draft.
void ApplyYaml(const std::vector<YamlEntry>& entries, Draft& draft);

/// One list of ranges, each item parsed and checked against discovery.allow_public; no range
/// twice.
[[nodiscard]] std::vector<AddressRange> ResolveRangeList(const std::vector<YamlValue>& words,
                                                         Draft& draft);

/// How many addresses the ranges hold together; one that lies in two of them counts once.
[[nodiscard]] std::uint64_t CountAddresses(std::vector<AddressRange> ranges);

}  // namespace antx
