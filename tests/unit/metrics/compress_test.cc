#include "metrics/compress.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <optional>
#include <string>
#include <vector>

namespace antx {
namespace {

/// The text of exactly one gzip member; nothing when there is more, less or rubbish.
std::optional<std::string> Unzip(std::string packed) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return std::nullopt;
  std::string text;
  std::string buffer(65536, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  int code = Z_OK;
  while (code == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = static_cast<uInt>(buffer.size());
    code = inflate(&stream, Z_NO_FLUSH);
    text.append(buffer, 0, buffer.size() - stream.avail_out);
  }
  const bool whole = code == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  if (!whole) return std::nullopt;
  return text;
}

/// Text that does not shrink to nothing, the same every time.
std::string Lines(std::size_t bytes) {
  std::string text;
  std::uint32_t state = 1;
  while (text.size() < bytes) {
    state = state * 1664525U + 1013904223U;
    text += "antminer_up{miner=\"" + std::to_string(state) + "\"} " + std::to_string(state >> 9U);
    text += '\n';
  }
  return text;
}

TEST(GzipSink, ManyPiecesAreOneMember) {
  const std::string text = Lines(3'000'000);
  std::string packed;
  std::size_t largest = 0;
  GzipSink gzip([&](std::string_view piece) {
    largest = std::max(largest, piece.size());
    packed.append(piece);
    return true;
  });
  for (std::size_t at = 0; at < text.size(); at += 65536) {
    ASSERT_TRUE(gzip(std::string_view(text).substr(at, 65536)));
  }
  ASSERT_TRUE(gzip.Finish());
  EXPECT_EQ(Unzip(packed), text);
  EXPECT_LT(packed.size(), text.size() / 2);
  EXPECT_LE(largest, 65536U);
  EXPECT_TRUE(gzip.Finish()) << "a second call changes nothing";
  EXPECT_EQ(Unzip(packed), text);
  EXPECT_FALSE(gzip("more")) << "the page is closed";
}

TEST(GzipSink, AnEmptyPageIsAMemberToo) {
  std::string packed;
  GzipSink gzip([&](std::string_view piece) {
    packed.append(piece);
    return true;
  });
  EXPECT_TRUE(gzip(""));
  EXPECT_TRUE(gzip.Finish());
  EXPECT_EQ(Unzip(packed), "");
}

TEST(GzipSink, TheEndOfItsLifeFinishes) {
  std::string packed;
  {
    GzipSink gzip([&](std::string_view piece) {
      packed.append(piece);
      return true;
    });
    EXPECT_TRUE(gzip("antminer_up 1\n"));
  }
  EXPECT_EQ(Unzip(packed), "antminer_up 1\n");
}

TEST(GzipSink, StopsWhenTheReaderHasGone) {
  int calls = 0;
  GzipSink gzip([&](std::string_view) {
    ++calls;
    return false;
  });
  EXPECT_FALSE(gzip(Lines(3'000'000)));
  EXPECT_FALSE(gzip(Lines(3'000'000)));
  EXPECT_FALSE(gzip.Finish());
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace antx
