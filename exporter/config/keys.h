// The table of settings. One row per setting: where it comes from, what it may be,
// where it goes. Reading, checking, printing and the reference page all work from it,
// so adding a setting is adding a row (keys*.cc) and a field (config.h).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace antx {

struct Key {
  std::string path;                    ///< YAML path: "polling.interval_seconds".
  std::vector<std::string> variables;  ///< Environment variables, the first one is the main one.
  std::string allowed;                 ///< What is allowed, for faults and the reference.
  std::string help;
  bool secret = false;    ///< Its value is never shown; `<NAME>_FILE` and `<path>_file` work too.
  bool restart = false;   ///< A change needs a restart.
  bool is_list = false;   ///< YAML may give a sequence.
  bool is_url = false;    ///< A user and password in a refused value are not shown.
  std::string flag = {};  ///< Flag of the command line, for the reference; "" none.
  /// Parses and stores; returns false when the value is not allowed.
  std::function<bool(std::string_view value, Config& config)> set;
  /// The value as text that `set` takes back.
  std::function<std::string(const Config& config)> get;
};

/// All rows, in the order of the reference page.
[[nodiscard]] const std::vector<Key>& AllKeys();

/// The row with this YAML path; null when there is none.
[[nodiscard]] const Key* FindKey(std::string_view path);

/// The secret whose file `path` names: "push.api_key_file" gives push.api_key. Null when none.
[[nodiscard]] const Key* FindSecretFile(std::string_view path);

/// Whether there are settings below `path`: "polling".
[[nodiscard]] bool IsGroup(std::string_view path);

/// The setting that was probably meant: "; did you mean ...?", or where to look.
[[nodiscard]] std::string SuggestPath(const std::string& path);

/// The rows of one part of the table each; AllKeys() joins them.
[[nodiscard]] std::vector<Key> MiningKeys();
[[nodiscard]] std::vector<Key> ListenerKeys();  ///< In ServiceKeys().
[[nodiscard]] std::vector<Key> ServiceKeys();
[[nodiscard]] std::vector<Key> MoneyKeys();  ///< In ServiceKeys().
[[nodiscard]] std::vector<Key> QuietKeys();  ///< In ServiceKeys().

}  // namespace antx
