#include "discovery/dns_message.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace antx {
namespace {

constexpr std::uint16_t kTypeA = 1;
constexpr std::uint16_t kTypePtr = 12;
constexpr std::uint16_t kClassIn = 1;
constexpr int kMostRecords = 256;

void Put16(std::string& out, std::uint16_t value) {
  out += static_cast<char>(value >> 8U);
  out += static_cast<char>(value & 0xffU);
}

class Cursor {
 public:
  explicit Cursor(std::string_view packet) : packet_(packet) {}

  std::optional<std::uint16_t> Take16() {
    if (packet_.size() - at_ < 2) return std::nullopt;
    const auto value = static_cast<std::uint16_t>((Byte(at_) << 8U) | Byte(at_ + 1));
    at_ += 2;
    return value;
  }
  bool Skip(std::size_t count) {
    if (packet_.size() - at_ < count) return false;
    at_ += count;
    return true;
  }
  std::optional<std::string_view> Take(std::size_t count) {
    if (packet_.size() - at_ < count) return std::nullopt;
    const auto bytes = packet_.substr(at_, count);
    at_ += count;
    return bytes;
  }
  /// Steps over a name; a compression pointer ends it and is not followed.
  bool SkipName() {
    while (at_ < packet_.size()) {
      const unsigned length = Byte(at_);
      if (length == 0) return Skip(1);
      if ((length & 0xc0U) == 0xc0U) return Skip(2);
      if ((length & 0xc0U) != 0 || !Skip(length + 1)) return false;
    }
    return false;
  }

 private:
  [[nodiscard]] unsigned Byte(std::size_t at) const {
    return static_cast<unsigned char>(packet_[at]);
  }
  std::string_view packet_;
  std::size_t at_ = 0;
};

std::optional<Ipv4> AddressOf(std::string_view data) {
  if (data.size() != 4) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : data) value = (value << 8U) | static_cast<unsigned char>(c);
  return Ipv4{value};
}

}  // namespace

std::string MakePtrQuery(const std::vector<std::string>& names) {
  std::string packet;
  Put16(packet, 0);  // Id.
  Put16(packet, 0);  // A standard query.
  Put16(packet, static_cast<std::uint16_t>(names.size()));
  for (int i = 0; i < 3; ++i) Put16(packet, 0);
  for (const std::string& name : names) {
    std::string_view rest = name;
    while (!rest.empty()) {
      const auto label = rest.substr(0, rest.find('.'));
      packet += static_cast<char>(label.size());
      packet.append(label);
      rest.remove_prefix(std::min(label.size() + 1, rest.size()));
    }
    packet += '\0';
    Put16(packet, kTypePtr);
    Put16(packet, kClassIn | 0x8000U);  // A unicast answer is welcome.
  }
  return packet;
}

std::vector<Ipv4> AddressesInResponse(std::string_view packet) {
  std::vector<Ipv4> addresses;
  Cursor cursor(packet);
  cursor.Take16();
  const auto flags = cursor.Take16();
  const auto questions = cursor.Take16();
  const auto answers = cursor.Take16();
  const auto authorities = cursor.Take16();
  const auto additionals = cursor.Take16();
  if (!additionals || (*flags & 0x8000U) == 0) return {};
  for (int i = 0; i < *questions; ++i) {
    if (!cursor.SkipName() || !cursor.Skip(4)) return {};
  }
  const int records = *answers + *authorities + *additionals;
  for (int i = 0; i < records && i < kMostRecords; ++i) {
    if (!cursor.SkipName()) break;
    const auto type = cursor.Take16();
    if (!type || !cursor.Skip(6)) break;
    const auto length = cursor.Take16();
    const auto data = length ? cursor.Take(*length) : std::nullopt;
    if (!data) break;
    const auto address = AddressOf(*data);
    if (*type == kTypeA && address) addresses.push_back(*address);
  }
  return addresses;
}

}  // namespace antx
