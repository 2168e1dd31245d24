#include "bench/bench_util.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace antx::bench {

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double WallSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

long ResidentKib() {
  std::ifstream statm("/proc/self/statm");
  long size = 0;
  long resident = 0;
  statm >> size >> resident;
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

long PeakResidentKib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

double Percentile(std::vector<double>& values, double percent) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto rank = std::ceil(percent / 100 * static_cast<double>(values.size()));
  return values[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

Flags::Flags(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    const bool has_value = i + 1 < argc && argv[i + 1][0] != '-';
    values_.emplace_back(name, has_value ? argv[++i] : "1");
  }
}

std::string Flags::Text(const std::string& name, const std::string& fallback) const {
  for (const auto& [flag, value] : values_) {
    if (flag == "--" + name) return value;
  }
  return fallback;
}

double Flags::Number(const std::string& name, double fallback) const {
  const std::string text = Text(name, "");
  return text.empty() ? fallback : std::strtod(text.c_str(), nullptr);
}

JsonLine& JsonLine::Add(const std::string& key, double value) {
  std::array<char, 40> number{};
  const bool whole = std::abs(value) < 1e15 && value == std::floor(value);
  std::snprintf(number.data(), number.size(), whole ? "%.0f" : "%.4g", value);
  return AddRaw(key, number.data());
}

JsonLine& JsonLine::Add(const std::string& key, const std::string& value) {
  return AddRaw(key, '"' + value + '"');
}

JsonLine& JsonLine::AddRaw(const std::string& key, const std::string& json) {
  text_ += ",\"" + key + "\":" + json;
  return *this;
}

void JsonLine::Print() const {
  std::puts(Text().c_str());
  std::fflush(stdout);
}

FarmProcess::FarmProcess(const std::string& program, const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) std::abort();
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) {
    // Also when this program ends without destructors, as where a second fleet does not start.
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(127);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    std::vector<char*> argv{const_cast<char*>(program.c_str())};
    for (const std::string& argument : arguments) {
      argv.push_back(const_cast<char*>(argument.c_str()));
    }
    argv.push_back(nullptr);
    execv(program.c_str(), argv.data());
    std::perror(program.c_str());
    _exit(127);
  }
  close(ends[1]);
  output_ = ends[0];
  std::string line;
  char byte = 0;
  while (line.find("ready") == std::string::npos || line.back() != '\n') {
    if (read(output_, &byte, 1) != 1) {
      std::fprintf(stderr, "the fake fleet did not start: %s\n", program.c_str());
      std::exit(1);
    }
    line += byte;
  }
}

FarmProcess::~FarmProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  close(output_);
}

void RaiseDescriptorLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace antx::bench
