// How many log lines of one cause are written. Pure: time is passed in. Not thread safe.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "util/clock.h"
#include "util/log.h"

namespace antx {

/// The message with digits and quoted words levelled: what lines of one cause have in common.
[[nodiscard]] std::string MessageShape(std::string_view message);

class LogLimit {
 public:
  static constexpr std::size_t kLinesPerCause = 5;
  /// Lines about different miners, all of one shape.
  static constexpr std::size_t kLinesPerShape = 200;
  static constexpr std::chrono::minutes kWindow{1};

  /// What the end of a window has to tell.
  struct Summary {
    LogLevel level = LogLevel::kInfo;  ///< The highest that was held back.
    std::string component;
    std::string miner;    ///< "" when the cause is no single miner.
    std::string message;  ///< "12 more like this suppressed: <one of them>"
  };

  /// Whether to write the line. Its cause is component and miner, or component and shape.
  [[nodiscard]] bool Admit(LogLevel level, std::string_view component, std::string_view miner,
                           std::string_view message, SteadyTime now);
  /// Causes whose minute is over and that held lines back.
  [[nodiscard]] std::vector<Summary> TakeEnded(SteadyTime now);

 private:
  struct Window {
    std::size_t lines = 0;
    std::size_t held_back = 0;
    LogLevel level = LogLevel::kDebug;
    std::string component;
    std::string miner;
    std::string example;
  };
  Window& Find(const std::string& key, std::string_view component, std::string_view miner,
               SteadyTime now);
  std::unordered_map<std::string, Window> windows_;
  std::deque<std::pair<SteadyTime, std::string>> ends_;  ///< In order of time.
};

}  // namespace antx
