// What is kept of the past, as its readers ask for it. `history` implements the
// interface; api, pages and export see nothing else of the database.
#pragma once

#include <array>
#include <boost/system/result.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/clock.h"
#include "util/ipv4.h"
#include "util/log.h"

namespace antx {

/// What a series is about.
enum class HistoryKind : std::uint8_t { kFleet, kMiner, kBoard };

/// One stored value. `name` is the word of ?metric= and of the columns of exports.
struct HistoryMetricInfo {
  std::string_view name;
  std::string_view unit;  ///< "H/s", "W", "Celsius", "rpm", "s", "J" or "" for a count.
  std::string_view help;
};

/// Index into MinerMetrics(). The order is the order on disk: append only.
enum class MinerMetric : std::uint8_t {
  kHashrate,
  kPower,
  kPowerReported,  ///< 1: the firmware reports it; 0: estimated.
  kTempAvg,        ///< Mean over boards of the hottest chip sensor, else of the board sensor.
  kTempMax,        ///< Hottest chip sensor, else hottest board sensor.
  kFanAvg,         ///< Mean of the fans that turn.
  kFanMin,         ///< Slowest fan, 0 when one stands still.
  kAccepted,
  kRejected,
  kHardwareErrors,
  kBoardsUp,
  kElapsed,  ///< Seconds since the mining process started.
  kEnergy,   ///< Joules the exporter has integrated since it knows the miner.
  kState,    ///< MinerState as a number.
};
inline constexpr int kMinerMetricCount = 14;

/// Index into FleetMetrics(). Append only. Sums count fresh miners only.
enum class FleetMetric : std::uint8_t {
  kHashrate,  ///< SHA-256 miners only.
  kPower,
  kPowerEstimated,  ///< The part of kPower that is estimated.
  kTempAvg,
  kTempMax,
  kFanAvg,
  kMinersKnown,
  kMinersUp,
  kMinersHashing,
  kBoardsUp,
  kEnergy,
};
inline constexpr int kFleetMetricCount = 11;

/// Index into BoardMetrics(). Append only.
enum class BoardMetric : std::uint8_t {
  kHashrate,
  kChipMax,
  kPcbMax,
  kChips,
  kHardwareErrors,
  kFrequency,
  kVoltage,
};
inline constexpr int kBoardMetricCount = 7;

/// The metrics of a kind, in the order of their enum.
[[nodiscard]] const std::vector<HistoryMetricInfo>& HistoryMetrics(HistoryKind kind);
/// Index of the metric with this name; nothing when there is none.
[[nodiscard]] std::optional<std::size_t> FindHistoryMetric(HistoryKind kind, std::string_view name);

/// Absent: the miner did not tell.
using MinerValues = std::array<std::optional<double>, kMinerMetricCount>;
[[nodiscard]] inline const std::optional<double>& At(const MinerValues& values,
                                                     MinerMetric metric) {
  return values[static_cast<std::size_t>(metric)];
}

/// The steps of the ladder, finest first.
enum class HistoryStep : std::uint8_t { kRaw, kFiveMinutes, kHour, kDay };
inline constexpr int kHistoryStepCount = 4;
/// "raw", "5m", "1h", "1d".
[[nodiscard]] std::string_view HistoryStepName(HistoryStep step);
[[nodiscard]] std::optional<HistoryStep> ParseHistoryStep(std::string_view text);
/// Length of a bucket; zero for raw.
[[nodiscard]] std::chrono::seconds HistoryStepLength(HistoryStep step);

/// Why the past cannot be read now: for an answer with status 503.
struct HistoryError {
  std::string detail;
};
template <class T>
using HistoryResult = boost::system::result<T, HistoryError>;
[[noreturn]] void throw_exception_from_error(const HistoryError& error,
                                             const boost::source_location& where);

/// A value over one bucket. Raw: mean, min, max and last are the same, one sample.
struct HistoryPoint {
  SystemTime time;  ///< Start of the bucket; raw: the time of the poll round.
  double mean = 0, min = 0, max = 0, last = 0;
  std::uint32_t samples = 0;
  double coverage = 0;  ///< Share of the bucket that samples stand for, 0..1.
};

struct SeriesQuery {
  std::string miner;  ///< Id or address; "" asks for the whole fleet.
  std::string board;  ///< "" asks for the miner itself.
  std::size_t metric = 0;
  SystemTime from;  ///< Inclusive.
  SystemTime to;    ///< Exclusive.
  /// Nothing: the finest step that is kept for the whole range and gives at most `most_points`.
  std::optional<HistoryStep> step;
  std::size_t most_points = 3000;
};
struct SeriesAnswer {
  bool known = false;  ///< Whether there is such a series at all.
  HistoryStep step = HistoryStep::kRaw;
  std::vector<HistoryPoint> points;  ///< Ascending; buckets without samples are left out.
};

/// One poll of one miner, as stored.
struct HistoryRow {
  SystemTime time;
  std::string miner;  ///< Id.
  Ipv4 address;       ///< Its last known address.
  MinerValues values;
};
/// Takes a row; false: enough.
using HistoryRowSink = std::function<bool(const HistoryRow&)>;
struct RowsQuery {
  std::vector<std::string> miners;       ///< Ids or addresses; empty: all.
  std::optional<SystemTime> from;        ///< Inclusive.
  std::optional<SystemTime> to;          ///< Exclusive.
  bool newest_first = false;             ///< By time, then address; both turn round.
  HistoryStep step = HistoryStep::kRaw;  ///< Other steps give the means.
};

struct LatestRow {
  std::string miner;
  Ipv4 address;
  std::string model;
  bool sha256 = false;
  SystemTime time;
  MinerValues values;
};

/// Means of one miner over a window; `samples` 0: no row in the window.
struct WindowMeans {
  std::string miner;
  Ipv4 address;
  SystemTime last_seen;
  std::uint64_t samples = 0;
  MinerValues means;
};

struct StoredEvent {
  std::int64_t id = 0;
  SystemTime time;
  std::string kind;  ///< EventKindName.
  LogLevel level = LogLevel::kInfo;
  std::string miner;   ///< "" when about no single miner.
  std::string source;  ///< Module: "fleet", "discovery", "config", "history", ...
  std::string message;
};
struct StoredError {
  std::int64_t id = 0;
  SystemTime time;
  LogLevel level = LogLevel::kWarning;
  std::string component;
  std::string miner;
  std::string message;
  std::string context;  ///< A JSON object, or "".
};
struct LogQuery {
  std::optional<LogLevel> level;  ///< Exactly this one.
  std::string miner;              ///< Id or address; "" all.
  std::optional<SystemTime> since;
  std::int64_t before_id = 0;  ///< 0: from the newest.
  std::size_t limit = 200;
};

/// Thread safe. Every answer is one consistent view of the database; nothing waits for a miner.
class HistoryReader {
 public:
  virtual ~HistoryReader() = default;
  /// The newest row of every miner that was ever stored and not forgotten, by address.
  [[nodiscard]] virtual std::shared_ptr<const std::vector<LatestRow>> Latest() const = 0;
  [[nodiscard]] virtual HistoryResult<SeriesAnswer> Series(const SeriesQuery& query) const = 0;
  /// Streams rows in order without holding them all; false in the result: the sink stopped it.
  [[nodiscard]] virtual HistoryResult<bool> Rows(const RowsQuery& query,
                                                 const HistoryRowSink& sink) const = 0;
  /// One entry per miner with rows since `from`. Empty `miners`: all.
  [[nodiscard]] virtual HistoryResult<std::vector<WindowMeans>> Means(
      SystemTime from, const std::vector<std::string>& miners) const = 0;
  /// Newest first.
  [[nodiscard]] virtual HistoryResult<std::vector<StoredEvent>> Events(
      const LogQuery& query) const = 0;
  [[nodiscard]] virtual HistoryResult<std::vector<StoredError>> Errors(
      const LogQuery& query) const = 0;
};

}  // namespace antx
