// Makes the descriptor table (and the reference page) from contract.yaml. Runs at build time.
#include <yaml-cpp/yaml.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>
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

std::vector<Family> Load(const char* path) {
  static const std::set<std::string> kKeys = {"name",   "type", "unit", "group",
                                              "labels", "help", "needs"};
  static const std::set<std::string> kTypes = {"gauge", "counter", "histogram", "info"};
  std::vector<Family> families;
  std::set<std::string> names;
  for (const YAML::Node& node : YAML::LoadFile(path)["families"]) {
    Family family;
    family.name = node["name"].as<std::string>();
    const auto fail = [&](const std::string& what) {
      throw std::runtime_error(family.name + ": " + what);
    };
    for (const auto& pair : node) {
      if (kKeys.count(pair.first.as<std::string>()) == 0) fail("unknown key");
    }
    family.type = Text(node, "type");
    family.unit = Text(node, "unit");
    family.group = Text(node, "group");
    family.needs = Text(node, "needs");
    family.help = Text(node, "help");
    family.enumerator = Enumerator(family.name);
    for (const YAML::Node& label : node["labels"]) family.labels.push_back(label.as<std::string>());
    if (!names.insert(family.name).second) fail("stands in the contract twice");
    if (kTypes.count(family.type) == 0) fail("unknown type " + family.type);
    if (family.group.empty()) fail("no group");
    if (family.help.empty() || family.help.back() != '.')
      fail("HELP is a sentence with a full stop");
    const bool total =
        family.name.size() > 6 && family.name.rfind("_total") == family.name.size() - 6;
    if ((family.type == "counter") != total) fail("counters, and only they, end in _total");
    families.push_back(family);
  }
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
  out << "# Metrics\n\nMade from `contract.yaml`; do not edit. `collect[]=GROUP` selects groups, "
         "on\n"
         "`/metrics` and `/probe`. Per-miner values vanish when a miner has not answered for 2.5\n"
         "poll intervals; `antminer_up`, `antminer_miner_info`, the scrape counters, thresholds "
         "and\n"
         "the exporter's own counters stay. Missing in the reply means no sample, never 0. Rates "
         "are\n"
         "hashes per second of the algorithm in `antminer_miner_info` (solutions per second for\n"
         "Equihash). Fee pools of the firmware are left out of the pool families.\n\n"
         "| family | type | unit | labels | group | meaning |\n| --- | --- | --- | --- | --- | --- "
         "|\n";
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
