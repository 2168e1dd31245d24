// Any bytes as tokens file and as --web.config.file.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/access/tokens.h"
#include "config/web_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> faults;
  for (const antx::TokenRecord& token : antx::ParseTokens(text, "tokens", faults)) {
    // What is let through can be found by nobody but the owner of a whole hash.
    if (token.hash.size() != 64 || token.name.empty()) __builtin_trap();
  }
  const antx::WebFile web = antx::ParseWebFile(text, "web.yml", faults);
  for (const auto& [user, hash] : web.users) {
    if (hash.size() != 60) __builtin_trap();
  }
  if (web.rate_limit && (web.rate_limit->burst < 1 || web.rate_limit->interval.count() <= 0)) {
    __builtin_trap();
  }
  return 0;
}
