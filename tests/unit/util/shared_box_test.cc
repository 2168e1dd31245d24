#include "util/shared_box.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace antx {
namespace {

TEST(SharedBox, GivesTheNewestAndKeepsWhatIsHeld) {
  SharedBox<int> box;
  EXPECT_EQ(box.load(), nullptr);
  box = std::make_shared<const int>(1);
  const auto held = box.load();
  box.store(std::make_shared<const int>(2));
  EXPECT_EQ(*held, 1);
  EXPECT_EQ(*box.load(), 2);
}

TEST(SharedBox, ReadersSeeWholeValuesInOrder) {
  SharedBox<std::vector<int>> box(std::make_shared<const std::vector<int>>(100, 0));
  std::vector<std::thread> readers;
  std::vector<int> faults(3, 0);
  for (int& fault : faults) {
    readers.emplace_back([&box, &fault] {
      int last = 0;
      while (last < 2000) {
        const auto value = box.load();
        if (value->front() != value->back() || value->front() < last) ++fault;
        last = value->front();
      }
    });
  }
  for (int i = 1; i <= 2000; ++i) box = std::make_shared<const std::vector<int>>(100, i);
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(faults, std::vector<int>(3, 0));
}

}  // namespace
}  // namespace antx
