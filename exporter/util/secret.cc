#include "util/secret.h"

namespace antx {
namespace {

constexpr std::size_t kUnmistakable = 8;
constexpr std::string_view kMask = "***";

bool IsWordCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

void HideSecret(std::string_view secret, std::string& text) {
  if (secret.empty()) return;
  std::size_t at = 0;
  while ((at = text.find(secret, at)) != std::string::npos) {
    const auto end = at + secret.size();
    const bool alone = (at == 0 || !IsWordCharacter(text[at - 1])) &&
                       (end == text.size() || !IsWordCharacter(text[end]));
    if (secret.size() < kUnmistakable && !alone) {
      ++at;
      continue;
    }
    text.replace(at, secret.size(), kMask);
    at += kMask.size();
  }
}

}  // namespace antx
