// Parts of the TLS listener: requests as they are parsed, answers as they wait to be sent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>
#include <vector>

#include "api/front/message.h"
#include "api/front/outbox.h"

namespace antx {
namespace {

using ::testing::ElementsAre;

/// The request of the bytes, or what is wrong with it.
std::string Parse(const std::string& bytes, HttpRequest& request) {
  RequestParser parser;
  SetLimits(parser);
  parser.eager(true);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(bytes), error);
  if (error) return std::to_string(FaultOf(error).status);
  if (!parser.is_done()) return "more";
  return ToHttpRequest(parser.release(), request);
}

TEST(Message, BecomesARequest) {
  HttpRequest request;
  ASSERT_EQ(Parse("POST /a%20b/c+d?x=1&y=%41 HTTP/1.1\r\nHOST: nas\r\nAccept: a\r\nAccept: b\r\n"
                  "Content-Length: 2\r\n\r\n{}",
                  request),
            "");
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/a b/c+d");
  EXPECT_EQ(request.query.Get("y"), "A");
  EXPECT_EQ(request.Header("host"), "nas");
  EXPECT_EQ(request.Header("accept"), "a, b");
  EXPECT_EQ(request.body, "{}");
}

TEST(Message, TakesWhatProxiesAndChunksMakeOfIt) {
  HttpRequest request;
  ASSERT_EQ(Parse("PUT https://nas:1/x?y=1 HTTP/1.1\r\nHost: nas\r\nTransfer-Encoding: chunked\r\n"
                  "\r\n3\r\nabc\r\n0\r\n\r\n",
                  request),
            "");
  EXPECT_EQ(request.path, "/x");
  EXPECT_EQ(request.body, "abc");
  HttpRequest bare;
  ASSERT_EQ(Parse("GET http://nas HTTP/1.1\r\nHost: nas\r\n\r\n", bare), "");
  EXPECT_EQ(bare.path, "/");
}

TEST(Message, WhatIsNoGoodRequestIsSaid) {
  const auto fault = [](const std::string& bytes) {
    HttpRequest request;
    return Parse(bytes, request);
  };
  const std::string host = "Host: a\r\n";
  EXPECT_NE(fault("GET x HTTP/1.1\r\n" + host + "\r\n"), "");
  EXPECT_NE(fault("GET /%4 HTTP/1.1\r\n" + host + "\r\n"), "");
  EXPECT_NE(fault("GET /%0a HTTP/1.1\r\n" + host + "\r\n"), "");
  EXPECT_EQ(fault("GET / HTTP/1.1\r\n\r\n"), "the header Host is missing");
  EXPECT_EQ(fault("GET / HTTP/1.1\r\n" + host + host + "\r\n"), "the header host stands twice");
  EXPECT_EQ(fault("GET / HTTP/1.1\r\n" + host + "X: " + std::string(kMostHeadBytes, 'x') + "\r\n"),
            "431");
  EXPECT_EQ(fault("PUT / HTTP/1.1\r\n" + host + "Content-Length: 65537\r\n\r\n"), "413");
  EXPECT_EQ(fault("nonsense\r\n\r\n"), "400");
}

TEST(Message, ChunksAreFramedByTheirLength) {
  EXPECT_EQ(Chunk("0123456789abcdef"), "10\r\n0123456789abcdef\r\n");
  EXPECT_EQ(Chunk(""), "0\r\n\r\n");
}

/// What the loop gets from the outbox until it ends.
std::vector<std::string> Drain(boost::asio::io_context& loop, Outbox& outbox) {
  std::vector<std::string> pieces;
  auto read = [](Outbox& from, std::vector<std::string>& into) -> boost::asio::awaitable<void> {
    while (auto piece = co_await from.Next()) into.push_back(std::move(*piece));
  };
  boost::asio::co_spawn(loop, read(outbox, pieces), boost::asio::detached);
  loop.run();
  return pieces;
}

TEST(Outbox, GivesThePiecesInTheirOrder) {
  boost::asio::io_context loop;
  const auto outbox = std::make_shared<Outbox>(loop.get_executor(), OutboxLimits());
  std::thread worker([&outbox] {
    for (const char* piece : {"a", "b", "c"}) EXPECT_TRUE(outbox->Push(piece));
    outbox->Finish(true);
  });
  const auto pieces = Drain(loop, *outbox);
  worker.join();
  EXPECT_THAT(pieces, ElementsAre("a", "b", "c"));
  EXPECT_TRUE(outbox->keep_alive());
}

TEST(Outbox, ASlowClientHoldsAThreadForALimitedTimeOnly) {
  boost::asio::io_context loop;
  const auto outbox = std::make_shared<Outbox>(loop.get_executor(),
                                               OutboxLimits{100, std::chrono::milliseconds(20)});
  EXPECT_TRUE(outbox->Push(std::string(100, 'x')));
  // Nobody takes the first piece.
  EXPECT_FALSE(outbox->Push("y"));
  EXPECT_FALSE(outbox->Push("z"));
  outbox->Finish(true);
  EXPECT_THAT(Drain(loop, *outbox), ElementsAre());
  EXPECT_FALSE(outbox->keep_alive());
}

TEST(Outbox, AWorkerThatWaitsIsWokenWhenTheClientGoes) {
  boost::asio::io_context loop;
  const auto outbox =
      std::make_shared<Outbox>(loop.get_executor(), OutboxLimits{1, std::chrono::hours(1)});
  EXPECT_TRUE(outbox->Push("x"));
  std::thread worker([&outbox] { EXPECT_FALSE(outbox->Push("y")); });
  outbox->Break();
  worker.join();
  EXPECT_THAT(Drain(loop, *outbox), ElementsAre());
}

}  // namespace
}  // namespace antx
