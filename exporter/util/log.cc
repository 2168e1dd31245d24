#include "util/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

#include "util/clock.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr std::array<std::pair<std::string_view, LogLevel>, 7> kNames = {{
    {"DEBUG", LogLevel::kDebug},
    {"INFO", LogLevel::kInfo},
    {"WARNING", LogLevel::kWarning},
    {"ERROR", LogLevel::kError},
    {"CRITICAL", LogLevel::kCritical},
    {"WARN", LogLevel::kWarning},
    {"FATAL", LogLevel::kCritical},
}};

std::string JsonString(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : ToValidUtf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      std::array<char, 8> code{};
      std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned>(byte));
      quoted += code.data();
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string JsonLine(LogLevel level, std::string_view component, std::string_view miner,
                     std::string_view message) {
  const std::string name = "antminer_exporter." + std::string(component);
  return "{\"asctime\":" + JsonString(FormatUtc(std::chrono::system_clock::now())) +
         ",\"levelname\":" + JsonString(LogLevelName(level)) + ",\"name\":" + JsonString(name) +
         ",\"message\":" + JsonString(message) + ",\"component\":" + JsonString(component) +
         ",\"miner_ip\":" + (miner.empty() ? "null" : JsonString(miner)) +
         ",\"job_id\":null,\"path\":null,\"endpoint\":null}";
}

std::string TextLine(LogLevel level, std::string_view component, std::string_view miner,
                     std::string_view message) {
  std::string line = FormatUtc(std::chrono::system_clock::now());
  line.append(" | ").append(LogLevelName(level));
  line.append(" | antminer_exporter.").append(component).append(" | ").append(component);
  line.append(" | ").append(miner.empty() ? "-" : EscapeControl(miner));
  line.append(" | ").append(EscapeControl(message));
  return line;
}

}  // namespace

std::string_view LogLevelName(LogLevel level) {
  for (const auto& [name, known] : kNames) {
    if (known == level) return name;
  }
  return "INFO";
}

std::optional<LogLevel> ParseLogLevel(std::string_view text) {
  for (const auto& [name, level] : kNames) {
    if (EqualsNoCase(name, text)) return level;
  }
  return std::nullopt;
}

struct Logger::Impl {
  Impl(LogLevel first_level, LogFormat line_format)
      : level(first_level),
        format(line_format),
        out("antx", std::make_shared<spdlog::sinks::stdout_sink_mt>()) {
    out.set_pattern("%v");
    out.set_level(spdlog::level::trace);
    out.flush_on(spdlog::level::trace);
  }
  std::atomic<LogLevel> level;
  LogFormat format;
  spdlog::logger out;
};

Logger::Logger(LogLevel level, LogFormat format) : impl_(std::make_unique<Impl>(level, format)) {}
Logger::~Logger() = default;

void Logger::SetLevel(LogLevel level) { impl_->level = level; }

void Logger::Log(LogLevel level, std::string_view component, std::string_view miner,
                 std::string_view message) {
  if (level < impl_->level.load()) return;
  const std::string line = impl_->format == LogFormat::kJson
                               ? JsonLine(level, component, miner, message)
                               : TextLine(level, component, miner, message);
  // The line is the message, never a format string.
  impl_->out.log(spdlog::level::info, spdlog::string_view_t(line));
}

}  // namespace antx
