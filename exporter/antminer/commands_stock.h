// Settings of Bitmain's web side: read as a whole, changed in one place, written back as a whole,
// in the spelling they were read in. Pure. Facts: antminer/PROTOCOL.md, "Commands".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antminer/commands.h"

namespace antx {

/// What shall become different; nothing set: the same settings again.
struct StockChange {
  const std::vector<PoolEntry>* pools = nullptr;  ///< Null: they stay.
  std::optional<int> mode;                        ///< Number of the work mode.
};

inline constexpr int kStockSleep = 1;       ///< From the X19 on.
inline constexpr int kOldStockSleep = 254;  ///< X17.

/// The body of set_miner_conf.cgi from the X19 on: JSON. `conf` is what get_miner_conf.cgi gave.
/// A fault where passwords are masked in it and would be written back, or where a value cannot
/// pass through the script of the firmware.
[[nodiscard]] CommandBody StockSettingsJson(std::string_view conf, const StockChange& change);
/// The same before the X19: a form whose fields count by position.
[[nodiscard]] CommandBody StockSettingsForm(std::string_view conf, const StockChange& change);

/// The number of the work mode in the settings; nothing when they hold none.
[[nodiscard]] std::optional<int> StockModeIn(std::string_view conf);
/// "normal", "high", "low" as numbers from the X19 on (`old`: false: any number below 254 too);
/// nothing for other words, and for sleep, which is a command of its own.
[[nodiscard]] std::optional<int> StockModeNumber(std::string_view mode, bool only_new);

/// Why a value cannot pass through the scripts of these firmwares, "" when it can. They take
/// settings apart with the shell: blanks, quotes and backslashes ruin them all.
[[nodiscard]] std::string StockValueFault(std::string_view value);

/// What set_miner_conf.cgi says.
struct StockAnswer {
  bool good = false;
  bool busy = false;  ///< Somebody else's settings are being written: nothing was taken.
  std::string words;
};
[[nodiscard]] StockAnswer ReadStockAnswer(std::string_view body);
[[nodiscard]] StockAnswer ReadOldStockAnswer(std::string_view body);

/// Whether the locate light blinks, from get_blink_status.cgi and the answers of blink.cgi;
/// nothing when the page does not tell.
[[nodiscard]] std::optional<bool> StockBlinks(std::string_view body);

/// "3000W" or "3000": watts as Braiins' power target; nothing outside 100 to 20000.
[[nodiscard]] std::optional<int> WattsOfMode(std::string_view mode);

}  // namespace antx
