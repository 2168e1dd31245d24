#include "config/inventory_csv.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

#include "config/tariff.h"
#include "config/values.h"
#include "util/text.h"

namespace antx {
namespace {

using Fault = std::function<void(const std::string&, const std::string&)>;

std::string NormaliseMac(std::string_view text) {
  std::string mac;
  for (const char c : text) {
    if (c == ':' || c == '-') continue;
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0 || mac.size() >= 17) return {};
    if (mac.size() % 3 == 2) mac += ':';
    mac += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return mac.size() == 17 ? mac : std::string();
}

std::optional<double> Positive(const std::string& field, const std::string& text,
                               const Fault& fault) {
  const auto value = ParseDouble(text);
  if (value && *value > 0) return value;
  fault(field, "\"" + text + "\" is no number above 0");
  return std::nullopt;
}

std::optional<double> PowerPrice(const std::string& field, const std::string& text,
                                 const Fault& fault) {
  const auto value = ParseDouble(text);
  if (value && *value >= 0 && *value <= kHighestPowerPrice) return value;
  fault(field, "\"" + text + "\" is no number from 0 to " + NumberText(kHighestPowerPrice));
  return std::nullopt;
}

/// Fields of a CSV line; false: a quote is not closed.
bool SplitCsv(std::string_view line, std::vector<std::string>& fields) {
  fields.assign(1, "");
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += '"';
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  for (std::string& field : fields) field = std::string(Trim(field));
  return !quoted;
}

/// Applies one field; false when its name is not known.
bool TakeField(const std::string& field, const std::string& value, InventoryEntry& entry,
               const Fault& fault) {
  MinerLabels& labels = entry.labels;
  if (field == "ip" || field == "address") {
    entry.address = Ipv4::Parse(value);
    if (!entry.address) fault(field, "\"" + value + "\" is no IPv4 address");
  } else if (field == "mac") {
    entry.mac = NormaliseMac(value);
    if (entry.mac.empty()) fault(field, "\"" + value + "\" is no MAC address");
  } else if (field == "static") {
    const auto flag = ParseBool(value);
    if (!flag) fault(field, "\"" + value + "\" is neither true nor false");
    entry.is_static = flag.value_or(false);
  } else if (field == "name") {
    labels.name = value;
  } else if (field == "site" || field == "location") {
    labels.site = value;
  } else if (field == "rack") {
    labels.rack = value;
  } else if (field == "model") {
    labels.model = value;
  } else if (field == "power_cap_w") {
    labels.power_cap_watts = Positive(field, value, fault);
  } else if (field == "rated_ths") {
    const auto ths = Positive(field, value, fault);
    if (ths) labels.rated_hashrate_hashes_per_second = *ths * 1e12;
  } else if (field == "rated_j_per_th") {
    labels.rated_joules_per_terahash = Positive(field, value, fault);
  } else if (field == "power_price" || field == "power_cost") {
    labels.power_price_per_kilowatt_hour = PowerPrice(field, value, fault);
  } else {
    return false;
  }
  return true;
}

}  // namespace

InventoryEntry MakeInventoryEntry(const std::vector<std::pair<std::string, std::string>>& fields,
                                  const Fault& fault) {
  InventoryEntry entry;
  for (const auto& [field, value] : fields) {
    if (value.empty()) continue;
    if (!TakeField(field, value, entry, fault)) {
      fault(field,
            "unknown; allowed: ip, mac, name, site, rack, model, power_cap_w, rated_ths, "
            "rated_j_per_th, power_price, static");
    }
  }
  if (!entry.address && entry.mac.empty()) fault("ip", "an entry needs an ip or a mac");
  if (entry.is_static && !entry.address) fault("static", "a static miner needs an ip");
  return entry;
}

std::vector<InventoryEntry> ParseInventoryCsv(std::string_view text, const std::string& name,
                                              std::vector<std::string>& faults) {
  std::vector<InventoryEntry> entries;
  std::vector<std::string> columns;
  std::set<std::string> seen;
  int number = 0;
  text = WithoutByteOrderMark(text);
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string place = name + ':' + std::to_string(++number) + ": ";
    if (line.empty() || line.front() == '#') continue;
    std::vector<std::string> fields;
    if (!SplitCsv(line, fields)) {
      faults.push_back(place + "a quote is not closed");
      continue;
    }
    const bool bare = Ipv4::Parse(fields.front()).has_value();
    if (columns.empty() && !bare) {
      for (const std::string& field : fields) columns.push_back(ToLower(field));
      continue;
    }
    if (columns.empty()) columns = {"ip"};  // A bare list of addresses.
    if (fields.size() > columns.size()) {
      faults.push_back(place + "more fields than the header has columns");
      continue;
    }
    std::vector<std::pair<std::string, std::string>> named;
    for (std::size_t i = 0; i < fields.size(); ++i) named.emplace_back(columns[i], fields[i]);
    if (columns.size() == 1 && columns[0] == "ip") named.emplace_back("static", "true");
    const auto before = faults.size();
    auto entry = MakeInventoryEntry(named, [&](const std::string& field, const std::string& what) {
      faults.push_back(place + field + ": " + what);
    });
    entry.from_file = true;
    const std::string identity = entry.address ? entry.address->ToString() : entry.mac;
    if (faults.size() == before && !seen.insert(identity).second) {
      faults.push_back(place + identity + " stands in the file twice; keep one");
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace antx
