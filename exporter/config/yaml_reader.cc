#include "config/yaml_reader.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <optional>
#include <set>
#include <sstream>

#include "config/values.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr std::size_t kMostBytes = 1U << 20U;
constexpr int kMostLevels = 32;
constexpr int kMostNodes = 200'000;

class Reader {
 public:
  Reader(const std::string& name, std::vector<std::string>& faults)
      : name_(name), faults_(faults) {}

  std::vector<YamlEntry> Map(const YAML::Node& node, int level) {
    std::vector<YamlEntry> entries;
    std::set<std::string> seen;
    for (const auto& pair : node) {
      if (!Allowed(pair.first, level)) return entries;
      if (!pair.first.IsScalar() || !IsPlainText(pair.first.Scalar())) {
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

  void Fault(const YAML::Node& node, const std::string& text) {
    faults_.push_back(Place(node) + ": " + text);
  }

 private:
  void Value(const YAML::Node& node, YamlEntry& entry, int level) {
    if (!Allowed(node, level)) return;
    if (node.IsMap()) {
      entry.kind = YamlEntry::Kind::kMap;
      entry.children = Map(node, level);
    } else if (node.IsSequence()) {
      entry.kind = YamlEntry::Kind::kWords;
      Sequence(node, entry, level + 1);
    } else if (node.IsScalar()) {
      entry.kind = YamlEntry::Kind::kWord;
      entry.value = {Place(node), node.Scalar()};
    }
  }

  void Sequence(const YAML::Node& node, YamlEntry& entry, int level) {
    for (const auto& item : node) {
      if (!Allowed(item, level)) return;
      if (item.IsMap() && entry.words.empty()) {
        entry.kind = YamlEntry::Kind::kMaps;
        std::string place = Place(item);
        entry.items.push_back({std::move(place), Map(item, level)});
      } else if (item.IsScalar() && entry.items.empty()) {
        entry.words.push_back({Place(item), item.Scalar()});
      } else {
        Fault(item, "a list holds either words or maps, nothing else");
      }
    }
  }

  bool Allowed(const YAML::Node& node, int level) {
    if (level > kMostLevels || ++nodes_ > kMostNodes) {
      if (!refused_) Fault(node, "too deep or too large (32 levels, 200,000 values)");
      refused_ = true;
    }
    return !refused_;
  }

  const std::string& name_;
  std::vector<std::string>& faults_;
  int nodes_ = 0;
  bool refused_ = false;
};

/// Where a document starts, and nothing else of it.
class DocumentStart final : public YAML::EventHandler {
 public:
  YAML::Mark mark;

  void OnDocumentStart(const YAML::Mark& start) override { mark = start; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnScalar(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*value*/) override {}
  void OnSequenceStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/,
                       YAML::anchor_t /*anchor*/, YAML::EmitterStyle::value /*style*/) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {}
  void OnMapEnd() override {}
};

std::string PlaceOf(const std::string& name, const YAML::Mark& mark) {
  return name + ':' + std::to_string(mark.line + 1) + ':' + std::to_string(mark.column + 1);
}

/// Where a second document starts; nothing when there is one at most. YAML::LoadAll is no way to
/// find out: with some broken texts it never comes to an end.
std::optional<YAML::Mark> SecondDocument(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DocumentStart start;
  if (!parser.HandleNextDocument(start) || !parser.HandleNextDocument(start)) return std::nullopt;
  return start.mark;
}

/// The message without what it quotes: the name of an unknown anchor may be half a password.
std::string WithoutQuote(const std::string& message) {
  return message.substr(0, message.find(':'));
}

}  // namespace

std::vector<YamlEntry> ReadYaml(const std::string& text, const std::string& name,
                                std::vector<std::string>& faults) {
  if (text.size() > kMostBytes) {
    faults.push_back(name + ": larger than 1 MiB");
    return {};
  }
  try {
    if (const auto second = SecondDocument(text)) {
      faults.push_back(PlaceOf(name, *second) +
                       ": a second document; the file must be one map of settings");
      return {};
    }
    Reader reader(name, faults);
    const YAML::Node root = YAML::Load(text);
    if (root.IsNull()) return {};
    if (!root.IsMap()) {
      reader.Fault(root, "the file must be a map of settings");
      return {};
    }
    return reader.Map(root, 0);
  } catch (const YAML::Exception& error) {
    faults.push_back(PlaceOf(name, error.mark) + ": no YAML: " + WithoutQuote(error.msg));
  } catch (const std::exception&) {
    // The text of such an exception may quote the file, secrets included.
    faults.push_back(name + ": no YAML: the file cannot be understood");
  }
  return {};
}

}  // namespace antx
