// Ranges to sweep: "192.168.1.0/24", "10.0.0.5", "10.0.0.*", "10.0.0.5-90", "10.0.0.5-10.0.1.9".
#include <algorithm>
#include <array>

#include "config/load.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr int kShortestPrefix = 16;
constexpr const char* kForms =
    "allowed: a.b.c.d/16 to /32, a.b.c.d, a.b.c.*, a.b.c.d-e, a.b.c.d-a.b.c.e";

std::optional<AddressRange> ParseCidr(std::string_view text, std::size_t slash, std::string& fault,
                                      std::string& warning) {
  const auto address = Ipv4::Parse(text.substr(0, slash));
  const auto prefix = ParseInt(text.substr(slash + 1));
  if (!address || !prefix || *prefix < 0 || *prefix > 32) {
    fault = "no network; " + std::string(kForms);
    return std::nullopt;
  }
  if (*prefix < kShortestPrefix) {
    fault = "larger than a /16; split it into /16 networks or smaller";
    return std::nullopt;
  }
  Ipv4Network network{*address, static_cast<int>(*prefix)};
  network.network.value &= network.Mask();
  if (network.network != *address) {
    warning = '"' + std::string(text) + "\" has host bits set, taken as " + network.ToString();
  }
  AddressRange range;
  range.first = network.network;
  range.last = Ipv4{network.network.value | ~network.Mask()};
  range.text = network.ToString();
  range.from_cidr = network.prefix < 31;
  return range;
}

std::optional<AddressRange> ParseSpan(std::string_view text, std::size_t dash) {
  const auto first = Ipv4::Parse(text.substr(0, dash));
  const auto end = text.substr(dash + 1);
  auto last = Ipv4::Parse(end);
  if (const auto octet = ParseInt(end); first && !last && octet && *octet >= 0 && *octet <= 255) {
    last = Ipv4{(first->value & 0xffffff00U) | static_cast<std::uint32_t>(*octet)};
  }
  if (!first || !last || *last < *first) return std::nullopt;
  return AddressRange{*first, *last, std::string(text), false};
}

}  // namespace

std::optional<AddressRange> ParseRange(std::string_view text, std::string& fault,
                                       std::string& warning) {
  text = Trim(text);
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    return ParseCidr(text, slash, fault, warning);
  }
  if (text.ends_with(".*")) {
    return ParseRange(std::string(text.substr(0, text.size() - 1)) + "0/24", fault, warning);
  }
  std::optional<AddressRange> range;
  if (const auto dash = text.find('-'); dash != std::string_view::npos) {
    range = ParseSpan(text, dash);
  } else if (const auto address = Ipv4::Parse(text)) {
    range = AddressRange{*address, *address, std::string(text), false};
  }
  if (!range) fault = "no range; " + std::string(kForms);
  return range;
}

}  // namespace antx
