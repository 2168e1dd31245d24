// Every verb on every dialect: the bytes that arrive (commands.txt), the state after, the verdict.
// UPDATE_GOLDEN=1 writes commands.txt anew when all tests of the program run: read the diff.
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "unit/control/command_fixture.h"

namespace antx::testing {
namespace {

using V = CommandVerdict;

/// What a machine makes of a verb; the words of the work mode, as far as it has one.
struct Dialect {
  const char* profile;
  const char* firmware;
  const char* mode;
  std::array<V, kVerbCount> verdicts;  ///< In the order of Verb.
  bool login = true;
  bool api_write = false;
};
constexpr V kD = V::kDone;
constexpr V kU = V::kUnsupported;
//                                             restart reboot blink sleep wake mode pool
const Dialect kDialects[] = {
    {"s19pro", "stock", "low", {kD, kD, kD, kD, kD, kD, kD}},
    {"s17pro", "stock", "2", {kD, kD, kD, kD, kD, kD, kD}},
    {"s9", "stock", "low", {kD, kD, kD, kU, kU, kU, kD}},
    {"s9",
     "stock",
     "low",
     {kD, V::kNoLogin, V::kNoLogin, V::kNoLogin, V::kNoLogin, V::kNoLogin, kD},
     false,
     true},
    {"s19vnish", "vnish", "2500", {kD, kD, kD, kD, kD, kD, kD}},
    {"s19kluxos", "luxos", "290MHz", {kD, kD, kD, kD, kD, kD, kD}, false},
    {"s19braiins", "braiins", "2800W", {kD, kD, kD, kD, kD, kD, kD}},
    {"s19braiins",
     "braiins",
     "2800W",
     {V::kNoLogin, V::kNoLogin, V::kNoLogin, kD, kD, V::kNoLogin, V::kNoLogin},
     false},
    {"s19braiins-old", "braiins", "2800W", {kD, kD, kD, kD, kD, kU, kD}},
    {"s19epic", "epic", "eco", {kD, kD, kD, kD, kD, kU, kD}},
    {"s19marathon", "marathon", "Fixed", {kD, kD, kD, kU, kU, kD, kD}},
};

using Row = std::tuple<std::size_t, int>;

std::string NameOf(const Row& row) {
  const Dialect& dialect = kDialects[std::get<0>(row)];
  std::string name = dialect.profile;
  if (!dialect.login) name += dialect.api_write ? "_api" : "_open";
  name += '_' + std::string(VerbName(static_cast<Verb>(std::get<1>(row))));
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

/// "== name" and the lines below it.
std::map<std::string, std::string> ReadGolden() {
  std::map<std::string, std::string> sections;
  std::ifstream file(COMMANDS_GOLDEN);
  std::string name;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("== ")) {
      name = line.substr(3);
    } else if (!name.empty()) {
      sections[name] += line + '\n';
    }
  }
  return sections;
}

void WriteGolden(const std::map<std::string, std::string>& sections) {
  std::ofstream file(COMMANDS_GOLDEN);
  file << "What each command writes to each machine: method, path or API command, body.\n"
          "WORKER is the pool user of the machine. Made by control_test.\n";
  for (const auto& [name, text] : sections) file << "== " << name << '\n' << text;
}

class CommandVerbTest : public CommandTest, public ::testing::WithParamInterface<Row> {
 protected:
  void ExpectEffect(const Command& command) {
    switch (command.verb) {
      case Verb::kRestart:
      case Verb::kReboot:
        EXPECT_LT(Elapsed(), 3000) << "it has been up for longer than this test runs";
        break;
      case Verb::kBlink:
        EXPECT_TRUE(web().blinking);
        break;
      case Verb::kSleep:
        EXPECT_TRUE(member().miner.faults().sleeping);
        break;
      case Verb::kWake:
        EXPECT_FALSE(member().miner.faults().sleeping);
        break;
      case Verb::kWorkMode:
        EXPECT_TRUE(web().work_mode >= 2 || !web().profile.empty());
        break;
      case Verb::kPool:
        EXPECT_THAT(PoolUrls(), ::testing::ElementsAre("stratum+tcp://a.example:3333",
                                                       "stratum+ssl://b.example:443"));
        EXPECT_EQ(member().miner.pools().at(1).user, "acct.two");
        EXPECT_EQ(member().miner.pools().at(1).password, kSecondPassword);
    }
  }
};

TEST_P(CommandVerbTest, ArrivesTakesEffectAndIsReadBack) {
  const Dialect& dialect = kDialects[std::get<0>(GetParam())];
  Start(dialect.profile, dialect.firmware);
  if (!dialect.login) ForgetLogin();
  if (dialect.api_write) (void)member().miner.SetValue("api_write", "1", 0);
  Command command = PoolCommand();
  command.verb = static_cast<Verb>(std::get<1>(GetParam()));
  if (command.verb != Verb::kPool) command.pools.clear();
  if (command.verb == Verb::kWorkMode) command.mode = dialect.mode;
  if (command.verb == Verb::kWake) {
    web().work_mode = 1;
    (void)member().miner.SetFault("sleep", "", fleet_.Now());
  }
  const V expected = dialect.verdicts.at(static_cast<std::size_t>(command.verb));
  const CommandOutcome outcome = Run(command);
  EXPECT_EQ(outcome.verdict, expected) << outcome.detail;
  EXPECT_EQ(outcome.sent, expected == kD) << outcome.detail;
  EXPECT_FALSE(outcome.detail.empty());
  std::string text = std::string(CommandVerdictName(outcome.verdict)) + '\n';
  for (const std::string& write : Writes()) text += write + '\n';
  if (expected == kD) {
    ExpectEffect(command);
  } else {
    EXPECT_THAT(Writes(), ::testing::IsEmpty());
  }
  auto golden = ReadGolden();
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    golden[NameOf(GetParam())] = text;
    WriteGolden(golden);
  }
  EXPECT_EQ(text, golden[NameOf(GetParam())]);
}

INSTANTIATE_TEST_SUITE_P(Dialects, CommandVerbTest,
                         ::testing::Combine(::testing::Range<std::size_t>(0, std::size(kDialects)),
                                            ::testing::Range(0, kVerbCount)),
                         [](const auto& row) { return NameOf(row.param); });

TEST_F(CommandTest, WhatAFirmwareCannotDoIsSaidWithoutATouch) {
  Start("s19epic", "epic");
  Command command;
  command.verb = Verb::kWorkMode;
  command.mode = "low";
  EXPECT_EQ(Check(command).verdict, CommandVerdict::kUnsupported);
  target_.identity.firmware = "unknown";
  EXPECT_EQ(Run(Verb::kReboot).verdict, CommandVerdict::kUnsupported);
  target_.identity.firmware = "stock";
  command.mode = "turbo";
  const CommandOutcome outcome = Run(command);
  EXPECT_EQ(outcome.verdict, CommandVerdict::kUnsupported);
  EXPECT_THAT(outcome.detail, ::testing::AllOf(::testing::HasSubstr("\"turbo\""),
                                               ::testing::HasSubstr("normal, high or low")));
  ForgetLogin();
  EXPECT_EQ(Run(Verb::kReboot).verdict, CommandVerdict::kNoLogin);
  EXPECT_EQ(member().counters.requests, 0U);
  EXPECT_EQ(web().requests, 0U);
  EXPECT_EQ(holds_, 0);
}

TEST_F(CommandTest, TheLightGoesOffAgainAndALightThatIsOnStaysOn) {
  for (const char* profile : {"s19pro", "s9", "s19vnish"}) {
    fleet_ = farm::Fleet();
    server_.reset();
    Start(profile, std::string(profile) == "s19vnish" ? "vnish" : "stock");
    Command command;
    command.verb = Verb::kBlink;
    EXPECT_EQ(Run(command).verdict, CommandVerdict::kDone);
    EXPECT_EQ(Run(command).verdict, CommandVerdict::kDone) << "twice";
    EXPECT_TRUE(web().blinking) << profile;
    command.on = false;
    EXPECT_EQ(Run(command).verdict, CommandVerdict::kDone);
    EXPECT_FALSE(web().blinking) << profile;
  }
}

TEST_F(CommandTest, ALightThatTurnsOverIsToldOnceMore) {
  Start("s19vnish", "vnish");
  web().SetFault("web_no_light");
  web().blinking = true;
  Command command;
  command.verb = Verb::kBlink;
  const CommandOutcome outcome = Run(command);
  EXPECT_EQ(outcome.verdict, CommandVerdict::kDone) << outcome.detail;
  EXPECT_TRUE(web().blinking);
  EXPECT_EQ(web().written, 2U);
}

TEST_F(CommandTest, AVnishThatClosesItsApiWhileItSleepsIsSeenByItsWebSide) {
  Start("s19vnish", "vnish");
  (void)member().miner.SetFault("refuse", "", fleet_.Now());
  const CommandOutcome outcome = Run(Verb::kSleep);
  EXPECT_EQ(outcome.verdict, CommandVerdict::kDone) << outcome.detail;
  EXPECT_THAT(outcome.detail, ::testing::HasSubstr("does not hash"));
  (void)member().miner.Clear("refuse", fleet_.Now());
}

TEST_F(CommandTest, StockWakesIntoTheModeItSleptIn) {
  Start("s19pro", "stock");
  web().work_mode = 3;
  EXPECT_EQ(Run(Verb::kSleep).verdict, CommandVerdict::kDone);
  EXPECT_EQ(web().work_mode, 1);
  EXPECT_EQ(Run(Verb::kWake).verdict, CommandVerdict::kDone);
  EXPECT_EQ(web().work_mode, 3);
  const auto writes = web().written;
  const CommandOutcome again = Run(Verb::kWake);
  EXPECT_EQ(again.verdict, CommandVerdict::kDone) << again.detail;
  EXPECT_FALSE(again.sent);
  EXPECT_EQ(web().written, writes) << "it was awake";
}

}  // namespace
}  // namespace antx::testing
