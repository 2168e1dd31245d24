// The log file and its rotated predecessors: antminer_monitor.log, and
// antminer_monitor.log.2025-08-27 for what was written on that local day.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "util/clock.h"

namespace antx {

/// Not thread safe.
class LogFile {
 public:
  LogFile();
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  /// Creates the folder, opens the file for appending, rotates one of an earlier day.
  /// Returns what is wrong, "" when nothing is. @param retention rotated files kept; 0: all.
  [[nodiscard]] std::string Open(const std::string& directory, int retention, SystemTime now);

  /// Appends one line; rotates first when a new local day has begun. A full disk loses the
  /// line, nothing else. A clock that steps back does not rotate.
  void Write(std::string_view line, SystemTime now);

 private:
  void Rotate(SystemTime now);
  void Prune() const;
  bool Reopen();

  struct Out;
  std::unique_ptr<Out> out_;
  std::string path_;
  std::string day_;  ///< Local day of the lines in the file, "2025-08-27".
  int retention_ = 0;
};

}  // namespace antx
