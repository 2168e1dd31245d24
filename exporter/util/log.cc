#include "util/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <string>
#include <utility>

#include "util/log_file.h"
#include "util/log_limit.h"
#include "util/secret.h"
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

constexpr std::size_t kLongestMessage = 8192;
constexpr std::size_t kShortestSecret = 4;
constexpr std::size_t kMostSecrets = 256;

std::string JsonString(std::string_view text) {
  std::string quoted = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    auto byte = static_cast<unsigned char>(c);
    // C1 control characters, two bytes in UTF-8: terminals obey them.
    const bool c1 =
        byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (c1) byte = static_cast<unsigned char>(text[++i]);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c1 || byte < 0x20 || byte == 0x7f) {
      std::array<char, 8> code{};
      std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned>(byte));
      quoted += code.data();
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string JsonLine(const LogRecord& record) {
  return "{\"asctime\":" + JsonString(FormatUtc(record.time)) +
         ",\"levelname\":" + JsonString(LogLevelName(record.level)) +
         ",\"name\":" + JsonString("antminer_exporter." + record.component) +
         ",\"message\":" + JsonString(record.message) +
         ",\"component\":" + JsonString(record.component) +
         ",\"miner_ip\":" + (record.miner.empty() ? "null" : JsonString(record.miner)) +
         ",\"job_id\":null,\"path\":null,\"endpoint\":null}";
}

std::string TextLine(const LogRecord& record) {
  std::string line = FormatUtc(record.time);
  line.append(" | ").append(LogLevelName(record.level));
  line.append(" | antminer_exporter.").append(record.component);
  line.append(" | ").append(record.component);
  line.append(" | ").append(record.miner.empty() ? "-" : EscapeControl(record.miner));
  line.append(" | ").append(EscapeControl(record.message));
  return line;
}

/// "https://joe:secret@host/" becomes "https://***@host/". A password may hold a slash, so
/// whatever stands between "://" and the last @ of the word is hidden.
std::string WithoutLogins(std::string text) {
  for (auto at = text.find("://"); at != std::string::npos; at = text.find("://", at)) {
    at += 3;
    const auto end = std::min(text.find_first_of(" \t\r\n\"'<>", at), text.size());
    const auto sign = text.rfind('@', end);
    if (sign == std::string::npos || sign < at || sign >= end) continue;
    text.replace(at, sign - at, "***");
  }
  return text;
}

const Clock& SystemClock() {
  static const RealClock clock;
  return clock;
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
  Impl(LogLevel first_level, LogFormat line_format, LogStream stream, const Clock& its_clock)
      : level(first_level), format(line_format), clock(its_clock), out("antx") {
    if (stream == LogStream::kStdout) {
      out.sinks().push_back(std::make_shared<spdlog::sinks::stdout_sink_st>());
    } else {
      out.sinks().push_back(std::make_shared<spdlog::sinks::stderr_sink_st>());
    }
    out.set_pattern("%v");
    out.set_level(spdlog::level::trace);
    out.flush_on(spdlog::level::trace);
  }

  // All of these want the mutex.
  std::string Masked(std::string_view text) const;
  void Write(const LogRecord& record);
  void WriteEnded(SteadyTime until);

  std::atomic<LogLevel> level;
  const LogFormat format;
  const Clock& clock;
  std::mutex mutex;
  spdlog::logger out;
  std::unique_ptr<LogFile> file;
  LogLimit limit;
  std::vector<std::string> secrets;  // Long ones first: one may hold another.
  std::shared_ptr<const std::function<void(const LogRecord&)>> sink;
};

std::string Logger::Impl::Masked(std::string_view text) const {
  std::string masked(text);
  for (const std::string& secret : secrets) HideSecret(secret, masked);
  return std::string(CutUtf8(ToValidUtf8(WithoutLogins(std::move(masked))), kLongestMessage));
}

void Logger::Impl::Write(const LogRecord& record) {
  const std::string line = format == LogFormat::kJson ? JsonLine(record) : TextLine(record);
  // The line is the message, never a format string.
  out.log(spdlog::level::info, spdlog::string_view_t(line));
  if (file) file->Write(line, record.time);
}

void Logger::Impl::WriteEnded(SteadyTime until) {
  for (LogLimit::Summary& summary : limit.TakeEnded(until)) {
    Write({clock.Now(), summary.level, std::move(summary.component), std::move(summary.miner),
           std::move(summary.message), ""});
  }
}

Logger::Logger(LogLevel level, LogFormat format, LogStream stream, const Clock* clock)
    : impl_(std::make_unique<Impl>(level, format, stream,
                                   clock == nullptr ? SystemClock() : *clock)) {}
Logger::~Logger() { impl_->WriteEnded(SteadyTime::max()); }

void Logger::SetLevel(LogLevel level) { impl_->level = level; }

void Logger::SetSecrets(const std::vector<std::string>& secrets) {
  const std::lock_guard lock(impl_->mutex);
  auto& known = impl_->secrets;
  for (const std::string& secret : secrets) {
    if (secret.size() < kShortestSecret || known.size() >= kMostSecrets) continue;
    if (std::find(known.begin(), known.end(), secret) == known.end()) known.push_back(secret);
  }
  std::sort(known.begin(), known.end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

std::string Logger::OpenFiles(const std::string& directory, int retention_days) {
  const std::lock_guard lock(impl_->mutex);
  auto file = std::make_unique<LogFile>();
  std::string fault = file->Open(directory, retention_days, impl_->clock.Now());
  if (fault.empty()) impl_->file = std::move(file);
  return fault;
}

void Logger::SetSink(std::function<void(const LogRecord&)> sink) {
  const std::lock_guard lock(impl_->mutex);
  impl_->sink = sink
                    ? std::make_shared<const std::function<void(const LogRecord&)>>(std::move(sink))
                    : nullptr;
}

void Logger::Tick() {
  const std::lock_guard lock(impl_->mutex);
  impl_->WriteEnded(impl_->clock.Steady());
}

void Logger::Log(LogLevel level, std::string_view component, std::string_view miner,
                 std::string_view message) {
  if (level < impl_->level.load()) return;
  LogRecord record{impl_->clock.Now(), level, std::string(component), "", "", ""};
  std::shared_ptr<const std::function<void(const LogRecord&)>> sink;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->WriteEnded(impl_->clock.Steady());
    record.miner = impl_->Masked(miner);
    record.message = impl_->Masked(message);
    if (level != LogLevel::kDebug && !impl_->limit.Admit(level, component, record.miner,
                                                         record.message, impl_->clock.Steady())) {
      return;
    }
    impl_->Write(record);
    if (level >= LogLevel::kWarning) sink = impl_->sink;
  }
  // Outside of the lock: the sink may log.
  if (sink) (*sink)(record);
}

}  // namespace antx
