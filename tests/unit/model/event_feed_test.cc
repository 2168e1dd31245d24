#include "model/event_feed.h"

#include <gtest/gtest.h>

#include <thread>

namespace antx {
namespace {

using std::chrono::milliseconds;
constexpr auto kLong = std::chrono::minutes(1);

FeedItem Said(const std::string& message) {
  Event event;
  event.message = message;
  return {0, event, {}, 0};
}

TEST(EventFeed, GivesWhatCameAfterAnId) {
  EventFeed feed(10, 100);
  EXPECT_EQ(feed.Newest(), 99U);
  feed.Push(Said("a"));
  feed.Push(Said("b"));
  const FeedNews all = feed.After(99, milliseconds(0));
  ASSERT_EQ(all.items.size(), 2U);
  EXPECT_EQ(all.items[0].id, 100U);
  EXPECT_FALSE(all.lost);
  const FeedNews rest = feed.After(100, milliseconds(0));
  ASSERT_EQ(rest.items.size(), 1U);
  EXPECT_EQ(rest.items[0].event->message, "b");
}

TEST(EventFeed, TellsWhenItemsWereDropped) {
  EventFeed feed(2, 1);
  for (const char* text : {"a", "b", "c"}) feed.Push(Said(text));
  const FeedNews news = feed.After(0, milliseconds(0));
  EXPECT_TRUE(news.lost);
  ASSERT_EQ(news.items.size(), 2U);
  EXPECT_EQ(news.items[0].id, 2U);
}

TEST(EventFeed, AnIdThatWasNeverGivenWaitsForTheNext) {
  EventFeed feed(2, 1);
  feed.Push(Said("a"));
  EXPECT_TRUE(feed.After(77, milliseconds(0)).items.empty());
  std::thread writer([&feed] { feed.Push(Said("b")); });
  const FeedNews news = feed.After(1, kLong);
  writer.join();
  ASSERT_EQ(news.items.size(), 1U);
  EXPECT_EQ(news.items[0].event->message, "b");
}

TEST(EventFeed, CloseWakesReaders) {
  EventFeed feed(2, 1);
  std::thread closer([&feed] { feed.Close(); });
  EXPECT_TRUE(feed.After(0, kLong).closed);
  closer.join();
}

}  // namespace
}  // namespace antx
