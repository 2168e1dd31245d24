// An IPv4 address as a value: parse, print, order numerically.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace antx {

struct Ipv4 {
  std::uint32_t value = 0;  ///< Host byte order: 127.0.0.1 is 0x7f000001.

  /// Strict dotted quad: four decimal parts 0..255, no leading zeros, no blanks.
  /// Short forms such as "127.1" are refused.
  [[nodiscard]] static std::optional<Ipv4> Parse(std::string_view text);
  [[nodiscard]] std::string ToString() const;
  [[nodiscard]] bool IsLoopback() const { return (value >> 24U) == 127; }

  auto operator<=>(const Ipv4&) const = default;
};

/// A CIDR block; `network` has its host bits cleared.
struct Ipv4Network {
  Ipv4 network;
  int prefix = 32;  ///< 0..32

  [[nodiscard]] std::uint32_t Mask() const {
    return prefix == 0 ? 0U : ~std::uint32_t{0} << static_cast<unsigned>(32 - prefix);
  }
  [[nodiscard]] bool Contains(Ipv4 address) const {
    return (address.value & Mask()) == network.value;
  }
  /// Addresses in the block, network and broadcast address included.
  [[nodiscard]] std::uint64_t Size() const {
    return std::uint64_t{1} << static_cast<unsigned>(32 - prefix);
  }
  [[nodiscard]] std::string ToString() const;

  auto operator<=>(const Ipv4Network&) const = default;
};

}  // namespace antx

template <>
struct std::hash<antx::Ipv4> {
  std::size_t operator()(const antx::Ipv4& address) const noexcept {
    return std::hash<std::uint32_t>{}(address.value);
  }
};
