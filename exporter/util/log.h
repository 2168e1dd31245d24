// Log lines, JSON (nine fixed keys) or text, to standard output. Later sinks
// (files, database) are added here and nowhere else. Keeps spdlog out of headers.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

namespace antx {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kCritical };
enum class LogFormat { kJson, kText };

/// "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL".
[[nodiscard]] std::string_view LogLevelName(LogLevel level);

/// Any case; WARN and FATAL are aliases. Nothing on an unknown word.
[[nodiscard]] std::optional<LogLevel> ParseLogLevel(std::string_view text);

/// Thread safe. Log changes, not states: a miner that stays down logs once.
class Logger {
 public:
  Logger(LogLevel level, LogFormat format);
  ~Logger();
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  /// @param component the module, e.g. "poll"; JSON key `component`.
  /// @param miner the miner's id, or "" when the line is about no miner.
  /// @param message one sentence; control characters are escaped here.
  void Log(LogLevel level, std::string_view component, std::string_view miner,
           std::string_view message);

  void Debug(std::string_view component, std::string_view message) {
    Log(LogLevel::kDebug, component, "", message);
  }
  void Info(std::string_view component, std::string_view message) {
    Log(LogLevel::kInfo, component, "", message);
  }
  void Warn(std::string_view component, std::string_view message) {
    Log(LogLevel::kWarning, component, "", message);
  }
  void Error(std::string_view component, std::string_view message) {
    Log(LogLevel::kError, component, "", message);
  }

  /// Takes effect for the next line; format and sinks need a restart.
  void SetLevel(LogLevel level);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace antx
