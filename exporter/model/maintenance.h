// Announced work on miners: their alerts are silenced while it lasts. `control` keeps the book;
// api sees it only through the interface here.
#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/inventory.h"
#include "util/clock.h"

namespace antx {

struct MaintenanceEntry {
  std::int64_t id = 0;  ///< Never given twice.
  // Exactly one of miner, rack and site names what is worked on; only `site` may stand beside a
  // rack, since racks of two sites may have one name.
  std::string miner;  ///< Id.
  std::string rack;
  std::string site;
  std::string reason;
  std::string by;  ///< The caller, by the name that the log has.
  SystemTime begin;
  SystemTime end;
  bool operator==(const MaintenanceEntry&) const = default;

  [[nodiscard]] bool Covers(const MinerFacts& facts) const {
    if (!miner.empty()) return facts.id == miner;
    if (!rack.empty() && facts.labels.rack != rack) return false;
    if (!site.empty() && facts.labels.site != site) return false;
    return !rack.empty() || !site.empty();
  }
};

using MaintenanceList = std::vector<std::shared_ptr<const MaintenanceEntry>>;

struct MaintenanceError {
  std::string detail;
};
template <class T>
using MaintenanceResult = boost::system::result<T, MaintenanceError>;
[[noreturn]] void throw_exception_from_error(const MaintenanceError& error,
                                             const boost::source_location& where);

/// Thread safe.
class MaintenanceBook {
 public:
  static constexpr std::size_t kMostEntries = 1000;

  virtual ~MaintenanceBook() = default;
  /// Writes the entry down (its id, begin and end are set here) and silences its alerts.
  /// Fails when it cannot be kept over a restart or the book is full.
  [[nodiscard]] virtual MaintenanceResult<std::shared_ptr<const MaintenanceEntry>> Begin(
      MaintenanceEntry wanted, std::chrono::minutes length) = 0;
  /// False: there is no such entry (any more).
  [[nodiscard]] virtual MaintenanceResult<bool> End(std::int64_t id, const std::string& by) = 0;
  /// What is in force, the first begun first.
  [[nodiscard]] virtual MaintenanceList List() const = 0;
};

}  // namespace antx
