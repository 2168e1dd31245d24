// What a miner can do wrong while it is told something, and that nothing is sent twice for it.
#include "unit/control/command_fixture.h"

namespace antx::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using V = CommandVerdict;
using std::chrono::milliseconds;

const std::vector<std::string> kOldPools = {"stratum+tcp://pool0.example:3333",
                                            "stratum+tcp://pool1.example:3333",
                                            "stratum+tcp://pool2.example:3333"};

Command Of(Verb verb) {
  Command command;
  command.verb = verb;
  return command;
}

TEST_F(CommandTest, BusyIsTriedAgainAndThenTold) {
  Start("s19pro", "stock");
  web().SetFault("web_busy");
  const CommandOutcome outcome = Run(PoolCommand());
  EXPECT_EQ(outcome.verdict, V::kRefused);
  EXPECT_THAT(outcome.detail, HasSubstr("request busy"));
  EXPECT_EQ(web().written, 3U);
  EXPECT_EQ(PoolUrls(), kOldPools);
}

TEST_F(CommandTest, BusyThatPassesIsNoFailure) {
  for (const char* profile : {"s19pro", "s9"}) {
    fleet_ = farm::Fleet();
    server_.reset();
    Start(profile, "stock");
    web().SetFault("web_busy");
    const auto passes = [this] {
      if (web().written > 0) web().Clear("web_busy");
      return false;
    };
    const CommandOutcome outcome = Run(PoolCommand(), passes);
    EXPECT_EQ(outcome.verdict, V::kDone) << profile << ": " << outcome.detail;
    EXPECT_EQ(web().written, 2U);
  }
}

TEST_F(CommandTest, AStaleNonceIsNoWrongLogin) {
  Start("s19pro", "stock");
  web().SetFault("web_stale_nonce");
  const CommandOutcome outcome = Run(Verb::kReboot);
  EXPECT_EQ(outcome.verdict, V::kDone) << outcome.detail;
  EXPECT_EQ(web().refused_logins, 0U);
  EXPECT_EQ(web().written, 1U);
}

struct Login {
  const char* profile;
  const char* firmware;
};
void PrintTo(const Login& row, std::ostream* out) { *out << row.profile; }
class CommandLoginTest : public CommandTest, public ::testing::WithParamInterface<Login> {};

TEST_P(CommandLoginTest, AWrongLoginIsDeniedAndNotShownAgain) {
  Start(GetParam().profile, GetParam().firmware);
  SetLogin("wr0ng-guess");
  CommandOutcome outcome = Run(Verb::kReboot);
  EXPECT_EQ(outcome.verdict, V::kDenied) << outcome.detail;
  EXPECT_FALSE(outcome.sent);
  EXPECT_THAT(outcome.detail, ::testing::Not(HasSubstr("wr0ng-guess")));
  EXPECT_THAT(Writes(), IsEmpty());
  EXPECT_GE(web().refused_logins, 1U);
  EXPECT_LE(web().refused_logins, 2U) << "miners lock out";
  const auto requests = web().requests;
  outcome = Run(Verb::kReboot);
  EXPECT_EQ(outcome.verdict, V::kDenied);
  EXPECT_EQ(web().requests, requests) << "it was shown again";
  SetLogin(kLoginPassword);
  outcome = Run(Verb::kReboot);
  EXPECT_EQ(outcome.verdict, V::kDone) << outcome.detail;
}

TEST_P(CommandLoginTest, ALockedMinerIsDenied) {
  Start(GetParam().profile, GetParam().firmware);
  web().SetFault("web_locked");
  const CommandOutcome outcome = Run(PoolCommand());
  EXPECT_EQ(outcome.verdict, V::kDenied) << outcome.detail;
  EXPECT_EQ(PoolUrls(), kOldPools);
}

/// The socket dies on the command: it took effect, its answer is lost, it is not sent again.
TEST_P(CommandLoginTest, ADeadSocketIsReadBackAndNotSentAgain) {
  Start(GetParam().profile, GetParam().firmware);
  web().SetFault("web_die");
  const CommandOutcome outcome = Run(Verb::kReboot);
  EXPECT_EQ(outcome.verdict, V::kDone) << outcome.detail;
  EXPECT_TRUE(outcome.sent);
  EXPECT_EQ(web().written, 1U);
}

TEST_P(CommandLoginTest, ALateEffectIsWaitedFor) {
  Start(GetParam().profile, GetParam().firmware);
  web().SetFault("web_late");
  const CommandOutcome outcome = Run(Verb::kReboot);
  EXPECT_EQ(outcome.verdict, V::kDone) << outcome.detail;
  EXPECT_LT(Elapsed(), 3000);
  EXPECT_EQ(web().written, 1U);
}

TEST_P(CommandLoginTest, SuccessWithoutEffectIsNeverDone) {
  Start(GetParam().profile, GetParam().firmware);
  SetPatience(milliseconds(300));
  web().SetFault("web_ignored");
  for (const Verb verb : {Verb::kRestart, Verb::kReboot, Verb::kBlink}) {
    const CommandOutcome outcome = Run(verb);
    EXPECT_EQ(outcome.verdict, V::kNotVerified) << VerbName(verb) << ": " << outcome.detail;
    EXPECT_TRUE(outcome.sent);
  }
  const CommandOutcome outcome = Run(PoolCommand());
  // GraphQL takes pools one by one, and sees that the first one is not there.
  EXPECT_EQ(outcome.verdict, V::kNotVerified) << outcome.detail;
  EXPECT_THAT(outcome.detail, HasSubstr("pool0.example:3333"));
  EXPECT_EQ(PoolUrls(), kOldPools);
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, CommandLoginTest,
    ::testing::Values(Login{"s19pro", "stock"}, Login{"s9", "stock"}, Login{"s19vnish", "vnish"},
                      Login{"s19braiins", "braiins"}, Login{"s19braiins-old", "braiins"},
                      Login{"s19epic", "epic"}, Login{"s19marathon", "marathon"}),
    [](const auto& row) {
      std::string name = row.param.profile;
      for (char& c : name) c = c == '-' ? '_' : c;
      return name;
    });

TEST_F(CommandTest, ALostAnswerWithoutEffectIsNoAnswer) {
  Start("s19pro", "stock");
  SetPatience(milliseconds(300));
  web().SetFault("web_ignored");
  web().SetFault("web_die");
  const CommandOutcome outcome = Run(PoolCommand());
  EXPECT_EQ(outcome.verdict, V::kNoAnswer) << outcome.detail;
  EXPECT_TRUE(outcome.sent);
  EXPECT_EQ(web().written, 1U);
}

TEST_F(CommandTest, PoolsWithALostAnswerAreDoneWhenTheyAreSeen) {
  Start("s19pro", "stock");
  web().SetFault("web_die");
  const CommandOutcome outcome = Run(PoolCommand());
  EXPECT_EQ(outcome.verdict, V::kDone) << outcome.detail;
  EXPECT_THAT(outcome.detail, HasSubstr("lost"));
  EXPECT_EQ(web().written, 1U);
}

TEST_F(CommandTest, AnApiThatDeniesIsToldApartFromALogin) {
  Start("s9", "stock");
  ForgetLogin();
  for (const Verb verb : {Verb::kRestart, Verb::kPool}) {
    Command command = PoolCommand();
    command.verb = verb;
    const CommandOutcome outcome = Run(command);
    EXPECT_EQ(outcome.verdict, V::kNoLogin) << outcome.detail;
    EXPECT_FALSE(outcome.sent);
    EXPECT_THAT(outcome.detail, HasSubstr("API denies"));
  }
  EXPECT_EQ(PoolUrls(), kOldPools);
}

TEST_F(CommandTest, AForeignSessionOfLuxosIsLeftAlone) {
  Start("s19kluxos", "luxos");
  web().session = "somebody";
  const CommandOutcome outcome = Run(Verb::kSleep);
  EXPECT_EQ(outcome.verdict, V::kRefused);
  EXPECT_FALSE(outcome.sent);
  EXPECT_THAT(outcome.detail, HasSubstr("Another session is active"));
  EXPECT_EQ(web().session, "somebody");
  web().session.clear();
  EXPECT_EQ(Run(Verb::kSleep).verdict, V::kDone);
  EXPECT_EQ(web().session, "") << "it logs off again";
}

TEST_F(CommandTest, MaskedPasswordsAreNotWrittenBack) {
  Start("s19pro", "stock");
  web().SetFault("web_masked");
  for (const Verb verb : {Verb::kSleep, Verb::kRestart}) {
    const CommandOutcome outcome = Run(verb);
    EXPECT_EQ(outcome.verdict, V::kRefused) << outcome.detail;
    EXPECT_FALSE(outcome.sent);
    EXPECT_THAT(outcome.detail, AllOf(HasSubstr("nothing was sent"), HasSubstr("masks")));
  }
  EXPECT_EQ(web().written, 0U);
  EXPECT_EQ(Run(PoolCommand()).verdict, V::kDone) << "all passwords are given";
  EXPECT_EQ(member().miner.pools()[0].password, kFirstPassword);
}

TEST_F(CommandTest, AMinerThatIsAwayIsSentNothing) {
  Start("s19pro", "stock");
  server_.reset();
  io_.restart();
  io_.poll();
  for (const char* firmware : {"stock", "vnish", "luxos", "braiins", "epic", "marathon"}) {
    target_.identity.firmware = firmware;
    const CommandOutcome outcome = Run(Verb::kReboot);
    EXPECT_EQ(outcome.verdict, V::kNoAnswer) << firmware << ": " << outcome.detail;
    EXPECT_FALSE(outcome.sent) << firmware;
  }
}

struct Hostile {
  const char* fault;
};
void PrintTo(const Hostile& row, std::ostream* out) { *out << row.fault; }
class CommandHostileTest : public CommandTest, public ::testing::WithParamInterface<Hostile> {};

TEST_P(CommandHostileTest, EndsWithWordsAndNothingSent) {
  for (const char* profile : {"s19pro", "s19vnish", "s19braiins", "s19marathon"}) {
    fleet_ = farm::Fleet();
    server_.reset();
    const farm::Profile& kind = *farm::FindProfile(profile);
    const char* firmware = kind.dialect == farm::Dialect::kVnish      ? "vnish"
                           : kind.dialect == farm::Dialect::kBraiins  ? "braiins"
                           : kind.dialect == farm::Dialect::kMarathon ? "marathon"
                                                                      : "stock";
    Start(profile, firmware);
    settings_.web_timeout = Seconds(0.3);
    polling_.max_reply_bytes = 256U << 10U;
    web().SetFault(GetParam().fault);
    const CommandOutcome outcome = Run(PoolCommand());
    EXPECT_TRUE(outcome.verdict == V::kNoAnswer || outcome.verdict == V::kRefused)
        << profile << ": " << outcome.detail;
    EXPECT_FALSE(outcome.detail.empty());
    EXPECT_EQ(PoolUrls(), kOldPools) << profile;
  }
}

INSTANTIATE_TEST_SUITE_P(Faults, CommandHostileTest,
                         ::testing::Values(Hostile{"web_garbage"}, Hostile{"web_oversize"},
                                           Hostile{"web_hang"}, Hostile{"web_redirect"},
                                           Hostile{"web_error"}, Hostile{"web_refuse"}),
                         [](const auto& row) { return std::string(row.param.fault); });

TEST_F(CommandTest, StopsBeforeAndBetweenButSaysWhatWasSent) {
  Start("s19pro", "stock");
  CommandOutcome outcome = Run(Of(Verb::kReboot), [] { return true; });
  EXPECT_EQ(outcome.verdict, V::kCancelled);
  EXPECT_FALSE(outcome.sent);
  EXPECT_EQ(web().requests, 0U);
  hold_fails_ = true;
  outcome = Run(Verb::kReboot);
  EXPECT_EQ(outcome.verdict, V::kCancelled);
  EXPECT_EQ(web().requests, 0U);
  hold_fails_ = false;
  web().SetFault("web_ignored");
  outcome = Run(Of(Verb::kReboot), [this] { return web().written > 0; });
  EXPECT_EQ(outcome.verdict, V::kCancelled) << outcome.detail;
  EXPECT_TRUE(outcome.sent);
}

}  // namespace
}  // namespace antx::testing
