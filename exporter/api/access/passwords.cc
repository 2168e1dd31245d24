#include "api/access/passwords.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace antx {
namespace {

constexpr std::size_t kMostVerdicts = 256;
constexpr int kMostWaiting = 4;
constexpr std::size_t kMostPasswordBytes = 1024;
/// Of nobody: what an unknown user is compared with. Cost 10, as htpasswd's manual advises.
constexpr const char* kNobody = "$2b$10$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

}  // namespace

bool BcryptMatches(const std::string& hash, const std::string& password) {
  // bcrypt ends at a NUL: "right\0wrong" must not count as "right".
  if (!hash.starts_with("$2") || password.find('\0') != std::string::npos) return false;
  const auto data = std::make_unique<crypt_data>();
  const char* result = crypt_r(password.c_str(), hash.c_str(), data.get());
  if (result == nullptr) return false;
  const std::string_view found(result);
  const bool same =
      found.size() == hash.size() && CRYPTO_memcmp(found.data(), hash.data(), hash.size()) == 0;
  OPENSSL_cleanse(data.get(), sizeof(crypt_data));
  return same;
}

PasswordChecker::PasswordChecker() : secret_(32, '\0') {
  if (RAND_bytes(reinterpret_cast<unsigned char*>(secret_.data()),
                 static_cast<int>(secret_.size())) != 1) {
    throw std::runtime_error("the system has no random bytes");
  }
}

PasswordChecker::Verdict PasswordChecker::Check(std::string_view hash, std::string_view password) {
  if (password.size() > kMostPasswordBytes) return Verdict::kBad;
  const bool known_user = !hash.empty();
  const std::string wanted(known_user ? hash : kNobody);
  const std::string key = KeyOf(wanted, password);
  if (const auto verdict = Remembered(key)) return *verdict ? Verdict::kGood : Verdict::kBad;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_ >= kMostWaiting) return Verdict::kBusy;
    ++waiting_;
  }
  bool good = false;
  {
    const std::lock_guard one(computing_);
    // Another thread may have computed the same meanwhile.
    if (const auto verdict = Remembered(key)) {
      good = *verdict;
    } else {
      good = BcryptMatches(wanted, std::string(password)) && known_user;
      Remember(key, good);
    }
  }
  const std::lock_guard lock(mutex_);
  --waiting_;
  return good ? Verdict::kGood : Verdict::kBad;
}

std::size_t PasswordChecker::computed() const {
  const std::lock_guard lock(mutex_);
  return computed_;
}

/// Keyed, so that the memory of the process holds no quick hash of a password to guess at.
std::string PasswordChecker::KeyOf(std::string_view hash, std::string_view password) const {
  std::string text(hash);
  text += '\0';
  text += password;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  OPENSSL_cleanse(text.data(), text.size());
  return {reinterpret_cast<const char*>(digest.data()), size};
}

std::optional<bool> PasswordChecker::Remembered(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = verdicts_.find(key);
  if (found == verdicts_.end()) return std::nullopt;
  return found->second;
}

void PasswordChecker::Remember(const std::string& key, bool good) {
  const std::lock_guard lock(mutex_);
  ++computed_;
  // Wrong ones go first: a guesser must not push out those who are right.
  if (verdicts_.size() >= kMostVerdicts) {
    std::erase_if(verdicts_, [](const auto& verdict) { return !verdict.second; });
  }
  if (verdicts_.size() >= kMostVerdicts) verdicts_.clear();
  verdicts_[key] = good;
}

}  // namespace antx
