#include "control/controller.h"

#include <gmock/gmock.h>

#include <mutex>

#include "control/audit.h"
#include "unit/control/control_fixture.h"

namespace antx {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

/// The service with its thread; commands answer at once with `outcome_`, or wait.
class ServiceTest : public ControlTest {
 protected:
  ServiceTest() {
    config_->storage.path = folder_.Path("metrics.db");
    config_->control.answer_wait = Seconds(20);
    Add("127.0.0.1", "north", "r1");
    Add("127.0.0.2", "north", "r1");
    Publish();
    Open();
  }
  ~ServiceTest() override { service_.reset(); }
  void Open() {
    service_.reset();
    ControlParts parts{box_, real_, log_, [this] { return config_; }, {}, {}, {}, {}, {}, {}, {},
                       {},   {},    {}};
    parts.check = [this](std::vector<CommandTarget> targets, Command) {
      return std::vector<CommandOutcome>(targets.size(), check_);
    };
    parts.send = [this](CommandTarget target, Command, std::function<bool()>,
                        std::function<void(CommandOutcome)> done) {
      const std::lock_guard lock(mutex_);
      addresses_.push_back(target.address.ToString());
      if (answers_) done(outcome_);
    };
    parts.fault = [](const Command& command) {
      const bool wrong =
          !command.pools.empty() && command.pools[0].url.find("evil") != std::string::npos;
      return std::string(wrong ? "url: this pool is not allowed" : "");
    };
    parts.event = [this](const Event& event) {
      const std::lock_guard lock(mutex_);
      events_.push_back(event);
    };
    parts.counted = [this](std::string_view verb, std::string_view result) {
      const std::lock_guard lock(mutex_);
      counted_.push_back(std::string(verb) + ' ' + std::string(result));
    };
    service_ = std::make_unique<ControlService>(std::move(parts));
    service_->Open();
  }
  static Command Of(Verb verb) {
    Command command;
    command.verb = verb;
    return command;
  }
  ControlFault FaultOf(const ControlResult<SingleAnswer>& answer) {
    EXPECT_TRUE(answer.has_error());
    return answer.has_error() ? answer.error() : ControlFault{};
  }
  ControlResult<SingleAnswer> Reboot(const char* address = "127.0.0.1",
                                     const char* worker = "rig07") {
    return service_->Single(Caller(), *Ipv4::Parse(address), worker, Of(Verb::kReboot));
  }
  RealClock real_;
  std::mutex mutex_;
  CommandOutcome check_ = kDoneOutcome;
  CommandOutcome outcome_{CommandVerdict::kDone, true, "seen"};
  bool answers_ = true;
  std::vector<std::string> addresses_, counted_;
  std::vector<Event> events_;
  std::unique_ptr<ControlService> service_;
};

TEST_F(ServiceTest, ACommandToOneMinerIsSentSeenCountedToldAndAudited) {
  const auto answer = Reboot();
  ASSERT_TRUE(answer.has_value()) << answer.error().text;
  EXPECT_EQ(answer->step.verdict, CommandVerdict::kDone);
  EXPECT_EQ(answer->step.detail, "seen");
  const auto rows = service_->Audit(0, 100);
  ASSERT_TRUE(rows.has_value());
  std::vector<std::string> said;
  for (const AuditRow& row : *rows) {
    said.push_back(row.action + ' ' + row.phase + ' ' + row.target + ' ' + row.result);
    EXPECT_EQ(row.caller, "token night-shift");
    EXPECT_EQ(row.reason, "a test");
  }
  EXPECT_THAT(said, Contains("command requested 127.0.0.1 at 127.0.0.1 "));
  EXPECT_THAT(said, Contains("command outcome 127.0.0.1 at 127.0.0.1 done"));
  const std::lock_guard lock(mutex_);
  EXPECT_THAT(counted_, Contains("reboot done"));
  ASSERT_EQ(events_.size(), 1U);
  EXPECT_EQ(events_[0].kind, EventKind::kCommand);
  EXPECT_EQ(events_[0].message, "reboot by token night-shift: done (seen), because: a test");
}

TEST_F(ServiceTest, NothingIsSentToWhatIsNoKnownMiner) {
  EXPECT_EQ(FaultOf(Reboot("127.0.0.99")).kind, ControlFault::Kind::kUnknown);
  EXPECT_THAT(FaultOf(Reboot("127.0.0.1", "rig08")).text, HasSubstr("worker"));
  check_ = {CommandVerdict::kUnsupported, false, "it has no reboot"};
  EXPECT_EQ(FaultOf(Reboot()).kind, ControlFault::Kind::kUnsupported);
  check_ = {CommandVerdict::kNoLogin, false, "no login"};
  EXPECT_EQ(FaultOf(Reboot()).kind, ControlFault::Kind::kRefused);
  check_ = kDoneOutcome;
  views_[0]->state = MinerState::kOffline;
  Publish();
  EXPECT_EQ(FaultOf(Reboot()).kind, ControlFault::Kind::kNoAnswer);
  EXPECT_TRUE(addresses_.empty());
  int refused = 0;
  for (const AuditRow& row : *service_->Audit(0, 100)) refused += row.phase == "refused" ? 1 : 0;
  EXPECT_EQ(refused, 5) << "each refusal is in the audit";
}

TEST_F(ServiceTest, WithoutAnOutcomeInTimeTheRunIsNamed) {
  config_->control.answer_wait = Seconds(0);
  answers_ = false;
  const auto answer = Reboot();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->step.verdict, std::nullopt);
  EXPECT_EQ(FaultOf(Reboot()).kind, ControlFault::Kind::kConflict) << "one at a time";
  EXPECT_EQ(service_->Run(answer->run)->steps.size(), 1U);
}

TEST_F(ServiceTest, WhoeverWaitsIsLetGoWhenTheExporterStops) {
  answers_ = false;
  std::optional<ControlResult<SingleAnswer>> answer;
  std::thread waiting([&] { answer = Reboot(); });
  ASSERT_TRUE(testing::WaitFor([this] {
    const std::lock_guard lock(mutex_);
    return !addresses_.empty();
  }));
  service_->Close();
  waiting.join();
  ASSERT_TRUE(answer->has_value());
  EXPECT_EQ((*answer)->step.state, StepState::kSending);
}

TEST_F(ServiceTest, APlanIsExecutedOnce) {
  MinerSelection selection;
  selection.site = "north";
  const auto plan = service_->Plan(Caller(), selection, Of(Verb::kSleep));
  ASSERT_TRUE(plan.has_value());
  ASSERT_EQ(plan->miners.size(), 2U);
  EXPECT_EQ(plan->watts, 6000);
  EXPECT_TRUE(addresses_.empty()) << "a dry run";
  const auto run = service_->Execute(Caller("k", "r"), plan->id, {});
  ASSERT_TRUE(run.has_value());
  EXPECT_TRUE(testing::WaitFor([&] { return service_->Run(*run)->ended.has_value(); }));
  EXPECT_EQ(*service_->Execute(Caller("k", "r"), plan->id, {}), *run) << "the same request again";
  EXPECT_EQ(service_->Execute(Caller("k", "other"), plan->id, {}).error().kind,
            ControlFault::Kind::kConflict);
  EXPECT_EQ(service_->Execute(Caller(), plan->id, {}).error().kind, ControlFault::Kind::kUnknown);
  EXPECT_EQ(addresses_.size(), 2U);
  Open();
  EXPECT_EQ(*service_->Execute(Caller("k", "r"), plan->id, {}), *run) << "also after a restart";
  EXPECT_EQ(service_->Runs(10)->front().done, 2);
}

TEST_F(ServiceTest, AnOldPlanIsNotExecuted) {
  config_->control.plan_lifetime = Seconds(-1);
  MinerSelection selection;
  selection.site = "north";
  const auto plan = service_->Plan(Caller(), selection, Of(Verb::kSleep));
  const auto run = service_->Execute(Caller(), plan->id, {});
  ASSERT_TRUE(run.has_error());
  EXPECT_THAT(run.error().text, HasSubstr("expired"));
}

TEST_F(ServiceTest, APoolThatIsNotAllowedIsNamedAndNotSent) {
  Command command = PoolCommand();
  command.pools[0].url = "stratum+tcp://evil.example:1";
  const auto answer = service_->Single(Caller(), *Ipv4::Parse("127.0.0.1"), "-", command);
  EXPECT_EQ(FaultOf(answer).kind, ControlFault::Kind::kBadRequest);
  EXPECT_TRUE(addresses_.empty());
}

TEST_F(ServiceTest, NoPasswordIsInAuditEventOrReport) {
  ASSERT_TRUE(
      service_->Single(Caller(), *Ipv4::Parse("127.0.0.1"), "-", PoolCommand()).has_value());
  for (const AuditRow& row : *service_->Audit(0, 100)) {
    EXPECT_THAT(row.what + row.detail + row.result, Not(HasSubstr("SecretOfPool")));
  }
  EXPECT_EQ(service_->Run(1)->command.pools[0].password, "");
  const std::lock_guard lock(mutex_);
  EXPECT_THAT(events_.at(0).message, HasSubstr("new.example"));
  EXPECT_THAT(events_.at(0).message, Not(HasSubstr("SecretOfPool")));
}

TEST_F(ServiceTest, WithoutAJournalNothingIsTaken) {
  config_->storage.path = folder_.Path("no/such/folder/metrics.db");
  Open();
  EXPECT_EQ(FaultOf(Reboot()).kind, ControlFault::Kind::kUnavailable);
  EXPECT_THAT(FaultOf(Reboot()).text, HasSubstr("metrics.control.db"));
  config_->control.enabled = false;
  config_->storage.path = folder_.Path("off.db");
  Open();
  EXPECT_EQ(FaultOf(Reboot()).kind, ControlFault::Kind::kUnavailable);
}

}  // namespace
}  // namespace antx
