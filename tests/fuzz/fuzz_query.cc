// Any bytes as query string, and every kind of parameter read from it.
#include <cstdint>
#include <string_view>

#include "api/query.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const antx::Query query({reinterpret_cast<const char*>(data), size});
  (void)query.All("collect[]");
  for (const char* name : {"a", "since", "limit", "ips"}) {
    const auto number = antx::IntParameter(query, name, -5, 100);
    if (number.value && (*number.value < -5 || *number.value > 100)) __builtin_trap();
    (void)antx::BoolParameter(query, name);
    (void)antx::AddressesParameter(query, name);
    (void)antx::DateParameter(query, name, antx::SystemTime());
  }
  return 0;
}
