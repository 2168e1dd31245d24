// What control must not forget: plans' numbers, runs, the state of each step, idempotency keys, the
// kill switch, and the audit, in a SQLite file of its own beside the database. A step is written as
// `sending` before anything is sent; every commit is on the disk when it returns. The form of the
// tables stands in journal.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/config.h"
#include "control/audit.h"
#include "history/db.h"
#include "model/control.h"
#include "util/clock.h"

namespace antx {

/// The journal's file for a database: "metrics.db" gives "metrics.control.db"; ":memory:" without.
[[nodiscard]] std::string JournalPath(const StorageConfig& storage);

/// The command in words, for audit, events and logs: "pool stratum+tcp://a:1 as ac***.rig1".
/// Never a password, never a whole account.
[[nodiscard]] std::string CommandText(const Command& command);

struct KeyedRun {
  std::string request;  ///< Hash of what came with the key.
  std::int64_t run = 0;
};

/// Use it from one thread at a time. On an error nothing was written.
class Journal {
 public:
  /// Makes the file when it is absent, readable for its owner only. A damaged one, or one of a
  /// newer version, is an error and stays as it is.
  [[nodiscard]] static DbResult<Journal> Open(const std::string& path);

  /// A number that no plan had before.
  [[nodiscard]] DbResult<std::int64_t> NextPlan();

  /// Writes run, steps, its key ("": none) and the row of the audit; sets `run.id`. Passwords of
  /// pools are kept until the run ends, since it must be able to go on after a restart.
  [[nodiscard]] DbResult<void> AddRun(RunReport& run, const std::string& key,
                                      const std::string& request_hash, AuditRow audit);
  /// The run of a key that is not older than a day.
  [[nodiscard]] DbResult<std::optional<KeyedRun>> FindKey(const std::string& key, SystemTime now);

  /// One step of a run as it is now, and a row of the audit about it.
  struct StepChange {
    std::int64_t run = 0;
    std::size_t position = 0;
    StepReport step;
    std::optional<AuditRow> audit;
  };
  /// All of them or none.
  [[nodiscard]] DbResult<void> SaveSteps(const std::vector<StepChange>& changes);
  /// State, reason and end of a run; forgets its passwords when it has ended.
  [[nodiscard]] DbResult<void> SaveRun(const RunReport& run, std::optional<AuditRow> audit);
  [[nodiscard]] DbResult<void> Audit(AuditRow row);

  [[nodiscard]] DbResult<bool> Stopped();
  [[nodiscard]] DbResult<void> SetStopped(bool stopped, AuditRow audit);

  /// Running and paused runs with their steps and passwords, ascending.
  [[nodiscard]] DbResult<std::vector<RunReport>> Unfinished();
  [[nodiscard]] DbResult<std::optional<RunReport>> Run(std::int64_t id);
  /// Newest first.
  [[nodiscard]] DbResult<std::vector<RunSummary>> Runs(int limit);
  [[nodiscard]] DbResult<std::vector<AuditRow>> AuditRows(std::int64_t before, int limit) {
    return ReadAudit(db_, before, limit);
  }
  /// Takes away ended runs that are older, and keys of more than a day. The audit stays.
  [[nodiscard]] DbResult<void> Prune(SystemTime runs_before, SystemTime now);

 private:
  explicit Journal(Db db) : db_(std::move(db)) {}
  [[nodiscard]] DbResult<void> InsertSteps(const RunReport& run);
  [[nodiscard]] DbResult<void> ReadSteps(RunReport& run);
  [[nodiscard]] DbResult<std::vector<RunReport>> ReadRuns(const std::string& where,
                                                          std::int64_t value, bool passwords);

  Db db_;
};

}  // namespace antx
