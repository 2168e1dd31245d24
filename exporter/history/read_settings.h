// What readers of the history need to know besides the file.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "model/history.h"

namespace antx {

struct ReadSettings {
  std::string path;  ///< "" while there is no database that can be read.
  /// How long each step is kept, milliseconds; 0: for ever.
  std::array<std::int64_t, kHistoryStepCount> keep{};
  std::int64_t interval = 30'000;  ///< Milliseconds between poll rounds.
};

}  // namespace antx
