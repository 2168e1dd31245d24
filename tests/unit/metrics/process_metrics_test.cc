#include "metrics/process_metrics.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>

#include "golden/page_text.h"
#include "unit/metrics/render.h"
#include "util/clock.h"
#include "util/text.h"

namespace antx {
namespace {

double Value(const PageText& page, std::string_view name) {
  return ParseDouble(page.Value(name)).value_or(-1);
}

TEST(ProcessMetrics, SayWhatTheKernelSays) {
  const std::string text = Render(Format::kText, [](Page& page) { WriteProcessMetrics({}, page); });
  const PageText page = ReadPage(text, Format::kText);
  EXPECT_TRUE(page.faults.empty());
  EXPECT_EQ(page.Series(), 7U);
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(Value(page, "process_max_fds"), static_cast<double>(limit.rlim_cur));
  EXPECT_GE(Value(page, "process_open_fds"), 3);
  EXPECT_GE(Value(page, "process_threads"), 1);
  EXPECT_GE(Value(page, "process_cpu_seconds_total"), 0);
  const double resident = Value(page, "process_resident_memory_bytes");
  EXPECT_GT(resident, 500e3);
  EXPECT_GT(Value(page, "process_virtual_memory_bytes"), resident);
  const double now = UnixSeconds(std::chrono::system_clock::now());
  EXPECT_GT(Value(page, "process_start_time_seconds"), now - 24 * 3600);
  EXPECT_LT(Value(page, "process_start_time_seconds"), now + 60);
}

TEST(ProcessMetrics, BelongToTheGroupExporter) {
  ExpositionRequest request;
  request.groups = {"boards"};
  EXPECT_EQ(Render(Format::kText, [&](Page& page) { WriteProcessMetrics(request, page); }), "");
}

}  // namespace
}  // namespace antx
