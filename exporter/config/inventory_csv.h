// The inventory file: a CSV with a header row, or a bare list of addresses. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.h"

namespace antx {

/// Columns by name, in any order: ip, mac, name, site, rack, model, power_cap_w, rated_ths,
/// rated_j_per_th, power_price, static. RFC 4180 quotes. Faults are "name:line: ...".
[[nodiscard]] std::vector<InventoryEntry> ParseInventoryCsv(std::string_view text,
                                                            const std::string& name,
                                                            std::vector<std::string>& faults);

/// One miner from named fields, as CSV columns and as discovery.static give them.
/// `fault` gets "field: what is wrong"; empty values are absent.
[[nodiscard]] InventoryEntry MakeInventoryEntry(
    const std::vector<std::pair<std::string, std::string>>& fields,
    const std::function<void(const std::string& field, const std::string& text)>& fault);

}  // namespace antx
