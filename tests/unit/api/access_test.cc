// Tokens, passwords, sites and the guard that uses them.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "api/access/guard.h"
#include "api/access/site.h"
#include "api/dispatcher.h"
#include "config/load.h"
#include "unit/api/api_fixture.h"

namespace antx {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// bcrypt of "open sesame", cost 4, in the three spellings of its prefix.
constexpr const char* kHash = "$2b$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy";

TokenRecord Record(const std::string& name, const std::string& token, Scope scope) {
  TokenRecord record;
  record.name = name;
  record.hash = TokenHash(token);
  record.scope = scope;
  return record;
}

TEST(Tokens, AreRandomLongAndHashed) {
  const auto first = MakeToken();
  const auto second = MakeToken();
  ASSERT_TRUE(first && second);
  EXPECT_NE(*first, *second);
  EXPECT_EQ(first->size(), 5U + 43U);
  EXPECT_EQ(first->substr(0, 5), "antx_");
  // FIPS 180-2, appendix B.1.
  EXPECT_EQ(TokenHash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Tokens, AreFoundByTheWholeTokenOnly) {
  const std::vector<TokenRecord> tokens = {Record("a", "antx_one", Scope::kRead),
                                           Record("b", "antx_two", Scope::kAdmin)};
  ASSERT_NE(FindToken(tokens, "antx_two"), nullptr);
  EXPECT_EQ(FindToken(tokens, "antx_two")->name, "b");
  for (const char* wrong : {"", "antx_", "antx_tw", "antx_twoo", "ANTX_TWO"}) {
    EXPECT_EQ(FindToken(tokens, wrong), nullptr) << wrong;
  }
}

TEST(Tokens, TheFileReadsBackWhatWasWritten) {
  const testing::TempFolder folder;
  const std::string path = folder.Path("tokens");
  TokenRecord record = Record("night shift", "antx_x", Scope::kOperate);
  record.created = SystemTime(seconds(1'757'620'800));
  record.expires = SystemTime(seconds(1'800'000'000));
  std::string fault;
  record.from = {*ParseTokenRange("192.0.2.0/24", fault), *ParseTokenRange("127.0.0.1", fault)};
  ASSERT_EQ(WriteTokens(path, {record}), "");
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  std::vector<std::string> faults;
  const auto tokens = ReadTokens(path, faults);
  EXPECT_THAT(faults, IsEmpty());
  ASSERT_EQ(tokens.size(), 1U);
  EXPECT_EQ(tokens[0].name, "night shift");
  EXPECT_EQ(tokens[0].hash, record.hash);
  EXPECT_EQ(tokens[0].scope, Scope::kOperate);
  EXPECT_EQ(tokens[0].expires, record.expires);
  EXPECT_EQ(tokens[0].created, record.created);
  EXPECT_EQ(tokens[0].from, record.from);
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(text.find("antx_"), std::string::npos);
}

TEST(Tokens, EveryFaultOfTheFileIsNamedWithItsLine) {
  const std::string hash = TokenHash("x");
  const auto faults_of = [](const std::string& text) {
    std::vector<std::string> faults;
    (void)ParseTokens(text, "t", faults);
    return faults;
  };
  const std::string good = R"({"name":"a","hash":")" + hash + R"(","scope":"read"})";
  EXPECT_THAT(faults_of("# comment\n\n" + good + "\n"), IsEmpty());
  EXPECT_THAT(faults_of(good + '\n' + good), ElementsAre(HasSubstr("t:2: the name \"a\"")));
  EXPECT_THAT(faults_of("\n{"), ElementsAre("t:2: a line is a JSON object"));
  EXPECT_THAT(faults_of("[]"), ElementsAre("t:1: a line is a JSON object"));
  EXPECT_THAT(faults_of(R"({"name":"a","scope":"read"})"), ElementsAre("t:1: hash is missing"));
  EXPECT_THAT(faults_of(R"({"name":"a","hash":"antx_secret","scope":"read"})"),
              ElementsAre("t:1: hash must be 64 hexadecimal digits (SHA-256)"));
  EXPECT_THAT(faults_of(R"({"name":"a","hash":")" + hash + R"(","scope":"root"})"),
              ElementsAre("t:1: scope must be read, operate or admin"));
  EXPECT_THAT(faults_of(R"({"name":"a","hash":")" + hash + "\"}"),
              ElementsAre("t:1: scope is missing"));
  EXPECT_THAT(faults_of(R"({"name":"a\n","hash":")" + hash + R"(","scope":"read"})"),
              ElementsAre(HasSubstr("t:1: name must be")));
  // A list that says "from nowhere" must not mean "from everywhere".
  for (const char* from : {"[]", "\"127.0.0.1\"", "[7]", "[\"nowhere\"]"}) {
    EXPECT_THAT(faults_of(R"({"name":"a","scope":"read","from":)" + std::string(from) +
                          R"(,"hash":")" + hash + "\"}"),
                ElementsAre(HasSubstr("t:1: from must be")))
        << from;
  }
  EXPECT_THAT(faults_of(R"({"name":"a","scope":"read","expires":"soon","hash":")" + hash + "\"}"),
              ElementsAre(HasSubstr("expires must be a date")));
  EXPECT_THAT(faults_of(R"({"name":"a","scopes":"read","hash":")" + hash + "\"}"),
              ElementsAre(HasSubstr("unknown member \"scopes\"")));
}

TEST(Tokens, MayBeBoundToNetworksOfAnySize) {
  std::string fault;
  const auto range = ParseTokenRange("10.0.0.0/8", fault);
  ASSERT_TRUE(range) << fault;
  EXPECT_TRUE(range->Contains(*Ipv4::Parse("10.255.255.255")));
  EXPECT_FALSE(range->Contains(*Ipv4::Parse("11.0.0.0")));
  EXPECT_EQ(range->text, "10.0.0.0/8");
  EXPECT_TRUE(ParseTokenRange("0.0.0.0/0", fault)->Contains(*Ipv4::Parse("192.0.2.1")));
  EXPECT_TRUE(ParseTokenRange("192.0.2.7", fault)->Contains(*Ipv4::Parse("192.0.2.7")));
  EXPECT_TRUE(ParseTokenRange("192.0.2.7-9", fault)->Contains(*Ipv4::Parse("192.0.2.9")));
  for (const char* bad : {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "", "here"}) {
    fault.clear();
    EXPECT_FALSE(ParseTokenRange(bad, fault)) << bad;
    EXPECT_NE(fault, "") << bad;
  }
}

TEST(Passwords, AreComparedByBcryptInEachOfItsSpellings) {
  for (const char c : {'a', 'b', 'y'}) {
    std::string hash = kHash;
    hash[2] = c;
    EXPECT_TRUE(BcryptMatches(hash, "open sesame")) << c;
    EXPECT_FALSE(BcryptMatches(hash, "open sesam")) << c;
  }
  EXPECT_FALSE(BcryptMatches(kHash, std::string("open sesame\0x", 13)));
  EXPECT_FALSE(BcryptMatches("", "open sesame"));
  EXPECT_FALSE(BcryptMatches("*0", "open sesame"));
  EXPECT_FALSE(BcryptMatches("open sesame", "open sesame"));
}

TEST(Passwords, VerdictsAreRememberedPerHashAndPassword) {
  PasswordChecker checker;
  using Verdict = PasswordChecker::Verdict;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(checker.Check(kHash, "open sesame"), Verdict::kGood);
  EXPECT_EQ(checker.computed(), 1U);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(checker.Check(kHash, "wrong"), Verdict::kBad);
  EXPECT_EQ(checker.computed(), 2U);
  // Nobody's password is computed too, so that names cannot be told apart by time.
  EXPECT_EQ(checker.Check("", "open sesame"), Verdict::kBad);
  EXPECT_EQ(checker.computed(), 3U);
  EXPECT_EQ(checker.Check(kHash, std::string(2000, 'x')), Verdict::kBad);
  EXPECT_EQ(checker.computed(), 3U);
}

TEST(Passwords, ThoseKnownAreNotPushedOutByGuessing) {
  PasswordChecker checker;
  EXPECT_EQ(checker.Check(kHash, "open sesame"), PasswordChecker::Verdict::kGood);
  for (int i = 0; i < 600; ++i) (void)checker.Check(kHash, std::to_string(i));
  const std::size_t before = checker.computed();
  EXPECT_EQ(checker.Check(kHash, "open sesame"), PasswordChecker::Verdict::kGood);
  EXPECT_EQ(checker.computed(), before);
}

TEST(Passwords, FewWaitForOneThatIsComputed) {
  PasswordChecker checker;
  std::string slow = kHash;
  slow.replace(4, 2, "10");
  std::atomic<int> busy{0};
  std::vector<std::thread> guessers;
  for (int i = 0; i < 24; ++i) {
    guessers.emplace_back([&checker, &slow, &busy, i] {
      if (checker.Check(slow, std::to_string(i)) == PasswordChecker::Verdict::kBusy) ++busy;
    });
  }
  for (std::thread& guesser : guessers) guesser.join();
  EXPECT_EQ(checker.computed() + static_cast<std::size_t>(busy), 24U);
}

TEST(HostName, TakesNamesAndAddressesWithAndWithoutPort) {
  EXPECT_EQ(HostName("Miner.Example:14028"), "miner.example");
  EXPECT_EQ(HostName("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(HostName("[::1]:80"), "::1");
  for (const char* bad :
       {"", ":80", "a:b", "a:70000", "a:0", "[::1", "a b", "a/b", "user@a", "[x]"}) {
    EXPECT_EQ(HostName(bad), "") << bad;
  }
}

TEST(SiteFault, LetsTheSiteItselfThroughAndNobodyElse) {
  const auto fault = [](const std::string& host, const std::string& origin,
                        const std::string& fetch_site = "") {
    HttpRequest request;
    if (!host.empty()) request.headers["host"] = host;
    if (!origin.empty()) request.headers["origin"] = origin;
    if (!fetch_site.empty()) request.headers["sec-fetch-site"] = fetch_site;
    return SiteFault(request, {"antminer.example"});
  };
  EXPECT_EQ(fault("192.0.2.1:14028", ""), "");
  EXPECT_EQ(fault("localhost:14028", "http://localhost:14028"), "");
  EXPECT_EQ(fault("nas", "https://nas"), "");
  EXPECT_EQ(fault("[::1]:14028", ""), "");
  EXPECT_EQ(fault("antminer.example", "", "same-origin"), "");
  // A name that somebody else points at this address.
  EXPECT_NE(fault("rebound.example:14028", "http://rebound.example:14028"), "");
  EXPECT_NE(fault("", ""), "");
  EXPECT_NE(fault("localhost:14028", "http://localhost:3000"), "");
  EXPECT_NE(fault("localhost:14028", "null"), "");
  EXPECT_NE(fault("localhost:14028", "", "cross-site"), "");
}

/// A guard over files that the test writes; requests are made by hand.
class GuardTest : public ApiTest {
 protected:
  void Open(const std::string& web = "", const std::vector<TokenRecord>& tokens = {}) {
    if (!web.empty()) web_file_ = folder_.Write("web.yml", web);
    if (!tokens.empty()) {
      config_->web.tokens_file = folder_.Path("tokens");
      ASSERT_EQ(WriteTokens(config_->web.tokens_file, tokens), "");
    }
    files_ = std::make_unique<AccessFiles>(web_file_, log_);
    ASSERT_THAT(files_->Open(config_->web.tokens_file), IsEmpty());
    guard_ = std::make_unique<Guard>(context_, *files_);
  }
  /// The status of the refusal, 0 when there is none.
  int Ask(const std::string& authorization, const Needed& needed = {}) {
    HttpRequest request;
    request.peer = peer_;
    request.headers = {{"host", "127.0.0.1"}};
    if (!authorization.empty()) request.headers["authorization"] = authorization;
    const auto refused = guard_->Refuse(request, needed);
    caller_ = request.caller;
    return refused ? refused->status : 0;
  }

  testing::TempFolder folder_;
  std::string web_file_;
  std::unique_ptr<AccessFiles> files_;
  std::unique_ptr<Guard> guard_;
  std::string peer_ = "127.0.0.1";
  std::string caller_;
};

TEST_F(GuardTest, CommandsToMinersNeedACredentialFromLoopbackToo) {
  Open();
  const Needed command{Scope::kOperate, true, true};
  EXPECT_EQ(Ask("", command), 403);
  config_->control.token = "control";
  EXPECT_EQ(Ask("", command), 401);
  EXPECT_EQ(Ask("Bearer control", command), 0);
  EXPECT_EQ(caller_, "control.token");
  // It commands miners; it does not reload.
  peer_ = "192.0.2.7";
  EXPECT_EQ(Ask("Bearer control", {Scope::kAdmin, false, true}), 403);
}

TEST_F(GuardTest, AProxyOnThisMachineIsNotLoopback) {
  Open();
  const Needed reload{Scope::kAdmin, false, true};
  EXPECT_EQ(Ask("", reload), 0);
  HttpRequest request;
  request.peer = "127.0.0.1";
  request.headers = {{"host", "127.0.0.1"}, {"x-forwarded-for", "192.0.2.7"}};
  EXPECT_EQ(guard_->Refuse(request, reload)->status, 403);
}

TEST_F(GuardTest, TokensEndAndBeginWithTheFile) {
  Open("", {Record("one", "antx_1", Scope::kRead)});
  EXPECT_EQ(Ask("Bearer antx_1"), 0);
  EXPECT_EQ(caller_, "token one");
  ASSERT_EQ(WriteTokens(config_->web.tokens_file, {Record("two", "antx_2", Scope::kRead)}), "");
  EXPECT_EQ(Ask("Bearer antx_1"), 401);
  EXPECT_EQ(Ask("Bearer antx_2"), 0);
  // A file with a fault changes nothing; a file that is gone neither.
  folder_.Write("tokens", "nonsense\n");
  EXPECT_EQ(Ask("Bearer antx_2"), 0);
  EXPECT_EQ(Ask(""), 401);
  ASSERT_EQ(std::remove(config_->web.tokens_file.c_str()), 0);
  EXPECT_EQ(Ask("Bearer antx_2"), 0);
  // Another file is another set of tokens, none when it cannot be read.
  config_->web.tokens_file = folder_.Path("absent");
  EXPECT_EQ(Ask("Bearer antx_2"), 401);
}

TEST_F(GuardTest, ATokenEndsAtItsTimeAndWorksFromItsAddressesOnly) {
  TokenRecord record = Record("a", "antx_a", Scope::kRead);
  record.expires = clock_.now + seconds(10);
  std::string fault;
  std::string warning;
  record.from = {*ParseRange("192.0.2.0/24", fault, warning)};
  Open("", {record});
  peer_ = "192.0.2.200";
  EXPECT_EQ(Ask("Bearer antx_a"), 0);
  EXPECT_EQ(Ask("bearer  antx_a"), 0);
  peer_ = "192.0.3.1";
  EXPECT_EQ(Ask("Bearer antx_a"), 403);
  peer_ = "192.0.2.200";
  clock_.now += seconds(10);
  EXPECT_EQ(Ask("Bearer antx_a"), 401);
}

TEST_F(GuardTest, UsersComeFromTheWebFileAndChangeWithIt) {
  const std::string users = std::string("basic_auth_users:\n  ann: ") + kHash + '\n';
  Open(users);
  const std::string good = "Basic YW5uOm9wZW4gc2VzYW1l";  // ann:open sesame
  EXPECT_EQ(Ask(good), 0);
  EXPECT_EQ(caller_, "user ann");
  for (const char* wrong : {"", "Basic", "Basic !!!!", "Basic YW5u", "Basic YW5uOndyb25n",
                            "Digest a=b", "Bearer x", "Basic Ym9iOm9wZW4gc2VzYW1l"}) {
    EXPECT_EQ(Ask(wrong), 401) << wrong;
  }
  const Needed reload{Scope::kAdmin, false, true};
  EXPECT_EQ(Ask(good, reload), 403);
  config_->web.basic_auth_scope = "admin";
  EXPECT_EQ(Ask(good, reload), 0);
  folder_.Write("web.yml", "basic_auth_users: {ann: plain}\n");
  EXPECT_EQ(Ask(good), 0);
  EXPECT_EQ(Ask(""), 401);
  folder_.Write("web.yml", std::string("basic_auth_users:\n  bob: ") + kHash + '\n');
  EXPECT_EQ(Ask(good), 401);
  EXPECT_EQ(Ask("Basic Ym9iOm9wZW4gc2VzYW1l"), 0);  // bob
}

TEST_F(GuardTest, HealthIsFreeAndTheRateLimitCountsTheRest) {
  Open("rate_limit: {interval: 1s, burst: 3}\n");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Ask("", {Scope::kNone, false, false}), 0);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Ask(""), 0);
  EXPECT_EQ(Ask(""), 429);
  EXPECT_EQ(Ask("", {Scope::kNone, false, false}), 0);
}

}  // namespace
}  // namespace antx
