// The exporter's own counters and histograms, kept by prometheus-cpp and written by
// our page writer. Thread safe. Names come from the contract only.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "metrics/exposition.h"
#include "metrics/page.h"
#include "model/event.h"
#include "model/market.h"
#include "model/poll.h"
#include "util/clock.h"

namespace antx {

struct BuildFacts {
  std::string version, revision, branch, compiler, date;
};

class SelfMetrics {
 public:
  SelfMetrics();
  ~SelfMetrics();
  SelfMetrics(const SelfMetrics&) = delete;
  SelfMetrics& operator=(const SelfMetrics&) = delete;

  void Build(const BuildFacts& facts);
  /// Limits and tariffs that are the same for all miners, and the poll interval.
  void Configured(const Config& config);
  void Ready(bool ready);
  void Reloaded(bool good, SystemTime when);

  void PollEnded(const PollOutcome& outcome);
  void PollsInFlight(int count);
  void CycleEnded(std::chrono::nanoseconds duration, SystemTime when, bool skipped);
  void EventSeen(EventKind kind);
  /// @param reason "boards", "fans", "sensors", "pools", "miners"
  void SeriesDropped(std::string_view reason, std::uint64_t count);

  /// @param source "tcp", "mdns", "static", ...
  void DiscoveryMiners(std::string_view source, int count);
  void AddressesScanned(std::uint64_t count);
  void SweepEnded(std::chrono::nanoseconds duration);
  void DiscoverySucceeded(std::string_view source, SystemTime when);
  void DiscoveryFailed(std::string_view source);

  /// @param file "main" or "wal"
  void DatabaseSize(std::string_view file, double bytes);
  void DatabaseWritten(std::string_view table, std::uint64_t rows, SystemTime when);
  void DatabaseFailed();
  /// False: nothing is written for now.
  void DatabaseUp(bool up);
  void DatabaseRoundsDropped(std::uint64_t rounds);
  /// Expected size in a year.
  void DatabaseForecast(double bytes);

  /// @param handler a route name of the closed list of routes
  void HttpRequest(std::string_view handler, int code, std::chrono::nanoseconds duration);

  /// A receiver is set: the counters of the push begin at 0.
  /// @param failures, drops the closed sets of their reasons
  void PushEnabled(std::span<const std::string_view> failures,
                   std::span<const std::string_view> drops);
  void PushSent(std::size_t records, SystemTime when);
  void PushFailed(std::string_view reason);
  void PushDropped(std::string_view reason, std::size_t records);
  /// @param oldest when the oldest waiting record was queued; nothing when none waits
  void PushQueue(std::size_t records, std::optional<SystemTime> oldest);

  /// An Alertmanager is set: the counters of silences begin at 0. `results`: their closed set.
  void SilencesEnabled(std::span<const std::string_view> results);
  void SilenceTold(std::string_view result);
  /// Commands are allowed: their counters begin at 0.
  /// @param results what may come of a command, besides its verdicts
  void ControlEnabled(std::span<const std::string_view> verbs,
                      std::span<const std::string_view> results);
  void CommandEnded(std::string_view verb, std::string_view result);
  void CommandsInFlight(std::size_t commands);
  void ControlStopped(bool stopped);

  /// Replaces all series of the market and the price of electricity.
  void Market(const MarketGauges& now);

  /// Group "exporter"; nothing when the request does not want it.
  void Write(const ExpositionRequest& request, Page& page) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace antx
