#include "history/block.h"

#include <libdeflate.h>

#include <algorithm>

namespace antx {
namespace {

constexpr char kPlain = 1;
constexpr char kCompressed = 2;
constexpr int kLevel = 6;  // Level 1 packs the same bytes 0.3 % worse at the same speed.
constexpr std::uint64_t kMostRows = 100'000;
constexpr std::uint64_t kMostBytes = 16U * 1024U * 1024U;  // Of a body; a real one has kilobytes.
constexpr std::uint64_t kRepeat = 0;
constexpr std::uint64_t kMissing = 1;
constexpr std::uint64_t kFirstDifference = 2;

void PutVarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

std::uint64_t Zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

std::int64_t Unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

/// Wraps round instead of overflowing: a damaged file may hold any number.
std::int64_t Add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
std::int64_t Subtract(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

class Input {
 public:
  explicit Input(std::string_view bytes) : bytes_(bytes) {}
  bool Varint(std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ >= bytes_.size()) return false;
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if ((byte & 0x80U) == 0) return true;
    }
    return false;
  }
  [[nodiscard]] bool AtEnd() const { return at_ == bytes_.size(); }
  [[nodiscard]] std::string_view Rest() const { return bytes_.substr(at_); }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

void PackColumn(const std::vector<std::int64_t>& column, std::string& out) {
  std::int64_t before = 0;
  for (std::size_t i = 0; i < column.size();) {
    const std::int64_t value = column[i];
    std::size_t run = 1;
    while (i + run < column.size() && column[i + run] == value) ++run;
    if (value == kNoValue || value == before) {
      PutVarint(out, value == kNoValue ? kMissing : kRepeat);
      PutVarint(out, run);
      i += run;
      continue;
    }
    PutVarint(out, Zigzag(Subtract(value, before)) + kFirstDifference);
    before = value;
    ++i;
  }
}

bool UnpackColumn(Input& in, std::size_t rows, std::vector<std::int64_t>& column) {
  std::int64_t before = 0;
  column.reserve(rows);
  while (column.size() < rows) {
    std::uint64_t token = 0;
    if (!in.Varint(token)) return false;
    if (token >= kFirstDifference) {
      before = Add(before, Unzigzag(token - kFirstDifference));
      column.push_back(before);
      continue;
    }
    std::uint64_t run = 0;
    if (!in.Varint(run) || run == 0 || run > rows - column.size()) return false;
    column.insert(column.end(), run, token == kMissing ? kNoValue : before);
  }
  return true;
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

std::optional<Block> UnpackBody(std::string_view body, std::size_t columns) {
  Input in(body);
  std::uint64_t stored_columns = 0;
  std::uint64_t rows = 0;
  if (!in.Varint(stored_columns) || stored_columns > columns) return std::nullopt;
  if (!in.Varint(rows) || rows > kMostRows) return std::nullopt;
  Block block(columns);
  if (!UnpackColumn(in, rows, block.times)) return std::nullopt;
  for (std::size_t i = 1; i < block.times.size(); ++i) {
    block.times[i] = Add(block.times[i], block.times[i - 1]);
  }
  for (std::size_t i = 0; i < stored_columns; ++i) {
    if (!UnpackColumn(in, rows, block.values[i])) return std::nullopt;
  }
  for (std::size_t i = stored_columns; i < columns; ++i) block.values[i].assign(rows, kNoValue);
  if (!in.AtEnd()) return std::nullopt;
  return block;
}

/// The body of the compressed form; nothing when it is damaged.
std::optional<std::string> Inflate(std::string_view bytes) {
  Input in(bytes);
  std::uint64_t length = 0;
  if (!in.Varint(length) || length > kMostBytes) return std::nullopt;
  struct Free {
    void operator()(libdeflate_decompressor* one) const { libdeflate_free_decompressor(one); }
  };
  const std::unique_ptr<libdeflate_decompressor, Free> handle(libdeflate_alloc_decompressor());
  if (handle == nullptr) return std::nullopt;
  std::string body(length, '\0');
  const std::string_view packed = in.Rest();
  // Without a place for the length, anything but exactly `length` bytes is an error.
  if (libdeflate_deflate_decompress(handle.get(), packed.data(), packed.size(), body.data(),
                                    body.size(), nullptr) != LIBDEFLATE_SUCCESS) {
    return std::nullopt;
  }
  return body;
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
  PutVarint(body, block.values.size());
  PutVarint(body, block.size());
  PackColumn(Differences(block.times), body);
  for (const auto& column : block.values) PackColumn(column, body);

  std::string out(1, kCompressed);
  PutVarint(out, body.size());
  const std::size_t head = out.size();
  out.resize(head + body.size());
  // No room for more than the body: what does not get smaller stays plain.
  const std::size_t packed =
      deflater_->handle == nullptr
          ? 0
          : libdeflate_deflate_compress(deflater_->handle.get(), body.data(), body.size(),
                                        out.data() + head, body.size());
  if (packed == 0 || head + packed > body.size()) return kPlain + body;
  out.resize(head + packed);
  return out;
}

std::optional<Block> UnpackBlock(std::string_view bytes, std::size_t columns) {
  if (bytes.empty()) return std::nullopt;
  const std::string_view rest = bytes.substr(1);
  if (bytes.front() == kPlain) return UnpackBody(rest, columns);
  if (bytes.front() != kCompressed) return std::nullopt;
  const auto body = Inflate(rest);
  return body ? UnpackBody(*body, columns) : std::nullopt;
}

}  // namespace antx
