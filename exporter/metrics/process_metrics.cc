#include "metrics/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "util/text.h"

namespace antx {
namespace {

/// Fields of /proc/self/stat behind the program name; index 0 is field 3 of proc(5).
std::vector<std::string> StatFields() {
  std::ifstream file("/proc/self/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto name_end = text.rfind(')');
  std::vector<std::string> fields;
  if (name_end == std::string::npos) return fields;
  const std::string rest = text.substr(name_end + 1);
  for (const std::string_view field : SplitList(rest, " \n")) fields.emplace_back(field);
  return fields;
}

std::optional<double> Field(const std::vector<std::string>& fields, std::size_t proc_number) {
  const std::size_t index = proc_number - 3;
  if (index >= fields.size()) return std::nullopt;
  return ParseDouble(fields[index]);
}

std::optional<double> BootTime() {
  std::ifstream file("/proc/stat");
  std::string word;
  while (file >> word) {
    double value = 0;
    if (word == "btime" && file >> value) return value;
  }
  return std::nullopt;
}

std::optional<double> OpenDescriptors() {
  std::error_code fault;
  double count = -1;  // The listing itself holds one open.
  std::filesystem::directory_iterator entry("/proc/self/fd", fault);
  for (; !fault && entry != std::filesystem::directory_iterator(); entry.increment(fault)) ++count;
  if (fault) return std::nullopt;
  return count;
}

void Put(Page& page, Family family, const std::optional<double>& value) {
  page.Begin(family);
  if (value) page.Sample({}, *value);
}

}  // namespace

void WriteProcessMetrics(const ExpositionRequest& request, Page& page) {
  if (!request.Wants("exporter")) return;
  const auto fields = StatFields();
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto scaled = [&](std::size_t number, double factor) -> std::optional<double> {
    const auto value = Field(fields, number);
    if (!value) return std::nullopt;
    return *value * factor;
  };
  std::optional<double> cpu = scaled(14, 1 / ticks);
  if (cpu) *cpu += scaled(15, 1 / ticks).value_or(0);
  Put(page, Family::kProcessCpuSecondsTotal, cpu);
  Put(page, Family::kProcessResidentMemoryBytes,
      scaled(24, static_cast<double>(sysconf(_SC_PAGESIZE))));
  Put(page, Family::kProcessVirtualMemoryBytes, scaled(23, 1));
  Put(page, Family::kProcessOpenFds, OpenDescriptors());
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    Put(page, Family::kProcessMaxFds, static_cast<double>(limit.rlim_cur));
  }
  const auto boot = BootTime();
  const auto start = scaled(22, 1 / ticks);
  if (boot && start) Put(page, Family::kProcessStartTimeSeconds, *boot + *start);
  Put(page, Family::kProcessThreads, scaled(20, 1));
}

}  // namespace antx
