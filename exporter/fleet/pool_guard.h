// Watches where one miner works against the allow-list of pools. Net thread only.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "config/config.h"
#include "model/reading.h"
#include "model/snapshot.h"

namespace antx {

/// Whether host and account of the pool are on the list. Nothing when there is no list, the slot
/// is empty, or all that the list asks for is an account which the miner does not tell.
[[nodiscard]] std::optional<bool> PoolAllowed(const PoolsConfig& lists, const PoolReading& pool);

/// "pool.example:3333 (ac***.rig7)": fit for logs, events and metrics.
[[nodiscard]] std::string PoolTargetText(const PoolReading& pool);

/// A miner is elsewhere when its first choice (the lowest priority of the pools that are not
/// disabled) is not on the list, at once; or when it takes work from such a pool in two polls one
/// after the other, since firmware that works for its maker now and then may show that as an
/// ordinary pool. Pools that the firmware marks as its own are left out; those that only call
/// their user "devfee" are not, since anybody can.
class PoolGuard {
 public:
  /// The host in use at the end of the last run; "" unknown.
  void Restore(std::string host) { restored_host_ = std::move(host); }
  /// Takes what a poll found. Returns the sentence for an event when the verdict changed.
  [[nodiscard]] std::optional<std::string> Fold(const Reading& reading, const PoolsConfig& lists);
  /// Absent: no list, or no pool to judge.
  [[nodiscard]] const std::optional<PoolVerdict>& verdict() const { return verdict_; }

 private:
  [[nodiscard]] std::string Before(const PoolsConfig& lists) const;
  std::optional<std::string> Elsewhere(const PoolReading& pool, const PoolsConfig& lists);
  std::optional<std::string> Allowed(const PoolReading& pool);

  std::optional<PoolVerdict> verdict_;
  std::string last_allowed_;
  std::string restored_host_;
  std::string suspect_;  ///< The active pool of the poll before, if it was not on the list.
};

}  // namespace antx
