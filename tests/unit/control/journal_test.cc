#include "control/journal.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "control/command_json.h"
#include "history/side_database.h"
#include "unit/control/control_fixture.h"

namespace antx {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class JournalTest : public ControlTest {
 protected:
  JournalTest() {
    Add("127.0.0.1", "north", "r1");
    Add("127.0.0.2");
  }
  Journal Open() { return *Journal::Open(path_); }
  RunReport PoolRun() {
    RunReport run = RunFor(Verb::kPool);
    run.command = PoolCommand();
    run.caller = "token a";
    run.address = "127.0.0.9";
    run.reason = "why not";
    run.created = clock_.Now();
    return run;
  }
  static std::string Bytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
  }
  std::string path_ = folder_.Path("metrics.control.db");
};

TEST_F(JournalTest, StandsBesideTheDatabase) {
  StorageConfig storage;
  storage.path = "data/metrics.db";
  EXPECT_EQ(JournalPath(storage), "data/metrics.control.db");
  storage.enabled = false;
  EXPECT_EQ(JournalPath(storage), ":memory:");
}

TEST_F(JournalTest, OnlyTheOwnerMayReadIt) {
  Journal journal = Open();
  ASSERT_TRUE(journal.NextPlan().has_value());
  for (const std::string& file : {path_, path_ + "-wal"}) {
    struct stat status {};
    ASSERT_EQ(stat(file.c_str(), &status), 0) << file;
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << file;
  }
}

TEST_F(JournalTest, ABackupIsAsPrivate) {
  ASSERT_TRUE(Db::Open(folder_.Path("metrics.db"))->Execute("CREATE TABLE x (y)").has_value());
  ASSERT_TRUE(Open().NextPlan().has_value());
  const auto copies = BackupDatabases(folder_.Path("metrics.db"), folder_.Path("copy.db"));
  ASSERT_TRUE(copies.has_value()) << copies.error().detail;
  ASSERT_EQ(copies->size(), 2U);
  struct stat status {};
  ASSERT_EQ(stat(folder_.Path("copy.control.db").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(JournalTest, PlansNeverShareANumber) {
  std::int64_t last = 0;
  for (int i = 0; i < 3; ++i) {
    Journal journal = Open();
    const auto id = journal.NextPlan();
    ASSERT_TRUE(id.has_value());
    EXPECT_GT(*id, last);
    last = *id;
  }
}

TEST_F(JournalTest, ARunComesBackAsItWas) {
  RunReport run = PoolRun();
  {
    Journal journal = Open();
    ASSERT_TRUE(journal.AddRun(run, "", "", AuditOf(Caller(), clock_.Now(), "run", "requested"))
                    .has_value());
    StepReport step = run.steps[0];
    step.state = StepState::kFinished;
    step.verdict = CommandVerdict::kNotVerified;
    step.sent = true;
    step.detail = "pool 0 is another";
    step.began = clock_.Now();
    step.ended = clock_.Now() + std::chrono::seconds(3);
    step.back = BackState::kWaiting;
    ASSERT_TRUE(journal.SaveSteps({{run.id, 0, step, std::nullopt}}).has_value());
  }
  Journal journal = Open();
  const auto unfinished = journal.Unfinished();
  ASSERT_EQ(unfinished->size(), 1U);
  const RunReport& back = unfinished->front();
  EXPECT_EQ(back.command, PoolCommand()) << "with its password";
  EXPECT_EQ(back.limits, run.limits);
  EXPECT_EQ(back.reason, "why not");
  EXPECT_EQ(back.created, run.created);
  ASSERT_EQ(back.steps.size(), 2U);
  EXPECT_EQ(back.steps[0].state, StepState::kFinished);
  EXPECT_EQ(back.steps[0].verdict, CommandVerdict::kNotVerified);
  EXPECT_EQ(back.steps[0].back, BackState::kWaiting);
  EXPECT_EQ(back.steps[0].detail, "pool 0 is another");
  EXPECT_EQ(back.steps[0].ended, clock_.Now() + std::chrono::seconds(3));
  EXPECT_EQ(back.steps[0].site, "north");
  EXPECT_EQ(back.steps[1].state, StepState::kPlanned);
  EXPECT_EQ(back.steps[1].began, std::nullopt);
  const auto report = journal.Run(run.id);
  EXPECT_EQ((*report)->command.pools.front().password, "") << "a report is without";
  EXPECT_FALSE(journal.Run(run.id + 1)->has_value());
}

TEST_F(JournalTest, PasswordsGoWithTheEndOfTheRun) {
  RunReport run = PoolRun();
  Journal journal = Open();
  const auto held = [this] { return Bytes(path_) + Bytes(path_ + "-wal"); };
  ASSERT_TRUE(journal.AddRun(run, "key", Sha256("x"), {}).has_value());
  EXPECT_THAT(held(), HasSubstr("SecretOfPool")) << "it outlives a crash";
  run.ended = clock_.Now();
  run.state = RunState::kFinished;
  ASSERT_TRUE(journal.SaveRun(run, std::nullopt).has_value());
  EXPECT_TRUE(journal.Unfinished()->empty());
  // Still open: neither the file nor its log of writes holds it any more.
  EXPECT_THAT(held(), HasSubstr("new.example"));
  EXPECT_THAT(held(), Not(HasSubstr("SecretOfPool")));
}

TEST_F(JournalTest, AKeyIsKnownForADayAndAfterARestart) {
  RunReport run = PoolRun();
  ASSERT_TRUE(Open().AddRun(run, "key", Sha256("body"), {}).has_value());
  Journal journal = Open();
  const auto now = clock_.Now();
  EXPECT_EQ((*journal.FindKey("key", now + std::chrono::hours(23)))->run, run.id);
  EXPECT_EQ((*journal.FindKey("key", now))->request, Sha256("body"));
  EXPECT_FALSE(journal.FindKey("key", now + std::chrono::hours(24))->has_value());
  EXPECT_FALSE(journal.FindKey("other", now)->has_value());
}

TEST_F(JournalTest, TheKillSwitchOutlivesARestart) {
  EXPECT_FALSE(*Open().Stopped());
  ASSERT_TRUE(Open().SetStopped(true, {}).has_value());
  EXPECT_TRUE(*Open().Stopped());
  ASSERT_TRUE(Open().SetStopped(false, {}).has_value());
  EXPECT_FALSE(*Open().Stopped());
}

TEST_F(JournalTest, OldRunsGoAndTheAuditStays) {
  Journal journal = Open();
  RunReport old = PoolRun();
  ASSERT_TRUE(journal.AddRun(old, "", "", {}).has_value());
  old.ended = clock_.Now();
  ASSERT_TRUE(journal.SaveRun(old, std::nullopt).has_value());
  RunReport open = PoolRun();
  ASSERT_TRUE(journal.AddRun(open, "", "", {}).has_value());
  const auto later = clock_.Now() + std::chrono::hours(1);
  ASSERT_TRUE(journal.Prune(later, later).has_value());
  EXPECT_FALSE(journal.Run(old.id)->has_value());
  EXPECT_TRUE(journal.Run(open.id)->has_value()) << "it is not at its end";
  EXPECT_EQ(journal.AuditRows(0, 100)->size(), 2U);
}

TEST_F(JournalTest, WhatItCannotReadStays) {
  folder_.Write("metrics.control.db", "this is no database at all, but it is somebody's");
  const auto journal = Journal::Open(path_);
  ASSERT_TRUE(journal.has_error());
  EXPECT_THAT(journal.error().detail, HasSubstr("metrics.control.db"));
  EXPECT_THAT(Bytes(path_), HasSubstr("somebody's"));
}

TEST(CommandText, NamesPoolsWithoutPasswords) {
  Command command;
  command.verb = Verb::kPool;
  command.pools = {{"stratum+tcp://a:1", "account.1", "p"},
                   {"stratum+tcp://b:2", "account.2", "p"}};
  EXPECT_EQ(CommandText(command),
            "pool stratum+tcp://a:1 as ac***.1, then stratum+tcp://b:2 as ac***.2");
  command = {};
  command.verb = Verb::kBlink;
  command.on = false;
  EXPECT_EQ(CommandText(command), "blink off");
}

TEST(CommandJson, IsReadBack) {
  for (int i = 0; i < kVerbCount; ++i) {
    Command command;
    command.verb = Verb(i);
    if (command.verb == Verb::kWorkMode) command.mode = "high \"x\"";
    if (command.verb == Verb::kBlink) command.on = false;
    if (command.verb == Verb::kPool) command.pools = {{"a", "b", "c,\\"}, {"d", "e", ""}};
    EXPECT_EQ(CommandOf(CommandJson(command), PasswordJson(command)), command) << i;
  }
  EXPECT_EQ(CommandOf("no json", "").verb, Verb::kBlink);
}

}  // namespace
}  // namespace antx
