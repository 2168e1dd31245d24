// Against real servers on loopback that fail in every way a hostile host could.
#include "net/web_client.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <future>

#include "unit/net/http_stub.h"

namespace antx {
namespace {

using Kind = HttpError::Kind;
using Then = testing::StubReply::Then;
using std::chrono::milliseconds;
using testing::HttpStub;
using testing::Status;
using testing::StubReply;
using testing::StubRequest;

const Ipv4 kLoopback = *Ipv4::Parse("127.0.0.1");

WebCall CallOf(const HttpStub& stub, const std::string& path = "/") {
  WebCall call;
  call.port = static_cast<std::uint16_t>(stub.port());
  call.path = path;
  return call;
}

class WebClientTest : public ::testing::Test {
 protected:
  HttpResult<WebAnswer> Fetch(const std::shared_ptr<WebSession>& session, WebCall call) {
    auto promise = std::make_shared<std::promise<HttpResult<WebAnswer>>>();
    auto answer = promise->get_future();
    client_.Fetch(session, std::move(call),
                  [promise](const HttpResult<WebAnswer>& result) { promise->set_value(result); });
    return answer.get();
  }
  HttpResult<WebAnswer> Get(const HttpStub& stub) {
    return Fetch(client_.Open(kLoopback), CallOf(stub));
  }
  const HttpRuntime runtime_;
  WebClient client_;
};

TEST_F(WebClientTest, GetsStatusAndBody) {
  const HttpStub stub([](const StubRequest&) { return Status("404 Not Found", "", "gone"); });
  const auto answer = Fetch(client_.Open(kLoopback), CallOf(stub, "/cgi-bin/x.cgi?a=b"));
  ASSERT_TRUE(answer.has_value()) << answer.error().detail;
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, "gone");
  EXPECT_EQ(stub.Requests().at(0).Line(), "GET /cgi-bin/x.cgi?a=b HTTP/1.1");
}

TEST_F(WebClientTest, SendsMethodBodyTypeAndHeaders) {
  const HttpStub stub([](const StubRequest&) { return Status("200 OK"); });
  WebCall call = CallOf(stub);
  call.method = "PUT";
  call.body = "{\"a\":1}";
  call.content_type = "application/json";
  call.headers = {"Authorization: token"};
  ASSERT_TRUE(Fetch(client_.Open(kLoopback), call).has_value());
  const StubRequest request = stub.Requests().at(0);
  EXPECT_EQ(request.Line(), "PUT / HTTP/1.1");
  EXPECT_EQ(request.body, "{\"a\":1}");
  EXPECT_NE(request.head.find("Content-Type: application/json\r\n"), std::string::npos);
  EXPECT_NE(request.head.find("Authorization: token\r\n"), std::string::npos);
}

TEST_F(WebClientTest, ALoginIsOnlyShownToWhomAsksForDigest) {
  const HttpStub stub([](const StubRequest&) { return Status("200 OK"); });
  ASSERT_TRUE(Fetch(client_.Open(kLoopback, "root", "hush"), CallOf(stub)).has_value());
  EXPECT_EQ(stub.Requests().at(0).head.find("uthorization"), std::string::npos);
  const HttpStub basic([](const StubRequest&) {
    return Status("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n");
  });
  const auto answer = Fetch(client_.Open(kLoopback, "root", "hush"), CallOf(basic));
  ASSERT_TRUE(answer.has_value()) << answer.error().detail;
  EXPECT_EQ(answer->status, 401);
  EXPECT_EQ(answer->www_authenticate, "Basic realm=\"x\"");
  EXPECT_EQ(basic.Requests().size(), 1U) << "a password in clear text was sent";
}

TEST_F(WebClientTest, AWrongLoginIsShownOnce) {
  const HttpStub stub([](const StubRequest&) {
    return Status("401 Unauthorized",
                  "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n");
  });
  const auto answer = Fetch(client_.Open(kLoopback, "root", "hush"), CallOf(stub));
  ASSERT_TRUE(answer.has_value()) << answer.error().detail;
  EXPECT_EQ(answer->status, 401);
  ASSERT_EQ(stub.Requests().size(), 2U);
  EXPECT_NE(stub.Requests().at(1).head.find("Digest username=\"root\""), std::string::npos);
  EXPECT_EQ(stub.Requests().at(1).head.find("hush"), std::string::npos);
}

TEST_F(WebClientTest, NoRedirectIsFollowed) {
  const HttpStub other([](const StubRequest&) { return Status("200 OK"); });
  const HttpStub stub([&other](const StubRequest&) {
    return Status("302 Found", "Location: " + other.Url("/") + "\r\n");
  });
  const auto answer = Get(stub);
  ASSERT_TRUE(answer.has_error());
  EXPECT_EQ(answer.error().kind, Kind::kRedirect);
  EXPECT_EQ(answer.error().status, 302);
  EXPECT_TRUE(other.Requests().empty());
}

TEST_F(WebClientTest, TooMuchIsCutOff) {
  const HttpStub body([](const StubRequest&) {
    return StubReply{"HTTP/1.1 200 OK\r\n\r\n" + std::string(2U << 20U, 'x')};
  });
  const HttpStub headers([](const StubRequest&) {
    std::string bytes = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 4000; ++i) bytes += "X-Long: " + std::string(100, 'x') + "\r\n";
    return StubReply{bytes + "\r\n"};
  });
  for (const HttpStub* stub : {&body, &headers}) {
    const auto answer = Get(*stub);
    ASSERT_TRUE(answer.has_error());
    EXPECT_EQ(answer.error().kind, Kind::kTooLarge) << answer.error().detail;
  }
}

TEST_F(WebClientTest, SilenceAndDripsEndWithTheDeadline) {
  const HttpStub silent([](const StubRequest&) { return StubReply{"", Then::kHold}; });
  const HttpStub half([](const StubRequest&) {
    return StubReply{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", Then::kHold};
  });
  for (const HttpStub* stub : {&silent, &half}) {
    WebCall call = CallOf(*stub);
    call.total = milliseconds(100);
    const auto answer = Fetch(client_.Open(kLoopback), call);
    ASSERT_TRUE(answer.has_error());
    EXPECT_EQ(answer.error().kind, Kind::kTimeout) << answer.error().detail;
  }
}

TEST_F(WebClientTest, NonsenseAndResetsAreErrors) {
  const HttpStub reset([](const StubRequest&) { return StubReply{"HT", Then::kReset}; });
  const HttpStub old([](const StubRequest&) { return StubReply{"no header at all"}; });
  const HttpStub nothing([](const StubRequest&) { return StubReply{}; });
  EXPECT_EQ(Get(reset).error().kind, Kind::kConnect);
  EXPECT_TRUE(Get(old).has_error());
  EXPECT_EQ(Get(nothing).error().kind, Kind::kConnect);
}

TEST_F(WebClientTest, AnErrorNamesTheMinerAndNothingSecret) {
  const HttpStub stub([](const StubRequest&) { return StubReply{}; });
  WebCall call = CallOf(stub, "/api?token=hush");
  call.headers = {"Authorization: hush"};
  const auto answer = Fetch(client_.Open(kLoopback, "root", "hush"), call);
  ASSERT_TRUE(answer.has_error());
  EXPECT_EQ(answer.error().detail.find("127.0.0.1:" + std::to_string(stub.port())), 0U)
      << answer.error().detail;
  EXPECT_EQ(answer.error().detail.find("hush"), std::string::npos) << answer.error().detail;
}

TEST_F(WebClientTest, ManyAtOnceComeBackEachToItsOwn) {
  const HttpStub stub(
      [](const StubRequest& request) { return Status("200 OK", "", request.Line()); });
  std::vector<std::future<HttpResult<WebAnswer>>> answers;
  for (int i = 0; i < 40; ++i) {
    auto promise = std::make_shared<std::promise<HttpResult<WebAnswer>>>();
    answers.push_back(promise->get_future());
    client_.Fetch(client_.Open(kLoopback), CallOf(stub, "/" + std::to_string(i)),
                  [promise](const HttpResult<WebAnswer>& result) { promise->set_value(result); });
  }
  for (int i = 0; i < 40; ++i) {
    const auto answer = answers[static_cast<std::size_t>(i)].get();
    ASSERT_TRUE(answer.has_value()) << answer.error().detail;
    EXPECT_EQ(answer->body, "GET /" + std::to_string(i) + " HTTP/1.1");
  }
}

TEST(WebClient, OpenCallsEndWhenItGoes) {
  const HttpRuntime runtime;
  const HttpStub silent([](const StubRequest&) { return StubReply{"", Then::kHold}; });
  std::promise<HttpResult<WebAnswer>> promise;
  {
    WebClient client;
    client.Fetch(client.Open(kLoopback), CallOf(silent),
                 [&promise](const HttpResult<WebAnswer>& result) { promise.set_value(result); });
  }
  EXPECT_EQ(promise.get_future().get().error().kind, Kind::kCancelled);
}

TEST(WebClient, ACoroutineGoesOnWithItsOwnExecutor) {
  const HttpRuntime runtime;
  const HttpStub stub([](const StubRequest&) { return Status("200 OK", "", "hello"); });
  WebClient client;
  boost::asio::io_context io(1);
  std::string body;
  std::thread::id where;
  const auto ask = [&]() -> boost::asio::awaitable<void> {
    const auto answer = co_await client.Ask(client.Open(kLoopback), CallOf(stub));
    body = answer.has_value() ? answer->body : answer.error().detail;
    where = std::this_thread::get_id();
  };
  boost::asio::co_spawn(io, ask(), boost::asio::detached);
  io.run();  // Ends by itself: the open call keeps it going, and nothing else.
  EXPECT_EQ(body, "hello");
  EXPECT_EQ(where, std::this_thread::get_id());
}

}  // namespace
}  // namespace antx
