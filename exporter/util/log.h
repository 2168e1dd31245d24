// Log lines, JSON (nine fixed keys) or text, to standard output or standard error, to
// rotated files and, from warnings on, to a sink of the caller. Keeps spdlog out of headers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/clock.h"

namespace antx {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kCritical };
enum class LogFormat { kJson, kText };
/// Only `serve` logs to standard output; other subcommands print their result there.
enum class LogStream { kStdout, kStderr };

/// "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL".
[[nodiscard]] std::string_view LogLevelName(LogLevel level);

/// Any case; WARN and FATAL are aliases. Nothing on an unknown word.
[[nodiscard]] std::optional<LogLevel> ParseLogLevel(std::string_view text);

/// One line as the sink gets it: secrets masked, control characters not yet escaped.
struct LogRecord {
  SystemTime time;
  LogLevel level = LogLevel::kInfo;
  std::string component;
  std::string miner;    ///< "" when the line is about no miner.
  std::string message;  ///< Valid UTF-8.
  std::string context;  ///< A JSON object, or "".
};

/// Thread safe. Log changes, not states: a miner that stays down logs once. Of lines with one
/// cause (component and miner, or component and shape of the message) 5 a minute are written,
/// then how many more there were; DEBUG lines are not limited.
class Logger {
 public:
  /// `clock` outlives the logger; without one it is the clock of the system.
  Logger(LogLevel level, LogFormat format, LogStream stream = LogStream::kStdout,
         const Clock* clock = nullptr);
  /// Writes what the limits still hold back.
  ~Logger();
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  /// @param component the module, e.g. "poll"; JSON key `component`.
  /// @param miner the miner's id, or "" when the line is about no miner.
  /// @param message one sentence; control characters are escaped and secrets masked here.
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

  /// Writes what the limits held back when its minute is over. To be called about once a second;
  /// the next line does it too.
  void Tick();

  /// Takes effect for the next line; format and sinks need a restart.
  void SetLevel(LogLevel level);

  /// Words that no line may show, besides user and password in URLs; `***` stands in their
  /// place. Earlier ones stay masked. Words below 4 bytes are left alone.
  void SetSecrets(const std::vector<std::string>& secrets);

  /// Lines also go to `<directory>/antminer_monitor.log`, rotated at local midnight.
  /// @param retention_days rotated files that are kept; 0: all.
  /// @return what is wrong with the folder, "" when nothing is.
  [[nodiscard]] std::string OpenFiles(const std::string& directory, int retention_days);

  /// Gets each written line of WARNING and above, on the thread that logs; it may log itself
  /// below WARNING. An empty function takes the sink away.
  void SetSink(std::function<void(const LogRecord&)> sink);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace antx
