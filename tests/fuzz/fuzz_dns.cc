// Any bytes as an mDNS packet.
#include <cstdint>
#include <string_view>

#include "discovery/dns_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (antx::AddressesInResponse({reinterpret_cast<const char*>(data), size}).size() > 256) {
    __builtin_trap();
  }
  return 0;
}
