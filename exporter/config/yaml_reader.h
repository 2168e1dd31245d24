// Turns the YAML file into located values, refusing what yaml-cpp lets pass:
// duplicate keys, further documents, alias bombs, deep nesting. Knows nothing of
// single settings.
#pragma once

#include <string>
#include <vector>

namespace antx {

/// A word with its place, "config.yml:3:5".
struct YamlValue {
  std::string place;
  std::string text;
};

struct YamlItem;

/// One row of a map, in the order of the file.
struct YamlEntry {
  enum class Kind { kNull, kWord, kWords, kMap, kMaps };
  std::string key;
  std::string place;  ///< Of the key.
  Kind kind = Kind::kNull;
  YamlValue value;                  ///< kWord; for other kinds the place of the key, no text.
  std::vector<YamlValue> words;     ///< kWords: a list, perhaps empty.
  std::vector<YamlEntry> children;  ///< kMap.
  std::vector<YamlItem> items;      ///< kMaps: a list of maps.
};

/// One map of a list.
struct YamlItem {
  std::string place;
  std::vector<YamlEntry> fields;
};

/// At most 1 MiB, 32 levels, 200,000 values. Faults are complete lines.
[[nodiscard]] std::vector<YamlEntry> ReadYaml(const std::string& text, const std::string& name,
                                              std::vector<std::string>& faults);

}  // namespace antx
