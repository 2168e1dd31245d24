// How a column of integers becomes bytes: differences as varints where they repeat, else the
// distance from the smallest value in as many bits as the largest distance needs. Noise (a rate, a
// temperature) takes about a seventh less as bits than as deflated differences (bench_store).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace antx {

void PutVarint(std::string& out, std::uint64_t value);

/// Reads what PutVarint() wrote. Nothing it is given makes it read beyond the end.
class VarintReader {
 public:
  explicit VarintReader(std::string_view bytes) : bytes_(bytes) {}
  /// False at the end of the bytes, or when they are no number of 64 bits.
  [[nodiscard]] bool Next(std::uint64_t& value);
  [[nodiscard]] bool AtEnd() const { return at_ == bytes_.size(); }
  [[nodiscard]] std::string_view Rest() const { return bytes_.substr(at_); }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

/// Numbers of some bits each, the lowest bit first.
class BitWriter {
 public:
  /// `width` 1 to 32.
  void Put(std::uint64_t value, unsigned width);
  /// What was put so far, filled up with zeros to a whole byte.
  [[nodiscard]] std::string Take();

 private:
  std::string out_;
  std::uint64_t pending_ = 0;
  unsigned held_ = 0;
};

class BitReader {
 public:
  explicit BitReader(std::string_view bytes) : bytes_(bytes) {}
  /// `width` 1 to 32. False when fewer bits are left.
  [[nodiscard]] bool Next(unsigned width, std::uint64_t& value);
  /// Less than a byte is left, all of it zero.
  [[nodiscard]] bool AtEnd() const { return at_ == bytes_.size() && pending_ == 0; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  std::uint64_t pending_ = 0;
  unsigned held_ = 0;
};

/// Values as varints: zigzag(difference from the value before) + 2; 0 and n stand for n more equal
/// values, 1 and n for n values that are not there (kNoValue).
void PackDifferences(const std::vector<std::int64_t>& column, std::string& out);
/// False when the bytes are no column of so many rows.
[[nodiscard]] bool UnpackDifferences(VarintReader& in, std::size_t rows,
                                     std::vector<std::int64_t>& column);

/// A varint in front: 0 and the differences, or n, zigzag(smallest value), and n bits a row in
/// `bits`; whichever is smaller.
void PackColumn(const std::vector<std::int64_t>& column, std::string& out, BitWriter& bits);
/// False when the bytes are no column of so many rows.
[[nodiscard]] bool UnpackColumn(VarintReader& in, BitReader& bits, std::size_t rows,
                                std::vector<std::int64_t>& column);

}  // namespace antx
