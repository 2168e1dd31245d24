// Makes the descriptor table (and the reference page) from contract.yaml. Runs at build time.
#include <yaml-cpp/yaml.h>

#include <cctype>
#include <cstdio>
#include <exception>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

struct Family {
  std::string name, type, unit, group, needs, help, enumerator;
  std::vector<std::string> labels;
};

/// antminer_board_chips_total -> kBoardChipsTotal
std::string Enumerator(std::string name) {
  if (name.rfind("antminer_", 0) == 0) name = name.substr(9);
  std::string out = "k";
  bool upper = true;
  for (const char c : name) {
    if (c == '_') {
      upper = true;
    } else {
      out += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
      upper = false;
    }
  }
  return out;
}

std::string Text(const YAML::Node& node, const char* key) {
  return node[key] ? node[key].as<std::string>() : std::string();
}

bool EndsWith(const std::string& text, const std::string& end) {
  return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// Lower snake case without a colon: the names that this project allows itself.
bool IsName(const std::string& name) {
  return !name.empty() && name[0] >= 'a' && name[0] <= 'z' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

/// What is wrong with a family by itself; "" when nothing is.
std::string Fault(const Family& family) {
  static const std::set<std::string> kTypes = {"gauge", "counter", "histogram", "info"};
  if (!IsName(family.name)) return "is no metric name";
  if (kTypes.count(family.type) == 0) return "unknown type " + family.type;
  if (!IsName(family.group)) return "no group";
  if (family.help.empty() || family.help.back() != '.') {
    return "HELP is a sentence with a full stop";
  }
  // Such characters need escapes, in three different ways: C++, text and OpenMetrics.
  if (family.help.find_first_of("\"\\\n|") != std::string::npos) return "HELP needs escapes";
  if ((family.type == "counter") != EndsWith(family.name, "_total")) {
    return "counters, and only they, end in _total";
  }
  if ((family.type == "info") != EndsWith(family.name, "_info")) {
    return "facts, and only they, end in _info";
  }
  std::set<std::string> seen;
  for (const std::string& label : family.labels) {
    if (!IsName(label) || !seen.insert(label).second) return "label " + label + " is wrong";
  }
  return "";
}

Family Read(const YAML::Node& node) {
  static const std::set<std::string> kKeys = {"name",   "type", "unit", "group",
                                              "labels", "help", "needs"};
  Family family;
  family.name = node["name"].as<std::string>();
  std::set<std::string> seen;
  for (const auto& pair : node) {
    const auto key = pair.first.as<std::string>();
    if (kKeys.count(key) == 0 || !seen.insert(key).second) {
      throw std::runtime_error(family.name + ": unknown or repeated key " + key);
    }
  }
  family.type = Text(node, "type");
  family.unit = Text(node, "unit");
  family.group = Text(node, "group");
  family.needs = Text(node, "needs");
  family.help = Text(node, "help");
  family.enumerator = Enumerator(family.name);
  for (const YAML::Node& label : node["labels"]) family.labels.push_back(label.as<std::string>());
  return family;
}

/// OpenMetrics takes the ending of counters and facts as no part of the name.
std::string OpenMetricsName(const Family& family) {
  const bool has_ending = family.type == "counter" || family.type == "info";
  return has_ending ? family.name.substr(0, family.name.rfind('_')) : family.name;
}

std::vector<Family> Load(const char* path) {
  std::vector<Family> families;
  std::set<std::string> names;
  for (const YAML::Node& node : YAML::LoadFile(path)["families"]) {
    Family family = Read(node);
    const std::string fault = Fault(family);
    if (!fault.empty()) throw std::runtime_error(family.name + ": " + fault);
    if (!names.insert(OpenMetricsName(family)).second) {
      throw std::runtime_error(family.name + ": stands in the contract twice");
    }
    families.push_back(std::move(family));
  }
  if (families.empty()) throw std::runtime_error("no families");
  return families;
}

void WriteHeader(const std::vector<Family>& families, const char* path) {
  std::ofstream out(path);
  out << "// Made from contract.yaml by contract_gen; do not edit.\n#pragma once\n\n"
         "#include \"metrics/family.h\"\n\nnamespace antx {\n\nenum class Family {\n";
  for (const Family& family : families) out << "  " << family.enumerator << ",\n";
  out << "};\n\ninline constexpr std::array<FamilyInfo, " << families.size()
      << "> kFamilies = {{\n";
  for (const Family& family : families) {
    out << "    {\"" << family.name << "\", MetricType::k"
        << static_cast<char>(std::toupper(static_cast<unsigned char>(family.type[0])))
        << family.type.substr(1) << ", \"" << family.group << "\",\n     \"" << family.help
        << "\"},\n";
  }
  out << "}};\n\n}  // namespace antx\n";
}

void WriteReference(const std::vector<Family>& families, const char* path) {
  std::ofstream out(path);
  out << R"(# Metrics

Made from `contract.yaml`; do not edit.

Per-miner values vanish when a miner has not answered for 2.5 poll intervals; `antminer_up`,
`antminer_miner_info`, the scrape counters, thresholds and the exporter's own counters stay.
Missing in the reply means no sample, never 0. Rates are hashes per second of the algorithm in
`antminer_miner_info` (solutions per second for Equihash). Fee pools of the firmware are left out
of the pool families; label `pool` keeps the index of the firmware.

Two scrapers of one snapshot get the same bytes for the families of miners; the group `exporter`
(the exporter's own counters, limits for all miners, tariff, market, discovery and process) is
read at the moment of the scrape.

`collect[]=GROUP` selects groups on `/metrics` and `/probe`:)";
  std::set<std::string> groups;
  for (const Family& family : families) {
    if (groups.insert(family.group).second) {
      out << (groups.size() > 1 ? ", `" : " `") << family.group << '`';
    }
  }
  out << ".\n\n| family | type | unit | labels | group | meaning |\n"
         "| --- | --- | --- | --- | --- | --- |\n";
  for (const Family& family : families) {
    out << "| `" << family.name << "` | " << family.type << " | " << family.unit << " |";
    for (const std::string& label : family.labels) out << " `" << label << '`';
    out << " | " << family.group << " | " << family.help;
    if (!family.needs.empty()) out << " (needs: " << family.needs << ")";
    out << " |\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: contract_gen contract.yaml OUT.h OUT.md\n", stderr);
    return 2;
  }
  try {
    const auto families = Load(argv[1]);
    WriteHeader(families, argv[2]);
    WriteReference(families, argv[3]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[1], error.what());
    return 1;
  }
  return 0;
}
