#include "control/journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>

#include "control/command_json.h"
#include "history/side_database.h"
#include "model/pool_target.h"

namespace antx {
namespace {

// Times are Unix time in milliseconds. `user_version` is the version of the form. A step's row is
// the truth about it: state, verdict and all else that a report shows.
constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS plans (id INTEGER PRIMARY KEY AUTOINCREMENT);"
    "CREATE TABLE IF NOT EXISTS runs (id INTEGER PRIMARY KEY AUTOINCREMENT, plan INTEGER NOT NULL,"
    " command TEXT NOT NULL, passwords TEXT NOT NULL, limits TEXT NOT NULL, caller TEXT NOT NULL,"
    " address TEXT NOT NULL, reason TEXT NOT NULL, state TEXT NOT NULL, why TEXT NOT NULL,"
    " created INTEGER NOT NULL, ended INTEGER);"
    "CREATE TABLE IF NOT EXISTS steps (run INTEGER NOT NULL, position INTEGER NOT NULL,"
    " miner TEXT NOT NULL, address TEXT NOT NULL, site TEXT NOT NULL, rack TEXT NOT NULL,"
    " hashrate REAL, watts REAL, state TEXT NOT NULL, verdict TEXT NOT NULL, sent INTEGER NOT NULL,"
    " detail TEXT NOT NULL, began INTEGER, ended INTEGER, back TEXT NOT NULL,"
    " PRIMARY KEY (run, position)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, request TEXT NOT NULL,"
    " run INTEGER NOT NULL, created INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS switches (name TEXT PRIMARY KEY, value INTEGER NOT NULL)"
    " WITHOUT ROWID; PRAGMA user_version=1";
constexpr std::int64_t kVersion = 1;
constexpr auto kKeyLifetime = std::chrono::hours(24);
constexpr const char* kStepColumns =
    "position, miner, address, site, rack, hashrate, watts, state, verdict, sent, detail, began,"
    " ended, back";

std::optional<std::int64_t> Stored(const std::optional<SystemTime>& time) {
  if (!time) return std::nullopt;
  return Milliseconds(*time);
}
std::optional<SystemTime> TimeOf(const std::optional<std::int64_t>& milliseconds) {
  if (!milliseconds) return std::nullopt;
  return FromMilliseconds(*milliseconds);
}

std::optional<CommandVerdict> VerdictOf(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(CommandVerdict::kCancelled); ++i) {
    if (CommandVerdictName(CommandVerdict(i)) == name) return CommandVerdict(i);
  }
  return std::nullopt;
}

/// Binds all that changes of a step, from parameter 1 to 7.
void BindStep(DbStatement& row, const StepReport& step) {
  row.Bind(1, StepStateName(step.state));
  row.Bind(2, step.verdict ? CommandVerdictName(*step.verdict) : "");
  row.Bind(3, std::int64_t{step.sent ? 1 : 0});
  row.Bind(4, step.detail);
  row.Bind(5, Stored(step.began));
  row.Bind(6, Stored(step.ended));
  row.Bind(7, BackStateName(step.back));
}

StepReport StepOf(const DbStatement& row) {
  StepReport step;
  step.miner_id = row.Text(1);
  step.address = Ipv4::Parse(row.Text(2)).value_or(Ipv4{});
  step.site = row.Text(3);
  step.rack = row.Text(4);
  step.hashrate_hashes_per_second = row.OptionalDouble(5);
  step.watts = row.OptionalDouble(6);
  // A state that this program does not know was begun by another one: never sent again.
  step.state = ParseStepState(row.Text(7)).value_or(StepState::kInterrupted);
  step.verdict = VerdictOf(row.Text(8));
  step.sent = row.Int(9) != 0;
  step.detail = row.Text(10);
  step.began = TimeOf(row.OptionalInt(11));
  step.ended = TimeOf(row.OptionalInt(12));
  step.back = ParseBackState(row.Text(13)).value_or(BackState::kNever);
  return step;
}

/// Only the owner may read it: it holds passwords of pools while runs need them.
std::string MakePrivate(const std::string& path) {
  if (path == ":memory:") return "";
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return "database " + path + ": it cannot be opened for writing";
  const int mode = fchmod(file, 0600);
  close(file);
  return mode == 0 ? "" : "database " + path + ": it cannot be made private (mode 0600)";
}

}  // namespace

std::string JournalPath(const StorageConfig& storage) {
  if (!storage.enabled) return ":memory:";
  return SideDatabase(storage.path, "control");
}

std::string CommandText(const Command& command) {
  std::string text(VerbName(command.verb));
  if (command.verb == Verb::kBlink) text += command.on ? " on" : " off";
  if (command.verb == Verb::kWorkMode) text += ' ' + command.mode;
  for (const PoolEntry& pool : command.pools) {
    text += (&pool == &command.pools.front() ? " " : ", then ") + pool.url + " as " +
            MaskedPoolUser(pool.user);
  }
  return text;
}

DbResult<Journal> Journal::Open(const std::string& path) {
  if (const std::string fault = MakePrivate(path); !fault.empty()) {
    return DbError{DbError::Kind::kForbidden, fault};
  }
  auto db = OpenSideDatabase(path, kSchema, kVersion);
  if (db.has_error()) return db.error();
  // A commit is on the disk when it returns, and what is deleted is overwritten.
  for (const char* sql : {"PRAGMA synchronous=FULL", "PRAGMA secure_delete=ON"}) {
    const auto done = db->Execute(sql);
    if (done.has_error()) return done.error();
  }
  const auto made = MakeAudit(*db);
  if (made.has_error()) return made.error();
  return Journal(std::move(*db));
}

DbResult<std::int64_t> Journal::NextPlan() {
  // Only the number counts; AUTOINCREMENT never gives it again.
  const auto done = db_.Execute(
      "INSERT INTO plans DEFAULT VALUES; DELETE FROM plans WHERE id <"
      " (SELECT max(id) FROM plans)");
  if (done.has_error()) return done.error();
  const auto id = db_.Number("SELECT max(id) FROM plans");
  if (!id) return db_.LastError();
  return *id;
}

DbResult<void> Journal::InsertSteps(const RunReport& run) {
  auto insert = db_.Prepare(
      "INSERT INTO steps (state, verdict, sent, detail, began, ended, back, run, position, miner,"
      " address, site, rack, hashrate, watts) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  if (insert.has_error()) return insert.error();
  for (std::size_t i = 0; i < run.steps.size(); ++i) {
    const StepReport& step = run.steps[i];
    BindStep(*insert, step);
    insert->Bind(8, run.id);
    insert->Bind(9, static_cast<std::int64_t>(i));
    insert->Bind(10, step.miner_id);
    insert->Bind(11, step.address.ToString());
    insert->Bind(12, step.site);
    insert->Bind(13, step.rack);
    insert->Bind(14, step.hashrate_hashes_per_second);
    insert->Bind(15, step.watts);
    (void)insert->Step();
    if (insert->Failed()) return db_.LastError();
    insert->Reset();
  }
  return {};
}

DbResult<void> Journal::AddRun(RunReport& run, const std::string& key,
                               const std::string& request_hash, AuditRow audit) {
  DbTransaction transaction(db_);
  auto done = transaction.Begin();
  if (done.has_error()) return done;
  auto insert = db_.Prepare(
      "INSERT INTO runs (plan, command, passwords, limits, caller, address, reason, state, why,"
      " created, ended) VALUES (?,?,?,?,?,?,?,?,?,?,NULL)");
  if (insert.has_error()) return insert.error();
  insert->Bind(1, run.plan);
  insert->Bind(2, CommandJson(run.command));
  insert->Bind(3, PasswordJson(run.command));
  insert->Bind(4, LimitsJson(run.limits));
  insert->Bind(5, run.caller);
  insert->Bind(6, run.address);
  insert->Bind(7, run.reason);
  insert->Bind(8, RunStateName(run.state));
  insert->Bind(9, run.why);
  insert->Bind(10, Milliseconds(run.created));
  (void)insert->Step();
  if (insert->Failed()) return db_.LastError();
  const auto id = db_.Number("SELECT last_insert_rowid()");
  if (!id) return db_.LastError();
  run.id = *id;
  done = InsertSteps(run);
  if (done.has_error()) return done;
  if (!key.empty()) {
    auto keep = db_.Prepare("INSERT OR REPLACE INTO keys VALUES (?,?,?,?)");
    if (keep.has_error()) return keep.error();
    keep->Bind(1, key);
    keep->Bind(2, request_hash);
    keep->Bind(3, run.id);
    keep->Bind(4, Milliseconds(run.created));
    (void)keep->Step();
    if (keep->Failed()) return db_.LastError();
  }
  audit.run = run.id;
  done = AppendAudit(db_, std::move(audit));
  if (done.has_error()) return done;
  return transaction.Commit();
}

DbResult<std::optional<KeyedRun>> Journal::FindKey(const std::string& key, SystemTime now) {
  auto find = db_.Prepare("SELECT request, run FROM keys WHERE key=? AND created>?");
  if (find.has_error()) return find.error();
  find->Bind(1, key);
  find->Bind(2, Milliseconds(now - kKeyLifetime));
  if (find->Step()) return std::optional<KeyedRun>({find->Text(0), find->Int(1)});
  if (find->Failed()) return db_.LastError();
  return std::optional<KeyedRun>();
}

DbResult<void> Journal::SaveSteps(const std::vector<StepChange>& changes) {
  DbTransaction transaction(db_);
  auto done = transaction.Begin();
  if (done.has_error()) return done;
  auto update = db_.Prepare(
      "UPDATE steps SET state=?, verdict=?, sent=?, detail=?, began=?, ended=?, back=?,"
      " address=?10 WHERE run=?8 AND position=?9");
  if (update.has_error()) return update.error();
  for (const StepChange& change : changes) {
    BindStep(*update, change.step);
    update->Bind(8, change.run);
    update->Bind(9, static_cast<std::int64_t>(change.position));
    update->Bind(10, change.step.address.ToString());
    (void)update->Step();
    if (update->Failed()) return db_.LastError();
    update->Reset();
    if (!change.audit) continue;
    done = AppendAudit(db_, *change.audit);
    if (done.has_error()) return done;
  }
  return transaction.Commit();
}

DbResult<void> Journal::SaveRun(const RunReport& run, std::optional<AuditRow> audit) {
  DbTransaction transaction(db_);
  auto done = transaction.Begin();
  if (done.has_error()) return done;
  auto update = db_.Prepare(
      "UPDATE runs SET state=?1, why=?2, ended=?3,"
      " passwords=CASE WHEN ?3 IS NULL THEN passwords ELSE '' END WHERE id=?4");
  if (update.has_error()) return update.error();
  update->Bind(1, RunStateName(run.state));
  update->Bind(2, run.why);
  update->Bind(3, Stored(run.ended));
  update->Bind(4, run.id);
  (void)update->Step();
  if (update->Failed()) return db_.LastError();
  if (audit) {
    done = AppendAudit(db_, std::move(*audit));
    if (done.has_error()) return done;
  }
  done = transaction.Commit();
  if (done.has_error() || !run.ended || run.command.verb != Verb::kPool) return done;
  // The log of writes still holds the passwords; a reader in the way leaves it to the next end.
  return db_.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

DbResult<void> Journal::Audit(AuditRow row) { return AppendAudit(db_, std::move(row)); }

DbResult<bool> Journal::Stopped() {
  auto row = db_.Prepare("SELECT value FROM switches WHERE name='stopped'");
  if (row.has_error()) return row.error();
  if (row->Step()) return row->Int(0) != 0;
  if (row->Failed()) return db_.LastError();
  return false;
}

DbResult<void> Journal::SetStopped(bool stopped, AuditRow audit) {
  DbTransaction transaction(db_);
  auto done = transaction.Begin();
  if (done.has_error()) return done;
  done = db_.Execute(std::string("INSERT OR REPLACE INTO switches VALUES ('stopped',") +
                     (stopped ? "1)" : "0)"));
  if (done.has_error()) return done;
  done = AppendAudit(db_, std::move(audit));
  if (done.has_error()) return done;
  return transaction.Commit();
}

DbResult<void> Journal::ReadSteps(RunReport& run) {
  auto select = db_.Prepare("SELECT " + std::string(kStepColumns) +
                            " FROM steps WHERE run=? ORDER BY position");
  if (select.has_error()) return select.error();
  select->Bind(1, run.id);
  while (select->Step()) run.steps.push_back(StepOf(*select));
  if (select->Failed()) return db_.LastError();
  return {};
}

DbResult<std::vector<RunReport>> Journal::ReadRuns(const std::string& where, std::int64_t value,
                                                   bool passwords) {
  auto select = db_.Prepare(
      "SELECT id, plan, command, passwords, limits, caller, address, reason, state, why, created,"
      " ended FROM runs WHERE " +
      where + " ORDER BY id");
  if (select.has_error()) return select.error();
  select->Bind(1, value);
  std::vector<RunReport> runs;
  while (select->Step()) {
    RunReport run;
    run.id = select->Int(0);
    run.plan = select->Int(1);
    run.command = CommandOf(select->Text(2), passwords ? select->Text(3) : "");
    run.limits = LimitsOf(select->Text(4));
    run.caller = select->Text(5);
    run.address = select->Text(6);
    run.reason = select->Text(7);
    run.state = ParseRunState(select->Text(8)).value_or(RunState::kPaused);
    run.why = select->Text(9);
    run.created = FromMilliseconds(select->Int(10));
    run.ended = TimeOf(select->OptionalInt(11));
    runs.push_back(std::move(run));
  }
  if (select->Failed()) return db_.LastError();
  for (RunReport& run : runs) {
    const auto read = ReadSteps(run);
    if (read.has_error()) return read.error();
  }
  return runs;
}

DbResult<std::vector<RunReport>> Journal::Unfinished() {
  return ReadRuns("ended IS NULL AND id>?", 0, true);
}

DbResult<std::optional<RunReport>> Journal::Run(std::int64_t id) {
  auto runs = ReadRuns("id=?", id, false);
  if (runs.has_error()) return runs.error();
  if (runs->empty()) return std::optional<RunReport>();
  return std::optional<RunReport>(std::move(runs->front()));
}

DbResult<std::vector<RunSummary>> Journal::Runs(int limit) {
  auto select = db_.Prepare(
      "SELECT id, command, caller, reason, why, state, created, ended,"
      " (SELECT count(*) FROM steps WHERE run=runs.id),"
      " (SELECT count(*) FROM steps WHERE run=runs.id AND verdict='done' AND back<>'missing'),"
      " (SELECT count(*) FROM steps WHERE run=runs.id AND (back='missing' OR"
      "   (state='finished' AND verdict<>'done'))),"
      " (SELECT count(*) FROM steps WHERE run=runs.id AND state IN ('planned','sending'))"
      " FROM runs ORDER BY id DESC LIMIT ?");
  if (select.has_error()) return select.error();
  select->Bind(1, std::int64_t{limit});
  std::vector<RunSummary> runs;
  while (select->Step()) {
    RunSummary run;
    run.id = select->Int(0);
    run.verb = CommandOf(select->Text(1), "").verb;
    run.caller = select->Text(2);
    run.reason = select->Text(3);
    run.why = select->Text(4);
    run.state = ParseRunState(select->Text(5)).value_or(RunState::kPaused);
    run.created = FromMilliseconds(select->Int(6));
    run.ended = TimeOf(select->OptionalInt(7));
    run.miners = select->Int(8);
    run.done = select->Int(9);
    run.failed = select->Int(10);
    run.open = select->Int(11);
    runs.push_back(std::move(run));
  }
  if (select->Failed()) return db_.LastError();
  return runs;
}

DbResult<void> Journal::Prune(SystemTime runs_before, SystemTime now) {
  const std::string old = "(SELECT id FROM runs WHERE ended IS NOT NULL AND ended<" +
                          std::to_string(Milliseconds(runs_before)) + ")";
  DbTransaction transaction(db_);
  auto done = transaction.Begin();
  for (const std::string& sql :
       {"DELETE FROM keys WHERE created<=" + std::to_string(Milliseconds(now - kKeyLifetime)),
        "DELETE FROM steps WHERE run IN " + old, "DELETE FROM runs WHERE id IN " + old}) {
    if (done.has_error()) return done;
    done = db_.Execute(sql);
  }
  if (done.has_error()) return done;
  return transaction.Commit();
}

}  // namespace antx
