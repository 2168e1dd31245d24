// The simulated web side without sockets: login, writes and their faults.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <string>

#include "farm/control.h"
#include "farm/luxos_session.h"
#include "farm/web_dialect.h"
#include "farm/web_digest.h"

namespace antx::farm {
namespace {

namespace json = boost::json;

class WebTest : public ::testing::Test {
 protected:
  Fleet::Member& Machine(std::string_view profile) {
    fleet_.Add(*FindProfile(profile), *Ipv4::Parse("127.0.0.9"), 1);
    fleet_.Freeze();
    return fleet_.members().back();
  }
  WebResponse Ask(Fleet::Member& member, const WebRequest& request, double at = 0) {
    return AnswerWeb(member, fleet_.Now() + at, request);
  }
  static WebRequest Get(const std::string& target) { return {"GET", target, {}, ""}; }
  static WebRequest Post(const std::string& target, const std::string& body) {
    return {"POST", target, {}, body};
  }
  /// With the login for the nonce that the machine gave out last.
  static WebRequest Signed(const Fleet::Member& member, WebRequest request,
                           const std::string& password) {
    const std::string first = Md5("root:antMiner Configuration:" + password);
    const std::string second = Md5(request.method + ':' + request.target);
    const std::string& nonce = member.web.nonce;
    request.headers["authorization"] =
        "Digest username=\"root\", realm=\"antMiner Configuration\", nonce=\"" + nonce +
        "\", uri=\"" + request.target + "\", cnonce=\"c\", nc=00000001, qop=auth, response=\"" +
        Md5(first + ':' + nonce + ":00000001:c:auth:" + second) + '"';
    return request;
  }
  /// With a new nonce and the right password.
  WebResponse AskLoggedIn(Fleet::Member& member, const WebRequest& request, double at = 0) {
    (void)Ask(member, Get("/"), at);
    return Ask(member, Signed(member, request, "root"), at);
  }
  Fleet fleet_;
};

TEST(WebDigest, Md5IsThatOfTheStandard) {
  EXPECT_EQ(Md5(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(Md5("abc"), "900150983cd24fb0d6963f7d28e17f72");
}

TEST_F(WebTest, DigestAsksTakesAndRefuses) {
  Fleet::Member& member = Machine("s19pro");
  const WebRequest page = Get("/cgi-bin/get_system_info.cgi");
  EXPECT_EQ(Ask(member, page).status, 401);
  EXPECT_EQ(member.web.refused_logins, 0U) << "no login was shown";
  EXPECT_EQ(Ask(member, Signed(member, page, "wrong")).status, 401);
  EXPECT_EQ(member.web.refused_logins, 1U);
  const WebRequest good = Signed(member, page, "root");
  EXPECT_EQ(Ask(member, good).status, 200);
  WebRequest other = good;
  other.target = "/cgi-bin/get_miner_conf.cgi";
  EXPECT_EQ(Ask(member, other).status, 401) << "the login is for one path";
  EXPECT_EQ(member.web.refused_logins, 2U);
  EXPECT_EQ(Ask(member, good).status, 401) << "that nonce is gone";
}

TEST_F(WebTest, PoolsThatAreWrittenAreReadBackByTheApiToo) {
  Fleet::Member& member = Machine("s19pro");
  const std::string body =
      R"({"pools":[{"url":"stratum+tcp://new:1","user":"w","pass":"x"},{"url":"","user":"","pass":""},)"
      R"({"url":"","user":"","pass":""}],"miner-mode":1})";
  const auto answer = AskLoggedIn(member, Post("/cgi-bin/set_miner_conf.cgi", body));
  EXPECT_NE(answer.body.find("M000"), std::string::npos) << answer.body;
  EXPECT_EQ(member.miner.pools().at(0).url, "stratum+tcp://new:1");
  EXPECT_TRUE(member.miner.faults().sleeping);
  EXPECT_TRUE(member.miner.Refusing(fleet_.Now())) << "the mining process restarts";
  ASSERT_EQ(member.web.writes.size(), 1U);
  EXPECT_EQ(member.web.writes[0].body, body);
  const std::string told = RunCommand(fleet_, "web 127.0.0.9");
  EXPECT_EQ(json::parse(told).as_object().at("writes").as_array().size(), 1U) << told;
}

TEST_F(WebTest, WritesFailAsTheFaultsSay) {
  Fleet::Member& member = Machine("s19pro");
  const WebRequest write = Post("/cgi-bin/set_miner_conf.cgi",
                                R"({"pools":[{"url":"stratum+tcp://new:1"}],"miner-mode":0})");
  EXPECT_EQ(member.web.SetFault("web_busy"), "");
  EXPECT_NE(AskLoggedIn(member, write).body.find("request busy"), std::string::npos);
  EXPECT_TRUE(member.web.Clear("web_busy"));
  EXPECT_EQ(member.web.SetFault("web_ignored"), "");
  EXPECT_NE(AskLoggedIn(member, write).body.find("M000"), std::string::npos);
  EXPECT_NE(member.miner.pools().at(0).url, "stratum+tcp://new:1");
  EXPECT_TRUE(member.web.Clear(""));
  EXPECT_EQ(member.web.SetFault("web_late"), "");
  EXPECT_NE(AskLoggedIn(member, write).body.find("M000"), std::string::npos);
  EXPECT_NE(member.miner.pools().at(0).url, "stratum+tcp://new:1");
  (void)Ask(member, Get("/"), 4);
  EXPECT_EQ(member.miner.pools().at(0).url, "stratum+tcp://new:1");
  EXPECT_TRUE(member.web.Clear(""));
  EXPECT_EQ(member.web.SetFault("web_die"), "");
  EXPECT_TRUE(AskLoggedIn(member, Get("/cgi-bin/reboot.cgi")).die);
  EXPECT_EQ(AskLoggedIn(member, Post("/cgi-bin/set_miner_conf.cgi", "no json")).body.find("M001"),
            AskLoggedIn(member, Post("/cgi-bin/set_miner_conf.cgi", "[]")).body.find("M001"));
  EXPECT_NE(member.web.SetFault("web_nonsense"), "");
}

TEST_F(WebTest, OldFormsCountByPosition) {
  Fleet::Member& member = Machine("s9");
  const auto answer = AskLoggedIn(
      member, Post("/cgi-bin/set_miner_conf.cgi",
                   "_ant_pool1url=a%3A1&_ant_pool1user=u1&_ant_pool1pw=p1&x=b&y=u2&z=p2&"
                   "_ant_pool3url=c&_ant_pool3user=u3&_ant_pool3pw=p3&_ant_nobeeper=false"));
  EXPECT_EQ(answer.body, "ok");
  EXPECT_EQ(member.miner.pools().at(0).url, "a:1");
  EXPECT_EQ(member.miner.pools().at(1).user, "u2");
}

TEST_F(WebTest, VnishUnlocksWritesWithAToken) {
  Fleet::Member& member = Machine("s19vnish");
  EXPECT_EQ(Ask(member, Get("/api/v1/info")).status, 200);
  EXPECT_EQ(Ask(member, Post("/api/v1/mining/stop", "")).status, 401);
  EXPECT_EQ(Ask(member, Post("/api/v1/unlock", R"({"pw":"no"})")).status, 401);
  const auto unlocked = Ask(member, Post("/api/v1/unlock", R"({"pw":"root"})"));
  const std::string token(json::parse(unlocked.body).at("token").as_string());
  WebRequest stop = Post("/api/v1/mining/stop", "");
  stop.headers["authorization"] = "Bearer " + token;
  EXPECT_EQ(Ask(member, stop).status, 200);
  EXPECT_TRUE(member.miner.faults().sleeping);
  EXPECT_EQ(member.web.refused_logins, 1U);
}

TEST_F(WebTest, LuxosHasOneSessionAtATime) {
  Fleet::Member& member = Machine("s19kluxos");
  const auto say = [&](const std::string& request) {
    return AnswerLuxosWrite(member, fleet_.Now(), request).value_or("");
  };
  EXPECT_NE(say(R"({"command":"session"})").find("\"SessionID\":\"\""), std::string::npos);
  EXPECT_NE(say(R"({"command":"curtail","parameter":"x,sleep"})").find("402"), std::string::npos);
  EXPECT_NE(say(R"({"command":"logon"})").find("SessionID"), std::string::npos);
  const std::string id = member.web.session;
  EXPECT_NE(say(R"({"command":"logon"})").find("402"), std::string::npos);
  EXPECT_NE(say(R"({"command":"curtail","parameter":")" + id + R"(,sleep"})").find("\"S\""),
            std::string::npos);
  EXPECT_TRUE(member.miner.faults().sleeping);
  EXPECT_NE(say(R"({"command":"logoff","parameter":")" + id + R"("})").find("\"S\""),
            std::string::npos);
  EXPECT_TRUE(member.web.session.empty());
  EXPECT_EQ(say(R"({"command":"summary"})"), "") << "no matter of sessions";
}

TEST_F(WebTest, EveryKindAnswersItsStartPage) {
  for (const Profile& profile : AllProfiles()) {
    Fleet::Member& member = Machine(profile.name);
    const auto answer = Ask(member, Get("/"));
    EXPECT_TRUE(answer.status == 200 || answer.status == 401) << profile.name;
    const auto unknown = AskLoggedIn(member, Get("/no/such/page"));
    EXPECT_TRUE(unknown.status == 404) << profile.name << ' ' << unknown.status;
  }
}

TEST(WebHttp, RequestsAreTakenWholeOrNotAtAll) {
  EXPECT_FALSE(ParseRequest("POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\n1234"));
  const auto parsed =
      ParseRequest("POST /a?b HTTP/1.1\r\nX-Y: z\r\nContent-Length: 5\r\n\r\n12345GET");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->request.method, "POST");
  EXPECT_EQ(parsed->request.target, "/a?b");
  EXPECT_EQ(parsed->request.Header("x-y"), "z");
  EXPECT_EQ(parsed->request.body, "12345");
  EXPECT_EQ(ParseRequest("nonsense\r\n\r\n")->request.method, "");
  EXPECT_EQ(ParseRequest("GET / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n")->request.method, "");
}

}  // namespace
}  // namespace antx::farm
