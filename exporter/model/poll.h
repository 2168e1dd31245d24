// What the poller hands to the fleet: one outcome per poll of one miner.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/reading.h"
#include "util/clock.h"
#include "util/ipv4.h"
#include "util/result.h"

namespace antx {

/// Kinds of repair a broken reply needed: label `kind` of parse_warnings_total.
enum class Repair : std::uint8_t {
  kNul,              ///< Trailing NUL cut.
  kMissingComma,     ///< `}{` outside strings.
  kExtraComma,       ///< `[,{`, `,}` or `,]`.
  kControlChar,      ///< Raw control character inside a string.
  kBadUtf8,          ///< Bytes that are not UTF-8, replaced.
  kTrailingText,     ///< Something behind the first complete value.
  kBadNumber,        ///< nan, inf, or a number out of range: taken as absent.
  kUnknownType,      ///< A field of a type nobody expected: ignored.
  kOutOfRange,       ///< A sensor outside -40..150 C, absurd power or hashrate: dropped.
  kNegativeCounter,  ///< A counter below zero, dropped.
};
inline constexpr int kRepairCount = 10;
[[nodiscard]] std::string_view RepairName(Repair repair);
using RepairCounts = std::array<std::uint32_t, kRepairCount>;

/// How one collector fared; not attempted collectors are absent from the list.
struct CollectorResult {
  Collector collector = Collector::kSummary;
  bool success = false;
  bool operator==(const CollectorResult&) const = default;
};

struct PollOutcome {
  std::string miner_id;
  Ipv4 address;
  SystemTime started;  ///< Our clock, never the miner's.
  SteadyTime finished;
  std::chrono::nanoseconds duration{};     ///< Wall time of the whole poll.
  std::shared_ptr<const Reading> reading;  ///< Null: no usable summary; then `error` is set.
  Identity identity;                       ///< Known and new facts, also without a reading.
  std::optional<PollError> error;          ///< The first failure of the poll, also when partial.
  std::vector<PollError> command_errors;   ///< One per failed command, for the counters.
  std::vector<CollectorResult> collectors;
  RepairCounts repairs{};
  bool connected = false;  ///< The port accepted at least once.
  /// Why the web side told nothing when it was asked last; stays until it is asked again, which
  /// is less often than the API. No secrets get into it.
  std::optional<PollError> web_error;
};

}  // namespace antx
