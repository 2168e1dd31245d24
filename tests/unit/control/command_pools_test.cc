// Pools: nothing gets into a field that ends it, and no miner is left without a pool.
#include "unit/control/command_fixture.h"

namespace antx::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using V = CommandVerdict;
using std::chrono::milliseconds;

class CommandPoolsTest : public CommandTest {
 protected:
  /// An S9 whose API grants writing.
  void StartOpenS9() {
    Start("s9", "stock");
    ForgetLogin();
    (void)member().miner.SetValue("api_write", "1", 0);
  }
  [[nodiscard]] static Command OnePool(std::string user, std::string password) {
    Command command;
    command.verb = Verb::kPool;
    command.pools = {{"stratum+tcp://a.example:3333", std::move(user), std::move(password)}};
    return command;
  }
  void ExpectNothingSent(const Command& command, const char* words) {
    const CommandOutcome outcome = Run(command);
    EXPECT_TRUE(outcome.verdict == V::kUnsupported || outcome.verdict == V::kRefused)
        << CommandVerdictName(outcome.verdict) << ": " << outcome.detail;
    EXPECT_FALSE(outcome.sent);
    EXPECT_THAT(outcome.detail, HasSubstr(words));
    EXPECT_EQ(web().written, 0U);
  }
};

TEST_F(CommandPoolsTest, CommasBackslashesAndQuotesStayInsideTheirField) {
  StartOpenS9();
  const CommandOutcome outcome = Run(OnePool(R"(a,b\c|d")", R"(p,w\,\\"x)"));
  EXPECT_EQ(outcome.verdict, V::kDone) << outcome.detail;
  ASSERT_EQ(member().miner.pools().size(), 1U);
  EXPECT_EQ(member().miner.pools()[0].user, R"(a,b\c|d")");
  EXPECT_EQ(member().miner.pools()[0].password, R"(p,w\,\\"x)");
  EXPECT_EQ(Writes().front(),
            R"(API addpool {"command":"addpool","parameter":"stratum+tcp://a.example:3333,)"
            R"(a\\,b\\\\c|d\",p\\,w\\\\\\,\\\\\\\\\"x"})");
}

TEST_F(CommandPoolsTest, ControlCharactersAndEmptyFieldsAreRefusedEverywhere) {
  Start("s19pro", "stock");
  for (const char* firmware : {"stock", "vnish", "luxos", "braiins", "epic", "marathon"}) {
    target_.identity.firmware = firmware;
    ExpectNothingSent(OnePool("a\nb", "x"), "pool 1, user: holds a control character");
    ExpectNothingSent(OnePool("a", std::string("x\0y", 3)), "password: holds a control character");
    ExpectNothingSent(OnePool("", "x"), "user: is empty");
    Command none;
    none.verb = Verb::kPool;
    ExpectNothingSent(none, "no pool was given");
    Command many = PoolCommand();
    for (int i = 0; i < 8; ++i) many.pools.push_back(many.pools.front());
    ExpectNothingSent(many, "10 were given");
  }
}

TEST_F(CommandPoolsTest, WhatTheScriptsOfStockWouldCutIsNotSent) {
  Start("s19pro", "stock");
  ExpectNothingSent(OnePool("a b", "x"), "blank");
  ExpectNothingSent(OnePool("a\"b", "x"), "quote");
  ExpectNothingSent(OnePool("a", "x\\y"), "backslash");
  ExpectNothingSent(OnePool("a", "p\xc3\xa4ss"), "ASCII");
}

TEST_F(CommandPoolsTest, WhatTheOldScriptWouldDecodeTwiceIsNotSent) {
  Start("s9", "stock");
  ExpectNothingSent(OnePool("a%3Ab", "x"), "_ant_pool1user");
  ExpectNothingSent(OnePool("a", "x*y"), "_ant_pool1pw");
  const CommandOutcome outcome = Run(OnePool("a,b:c;d=e&f+g", "p@#$?"));
  EXPECT_EQ(outcome.verdict, V::kDone) << outcome.detail;
  EXPECT_EQ(member().miner.pools()[0].user, "a,b:c;d=e&f+g");
  EXPECT_EQ(member().miner.pools()[0].password, "p@#$?");
}

TEST_F(CommandPoolsTest, LuxosTakesNoCommas) {
  Start("s19kluxos", "luxos");
  ExpectNothingSent(OnePool("a,b", "x"), "comma");
}

TEST_F(CommandPoolsTest, ThePoolInUseStaysWhenTheNewOnesAreDead) {
  for (const char* profile : {"s9", "s19kluxos"}) {
    fleet_ = farm::Fleet();
    server_.reset();
    Start(profile, std::string(profile) == "s9" ? "stock" : "luxos");
    ForgetLogin();
    (void)member().miner.SetValue("api_write", "1", 0);
    SetPatience(milliseconds(300));
    for (const char* pool : {"1", "2"}) (void)member().miner.SetFault("pool_dead", pool, 0);
    web().SetFault("web_ignored");  // The new ones do not come.
    CommandOutcome outcome = Run(PoolCommand());
    EXPECT_EQ(outcome.verdict, V::kNotVerified) << outcome.detail;
    EXPECT_THAT(outcome.detail, HasSubstr("the old ones were left"));
    EXPECT_EQ(PoolUrls().size(), 3U);
  }
}

TEST_F(CommandPoolsTest, AnOldPoolThatIsInUseIsLeftAndNamed) {
  StartOpenS9();
  SetPatience(milliseconds(300));
  member().miner.KillPoolsFrom(3);
  const CommandOutcome outcome = Run(PoolCommand());
  EXPECT_EQ(outcome.verdict, V::kNotVerified) << outcome.detail;
  EXPECT_THAT(outcome.detail, HasSubstr("pool0.example:3333 stays"));
  EXPECT_THAT(outcome.detail, HasSubstr("(code 67)"));
  EXPECT_THAT(PoolUrls(),
              ElementsAre("stratum+tcp://pool0.example:3333", "stratum+tcp://a.example:3333",
                          "stratum+ssl://b.example:443"));
}

TEST_F(CommandPoolsTest, PoolsByTheApiOutliveARestart) {
  StartOpenS9();
  EXPECT_EQ(Run(PoolCommand()).verdict, V::kDone);
  (void)member().miner.SetFault("reboot", "", fleet_.Now());
  EXPECT_THAT(PoolUrls(),
              ElementsAre("stratum+tcp://a.example:3333", "stratum+ssl://b.example:443"));
}

TEST_F(CommandPoolsTest, ALostAnswerStopsTheChangeWithPoolsLeft) {
  StartOpenS9();
  SetPatience(milliseconds(300));
  web().SetFault("web_die");
  const CommandOutcome outcome = Run(PoolCommand());
  EXPECT_EQ(outcome.verdict, V::kNoAnswer) << outcome.detail;
  EXPECT_TRUE(outcome.sent);
  EXPECT_EQ(web().written, 1U) << "nothing is sent again";
  EXPECT_EQ(PoolUrls().size(), 4U) << "the old ones and the first new one";
}

TEST_F(CommandPoolsTest, WhatTheApiRepeatsInQuotesIsNotTold) {
  StartOpenS9();
  Command command = OnePool("user", kFirstPassword);
  // More values than the API takes: it repeats all of them.
  command.pools[0].url = "stratum+tcp://a.example:3333";
  web().SetFault("web_refuse_pools");
  const CommandOutcome outcome = Run(command);
  EXPECT_EQ(outcome.verdict, V::kRefused) << outcome.detail;
  EXPECT_THAT(outcome.detail, HasSubstr("Invalid addpool details (code 53)"));
  EXPECT_EQ(PoolUrls().size(), 3U);
}

}  // namespace
}  // namespace antx::testing
