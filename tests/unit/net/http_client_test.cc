// Against a real server on loopback that fails in every way the client tells apart.
#include "net/http_client.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "unit/net/http_stub.h"

namespace antx {
namespace {

using Kind = HttpError::Kind;
using Then = testing::StubReply::Then;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HttpStub;
using testing::Status;
using testing::StubReply;
using testing::StubRequest;

class HttpClientTest : public ::testing::Test {
 protected:
  HttpResult<HttpAnswer> Get(const std::string& url) {
    HttpCall call;
    call.url = url;
    return client_.Send(call);
  }
  HttpResult<HttpAnswer> Post(const std::string& url, const std::string& body) {
    HttpCall call;
    call.method = "POST";
    call.url = url;
    call.body = body;
    return client_.Send(call);
  }
  const HttpRuntime runtime_;
  HttpClient client_;
};

TEST_F(HttpClientTest, GetsStatusAndBody) {
  const HttpStub stub([](const StubRequest&) { return Status("404 Not Found", "", "gone"); });
  const auto answer = Get(stub.Url("/a?b=c"));
  ASSERT_TRUE(answer.has_value()) << answer.error().detail;
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, "gone");
  EXPECT_EQ(answer->retry_after, std::nullopt);
  EXPECT_EQ(stub.Requests().at(0).Line(), "GET /a?b=c HTTP/1.1");
}

TEST_F(HttpClientTest, SendsHeadersLoginAndALargeBodyAtOnce) {
  const HttpStub stub([](const StubRequest&) { return Status("200 OK"); });
  HttpCall call;
  call.method = "POST";
  call.url = stub.Url();
  call.headers = {"Content-Type: application/json"};
  call.login = "user:pass";
  call.body = std::string(3U << 20U, 'x');
  ASSERT_TRUE(client_.Send(call).has_value());
  const StubRequest request = stub.Requests().at(0);
  EXPECT_EQ(request.body, call.body);
  EXPECT_NE(request.head.find("Content-Type: application/json\r\n"), std::string::npos);
  EXPECT_NE(request.head.find("Authorization: Basic dXNlcjpwYXNz\r\n"), std::string::npos);
  EXPECT_EQ(request.head.find("Expect:"), std::string::npos);
}

TEST_F(HttpClientTest, ReadsRetryAfter) {
  const HttpStub stub(
      [](const StubRequest&) { return Status("429 Too Many Requests", "Retry-After: 17\r\n"); });
  EXPECT_EQ(Get(stub.Url())->retry_after, seconds(17));
}

TEST_F(HttpClientTest, AClosedPortIsAConnectError) {
  int port = 0;
  {
    port = HttpStub([](const StubRequest&) { return Status("200 OK"); }).port();
  }
  const auto answer = Get("http://127.0.0.1:" + std::to_string(port) + "/path?token=secret");
  ASSERT_TRUE(answer.has_error());
  EXPECT_EQ(answer.error().kind, Kind::kConnect);
  EXPECT_EQ(answer.error().detail.find("http://127.0.0.1:" + std::to_string(port) + ": "), 0U);
  EXPECT_EQ(answer.error().detail.find("secret"), std::string::npos);
}

TEST_F(HttpClientTest, ABrokenConnectionIsAConnectError) {
  for (const Then then : {Then::kReset, Then::kClose}) {
    const HttpStub stub([&](const StubRequest&) { return StubReply{"", then}; });
    EXPECT_EQ(Get(stub.Url()).error().kind, Kind::kConnect);
  }
  const HttpStub stub([](const StubRequest&) {
    return StubReply{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", Then::kClose};
  });
  EXPECT_EQ(Get(stub.Url()).error().kind, Kind::kConnect);
}

TEST_F(HttpClientTest, ASilentServerEndsWithTheDeadline) {
  const HttpStub stub([](const StubRequest&) { return StubReply{"", Then::kHold}; });
  HttpCall call;
  call.url = stub.Url();
  call.total = milliseconds(150);
  EXPECT_EQ(client_.Send(call).error().kind, Kind::kTimeout);
}

TEST_F(HttpClientTest, ABodyThatNeverEndsEndsWithTheDeadline) {
  const HttpStub stub([](const StubRequest&) {
    return StubReply{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", Then::kHold};
  });
  HttpCall call;
  call.url = stub.Url();
  call.total = milliseconds(150);
  const auto answer = client_.Send(call);
  EXPECT_EQ(answer.error().kind, Kind::kTimeout);
  EXPECT_EQ(answer.error().status, 200);
}

TEST_F(HttpClientTest, StopsWhenItIsToldTo) {
  const HttpStub stub([](const StubRequest&) { return StubReply{"", Then::kHold}; });
  HttpCall call;
  call.url = stub.Url();
  call.total = seconds(250);  // Longer than the test may take.
  const auto answer = client_.Send(call, [&] { return stub.Requests().empty(); });
  EXPECT_EQ(answer.error().kind, Kind::kCancelled);
}

TEST_F(HttpClientTest, CapsTheAnswer) {
  const HttpStub stub(
      [](const StubRequest&) { return Status("200 OK", "", std::string(100, 'x')); });
  HttpCall call;
  call.url = stub.Url();
  call.answer_bytes = 100;
  EXPECT_TRUE(client_.Send(call).has_value());
  call.answer_bytes = 99;
  const auto answer = client_.Send(call);
  EXPECT_EQ(answer.error().kind, Kind::kTooLarge);
  EXPECT_EQ(answer.error().status, 200);
}

TEST_F(HttpClientTest, FollowsToTheSameOriginWithMethodAndBody) {
  for (const char* status : {"301 Moved", "302 Found", "307 Temporary", "308 Permanent"}) {
    const HttpStub stub([&](const StubRequest& request) {
      const bool first = request.Line() == "POST /a HTTP/1.1";
      return first ? Status(status, "Location: /b\r\n") : Status("200 OK", "", "there");
    });
    const auto answer = Post(stub.Url("/a"), "payload");
    ASSERT_TRUE(answer.has_value()) << answer.error().detail;
    EXPECT_EQ(answer->body, "there");
    ASSERT_EQ(stub.Requests().size(), 2U);
    EXPECT_EQ(stub.Requests().at(1).Line(), "POST /b HTTP/1.1");
    EXPECT_EQ(stub.Requests().at(1).body, "payload");
  }
}

TEST_F(HttpClientTest, SeeOtherIsFollowedByGet) {
  const HttpStub stub([](const StubRequest& request) {
    return request.head.starts_with("POST") ? Status("303 See Other", "Location: /b\r\n")
                                            : Status("200 OK");
  });
  ASSERT_TRUE(Post(stub.Url("/a"), "payload").has_value());
  EXPECT_EQ(stub.Requests().at(1).Line(), "GET /b HTTP/1.1");
  EXPECT_EQ(stub.Requests().at(1).body, "");
}

TEST_F(HttpClientTest, NeverGoesToAnotherOrigin) {
  const HttpStub other([](const StubRequest&) { return Status("200 OK"); });
  const std::string port = std::to_string(other.port());
  for (const std::string& target :
       {other.Url("/x?token=secret"), "http://localhost:" + port + "/", std::string("https:///"),
        std::string("file:///etc/passwd"), "//127.0.0.1:" + port + "/"}) {
    const HttpStub stub([&](const StubRequest&) {
      return Status("307 Temporary", "Location: " + target + "\r\n");
    });
    const auto answer = Post(stub.Url(), "payload");
    ASSERT_TRUE(answer.has_error()) << target << " gave " << answer->status;
    EXPECT_EQ(answer.error().kind, Kind::kRedirect) << target << ": " << answer.error().detail;
    EXPECT_EQ(answer.error().detail.find("secret"), std::string::npos);
  }
  EXPECT_TRUE(other.Requests().empty());
}

TEST_F(HttpClientTest, EndsALoopOfRedirects) {
  const HttpStub stub([](const StubRequest&) { return Status("302 Found", "Location: /\r\n"); });
  EXPECT_EQ(Get(stub.Url()).error().kind, Kind::kRedirect);
  EXPECT_EQ(stub.Requests().size(), 4U);
}

TEST_F(HttpClientTest, TakesNoProxyFromTheEnvironment) {
  const HttpStub proxy([](const StubRequest&) { return Status("502 Bad Gateway"); });
  const HttpStub stub([](const StubRequest&) { return Status("200 OK"); });
  for (const char* name : {"http_proxy", "all_proxy"}) setenv(name, proxy.Url().c_str(), 1);
  const auto answer = Get(stub.Url());
  for (const char* name : {"http_proxy", "all_proxy"}) unsetenv(name);
  EXPECT_EQ(answer->status, 200);
  EXPECT_TRUE(proxy.Requests().empty());
}

TEST_F(HttpClientTest, RefusesWhatIsNoWebAddress) {
  EXPECT_EQ(Get("").error().kind, Kind::kOther);
  EXPECT_EQ(Get("http://").error().kind, Kind::kOther);
  EXPECT_EQ(Get("file:///etc/hostname").error().kind, Kind::kOther);
}

TEST(OriginOf, NamesSchemeHostAndPort) {
  EXPECT_EQ(OriginOf("https://a.example/x?y=z"), "https://a.example:443");
  EXPECT_EQ(OriginOf("http://user:secret@a.example:8080/"), "http://a.example:8080");
  EXPECT_EQ(OriginOf("no address"), "");
}

}  // namespace
}  // namespace antx
