#include "util/log.h"

#include <gtest/gtest.h>

namespace antx {
namespace {

TEST(Logger, WritesTheNineKeysAsOneJsonLine) {
  testing::internal::CaptureStdout();
  Logger log(LogLevel::kInfo, LogFormat::kJson);
  log.Log(LogLevel::kWarning, "poll", "192.0.2.1", "bad \"type\"\nsecond line");
  const std::string line = testing::internal::GetCapturedStdout();
  EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
  EXPECT_NE(line.find("\"levelname\":\"WARNING\",\"name\":\"antminer_exporter.poll\","
                      "\"message\":\"bad \\\"type\\\"\\u000asecond line\",\"component\":\"poll\","
                      "\"miner_ip\":\"192.0.2.1\",\"job_id\":null,\"path\":null,"
                      "\"endpoint\":null}"),
            std::string::npos)
      << line;
}

TEST(Logger, LeavesOutWhatIsBelowItsLevel) {
  testing::internal::CaptureStdout();
  Logger log(LogLevel::kWarning, LogFormat::kText);
  log.Info("poll", "not shown");
  log.SetLevel(LogLevel::kDebug);
  log.Debug("poll", "shown {}");
  const std::string text = testing::internal::GetCapturedStdout();
  EXPECT_EQ(text.find("not shown"), std::string::npos);
  EXPECT_NE(text.find("| DEBUG | antminer_exporter.poll | poll | - | shown {}"), std::string::npos)
      << text;
}

TEST(ParseLogLevel, KnowsAliasesInAnyCase) {
  EXPECT_EQ(ParseLogLevel("warn"), LogLevel::kWarning);
  EXPECT_EQ(ParseLogLevel("Fatal"), LogLevel::kCritical);
  EXPECT_EQ(ParseLogLevel("verbose"), std::nullopt);
}

}  // namespace
}  // namespace antx
