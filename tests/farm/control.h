// The words of the control port (README.md, "Steering"): a line in, a JSON object or
// "error: ..." out. Knows no sockets.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "farm/fleet.h"
#include "farm/scenario.h"

namespace antx::farm {

/// One line of the control protocol and its answer: JSON, or "error: ..." with what to
/// write instead.
[[nodiscard]] std::string RunCommand(Fleet& fleet, std::string_view line);

/// "line N: what is wrong" with steps of a scenario.
struct ScenarioFaults {
  std::vector<std::string> wrong;    ///< No such fault, slot or word.
  std::vector<std::string> missing;  ///< Steps for machines that a small fleet does not have.
};

/// Plays the steps on a copy of the fleet to see which would fail.
[[nodiscard]] ScenarioFaults CheckScenario(const Fleet& fleet, const Scenario& scenario);

}  // namespace antx::farm
