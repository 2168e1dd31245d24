// What the web side of one simulated machine remembers: login, settings, what was written to it,
// and how it fails. Knows no sockets.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace antx::farm {

/// A request that changes something, as it came.
struct WebWrite {
  double at = 0;       ///< Seconds of the simulation.
  std::string method;  ///< "API" for the port of the API.
  std::string path;    ///< Or the command.
  std::string body;    ///< On the API the whole request; the first 4096 bytes.
};

struct WebSide {
  std::string username = "root";
  std::string password = "root";
  int work_mode = 0;  ///< 0 normal, 1 sleep, 2 high, 3 low.
  bool blinking = false;
  bool warned = false;  ///< The firmware finds fault with its fans.
  std::set<std::string, std::less<>> faults;

  // Of the login.
  std::string nonce;
  std::uint64_t nonces = 0;
  int stale_left = 0;   ///< So many good logins are still answered as stale.
  std::string session;  ///< Token or cookie that was given out; "" none.
  double busy_until = 0;
  double down_until = 0;

  // Counted.
  std::uint64_t requests = 0;
  std::uint64_t refused_logins = 0;  ///< A login was shown, and it was wrong.
  std::map<std::string, std::uint64_t, std::less<>> by_path;
  std::deque<WebWrite> writes;  ///< The last kMostWrites, by web and API.
  std::uint64_t written = 0;    ///< All of them.
  std::string light = "auto";   ///< LuxOS: its red light.
  std::string profile;          ///< Profile, preset or mode, in the firmware's own words.

  /// A fresh token or cookie; the one before is void.
  std::string NewSession();
  void Count(std::string_view path);
  void Record(double at, std::string_view method, std::string_view path, std::string_view body);
  [[nodiscard]] bool Has(std::string_view fault) const { return faults.contains(fault); }
  /// Switches a fault on. Returns what is wrong with it, "" when it was taken.
  std::string SetFault(std::string_view name);
  /// web_password, web_username, web_mode. Returns what is wrong, "" when it was taken.
  std::string SetValue(std::string_view key, std::string_view value);
  /// Ends one fault, or all with "". Returns whether there is such a fault.
  bool Clear(std::string_view name);
  /// JSON: what was asked, refused and written, and the settings now.
  [[nodiscard]] std::string Told() const;
  /// JSON: the writes alone, with their times.
  [[nodiscard]] std::string Written() const;

  static constexpr std::size_t kMostWrites = 32;
  static constexpr std::size_t kMostPaths = 48;
};

/// All names that begin with `web_`: faults of the web side.
[[nodiscard]] std::vector<std::string> WebFaultNames();

}  // namespace antx::farm
