#include "util/ipv4.h"

namespace antx {

std::optional<Ipv4> Ipv4::Parse(std::string_view text) {
  std::uint32_t value = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (text.empty() || text.front() != '.') return std::nullopt;
      text.remove_prefix(1);
    }
    std::size_t digits = 0;
    std::uint32_t octet = 0;
    while (digits < text.size() && digits < 4 && text[digits] >= '0' && text[digits] <= '9') {
      octet = octet * 10 + static_cast<std::uint32_t>(text[digits] - '0');
      ++digits;
    }
    if (digits == 0 || digits > 3 || octet > 255 || (digits > 1 && text.front() == '0')) {
      return std::nullopt;
    }
    value = (value << 8U) | octet;
    text.remove_prefix(digits);
  }
  if (!text.empty()) return std::nullopt;
  return Ipv4{value};
}

std::string Ipv4::ToString() const {
  return std::to_string(value >> 24U) + '.' + std::to_string((value >> 16U) & 0xffU) + '.' +
         std::to_string((value >> 8U) & 0xffU) + '.' + std::to_string(value & 0xffU);
}

std::string Ipv4Network::ToString() const {
  return network.ToString() + '/' + std::to_string(prefix);
}

}  // namespace antx
