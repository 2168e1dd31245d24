#include "history/history.h"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "history/compaction.h"
#include "history/recovery.h"
#include "history/side_database.h"

namespace antx {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kIdleWait = seconds(1);
constexpr auto kChoreEvery = seconds(60);
constexpr auto kMostBackoff = seconds(30);
constexpr auto kJump = std::chrono::hours(1);
constexpr auto kDistrust = std::chrono::hours(24);
constexpr auto kLongPause = std::chrono::hours(24 * 30);

/// "20250911T201305Z", fit for a file name.
std::string FileStamp(SystemTime time) {
  std::string text = FormatUtc(time).substr(0, 19);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text + 'Z';
}

std::string Gigabytes(std::int64_t bytes) {
  std::array<char, 32> text{};
  const int length =
      std::snprintf(text.data(), text.size(), "%.3g", static_cast<double>(bytes) / 1e9);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

History::History(HistoryOptions options, const Clock& clock, HistoryObserver& observer)
    : options_(std::move(options)),
      clock_(clock),
      observer_(observer),
      settings_(std::make_shared<const Settings>(Settings{options_.plan, options_.interval})),
      reader_(clock),
      retry_at_(clock.Steady()),
      next_retention_(clock.Steady() + kChoreEvery),
      next_measure_(clock.Steady()),
      distrust_until_(clock.Steady()) {}

History::~History() {
  inbox_.Close();
  if (thread_.joinable()) thread_.join();
}

std::vector<PersistedMiner> History::Open() {
  (void)EnsureOpen(false);
  auto restored = state_.TakeRestored();
  thread_ = std::thread([this] { Run(); });
  return restored;
}

/// In memory the name must differ between instances of one process.
std::string History::FilePath() const {
  if (options_.enabled) return options_.path;
  return "file:/antminer_history_" + std::to_string(reinterpret_cast<std::uintptr_t>(this)) +
         "?vfs=memdb";
}

// --- From other threads --------------------------------------------------------------

void History::Reconfigure(RetentionPlan plan, milliseconds interval) {
  settings_ = std::make_shared<const Settings>(Settings{plan, interval});
  TellReader(false);
}

void History::AddRound(std::shared_ptr<const Snapshot> snapshot, Stamp stamp) {
  PendingWork work;
  work.rounds.push_back({std::move(snapshot), stamp, settings_.load()->interval});
  inbox_.Add(std::move(work));
}

void History::AddEvent(StoredEvent event) {
  if (!options_.enabled) return;
  PendingWork work;
  work.events.push_back(std::move(event));
  inbox_.Add(std::move(work));
}

void History::AddError(StoredError error) {
  if (!options_.enabled) return;
  PendingWork work;
  work.errors.push_back(std::move(error));
  inbox_.Add(std::move(work));
}

void History::SaveState(std::vector<PersistedMiner> miners) {
  if (!options_.enabled) return;
  PendingWork work;
  work.state = std::move(miners);
  inbox_.Add(std::move(work));
}

HistoryResult<std::vector<std::string>> History::Backup() const {
  if (!options_.enabled) return HistoryError{"storage is off: there is nothing to copy"};
  auto copies = BackupDatabases(options_.path,
                                SideDatabase(options_.path, "backup-" + FileStamp(clock_.Now())));
  if (copies.has_error()) return HistoryError{copies.error().detail};
  return std::move(*copies);
}

// --- The thread -------------------------------------------------------------------------

void History::Run() {
  pthread_setname_np(pthread_self(), "history");
  PendingWork work;
  bool chores = true;
  while (true) {
    const SteadyTime now = clock_.Steady();
    SteadyTime wake = now + kIdleWait;
    if (chores && work.Empty()) wake = now;
    if (!work.Empty()) wake = std::min(wake, retry_at_);
    const bool open = inbox_.Take(work, wake);
    if (!open || clock_.Steady() >= retry_at_) Write(work);
    if (work.dropped_rounds > 0) observer_.RoundsDropped(std::exchange(work.dropped_rounds, 0));
    if (!open) return;
    chores = work.Empty() && store_ && DoChore();
  }
}

/// Writes as much as works; what fails stays in `work` for the next try.
void History::Write(PendingWork& work) {
  failed_now_ = false;
  if (!EnsureOpen(damaged_)) return;
  if (work.Empty()) return;
  WriteOnce(work);
  if (!failed_now_) Recovered();
}

void History::WriteOnce(PendingWork& work) {
  while (!work.rounds.empty()) {
    const PendingRound& round = work.rounds.front();
    const auto rows = store_->WriteRound(*round.snapshot, round.stamp, round.interval);
    if (rows.has_error()) return Fail(rows.error());
    observer_.RowsWritten("rounds", *rows);
    reader_.SetLatest(store_->latest());
    work.rounds.pop_front();
  }
  if (!work.events.empty()) {
    const auto done = store_->WriteEvents(work.events);
    if (done.has_error()) return Fail(done.error());
    observer_.RowsWritten("events", work.events.size());
    work.events.clear();
  }
  if (!work.errors.empty()) {
    const auto done = store_->WriteErrors(work.errors);
    if (done.has_error()) return Fail(done.error());
    observer_.RowsWritten("error_events", work.errors.size());
    work.errors.clear();
  }
  if (!work.state) return;
  const auto latest = store_->SaveLatest();
  if (latest.has_error()) return Fail(latest.error());
  const auto rows = state_.Save(*work.state);
  if (rows.has_error()) return Fail(rows.error());
  observer_.RowsWritten("miner_state", *rows);
  work.state.reset();
}

/// True: there is an open database. Says what happened, once per change.
bool History::EnsureOpen(bool thorough) {
  if (store_) return true;
  std::string salvaged;
  auto db = [&]() -> DbResult<Db> {
    if (!options_.enabled) return Db::Open(FilePath());
    auto opened = OpenOrSalvage(options_.path, FileStamp(clock_.Now()), thorough);
    if (opened.has_error()) return opened.error();
    if (!opened->quarantined.empty()) {
      salvaged = "database " + options_.path + ": damaged; the file was moved to " +
                 opened->quarantined + ", " + std::to_string(opened->salvaged_rows) +
                 " rows could be read and are in the new one";
    }
    return std::move(opened->db);
  }();
  if (db.has_error()) {
    Fail(db.error());
    return false;
  }
  auto store = HistoryStore::Open(std::move(*db));
  if (store.has_error()) {
    Fail(store.error());
    return false;
  }
  if (options_.enabled) {
    const auto state = state_.Open(options_.path);
    if (state.has_error()) {
      Fail(state.error());
      return false;
    }
  }
  store_ = std::move(*store);
  DistrustNewClock();
  if (!salvaged.empty()) observer_.Happened(EventKind::kDatabaseFailed, LogLevel::kError, salvaged);
  damaged_ = false;
  reader_.SetLatest(store_->latest());
  TellReader(true);
  Recovered();
  return true;
}

void History::Fail(const DbError& error) {
  failed_now_ = true;
  observer_.OperationFailed();
  observer_.Available(false);
  available_ = false;
  if (error.detail != failure_) {
    observer_.Happened(EventKind::kDatabaseFailed, LogLevel::kError, error.detail);
  }
  failure_ = error.detail;
  if (error.kind == DbError::Kind::kDamaged || error.kind == DbError::Kind::kForbidden) {
    // A new connection sees a new file, other rights, or the damage once more.
    damaged_ = error.kind == DbError::Kind::kDamaged;
    state_.Close();
    store_.reset();
  }
  retry_at_ = clock_.Steady() + backoff_;
  backoff_ = std::min<seconds>(backoff_ * 2, kMostBackoff);
}

void History::Recovered() {
  observer_.Available(true);
  available_ = true;
  backoff_ = seconds(1);
  retry_at_ = clock_.Steady();
  if (failure_.empty()) return;
  failure_.clear();
  observer_.Happened(EventKind::kDatabaseRecovered, LogLevel::kInfo,
                     "database " + options_.path + ": writing works again");
}

void History::TellReader(bool replaced) {
  const auto settings = settings_.load();
  ReadSettings read;
  read.path = FilePath();
  for (std::size_t i = 0; i < read.keep.size(); ++i) read.keep[i] = settings->plan.keep[i];
  read.interval = settings->interval.count();
  reader_.Configure(std::move(read), replaced);
}

// --- Chores ---------------------------------------------------------------------------------

bool History::DoChore() {
  const std::int64_t now = Milliseconds(clock_.Now());
  if (clock_.Steady() >= next_measure_) {
    next_measure_ = clock_.Steady() + kChoreEvery;
    Measure();
  }
  if (!options_.enabled) {
    if (!ClockCanBeTrusted()) return false;
    const auto step = DropRawRows(store_->db(), now, options_.memory_keep.count());
    return Chore(step.has_error() ? DbResult<bool>(step.error()) : DbResult<bool>(step->more));
  }
  const auto moved = CompactSome(store_->db(), now);
  if (moved.has_error()) return Chore(moved.error());
  if (moved->damaged_chunks > 0) observer_.OperationFailed();
  if (moved->more) return true;
  if (clock_.Steady() < next_retention_ || !ClockCanBeTrusted()) return false;
  const RetentionPlan plan = settings_.load()->plan;
  const auto step = RetainSome(store_->db(), plan, now);
  if (step.has_error()) return Chore(step.error());
  if (step->budget_unmet) TellUnmetBudget(plan);
  if (!step->more) next_retention_ = clock_.Steady() + kChoreEvery;
  return step->more;
}

bool History::Chore(const DbResult<bool>& more) {
  if (more.has_value()) return *more;
  Fail(more.error());
  return false;
}

/// Once for each budget: around it rows come and go every hour.
void History::TellUnmetBudget(const RetentionPlan& plan) {
  if (unmet_budget_ == plan.budget_bytes) return;
  unmet_budget_ = plan.budget_bytes;
  const DatabaseSize size = MeasureDatabase(store_->db(), plan, Milliseconds(clock_.Now()));
  observer_.Happened(EventKind::kDatabaseFailed, LogLevel::kWarning,
                     "database " + options_.path + ": " + Gigabytes(size.used_bytes) +
                         " GB are in use, though nothing is left that may go for the " +
                         Gigabytes(plan.budget_bytes) +
                         " GB of STORAGE_MAX_GIGABYTES (storage.max_gigabytes): allow more, or "
                         "keep less by STORAGE_ROLLUP and STORAGE_RETENTION_DAYS");
}

void History::Measure() {
  std::error_code ignored;
  const auto wal = std::filesystem::file_size(options_.path + "-wal", ignored);
  observer_.SizeMeasured(
      MeasureDatabase(store_->db(), settings_.load()->plan, Milliseconds(clock_.Now())),
      ignored ? 0 : static_cast<std::int64_t>(wal));
}

/// The clock is far ahead of the newest row: perhaps the exporter was off, perhaps it is wrong.
void History::DistrustNewClock() {
  const auto newest = store_->db().Number("SELECT max(ts) FROM latest");
  if (!newest || Milliseconds(clock_.Now()) - *newest < milliseconds(kLongPause).count()) return;
  distrust_until_ = clock_.Steady() + kDistrust;
}

/// After a jump forward of the clock nothing is deleted for a day: it may jump back.
bool History::ClockCanBeTrusted() {
  const Stamp now{clock_.Now(), clock_.Steady()};
  if (last_stamp_) {
    const auto jump = (now.system - last_stamp_->system) - (now.steady - last_stamp_->steady);
    if (jump > kJump) distrust_until_ = now.steady + kDistrust;
  }
  last_stamp_ = now;
  return now.steady >= distrust_until_;
}

}  // namespace antx
