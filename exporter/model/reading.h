// The normalised reading: what one miner said in one poll, in base units.
// Absent in the reply is absent here; never 0, -1, "" or NaN for "unknown".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/clock.h"

namespace antx {

/// Where a power figure comes from. Only kReported was measured.
enum class PowerSource {
  kReported,  ///< The firmware or its PSU says so.
  kOverride,  ///< hashrate x J/TH set by the user (EFF_*, YAML, inventory).
  kTable,     ///< hashrate x J/TH of the built-in model table.
  kDefault,   ///< hashrate x EFFICIENCY_J_PER_TH.
};

/// "reported", "override", "table", "default".
[[nodiscard]] std::string_view PowerSourceName(PowerSource source);

/// The value of label `source` in metrics: "reported" or "estimated".
[[nodiscard]] std::string_view PowerSourceLabel(PowerSource source);

struct Power {
  double watts = 0;
  PowerSource source = PowerSource::kReported;
  auto operator<=>(const Power&) const = default;
};

/// One temperature sensor. Zero and implausible values never get this far.
struct SensorReading {
  std::uint8_t index = 0;  ///< Position in the list of the firmware, from 0.
  float celsius = 0;
  auto operator<=>(const SensorReading&) const = default;
};

struct BoardReading {
  std::string board;                                 ///< Chain number as the firmware prints it.
  bool present = true;                               ///< False: slot known but empty.
  std::optional<double> hashrate_hashes_per_second;  ///< 0 on a dead board.
  std::optional<double> hashrate_expected_hashes_per_second;
  std::optional<int> chips;           ///< Chips found.
  std::optional<int> chips_expected;  ///< From the reply, else filled from the model table.
  std::optional<int> chips_failed;    ///< `x` or `-` in the chip map; absent without a map.
  std::optional<double> hardware_errors;
  std::optional<double> frequency_hertz;
  std::optional<double> voltage_volts;
  std::optional<double> power_watts;
  std::optional<double> inlet_celsius;   ///< Hydro models: coolant.
  std::optional<double> outlet_celsius;  ///< Hydro models: coolant.
  std::string serial;                    ///< "" when not told.
  std::vector<SensorReading> chip_celsius;
  std::vector<SensorReading> pcb_celsius;

  /// Whether the board hashes with at least one chip.
  [[nodiscard]] bool Up() const;
  bool operator==(const BoardReading&) const = default;
};

struct FanReading {
  int fan = 0;  ///< Number as the firmware prints it.
  double rpm = 0;
  bool operator==(const FanReading&) const = default;
};

enum class PoolStatus { kAlive, kDead, kDisabled, kRejecting, kUnknown };
[[nodiscard]] std::string_view PoolStatusName(PoolStatus status);

struct PoolReading {
  int pool = 0;          ///< Index as the firmware prints it.
  std::string url;       ///< As told, without userinfo and fragment.
  std::string host;      ///< "pool.example:3333"
  std::string protocol;  ///< "stratum+tcp", ...; "" when the URL names none.
  std::string user;      ///< Worker; identifies customers: never in metrics by default.
  PoolStatus status = PoolStatus::kUnknown;
  bool active = false;          ///< Work is taken from this pool now.
  bool dev_fee = false;         ///< Fee pool of the firmware; left out of user totals.
  bool fee_by_name = false;     ///< `dev_fee` rests on the user's name only, which anybody can set.
  bool odd_url = false;         ///< '@' behind '/' or '?': readers differ on which host is meant.
  std::optional<int> priority;  ///< 0 is the first choice.
  std::optional<double> accepted, rejected, stale;
  std::optional<double> difficulty_accepted, difficulty_rejected, difficulty_stale;
  std::optional<double> share_difficulty;
  std::optional<double> failures;        ///< Get Failures + Remote Failures.
  std::optional<SystemTime> last_share;  ///< Corrected to our clock; absent when never.
  bool operator==(const PoolReading&) const = default;
};

/// What the miner is. Changes seldom, so it is kept between polls.
struct Identity {
  std::string type;              ///< Type as the miner prints it, trimmed.
  std::string model;             ///< Canonical model, e.g. "Antminer S19 Pro"; "" unknown.
  std::string algorithm;         ///< "sha256", "scrypt", ... from the model table; "" unknown.
  std::string firmware;          ///< Family label: "stock", "vnish", "braiins", ...
  std::string firmware_version;  ///< See antminer-api: CompileTime on stock.
  std::string api_version;       ///< "3.1"
  std::string program;           ///< The mining program, "bmminer 2.0.0"; "" not told yet.
  std::string mac;               ///< Lower case with colons; "" unknown.
  std::string hostname;
  std::string serial;
  bool operator==(const Identity&) const = default;
};

/// Collectors: the closed set behind label `collector`.
enum class Collector : std::uint8_t { kSummary, kStats, kPools, kDevs, kWeb };
inline constexpr int kCollectorCount = 5;
[[nodiscard]] std::string_view CollectorName(Collector collector);

/// Parts of itself that a firmware judges: label `component`.
enum class Component : std::uint8_t { kRate, kNetwork, kFans, kTemperature };
/// "rate", "network", "fans", "temp".
[[nodiscard]] std::string_view ComponentName(Component component);

struct ComponentReading {
  Component component = Component::kRate;
  bool ok = true;
  bool operator==(const ComponentReading&) const = default;
};

/// One poll of one miner, normalised. Rates in hashes (or solutions) per second.
struct Reading {
  Identity identity;

  // Since the mining process started; reset by each restart of it.
  std::optional<double> elapsed_seconds;
  std::optional<double> hashrate_hashes_per_second;           ///< Short window.
  std::optional<double> hashrate_average_hashes_per_second;   ///< Since start.
  std::optional<double> hashrate_expected_hashes_per_second;  ///< Reported, else model table.
  std::optional<double> hashes;
  std::optional<double> hardware_errors;
  std::optional<double> accepted, rejected, stale;  ///< Without dev-fee pools.
  std::optional<double> difficulty_accepted, difficulty_rejected, difficulty_stale;
  std::optional<double> blocks_found;
  std::optional<double> best_share_difficulty;

  std::optional<Power> power;  ///< Only what the miner reports; estimates come later, in fleet.
  std::optional<double> ambient_celsius;
  std::optional<double> fan_duty_ratio;  ///< 0..1
  std::optional<int> fans_expected;      ///< 0 for hydro and immersion.
  std::optional<int> boards_expected;
  std::optional<double> rated_joules_per_terahash;  ///< Model table.

  std::string work_mode;       ///< "normal", "sleep", "high", "low" or ""; see antminer/work_mode.
  std::optional<bool> mining;  ///< What the firmware claims; absent: derive from the rate.
  bool starting = false;       ///< The firmware says: initialising or auto-tuning.
  bool stopped_by_fault = false;  ///< The firmware says: stopped, overheated, failure.

  std::optional<SystemTime> boot_time;       ///< Of the control board, by our clock.
  std::vector<ComponentReading> components;  ///< What the firmware says of itself.
  bool by_web = false;  ///< All of it comes from the web side, since the API gave nothing.

  std::vector<BoardReading> boards;  ///< By board number; absent slots are left out.
  std::vector<FanReading> fans;
  std::vector<PoolReading> pools;

  /// Boards that are present.
  [[nodiscard]] int BoardsPresent() const;
  /// Highest chip temperature, else highest board temperature; absent when none.
  [[nodiscard]] std::optional<double> HottestChipCelsius() const;
  [[nodiscard]] bool IsSha256() const { return identity.algorithm == "sha256"; }
  bool operator==(const Reading&) const = default;
};

}  // namespace antx
