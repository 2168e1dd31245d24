#include "history/block.h"

#include <libdeflate.h>

#include <algorithm>

#include "history/column_codec.h"

namespace antx {
namespace {

constexpr char kPlain = 1;
constexpr char kCompressed = 2;
constexpr char kBits = 3;
constexpr int kLevel = 6;  // Level 1 packs the same bytes 0.3 % worse at the same speed.
constexpr std::uint64_t kMostRows = 100'000;
constexpr std::uint64_t kMostBytes = 16'777'216;  // Of a body; a real one has kilobytes.

/// Wraps round instead of overflowing: a damaged file may hold any number.
std::int64_t Add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
std::int64_t Subtract(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

std::vector<std::int64_t> Differences(const std::vector<std::int64_t>& times) {
  std::vector<std::int64_t> steps;
  steps.reserve(times.size());
  std::int64_t before = 0;
  for (const std::int64_t time : times) {
    steps.push_back(Subtract(time, before));
    before = time;
  }
  return steps;
}

/// How many columns the reader wants and how many the chunk has.
struct ColumnCount {
  std::size_t wanted = 0;
  std::size_t stored = 0;
};

/// `column` reads one column of so many rows.
template <class Column>
std::optional<Block> UnpackBody(VarintReader& in, ColumnCount& count, Column column) {
  const std::size_t columns = count.wanted;
  std::uint64_t stored_columns = 0;
  std::uint64_t rows = 0;
  if (!in.Next(stored_columns) || stored_columns > columns) return std::nullopt;
  count.stored = stored_columns;
  if (!in.Next(rows) || rows > kMostRows) return std::nullopt;
  Block block(columns);
  if (!column(rows, block.times)) return std::nullopt;
  for (std::size_t i = 1; i < block.times.size(); ++i) {
    block.times[i] = Add(block.times[i], block.times[i - 1]);
  }
  for (std::size_t i = 0; i < stored_columns; ++i) {
    if (!column(rows, block.values[i])) return std::nullopt;
  }
  for (std::size_t i = stored_columns; i < columns; ++i) block.values[i].assign(rows, kNoValue);
  if (!in.AtEnd()) return std::nullopt;
  return block;
}

/// Forms 1 and 2.
std::optional<Block> UnpackOldBody(std::string_view body, ColumnCount& columns) {
  VarintReader in(body);
  return UnpackBody(in, columns, [&in](std::size_t rows, std::vector<std::int64_t>& column) {
    return UnpackDifferences(in, rows, column);
  });
}

/// `packed` as `length` bytes; nothing when it is damaged.
std::optional<std::string> Inflate(std::string_view packed, std::uint64_t length) {
  if (length > kMostBytes) return std::nullopt;
  struct Free {
    void operator()(libdeflate_decompressor* one) const { libdeflate_free_decompressor(one); }
  };
  const std::unique_ptr<libdeflate_decompressor, Free> handle(libdeflate_alloc_decompressor());
  if (handle == nullptr) return std::nullopt;
  std::string body(length, '\0');
  // Without a place for the length, anything but exactly `length` bytes is an error.
  if (libdeflate_deflate_decompress(handle.get(), packed.data(), packed.size(), body.data(),
                                    body.size(), nullptr) != LIBDEFLATE_SUCCESS) {
    return std::nullopt;
  }
  return body;
}

std::optional<Block> UnpackBits(std::string_view bytes, ColumnCount& columns) {
  VarintReader head(bytes);
  std::uint64_t length = 0;
  std::uint64_t deflated = 0;
  if (!head.Next(length) || !head.Next(deflated)) return std::nullopt;
  const std::string_view rest = head.Rest();
  const std::uint64_t stored = deflated == 0 ? length : deflated;
  if (stored > rest.size()) return std::nullopt;
  std::string body(rest.substr(0, stored));
  if (deflated != 0) {
    auto inflated = Inflate(body, length);
    if (!inflated) return std::nullopt;
    body = std::move(*inflated);
  }
  VarintReader in(body);
  BitReader bits(rest.substr(stored));
  auto block = UnpackBody(in, columns, [&](std::size_t rows, std::vector<std::int64_t>& column) {
    return UnpackColumn(in, bits, rows, column);
  });
  if (!block || !bits.AtEnd()) return std::nullopt;
  return block;
}

std::optional<Block> UnpackForm(std::string_view bytes, ColumnCount& columns) {
  if (bytes.empty()) return std::nullopt;
  const std::string_view rest = bytes.substr(1);
  if (bytes.front() == kBits) return UnpackBits(rest, columns);
  if (bytes.front() == kPlain) return UnpackOldBody(rest, columns);
  if (bytes.front() != kCompressed) return std::nullopt;
  VarintReader head(rest);
  std::uint64_t length = 0;
  if (!head.Next(length)) return std::nullopt;
  const auto body = Inflate(head.Rest(), length);
  return body ? UnpackOldBody(*body, columns) : std::nullopt;
}

}  // namespace

std::size_t Block::Insert(std::int64_t time) {
  const auto place = std::upper_bound(times.begin(), times.end(), time) - times.begin();
  times.insert(times.begin() + place, time);
  for (auto& column : values) column.insert(column.begin() + place, kNoValue);
  return static_cast<std::size_t>(place);
}

std::optional<std::size_t> Block::Find(std::int64_t time) const {
  const auto found = std::lower_bound(times.begin(), times.end(), time);
  if (found == times.end() || *found != time) return std::nullopt;
  return static_cast<std::size_t>(found - times.begin());
}

struct BlockPacker::Deflater {
  struct Free {
    void operator()(libdeflate_compressor* one) const { libdeflate_free_compressor(one); }
  };
  std::unique_ptr<libdeflate_compressor, Free> handle{libdeflate_alloc_compressor(kLevel)};
};

BlockPacker::BlockPacker() : deflater_(std::make_unique<Deflater>()) {}
BlockPacker::~BlockPacker() = default;

std::string BlockPacker::Pack(const Block& block) {
  std::string body;
  BitWriter bits;
  PutVarint(body, block.values.size());
  PutVarint(body, block.size());
  PackColumn(Differences(block.times), body, bits);
  for (const auto& column : block.values) PackColumn(column, body, bits);

  std::string deflated(body.size(), '\0');
  // No room for more than the body: what does not get smaller stays as it is.
  deflated.resize(deflater_->handle == nullptr
                      ? 0
                      : libdeflate_deflate_compress(deflater_->handle.get(), body.data(),
                                                    body.size(), deflated.data(), deflated.size()));
  std::string out(1, kBits);
  PutVarint(out, body.size());
  PutVarint(out, deflated.size());
  return out + (deflated.empty() ? body : deflated) + bits.Take();
}

std::optional<Block> UnpackBlock(std::string_view bytes, std::size_t columns, std::size_t* stored) {
  ColumnCount count{columns, 0};
  auto block = UnpackForm(bytes, count);
  if (stored != nullptr) *stored = count.stored;
  return block;
}

}  // namespace antx
