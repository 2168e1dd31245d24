// The files that say who may call, read again when they change.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/access/tokens.h"
#include "config/web_file.h"
#include "util/log.h"

namespace antx {

/// Tells versions of a file apart without reading it.
struct FileStamp {
  bool exists = false;
  std::int64_t modified_ns = 0;
  std::int64_t size = 0;
  std::uint64_t inode = 0;
  bool operator==(const FileStamp&) const = default;
  [[nodiscard]] static FileStamp Of(const std::string& path);
};

struct AccessRules {
  WebFile web;
  std::vector<TokenRecord> tokens;
};

/// Thread safe.
class AccessFiles {
 public:
  /// @param web_file path of --web.config.file; "" none. @param log outlives this.
  AccessFiles(std::string web_file, Logger& log) : web_file_(std::move(web_file)), log_(log) {}

  /// Reads both files for the first time. Returns the faults, none when all is well.
  [[nodiscard]] std::vector<std::string> Open(const std::string& tokens_file);

  /// What the files say now. A version with faults is told in the log, once, and the one before
  /// stays in force; where there is none before, nobody has a token.
  [[nodiscard]] std::shared_ptr<const AccessRules> Current(const std::string& tokens_file);

  [[nodiscard]] const std::string& web_file() const { return web_file_; }

 private:
  struct Seen {
    std::string path;
    FileStamp stamp;
    bool operator==(const Seen&) const = default;
  };
  /// Whether `seen` differs from what lies at `path`; then it is brought up to date.
  static bool Changed(const std::string& path, Seen& seen);
  void Tell(const std::string& path, const std::vector<std::string>& faults);

  const std::string web_file_;
  Logger& log_;
  std::mutex mutex_;
  Seen web_seen_;
  Seen tokens_seen_;
  std::shared_ptr<const AccessRules> rules_ = std::make_shared<const AccessRules>();
};

}  // namespace antx
