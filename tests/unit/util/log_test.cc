#include "util/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "util/log_limit.h"

namespace antx {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class TestClock final : public Clock {
 public:
  [[nodiscard]] SystemTime Now() const override { return now_; }
  [[nodiscard]] SteadyTime Steady() const override { return SteadyTime(now_.time_since_epoch()); }
  void Advance(std::chrono::seconds by) { now_ += by; }

 private:
  SystemTime now_{std::chrono::seconds(1756288800)};  // 2025-08-27T10:00:00Z
};

/// What a logger writes to a stream.
class LogTest : public testing::Test {
 protected:
  LogTest() { testing::internal::CaptureStdout(); }
  ~LogTest() override {
    if (!taken_) (void)testing::internal::GetCapturedStdout();
  }
  std::string Text() {
    taken_ = true;
    return testing::internal::GetCapturedStdout();
  }
  static long Count(const std::string& text, const std::string& word) {
    long count = 0;
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
    return count;
  }
  TestClock clock_;

 private:
  bool taken_ = false;
};

TEST_F(LogTest, WritesTheNineKeysAsOneJsonLine) {
  Logger log(LogLevel::kInfo, LogFormat::kJson, LogStream::kStdout, &clock_);
  log.Log(LogLevel::kWarning, "poll", "192.0.2.1", "bad \"type\"\nsecond line \xc2\x9b\xff");
  EXPECT_EQ(Text(),
            "{\"asctime\":\"2025-08-27T10:00:00.000Z\",\"levelname\":\"WARNING\","
            "\"name\":\"antminer_exporter.poll\",\"message\":\"bad \\\"type\\\"\\u000asecond line "
            "\\u009b\xef\xbf\xbd\",\"component\":\"poll\",\"miner_ip\":\"192.0.2.1\","
            "\"job_id\":null,\"path\":null,\"endpoint\":null}\n");
}

TEST_F(LogTest, LeavesOutWhatIsBelowItsLevel) {
  Logger log(LogLevel::kWarning, LogFormat::kText);
  log.Info("poll", "not shown");
  log.SetLevel(LogLevel::kDebug);
  log.Debug("poll", "shown {}\x1b[1m");
  const std::string text = Text();
  EXPECT_THAT(text, Not(HasSubstr("not shown")));
  EXPECT_THAT(text, HasSubstr("| DEBUG | antminer_exporter.poll | poll | - | shown {}\\x1b[1m\n"));
}

TEST_F(LogTest, TheOtherStreamIsStandardError) {
  testing::internal::CaptureStderr();
  Logger log(LogLevel::kInfo, LogFormat::kText, LogStream::kStderr);
  log.Info("scan", "hello");
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("hello"));
  EXPECT_EQ(Text(), "");
}

TEST_F(LogTest, MasksSecretsAndLoginsInUrls) {
  Logger log(LogLevel::kInfo, LogFormat::kJson);
  log.SetSecrets({"hunter", "hunter2-long", "abc"});
  log.SetSecrets({"new-token"});
  log.Log(LogLevel::kInfo, "push", "hunter", "hunter2-long, hunter and new-token; abc stays");
  log.Info("push", "got 401 from https://joe:pa/ss@r.example/x, then ftp://a@b and http://c/d");
  const std::string text = Text();
  EXPECT_THAT(text, HasSubstr("\"***, *** and ***; abc stays\""));
  EXPECT_THAT(text, HasSubstr("\"miner_ip\":\"***\""));
  EXPECT_THAT(text, HasSubstr("https://***@r.example/x, then ftp://***@b and http://c/d"));
}

TEST_F(LogTest, AShortSecretDoesNotCutWords) {
  Logger log(LogLevel::kInfo, LogFormat::kJson);
  log.SetSecrets({"root", "longer-than-that"});
  log.Info("poll", "boser-buildroot 1.0: root, pw=root; root2 xlonger-than-thaty");
  EXPECT_THAT(Text(), HasSubstr("\"boser-buildroot 1.0: ***, pw=***; root2 x***y\""));
}

TEST_F(LogTest, RepeatsAreCountedInsteadOfWritten) {
  Logger log(LogLevel::kInfo, LogFormat::kText, LogStream::kStdout, &clock_);
  for (int i = 0; i < 20; ++i) log.Warn("poll", "reply of " + std::to_string(i) + " bytes");
  for (int i = 0; i < 7; ++i)
    log.Log(LogLevel::kInfo, "fleet", "m1",
            "state " + std::string(static_cast<std::size_t>(i), 'x'));
  for (int i = 0; i < 7; ++i) log.Log(LogLevel::kInfo, "fleet", "m2", "state");
  clock_.Advance(std::chrono::seconds(59));
  log.Tick();
  log.Warn("poll", "reply of 99 bytes");
  clock_.Advance(std::chrono::seconds(1));
  log.Tick();
  log.Tick();
  log.Warn("poll", "reply of 100 bytes");
  const std::string text = Text();
  EXPECT_EQ(Count(text, " bytes\n"), 5 + 1 + 1) << text;
  EXPECT_THAT(text, HasSubstr("WARNING | antminer_exporter.poll | poll | - | 16 more like this "
                              "suppressed: reply of 5 bytes\n"));
  EXPECT_THAT(text, HasSubstr("| m1 | 2 more like this suppressed: state"));
  EXPECT_THAT(text, HasSubstr("| m2 | 2 more like this suppressed: state"));
  EXPECT_EQ(Count(text, "suppressed"), 3) << text;
  EXPECT_THAT(text, HasSubstr("reply of 100 bytes"));
}

TEST_F(LogTest, WhatIsHeldBackIsToldAtTheEnd) {
  {
    Logger log(LogLevel::kInfo, LogFormat::kText, LogStream::kStdout, &clock_);
    for (int i = 0; i < 7; ++i) log.Error("poll", "the same");
  }
  EXPECT_THAT(Text(), HasSubstr("| ERROR | antminer_exporter.poll | poll | - | 2 more like this "
                                "suppressed: the same\n"));
}

TEST_F(LogTest, AStormAboutManyMinersIsCutToo) {
  Logger log(LogLevel::kInfo, LogFormat::kText, LogStream::kStdout, &clock_);
  for (int i = 0; i < 1000; ++i) {
    log.Log(LogLevel::kWarning, "fleet", "10.0.0." + std::to_string(i), "lost");
  }
  clock_.Advance(std::chrono::minutes(1));
  log.Tick();
  const std::string text = Text();
  EXPECT_EQ(Count(text, "| lost\n"), static_cast<long>(LogLimit::kLinesPerShape));
  EXPECT_THAT(text, HasSubstr("800 more like this suppressed: lost"));
}

TEST_F(LogTest, WarningsReachTheSink) {
  Logger log(LogLevel::kInfo, LogFormat::kText, LogStream::kStdout, &clock_);
  std::vector<LogRecord> records;
  log.SetSecrets({"hunter2"});
  log.SetSink([&](const LogRecord& record) {
    records.push_back(record);
    log.Info("sink", "may log itself");
  });
  log.Info("poll", "not this");
  log.Log(LogLevel::kError, "poll", "m1", "hunter2 is down");
  log.SetSink({});
  log.Error("poll", "nor this");
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].time, clock_.Now());
  EXPECT_EQ(records[0].level, LogLevel::kError);
  EXPECT_EQ(records[0].component, "poll");
  EXPECT_EQ(records[0].miner, "m1");
  EXPECT_EQ(records[0].message, "*** is down");
  EXPECT_THAT(Text(), HasSubstr("may log itself"));
}

/// Files in a zone whose midnight is 23:00 UTC.
class LogFilesTest : public LogTest {
 protected:
  LogFilesTest() : folder_(fs::temp_directory_path() / ("antx-log-" + std::to_string(getpid()))) {
    setenv("TZ", "CET-1", 1);
    tzset();
  }
  ~LogFilesTest() override {
    unsetenv("TZ");
    tzset();
    fs::remove_all(folder_);
  }
  std::string Read(const std::string& name) const {
    std::ifstream file(folder_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }
  fs::path folder_;
};

TEST_F(LogFilesTest, RotateAtLocalMidnightAndKeepAFew) {
  Logger log(LogLevel::kInfo, LogFormat::kText, LogStream::kStdout, &clock_);
  const fs::path nested = folder_ / "logs";
  ASSERT_EQ(log.OpenFiles(nested.string(), 2), "");
  folder_ = nested;
  log.Info("app", "day one");
  clock_.Advance(std::chrono::hours(12));  // 22:00 UTC, 23:00 local.
  log.Info("app", "still day one");
  std::ofstream(nested / "antminer_monitor.log.txt") << "not ours";
  clock_.Advance(std::chrono::hours(1));
  log.Info("app", "day two");
  EXPECT_THAT(Read("antminer_monitor.log.2025-08-27"), HasSubstr("still day one\n"));
  EXPECT_THAT(Read("antminer_monitor.log"), Not(HasSubstr("day one")));
  EXPECT_THAT(Read("antminer_monitor.log"), HasSubstr("day two\n"));
  for (int day = 3; day <= 5; ++day) {
    clock_.Advance(std::chrono::hours(24));
    log.Info("app", "day " + std::to_string(day));
  }
  EXPECT_THAT(Names(), testing::UnorderedElementsAre(
                           "antminer_monitor.log", "antminer_monitor.log.2025-08-29",
                           "antminer_monitor.log.2025-08-30", "antminer_monitor.log.txt"));
  EXPECT_EQ(Count(Text(), " | day "), 5);
}

TEST_F(LogFilesTest, AFileOfAnEarlierDayIsRotatedAtTheStart) {
  fs::create_directories(folder_);
  std::ofstream(folder_ / "antminer_monitor.log") << "old\n";
  fs::last_write_time(folder_ / "antminer_monitor.log",
                      fs::file_time_type::clock::now() - std::chrono::hours(24));
  const RealClock real;
  Logger log(LogLevel::kInfo, LogFormat::kText, LogStream::kStdout, &real);
  ASSERT_EQ(log.OpenFiles(folder_.string(), 0), "");
  log.Info("app", "new");
  EXPECT_EQ(Names().size(), 2U);
  EXPECT_THAT(Read("antminer_monitor.log"), Not(HasSubstr("old")));
}

TEST_F(LogFilesTest, AClockThatStepsBackLosesNothing) {
  Logger log(LogLevel::kInfo, LogFormat::kText, LogStream::kStdout, &clock_);
  ASSERT_EQ(log.OpenFiles(folder_.string(), 0), "");
  log.Info("app", "first");
  clock_.Advance(-std::chrono::hours(48));
  log.Info("app", "earlier");
  clock_.Advance(std::chrono::hours(96));
  log.Info("app", "later");
  EXPECT_THAT(Read("antminer_monitor.log.2025-08-27"),
              testing::AllOf(HasSubstr("first"), HasSubstr("earlier")));
  EXPECT_THAT(Read("antminer_monitor.log"), HasSubstr("later"));
}

TEST_F(LogFilesTest, AFolderThatCannotBeUsedIsNamed) {
  Logger log(LogLevel::kInfo, LogFormat::kText);
  EXPECT_THAT(log.OpenFiles("/dev/null/logs", 7),
              testing::AllOf(HasSubstr("logging.directory: \"/dev/null/logs\""),
                             HasSubstr("Not a directory"), HasSubstr("allowed: a folder")));
  EXPECT_THAT(log.OpenFiles("/proc", 7), HasSubstr("cannot be used"));
}

TEST(ParseLogLevel, KnowsAliasesInAnyCase) {
  EXPECT_EQ(ParseLogLevel("warn"), LogLevel::kWarning);
  EXPECT_EQ(ParseLogLevel("Fatal"), LogLevel::kCritical);
  EXPECT_EQ(ParseLogLevel("verbose"), std::nullopt);
}

TEST(MessageShape, LevelsNumbersAndQuotedWords) {
  EXPECT_EQ(MessageShape("10.0.0.5: \"a b\" after 12 s"),
            MessageShape("10.1.2.3: \"c\" after 7 s"));
  EXPECT_NE(MessageShape("timeout"), MessageShape("refused"));
}

}  // namespace
}  // namespace antx
