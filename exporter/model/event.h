// Things that happened to the fleet. Written once per change, never per poll.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "util/clock.h"
#include "util/log.h"

namespace antx {

/// Closed set: label `kind` of antminer_exporter_events_total.
enum class EventKind {
  kDiscovered,
  kLost,
  kRecovered,
  kForgotten,
  kStateChange,
  kAddressChange,
  kModelChange,
  kFirmwareChange,
  kBoardChange,
  kReboot,
  kPoolChange,
  kBaselineReset,
  kConfigLoaded,
  kConfigRejected,
  kDatabaseFailed,
  kDatabaseRecovered,
  kPoolUnexpected,
  kMaintenance,
  kCommand,
};
inline constexpr int kEventKindCount = 19;
/// "discovered", "address_change", ...
[[nodiscard]] std::string_view EventKindName(EventKind kind);

/// The part of the program that such events come from: "fleet", "discovery", "config", "history",
/// "control".
[[nodiscard]] std::string_view EventSource(EventKind kind);

struct Event {
  SystemTime time;
  EventKind kind = EventKind::kDiscovered;
  LogLevel level = LogLevel::kInfo;
  std::string miner_id;  ///< "" when it concerns no single miner.
  std::string message;
};

}  // namespace antx
