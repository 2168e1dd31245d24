// Chunks on disk: what goes in comes out, and bytes that are no chunk are refused.
#include "history/block.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "history/rollup.h"

namespace antx {
namespace {

void FlipEveryBit(const std::string& good) {
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
      const auto block = UnpackBlock(bad, 3);
      if (!block) continue;
      EXPECT_EQ(block->values[2].size(), block->times.size());
    }
  }
}

Block Example() {
  Block block(3);
  block.times = {1'772'323'200'000, 1'772'323'230'001, 1'772'323'230'002, 1'772'326'800'000};
  block.values[0] = {110'567, 110'560, kNoValue, kNoValue};
  block.values[1] = {0, 0, 0, 0};
  block.values[2] = {-40, kNoValue, 9'000'000'000'000'000, -9'000'000'000'000'000};
  return block;
}

TEST(BlockTest, ComesBackAsItWas) {
  const Block block = Example();
  const auto back = UnpackBlock(BlockPacker().Pack(block), 3);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->times, block.times);
  EXPECT_EQ(back->values, block.values);
}

TEST(BlockTest, EmptyComesBackEmpty) {
  const auto back = UnpackBlock(BlockPacker().Pack(Block(2)), 2);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->size(), 0U);
}

TEST(BlockTest, RandomRowsComeBack) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    Block block(4);
    std::int64_t time = 1'772'323'200'000;
    const std::size_t rows = random() % 200;
    for (std::size_t i = 0; i < rows; ++i) {
      time += static_cast<std::int64_t>(random() % 100'000);
      block.times.push_back(time);
      for (auto& column : block.values) {
        const auto kind = random() % 4;
        column.push_back(kind == 0   ? kNoValue
                         : kind == 1 ? 0
                                     : static_cast<std::int64_t>(random() % 2'000'000) - 1'000'000);
      }
    }
    const auto back = UnpackBlock(BlockPacker().Pack(block), 4);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->times, block.times);
    EXPECT_EQ(back->values, block.values);
  }
}

TEST(BlockTest, AnOlderChunkHasFewerColumns) {
  const auto back = UnpackBlock(BlockPacker().Pack(Example()), 5);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->values[4], std::vector<std::int64_t>(4, kNoValue));
}

TEST(BlockTest, OtherBytesAreRefused) {
  const std::string good = BlockPacker().Pack(Example());
  EXPECT_FALSE(UnpackBlock("", 3));
  EXPECT_FALSE(UnpackBlock("\x04" + good.substr(1), 3)) << "version";
  EXPECT_FALSE(UnpackBlock(good + '\0', 3)) << "something behind it";
  EXPECT_FALSE(UnpackBlock(good, 2)) << "more columns than there are metrics";
  for (std::size_t size = 1; size < good.size(); ++size) {
    EXPECT_FALSE(UnpackBlock(good.substr(0, size), 3)) << "cut at " << size;
  }
}

/// An hour of a miner: enough alike to be worth compressing.
Block Hour() {
  Block block(3);
  std::mt19937_64 random(3);
  for (int i = 0; i < 120; ++i) {
    block.times.push_back(1'772'323'200'000 + i * 30'000);
    for (auto& column : block.values) {
      column.push_back(5'000 + static_cast<std::int64_t>(random() % 16));
    }
  }
  return block;
}

TEST(BlockTest, NoiseTakesTheBitsItNeeds) {
  BlockPacker packer;
  const Block block = Hour();
  const std::string packed = packer.Pack(block);
  EXPECT_LT(packed.size(), 3 * 60U + 40U) << "3 columns of 120 rows with 4 bits";
  const auto back = UnpackBlock(packed, 3);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->values, block.values);
  EXPECT_EQ(back->times, block.times);
}

TEST(BlockTest, PatternsAreDeflated) {
  Block block(2);
  for (int i = 0; i < 120; ++i) {
    block.times.push_back(1'772'323'200'000 + i * 30'000);
    block.values[0].push_back(i * 97'500);
    block.values[1].push_back(i % 3 == 0 ? kNoValue : i * 2);
  }
  const std::string packed = BlockPacker().Pack(block);
  EXPECT_LT(packed.size(), 80U);
  const auto back = UnpackBlock(packed, 2);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->values, block.values);
}

TEST(BlockTest, SpreadsUpToTheWidestComeBack) {
  Block block(4);
  std::mt19937_64 random(11);
  constexpr std::int64_t kMost =
      9'000'000'000'000'000;  // Values beyond it are kNoValue (ToStored).
  for (int i = 0; i < 50; ++i) {
    const auto number = random();
    block.times.push_back(i);
    block.values[0].push_back(static_cast<std::int64_t>(number & 0xffff'ffffU));
    block.values[1].push_back(static_cast<std::int64_t>(number & 0x1'ffff'ffffU));
    block.values[2].push_back(i % 2 == 0 ? kMost : -kMost);
    block.values[3].push_back(kMost - static_cast<std::int64_t>(number % 1000));
  }
  const auto back = UnpackBlock(BlockPacker().Pack(block), 4);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->values, block.values);
}

/// 1000 and 1030 ms; 7, 9 and no value, 5.
Block Old() {
  Block block(2);
  block.times = {1000, 1030};
  block.values = {{7, 9}, {kNoValue, 5}};
  return block;
}

TEST(BlockTest, ChunksOfOlderFilesAreRead) {
  const std::string body("\x02\x02\xd2\x0f\x95\x0f\x10\x06\x01\x01\x0c", 11);
  const std::string deflated("\x63\x62\xba\xc4\x3f\x95\x5f\x80\x8d\x91\x91\x07\x00", 13);
  for (const std::string& bytes : {'\x01' + body, "\x02\x0b" + deflated}) {
    const auto back = UnpackBlock(bytes, 2);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->times, Old().times);
    EXPECT_EQ(back->values, Old().values);
    EXPECT_FALSE(UnpackBlock(bytes + '\0', 2) && bytes.front() == '\x01');
  }
  EXPECT_FALSE(UnpackBlock("\x02\xff\xff\xff\xff\x7f" + deflated, 2)) << "an absurd length";
}

TEST(BlockTest, DamagedBytesAreRefused) {
  const std::string good = BlockPacker().Pack(Hour());
  for (std::size_t size = 1; size < good.size(); ++size) {
    EXPECT_FALSE(UnpackBlock(good.substr(0, size), 3)) << "cut at " << size;
  }
  EXPECT_FALSE(UnpackBlock(good + '\x01', 3)) << "something behind it";
  EXPECT_FALSE(UnpackBlock(std::string("\x03\xff\xff\xff\xff\x7f") + good.substr(3), 3))
      << "an absurd length";
}

TEST(BlockTest, FlippedBytesDoNotCrash) {
  for (const std::string& good : {BlockPacker().Pack(Example()), BlockPacker().Pack(Hour())}) {
    FlipEveryBit(good);
  }
}

TEST(BlockTest, InsertKeepsTheOrderOfTime) {
  Block block(1);
  for (const std::int64_t time : {30, 10, 20}) {
    const std::size_t row = block.Insert(time);
    block.values[0][row] = time * 2;
  }
  EXPECT_EQ(block.times, (std::vector<std::int64_t>{10, 20, 30}));
  EXPECT_EQ(block.values[0], (std::vector<std::int64_t>{20, 40, 60}));
  EXPECT_EQ(block.Find(20), 1U);
  EXPECT_FALSE(block.Find(15));
}

TEST(RollupTest, BucketsStartOnTheirGridAlsoBefore1970) {
  EXPECT_EQ(BucketStart(1'000, 300), 900);
  EXPECT_EQ(BucketStart(900, 300), 900);
  EXPECT_EQ(BucketStart(-1, 300), -300);
}

TEST(RollupTest, HashrateUnitKeepsFiveDigits) {
  EXPECT_EQ(ToStored(110.567e12, StoredUnit(HistoryKind::kMiner, 0, RateUnit("sha256"))), 110'567);
  EXPECT_EQ(ToStored(504.2e6, StoredUnit(HistoryKind::kMiner, 0, RateUnit("scrypt"))), 50'420);
  EXPECT_EQ(ToStored(std::nullopt, 1), kNoValue);
  EXPECT_EQ(ToStored(std::nan(""), 1), kNoValue);
  EXPECT_EQ(ToStored(1e300, 1), kNoValue);
  EXPECT_EQ(FromStored(631, 0.1), 63.1);
}

}  // namespace
}  // namespace antx
