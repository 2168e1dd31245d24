// The shape of one row of the metric contract. The rows are in families.gen.h, made
// from contract.yaml at build time.
#pragma once

#include <array>
#include <string_view>

namespace antx {

enum class MetricType { kGauge, kCounter, kHistogram, kInfo };

struct FamilyInfo {
  std::string_view name;  ///< As in text format: counters with _total, facts with _info.
  MetricType type;
  std::string_view group;  ///< What collect[]= selects.
  std::string_view help;
};

}  // namespace antx
