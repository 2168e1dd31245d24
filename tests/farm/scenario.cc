#include "farm/scenario.h"

#include <algorithm>
#include <optional>

#include "util/text.h"

namespace antx::farm {
namespace {

/// "90", "90s", "2m".
std::optional<double> ParseSeconds(std::string_view text) {
  double factor = 1;
  if (!text.empty() && (text.back() == 's' || text.back() == 'm')) {
    factor = text.back() == 'm' ? 60 : 1;
    text.remove_suffix(1);
  }
  const auto value = ParseDouble(text);
  if (!value || *value < 0) return std::nullopt;
  return *value * factor;
}

}  // namespace

Scenario ParseScenario(std::string_view text, std::vector<std::string>& faults) {
  Scenario scenario;
  int number = 0;
  int repeat_line = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trim(text.substr(0, std::min(text.find('#'), end)));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    const auto words = SplitList(line, " \t");
    if (words.empty()) continue;
    const double time = words.size() > 1 ? ParseSeconds(words[1]).value_or(-1) : -1;
    const bool at = words[0] == "at" && words.size() > 2 && time >= 0;
    const bool repeat = words[0] == "repeat" && words.size() == 2 && time > 0;
    if (at) {
      const auto command = line.find(words[2], line.find(words[1]) + words[1].size());
      scenario.steps.push_back({time, std::string(line.substr(command)), number});
    } else if (repeat) {
      scenario.repeat = time;
      repeat_line = number;
    } else {
      faults.push_back("line " + std::to_string(number) +
                       ": write \"at SECONDS fault ADDRESS NAME [ARGUMENT]\", \"at SECONDS clear "
                       "ADDRESS [NAME]\" or \"repeat SECONDS\"");
    }
  }
  std::stable_sort(scenario.steps.begin(), scenario.steps.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });
  // A round shorter than its steps would fall behind for ever.
  if (repeat_line > 0 && !scenario.steps.empty() && scenario.repeat < scenario.steps.back().at) {
    faults.push_back("line " + std::to_string(repeat_line) +
                     ": repeat must not be shorter than the time of the last step");
  }
  return scenario;
}

}  // namespace antx::farm
