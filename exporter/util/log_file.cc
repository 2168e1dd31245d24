#include "util/log_file.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <exception>
#include <filesystem>
#include <system_error>
#include <vector>

namespace antx {
namespace {

namespace fs = std::filesystem;

constexpr const char* kName = "antminer_monitor.log";
constexpr int kMostOfOneDay = 1000;

std::string LocalDay(std::time_t stamp) {
  std::tm parts{};
  localtime_r(&stamp, &parts);
  std::array<char, 16> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
  return {text.data(), size};
}

std::string LocalDay(SystemTime time) {
  return LocalDay(std::chrono::system_clock::to_time_t(time));
}

/// Of rotated files: "antminer_monitor.log." and a day, perhaps with a number behind it.
bool IsRotated(const std::string& name) {
  const std::string prefix = std::string(kName) + '.';
  constexpr std::size_t kDayLength = 10;
  if (!name.starts_with(prefix) || name.size() < prefix.size() + kDayLength) return false;
  return name.find_first_not_of("0123456789-.", prefix.size()) == std::string::npos;
}

}  // namespace

struct LogFile::Out {
  explicit Out(const std::string& path) : sink(path) { sink.set_pattern("%v"); }
  spdlog::sinks::basic_file_sink_st sink;
};

LogFile::LogFile() = default;
LogFile::~LogFile() = default;

std::string LogFile::Open(const std::string& directory, int retention, SystemTime now) {
  const auto fault = [&](const std::string& reason) {
    return "logging.directory: \"" + directory + "\" cannot be used: " + reason +
           "; allowed: a folder that can be created and written, or empty for standard output "
           "only";
  };
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return fault(error.message());
  path_ = (fs::path(directory) / kName).string();
  retention_ = retention;
  struct stat info {};
  const bool old = stat(path_.c_str(), &info) == 0 && info.st_size > 0;
  day_ = old ? LocalDay(info.st_mtime) : LocalDay(now);
  errno = 0;
  if (!Reopen()) {
    return fault(errno != 0 ? std::generic_category().message(errno)
                            : std::string("the file cannot be opened"));
  }
  if (LocalDay(now) > day_) Rotate(now);
  Prune();
  return "";
}

void LogFile::Write(std::string_view line, SystemTime now) {
  if (LocalDay(now) > day_) Rotate(now);
  if (!out_ && !Reopen()) return;
  try {
    const spdlog::details::log_msg message("", spdlog::level::info,
                                           spdlog::string_view_t(line.data(), line.size()));
    out_->sink.log(message);
    out_->sink.flush();
  } catch (const std::exception&) {
    out_.reset();  // The next line tries again.
  }
}

void LogFile::Rotate(SystemTime now) {
  out_.reset();
  std::string target = path_ + '.' + day_;
  for (int i = 2; fs::exists(target) && i < kMostOfOneDay; ++i) {
    target = path_ + '.' + day_ + '.' + std::to_string(i);
  }
  std::error_code ignored;
  fs::rename(path_, target, ignored);
  day_ = LocalDay(now);
  (void)Reopen();
  Prune();
}

void LogFile::Prune() const {
  if (retention_ <= 0) return;
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(fs::path(path_).parent_path(), error), end; !error && at != end;
       at.increment(error)) {
    if (IsRotated(at->path().filename().string())) files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  while (files.size() > static_cast<std::size_t>(retention_)) {
    std::error_code ignored;
    fs::remove(files.front(), ignored);
    files.erase(files.begin());
  }
}

bool LogFile::Reopen() {
  try {
    out_ = std::make_unique<Out>(path_);
    return true;
  } catch (const std::exception&) {
    out_.reset();
    return false;
  }
}

}  // namespace antx
