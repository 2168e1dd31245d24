// Turns the YAML file into located values, refusing what yaml-cpp lets pass:
// duplicate keys, alias bombs, deep nesting. Knows nothing of single settings.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace antx {

/// A value with its place, "config.yml:3:5".
struct YamlValue {
  std::string place;
  std::string text;
  bool is_list = false;  ///< It was a sequence; `text` is joined by commas.
};

/// A map, as rows in the order of the file; a nested map has children.
struct YamlEntry {
  std::string key;
  std::string place;  ///< Of the key.
  YamlValue value;
  std::vector<YamlEntry> children;               ///< A map.
  std::vector<std::vector<YamlEntry>> elements;  ///< A sequence of maps.
  bool is_map = false;
};

/// At most 1 MiB, 16 levels, 20,000 nodes. Faults are complete lines.
[[nodiscard]] std::vector<YamlEntry> ReadYaml(const std::string& text, const std::string& name,
                                              std::vector<std::string>& faults);

}  // namespace antx
