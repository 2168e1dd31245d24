#include "control/audit.h"

#include <gmock/gmock.h>

#include "unit/control/control_fixture.h"

namespace antx {
namespace {

using ::testing::HasSubstr;

class AuditTest : public ::testing::Test {
 protected:
  AuditTest() {
    auto db = Db::Open(folder_.Path("control.db"));
    db_ = std::make_unique<Db>(std::move(*db));
    EXPECT_TRUE(MakeAudit(*db_).has_value());
    for (int i = 1; i <= 5; ++i) {
      AuditRow row;
      row.time = SystemTime(std::chrono::milliseconds(1'757'620'800'123 + i));
      row.caller = "token night-shift";
      row.address = "127.0.0.1";
      row.action = "command";
      row.phase = "outcome";
      row.target = "miner-" + std::to_string(i);
      row.what = "reboot";
      row.result = "done";
      row.run = 7;
      EXPECT_TRUE(AppendAudit(*db_, row).has_value());
    }
  }
  std::string Verify() {
    const auto verdict = VerifyAudit(*db_);
    return verdict.has_error() ? verdict.error().detail : verdict->fault;
  }
  /// What somebody with the file and the will would do.
  void Tamper(const std::string& sql) {
    ASSERT_TRUE(
        db_->Execute("DROP TRIGGER audit_stays; DROP TRIGGER audit_keeps; " + sql).has_value());
  }
  testing::TempFolder folder_;
  std::unique_ptr<Db> db_;
};

TEST_F(AuditTest, AGoodChainIsVerified) {
  const auto verdict = VerifyAudit(*db_);
  ASSERT_TRUE(verdict.has_value());
  EXPECT_EQ(verdict->fault, "");
  EXPECT_EQ(verdict->rows, 5);
  EXPECT_EQ(verdict->head, ReadAudit(*db_, 0, 1)->front().hash);
}

TEST_F(AuditTest, TheHashIsTheOneThatIsDescribed) {
  const AuditRow first = ReadAudit(*db_, 2, 10)->front();
  EXPECT_EQ(first.sequence, 1);
  EXPECT_EQ(first.hash, Sha256("\n[1,1757620800124,\"token night-shift\",\"127.0.0.1\",\"command\","
                               "\"outcome\",\"miner-1\",\"reboot\",\"\",\"done\",\"\",7]"));
  EXPECT_EQ(Sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(AuditTest, RowsCannotBeChangedOrTakenOut) {
  const auto updated = db_->Execute("UPDATE audit SET result='refused' WHERE sequence=2");
  ASSERT_TRUE(updated.has_error());
  EXPECT_THAT(updated.error().detail, HasSubstr("never changed"));
  EXPECT_TRUE(db_->Execute("DELETE FROM audit WHERE sequence=5").has_error());
  EXPECT_EQ(Verify(), "");
}

TEST_F(AuditTest, AChangedRowIsNamed) {
  Tamper("UPDATE audit SET caller='nobody' WHERE sequence=3");
  EXPECT_THAT(Verify(), HasSubstr("row 3: its content does not fit its hash"));
}

TEST_F(AuditTest, EveryColumnIsInTheHash) {
  for (const std::string column :
       {"caller", "address", "action", "phase", "target", "what", "reason", "result", "detail"}) {
    DbTransaction undone(*db_);
    ASSERT_TRUE(undone.Begin().has_value());
    Tamper("UPDATE audit SET " + column + "=" + column + "||'x' WHERE sequence=4");
    EXPECT_THAT(Verify(), HasSubstr("row 4")) << column;
  }
  for (const std::string column : {"time", "run"}) {
    DbTransaction undone(*db_);
    ASSERT_TRUE(undone.Begin().has_value());
    Tamper("UPDATE audit SET " + column + "=" + column + "+1 WHERE sequence=4");
    EXPECT_THAT(Verify(), HasSubstr("row 4")) << column;
  }
  EXPECT_EQ(Verify(), "") << "all of it was rolled back";
}

TEST_F(AuditTest, ARowThatIsGoneIsNamed) {
  Tamper("DELETE FROM audit WHERE sequence=2");
  EXPECT_THAT(Verify(), HasSubstr("row 2: it is missing"));
}

TEST_F(AuditTest, TheLastRowsCannotGoUnseen) {
  Tamper("DELETE FROM audit WHERE sequence>3");
  EXPECT_THAT(Verify(), HasSubstr("row 4: it is missing, and all up to row 5"));
}

TEST_F(AuditTest, ARowInBetweenWithAGoodHashOfItsOwnIsNamed) {
  AuditRow row = ReadAudit(*db_, 4, 1)->front();
  row.caller = "nobody";
  const std::string hash = AuditHash(row);
  Tamper("UPDATE audit SET caller='nobody', hash='" + hash + "' WHERE sequence=3");
  EXPECT_THAT(Verify(), HasSubstr("row 4: it does not follow the row before"));
}

TEST_F(AuditTest, PagesGoBackwards) {
  const auto page = ReadAudit(*db_, 4, 2);
  ASSERT_EQ(page->size(), 2U);
  EXPECT_EQ(page->at(0).sequence, 3);
  EXPECT_EQ(page->at(1).sequence, 2);
}

}  // namespace
}  // namespace antx
