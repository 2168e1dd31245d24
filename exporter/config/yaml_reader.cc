#include "config/yaml_reader.h"

#include <yaml-cpp/yaml.h>

#include <set>

namespace antx {
namespace {

constexpr std::size_t kMostBytes = 1U << 20U;
constexpr int kMostLevels = 16;
constexpr int kMostNodes = 20'000;

class Reader {
 public:
  Reader(const std::string& name, std::vector<std::string>& faults)
      : name_(name), faults_(faults) {}

  std::vector<YamlEntry> Map(const YAML::Node& node, int level) {
    std::vector<YamlEntry> entries;
    std::set<std::string> seen;
    for (const auto& pair : node) {
      if (!Allowed(pair.first, level)) return entries;
      if (!pair.first.IsScalar()) {
        Fault(pair.first, "a key must be a word");
        continue;
      }
      YamlEntry entry;
      entry.key = pair.first.Scalar();
      entry.place = entry.value.place = Place(pair.first);
      if (!seen.insert(entry.key).second) {
        Fault(pair.first, "\"" + entry.key + "\" stands here twice; keep one");
        continue;
      }
      Value(pair.second, entry, level + 1);
      entries.push_back(std::move(entry));
    }
    return entries;
  }

  std::string Place(const YAML::Node& node) const {
    const YAML::Mark mark = node.Mark();
    return name_ + ':' + std::to_string(mark.line + 1) + ':' + std::to_string(mark.column + 1);
  }

 private:
  void Value(const YAML::Node& node, YamlEntry& entry, int level) {
    if (!Allowed(node, level)) return;
    if (node.IsMap()) {
      entry.is_map = true;
      entry.children = Map(node, level);
    } else if (node.IsSequence()) {
      entry.value.is_list = true;
      Sequence(node, entry, level + 1);
    } else if (node.IsScalar()) {
      entry.value.text = node.Scalar();
      entry.value.place = Place(node);
    }
  }

  void Sequence(const YAML::Node& node, YamlEntry& entry, int level) {
    for (const auto& item : node) {
      if (!Allowed(item, level)) return;
      if (item.IsMap()) {
        entry.elements.push_back(Map(item, level));
      } else if (item.IsScalar()) {
        entry.value.text += (entry.value.text.empty() ? "" : ",") + item.Scalar();
      } else {
        Fault(item, "a list holds words or maps only");
      }
    }
  }

  bool Allowed(const YAML::Node& node, int level) {
    if (level > kMostLevels || ++nodes_ > kMostNodes) {
      if (!refused_) Fault(node, "too deep or too large (16 levels, 20,000 values)");
      refused_ = true;
    }
    return !refused_;
  }

  void Fault(const YAML::Node& node, const std::string& text) {
    faults_.push_back(Place(node) + ": " + text);
  }

  const std::string& name_;
  std::vector<std::string>& faults_;
  int nodes_ = 0;
  bool refused_ = false;
};

}  // namespace

std::vector<YamlEntry> ReadYaml(const std::string& text, const std::string& name,
                                std::vector<std::string>& faults) {
  if (text.size() > kMostBytes) {
    faults.push_back(name + ": larger than 1 MiB");
    return {};
  }
  try {
    const YAML::Node root = YAML::Load(text);
    if (root.IsNull()) return {};
    Reader reader(name, faults);
    if (!root.IsMap()) {
      faults.push_back(reader.Place(root) + ": the file must be a map of settings");
      return {};
    }
    return reader.Map(root, 0);
  } catch (const YAML::Exception& error) {
    faults.push_back(name + ':' + std::to_string(error.mark.line + 1) + ':' +
                     std::to_string(error.mark.column + 1) + ": no YAML: " + error.msg);
  } catch (const std::exception& error) {
    faults.push_back(name + ": no YAML: " + std::string(error.what()));
  }
  return {};
}

}  // namespace antx
