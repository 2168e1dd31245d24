// Reads an exposition back, strictly, so that tests can ask what a page says. Knows the
// two formats, nothing of miners.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/page.h"

namespace antx {

struct PageSample {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;  ///< In page order, unescaped.
  std::string value;
  [[nodiscard]] std::string LabelValue(std::string_view label) const;  ///< "" when absent.
};

struct PageFamily {
  std::string name;  ///< As in the header: OpenMetrics has it without _total and _info.
  std::string type;
  std::string unit;
  std::vector<PageSample> samples;
};

struct PageText {
  std::vector<PageFamily> families;
  std::vector<std::string> faults;  ///< What breaks the format; empty for a good page.

  /// Samples of this exact name.
  [[nodiscard]] std::vector<PageSample> Named(std::string_view name) const;
  /// The value of the first sample of this name with this label; "" when there is none.
  [[nodiscard]] std::string Value(std::string_view name, std::string_view label = "",
                                  std::string_view label_value = "") const;
  [[nodiscard]] std::size_t Series() const;
};

[[nodiscard]] PageText ReadPage(std::string_view text, Format format);

}  // namespace antx
