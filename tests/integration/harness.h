// Real programs on loopback: starts exporter, simulator and others as children,
// talks to them over sockets, waits for conditions and ends them by their id.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace antx::testing {

using Environment = std::map<std::string, std::string>;

/// Polls `condition` until it holds or `limit` is over. Returns whether it held.
[[nodiscard]] bool WaitFor(const std::function<bool()>& condition,
                           std::chrono::seconds limit = std::chrono::seconds(90));

/// A port of 127.0.0.1 that is free, and no other test process gets while this one lives.
[[nodiscard]] int FreePort();

/// "127.A.B." of a loopback network that no other test process uses at the same time; a new one
/// for each call, so that tests can run side by side.
[[nodiscard]] std::string OwnNetwork();

/// An own folder that goes with the object.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] std::string Path(const std::string& name) const { return path_ + '/' + name; }
  /// Writes a file of this folder and returns its path.
  std::string Write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

/// A child process; its output goes to a file that can be read at any time.
class Process {
 public:
  Process(std::vector<std::string> arguments, const Environment& environment);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] std::string Output() const;
  void Signal(int signal) const;
  /// The exit code, 128 + signal when killed; nothing when it still runs after `limit`.
  std::optional<int> Wait(std::chrono::seconds limit = std::chrono::seconds(20));
  [[nodiscard]] bool Running();
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  void End();

  TempFolder folder_;
  pid_t pid_ = -1;
  std::optional<int> status_;
};

/// Runs a program to its end and gives exit code and output (both streams).
struct RunResult {
  int code = -1;
  std::string output;
};
RunResult Run(std::vector<std::string> arguments, const Environment& environment = {},
              std::chrono::seconds limit = std::chrono::seconds(60));

struct HttpReply {
  int status = 0;                              ///< 0: no answer.
  std::map<std::string, std::string> headers;  ///< Names in lower case.
  std::string body;                            ///< Chunks joined; not decompressed.
};
/// `request` is sent as it is ("" : GET of `path`).
HttpReply Http(int port, const std::string& method, const std::string& path,
               const std::vector<std::string>& headers = {}, const std::string& body = "");
inline HttpReply Get(int port, const std::string& path,
                     const std::vector<std::string>& headers = {}) {
  return Http(port, "GET", path, headers);
}

/// A connection to 127.0.0.1 that says nothing.
class IdleConnection {
 public:
  explicit IdleConnection(int port);
  ~IdleConnection();
  IdleConnection(IdleConnection&& other) noexcept;
  IdleConnection(const IdleConnection&) = delete;
  IdleConnection& operator=(const IdleConnection&) = delete;
  IdleConnection& operator=(IdleConnection&&) = delete;
  /// Whether the other side still holds it.
  [[nodiscard]] bool Open() const;

 private:
  int descriptor_;
};

/// Series of an exposition in text format: `name{labels}` to value.
using Series = std::map<std::string, double>;
[[nodiscard]] Series ParseExposition(const std::string& text);

/// antminer_farm on addresses of 127.0.0.0/8.
class Farm {
 public:
  /// @param base first address, e.g. "127.40.0.1"; each test has its own network.
  Farm(int miners, const std::string& base, const std::vector<std::string>& extra = {});
  /// `antminer_farm ctl ...`; the test fails when it does not exit with 0.
  std::string Control(const std::vector<std::string>& arguments) const;
  void Fault(const std::string& address, const std::string& name,
             const std::string& argument = "") const;
  void Clear(const std::string& address) const;
  void Stop() { process_->Signal(15); }

 private:
  int control_port_;
  std::optional<Process> process_;
};

/// antminer_exporter with settings by environment; always with ranges in 127.0.0.0/8.
class Exporter {
 public:
  /// @param subnet MINER_IP_RANGE. `settings` are added to the defaults of the harness:
  /// POLL_INTERVAL=1, no mDNS, an own database, text logs.
  Exporter(const std::string& subnet, const Environment& settings = {},
           const std::vector<std::string>& arguments = {});
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] HttpReply Get(const std::string& path,
                              const std::vector<std::string>& headers = {}) const {
    return testing::Get(port_, path, headers);
  }
  [[nodiscard]] Series Metrics() const { return ParseExposition(Get("/metrics").body); }
  /// The value of one series now; nothing when it is not there.
  [[nodiscard]] std::optional<double> Value(const std::string& series) const;
  /// Waits until the series has the value.
  [[nodiscard]] bool WaitForValue(const std::string& series, double value) const;
  [[nodiscard]] bool WaitReady() const;
  [[nodiscard]] std::string Log() const { return process_->Output(); }
  Process& process() { return *process_; }
  [[nodiscard]] const TempFolder& folder() const { return folder_; }
  /// Stops it and starts it again with the same settings.
  void Restart();

 private:
  void Start();
  TempFolder folder_;
  int port_;
  Environment environment_;
  std::vector<std::string> arguments_;
  std::optional<Process> process_;
};

/// Path of a program built beside this test (ANTX_BIN_DIR), or of an installed one.
[[nodiscard]] std::string BuiltProgram(const std::string& name);
/// Path of an installed program; nothing when it is not there.
[[nodiscard]] std::optional<std::string> InstalledProgram(const std::string& name);

}  // namespace antx::testing
