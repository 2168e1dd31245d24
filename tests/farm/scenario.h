// A scripted run: at which second what happens to whom (README.md, "Scenarios"). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace antx::farm {

struct ScenarioStep {
  double at = 0;        ///< Seconds after the start (of the run, or of the round).
  std::string command;  ///< A line of the control protocol (control.h).
  int line = 0;         ///< Of the file, from 1.
};

struct Scenario {
  std::vector<ScenarioStep> steps;  ///< In the order of time.
  double repeat = 0;                ///< Begin again after so many seconds; 0: once.
};

/// Faults are "line N: what is wrong".
[[nodiscard]] Scenario ParseScenario(std::string_view text, std::vector<std::string>& faults);

}  // namespace antx::farm
