// What every benchmark needs: processor time, memory, percentiles, the fake
// fleet as a child process, one JSON line as the result.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace antx::bench {

/// User and system time of this process so far, in seconds.
[[nodiscard]] double CpuSeconds();
/// Steady clock in seconds.
[[nodiscard]] double WallSeconds();
/// Resident memory now and its peak, in KiB.
[[nodiscard]] long ResidentKib();
[[nodiscard]] long PeakResidentKib();

/// Nearest-rank percentile, 0..100; 0 for no values. Sorts in place.
[[nodiscard]] double Percentile(std::vector<double>& values, double percent);

/// Flags of the form --name VALUE; a flag without value holds "1".
class Flags {
 public:
  Flags(int argc, char** argv);
  [[nodiscard]] std::string Text(const std::string& name, const std::string& fallback) const;
  [[nodiscard]] double Number(const std::string& name, double fallback) const;

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

/// Prints {"bench":name,...} as one line, in the order of the calls.
class JsonLine {
 public:
  explicit JsonLine(const std::string& name) : text_("{\"bench\":\"" + name + '"') {}
  JsonLine& Add(const std::string& key, double value);
  JsonLine& Add(const std::string& key, const std::string& value);
  JsonLine& AddRaw(const std::string& key, const std::string& json);
  /// `{...}` without the bench name when used as a part of another line.
  [[nodiscard]] std::string Text() const { return text_ + '}'; }
  void Print() const;

 private:
  std::string text_;
};

/// antminer_farm as a child; ended with its own id when this goes.
class FarmProcess {
 public:
  /// Starts it and waits for its "ready" line. Ends the program with a message on failure.
  FarmProcess(const std::string& program, const std::vector<std::string>& arguments);
  ~FarmProcess();
  FarmProcess(const FarmProcess&) = delete;
  FarmProcess& operator=(const FarmProcess&) = delete;
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int output_ = -1;
};

/// Raises the descriptor limit to the hard limit.
void RaiseDescriptorLimit();

}  // namespace antx::bench
