#include "util/bounded_queue.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace antx {
namespace {

TEST(BoundedQueue, DropsTheOldestWhenFull) {
  BoundedQueue<int> queue(2);
  EXPECT_EQ(queue.Push(1), 0U);
  EXPECT_EQ(queue.Push(2), 0U);
  EXPECT_EQ(queue.Push(3), 1U);
  EXPECT_EQ(queue.Pop(), 2);
  EXPECT_EQ(queue.Pop(), 3);
}

TEST(BoundedQueue, GivesTheRestAfterCloseThenNothing) {
  BoundedQueue<int> queue(4);
  queue.Push(7);
  queue.Close();
  EXPECT_EQ(queue.Pop(), 7);
  EXPECT_EQ(queue.Pop(), std::nullopt);
}

TEST(BoundedQueue, HandsItemsToAWaitingThread) {
  BoundedQueue<int> queue(8);
  std::vector<int> got;
  std::thread reader([&] {
    while (const auto item = queue.Pop()) got.push_back(*item);
  });
  for (int i = 0; i < 5; ++i) queue.Push(i);
  queue.Close();
  reader.join();
  EXPECT_EQ(got, (std::vector<int>{0, 1, 2, 3, 4}));
}

}  // namespace
}  // namespace antx
