// Passwords of users: bcrypt by the C library, with verdicts remembered so that a scrape does not
// cost a tenth of a second.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace antx {

/// Thread safe. One password is computed at a time, and few may wait: somebody who tries
/// passwords can hold up others who are new, but neither all threads nor those already known.
class PasswordChecker {
 public:
  enum class Verdict { kGood, kBad, kBusy };

  /// @throws std::runtime_error when the system has no random bytes.
  PasswordChecker();
  PasswordChecker(const PasswordChecker&) = delete;
  PasswordChecker& operator=(const PasswordChecker&) = delete;

  /// @param hash of the user; "" when there is no such user: it takes as long and is wrong.
  [[nodiscard]] Verdict Check(std::string_view hash, std::string_view password);

  /// How many were computed rather than remembered, for tests.
  [[nodiscard]] std::size_t computed() const;

 private:
  [[nodiscard]] std::string KeyOf(std::string_view hash, std::string_view password) const;
  [[nodiscard]] std::optional<bool> Remembered(const std::string& key) const;
  void Remember(const std::string& key, bool good);

  std::string secret_;  ///< Of the keyed hash under which verdicts are kept.
  mutable std::mutex mutex_;
  std::mutex computing_;
  std::map<std::string, bool> verdicts_;
  int waiting_ = 0;
  std::size_t computed_ = 0;
};

/// Whether bcrypt of `password` gives `hash`; false for anything that is no bcrypt hash.
[[nodiscard]] bool BcryptMatches(const std::string& hash, const std::string& password);

}  // namespace antx
