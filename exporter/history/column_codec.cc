#include "history/column_codec.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "history/columns.h"

namespace antx {
namespace {

constexpr std::uint64_t kRepeat = 0;
constexpr std::uint64_t kMissing = 1;
constexpr std::uint64_t kFirstDifference = 2;
constexpr unsigned kMostBits = 32;
// Fewer kinds of differences than an eighth of the rows are a pattern, which deflate finds.
constexpr std::size_t kPatternShare = 8;

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
std::uint64_t Distance(std::int64_t from, std::int64_t to) {
  return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
}

bool IsPattern(const std::vector<std::int64_t>& column) {
  std::vector<std::uint64_t> differences;
  differences.reserve(column.size());
  for (std::size_t i = 1; i < column.size(); ++i) {
    differences.push_back(Distance(column[i - 1], column[i]));
  }
  std::sort(differences.begin(), differences.end());
  const auto kinds = std::unique(differences.begin(), differences.end()) - differences.begin();
  return static_cast<std::size_t>(kinds) * kPatternShare <= column.size();
}

}  // namespace

void PutVarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

bool VarintReader::Next(std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (at_ >= bytes_.size()) return false;
    const auto byte = static_cast<unsigned char>(bytes_[at_++]);
    value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    if ((byte & 0x80U) == 0) return true;
  }
  return false;
}

void BitWriter::Put(std::uint64_t value, unsigned width) {
  pending_ |= value << held_;
  held_ += width;
  for (; held_ >= 8; held_ -= 8) {
    out_.push_back(static_cast<char>(pending_ & 0xffU));
    pending_ >>= 8;
  }
}

std::string BitWriter::Take() {
  if (held_ > 0) out_.push_back(static_cast<char>(pending_));
  pending_ = held_ = 0;
  return std::move(out_);
}

bool BitReader::Next(unsigned width, std::uint64_t& value) {
  while (held_ < width) {
    if (at_ >= bytes_.size()) return false;
    pending_ |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes_[at_++])) << held_;
    held_ += 8;
  }
  value = pending_ & ((std::uint64_t{1} << width) - 1);
  pending_ >>= width;
  held_ -= width;
  return true;
}

void PackDifferences(const std::vector<std::int64_t>& column, std::string& out) {
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
    const auto difference = static_cast<std::int64_t>(Distance(before, value));
    PutVarint(out, Zigzag(difference) + kFirstDifference);
    before = value;
    ++i;
  }
}

bool UnpackDifferences(VarintReader& in, std::size_t rows, std::vector<std::int64_t>& column) {
  std::int64_t before = 0;
  column.reserve(rows);
  while (column.size() < rows) {
    std::uint64_t token = 0;
    if (!in.Next(token)) return false;
    if (token >= kFirstDifference) {
      before = Add(before, Unzigzag(token - kFirstDifference));
      column.push_back(before);
      continue;
    }
    std::uint64_t run = 0;
    if (!in.Next(run) || run == 0 || run > rows - column.size()) return false;
    column.insert(column.end(), run, token == kMissing ? kNoValue : before);
  }
  return true;
}

void PackColumn(const std::vector<std::int64_t>& column, std::string& out, BitWriter& bits) {
  const std::size_t start = out.size();
  PutVarint(out, 0);
  PackDifferences(column, out);
  if (column.empty()) return;
  const auto [least, most] = std::minmax_element(column.begin(), column.end());
  const auto width = static_cast<unsigned>(std::bit_width(Distance(*least, *most)));
  if (width == 0 || width > kMostBits || *least == kNoValue) return;
  std::string head;
  PutVarint(head, width);
  PutVarint(head, Zigzag(*least));
  const std::size_t as_bits = head.size() + (column.size() * width + 7) / 8;
  if (as_bits >= out.size() - start || IsPattern(column)) return;
  out.replace(start, out.size() - start, head);
  for (const std::int64_t value : column) bits.Put(Distance(*least, value), width);
}

bool UnpackColumn(VarintReader& in, BitReader& bits, std::size_t rows,
                  std::vector<std::int64_t>& column) {
  std::uint64_t width = 0;
  if (!in.Next(width) || width > kMostBits) return false;
  if (width == 0) return UnpackDifferences(in, rows, column);
  std::uint64_t least = 0;
  if (!in.Next(least)) return false;
  column.reserve(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    std::uint64_t distance = 0;
    if (!bits.Next(static_cast<unsigned>(width), distance)) return false;
    column.push_back(Add(Unzigzag(least), static_cast<std::int64_t>(distance)));
  }
  return true;
}

}  // namespace antx
