#include "fleet/miner_track.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fleet/state.h"
#include "model/firmware_version.h"

namespace antx {
namespace {

using std::chrono::nanoseconds;

constexpr double kStaleIntervals = 2.5;
constexpr auto kStartShift = std::chrono::seconds(5);
constexpr auto kMostRestartGap = std::chrono::minutes(10);
constexpr double kElapsedSlack = 60;  // Seconds that Elapsed may lag behind the time that passed.

nanoseconds StaleAfter(const Config& config) {
  return std::chrono::duration_cast<nanoseconds>(config.polling.interval * kStaleIntervals);
}

/// Whether another device has taken the place of this one. A name that is only known better now
/// (the MAC is the same) is none.
bool IsAnotherDevice(const Identity& before, const Identity& now) {
  if (!before.mac.empty() && !now.mac.empty()) return before.mac != now.mac;
  return !before.model.empty() && !now.model.empty() && before.model != now.model;
}

SystemTime MinusSeconds(SystemTime time, double seconds) {
  return time - std::chrono::duration_cast<SystemTime::duration>(Seconds(seconds));
}

std::string WhyFailed(const PollOutcome& outcome, Collector collector) {
  const auto& error = collector == Collector::kWeb ? outcome.web_error : outcome.error;
  return error ? error->detail : "no reply";
}

std::string Quoted(const std::string& text) { return '"' + text + '"'; }

}  // namespace

MinerTrack::MinerTrack(MinerFacts facts, const Config& config, SystemTime now, SteadyTime steady)
    : facts_(std::move(facts)), now_(now), state_since_(now), first_tried_(steady) {
  Configure(facts_, config);
}

void MinerTrack::Configure(MinerFacts facts, const Config& config) {
  facts_ = std::move(facts);
  thresholds_ = ResolveThresholds(config, facts_, identity_);
  stale_after_ = StaleAfter(config);
  changed_ = true;
}

void MinerTrack::Restore(const PersistedMiner& saved) {
  identity_ = saved.identity;
  counters_ = saved.counters;
  counters_.polls = 0;  // Device-side and per-process counters start anew.
  counters_.poll_failures = 0;
  last_success_ = saved.last_success;
  mining_start_ = saved.mining_start;
  last_elapsed_ = saved.last_elapsed_seconds;
  active_pool_ = saved.active_pool;
  pool_guard_.Restore(saved.active_pool);
  power_ = saved.last_power;
  counters_pending_ = true;
  baseline_.Restore(saved.baseline);
  changed_ = true;
}

void MinerTrack::Save(PersistedMiner& saved) const {
  saved.identity = identity_;
  saved.counters = counters_;
  saved.last_success = last_success_;
  saved.last_power = power_;
  saved.mining_start = mining_start_;
  saved.last_elapsed_seconds = last_elapsed_;
  saved.active_pool = active_pool_;
  saved.baseline = baseline_.Save();
}

void MinerTrack::Note(std::vector<Event>& events, EventKind kind, LogLevel level,
                      std::string message) const {
  events.push_back({now_, kind, level, facts_.id, std::move(message)});
}

void MinerTrack::Fold(const PollOutcome& outcome, const Config& config, SystemTime now,
                      std::vector<Event>& events) {
  now_ = now;
  changed_ = true;
  ++counters_.polls;
  last_poll_seconds_ = Seconds(outcome.duration).count();
  const bool answered = outcome.connected || outcome.reading != nullptr ||
                        (outcome.error && (outcome.error->reason == Reason::kRefused ||
                                           outcome.error->reason == Reason::kReset));
  if (answered) last_answer_ = outcome.finished;

  const bool first = !polled_;
  polled_ = true;
  up_ = outcome.reading != nullptr;
  FoldIdentity(outcome.identity, events);
  if (up_) {
    FoldSuccess(outcome, config, events);
  } else {
    ++counters_.poll_failures;
  }
  if (!first && up_ && outcome.collectors != collectors_) {
    for (const CollectorResult& collector : outcome.collectors) {
      if (collector.success ||
          std::find(collectors_.begin(), collectors_.end(), collector) != collectors_.end()) {
        continue;
      }
      Note(events, EventKind::kStateChange, LogLevel::kWarning,
           "collector " + std::string(CollectorName(collector.collector)) +
               " fails: " + WhyFailed(outcome, collector.collector));
    }
  }
  collectors_ = outcome.collectors;
  last_error_ = outcome.error;
  FoldState(outcome, config, events);
}

void MinerTrack::FoldSuccess(const PollOutcome& outcome, const Config& config,
                             std::vector<Event>& events) {
  const Reading& reading = *outcome.reading;
  rated_ = ResolveEfficiency(config, facts_, identity_, reading.rated_joules_per_terahash);
  expected_ = facts_.labels.rated_hashrate_hashes_per_second
                  ? facts_.labels.rated_hashrate_hashes_per_second
                  : reading.hashrate_expected_hashes_per_second;
  FoldElapsed(reading, outcome, events);
  FoldPool(reading, events);
  FoldShares(reading, outcome.started);
  if (const auto change = pool_guard_.Fold(reading, config.pools)) {
    const bool elsewhere = pool_guard_.verdict() && pool_guard_.verdict()->unexpected;
    Note(events, EventKind::kPoolUnexpected, elsewhere ? LogLevel::kCritical : LogLevel::kInfo,
         *change);
  }
  FoldBoards(reading, events);
  FoldBaseline(reading, config, outcome.finished, events);
  FoldEnergy(outcome);
  power_ = ResolvePower(reading, rated_);
  reading_ = outcome.reading;
  reading_steady_ = outcome.finished;
  last_success_ = outcome.started;
  thresholds_ = ResolveThresholds(config, facts_, identity_);
}

void MinerTrack::FoldIdentity(const Identity& next, std::vector<Event>& events) {
  if (next.firmware.empty() || next == identity_) return;
  if (!identity_.model.empty() && identity_.model != next.model) {
    Note(events, EventKind::kModelChange, LogLevel::kWarning,
         "model changed from " + Quoted(identity_.model) + " to " + Quoted(next.model));
  }
  // The web side has told what the API does not: the same firmware, better known.
  const bool learned = next.firmware == "braiins" && IsBraiinsRelease(next.firmware_version) &&
                       !IsBraiinsRelease(identity_.firmware_version);
  const bool other = identity_.firmware != next.firmware ||
                     (identity_.firmware_version != next.firmware_version && !learned);
  if (!identity_.firmware.empty() && other) {
    Note(events, EventKind::kFirmwareChange, LogLevel::kInfo,
         "firmware changed from " + Quoted(identity_.firmware + ' ' + identity_.firmware_version) +
             " to " + Quoted(next.firmware + ' ' + next.firmware_version));
  }
  if (IsAnotherDevice(identity_, next)) ForgetDevice(events);
  identity_ = next;
}

void MinerTrack::ForgetDevice(std::vector<Event>& events) {
  if (baseline_.Samples() > 0) {
    Note(events, EventKind::kBaselineReset, LogLevel::kInfo,
         "the usual hashrate is learned anew (another device answers here)");
  }
  baseline_ = Baseline();
  power_.reset();
  mining_start_.reset();
  last_elapsed_.reset();
  active_pool_.clear();
  last_share_.reset();
  last_accepted_.reset();
  work_mode_.clear();
  board_serials_.clear();
}

bool MinerTrack::WasRestarted(double elapsed, SteadyTime steady) const {
  if (!last_elapsed_) return false;
  if (elapsed < *last_elapsed_) return true;
  // It runs again for longer than when it was last seen, yet not for all the time in between.
  return reading_steady_ && reading_ && reading_->elapsed_seconds &&
         elapsed + kElapsedSlack < *last_elapsed_ + Seconds(steady - *reading_steady_).count();
}

void MinerTrack::FoldElapsed(const Reading& reading, const PollOutcome& outcome,
                             std::vector<Event>& events) {
  if (!reading.elapsed_seconds) return;
  const double elapsed = *reading.elapsed_seconds;
  if (WasRestarted(elapsed, outcome.finished)) {
    counters_.restarts += 1;
    Note(events, EventKind::kReboot, LogLevel::kWarning, "the mining process was restarted");
  }
  last_elapsed_ = elapsed;
  const SystemTime start = MinusSeconds(outcome.started, elapsed);
  // Sticky: Elapsed has whole seconds, and a start time that jitters looks like restarts.
  if (!mining_start_ || start - *mining_start_ > kStartShift ||
      *mining_start_ - start > kStartShift) {
    mining_start_ = std::chrono::round<std::chrono::seconds>(start);
  }
}

void MinerTrack::FoldPool(const Reading& reading, std::vector<Event>& events) {
  const auto active =
      std::find_if(reading.pools.begin(), reading.pools.end(),
                   [](const PoolReading& pool) { return pool.active && !pool.dev_fee; });
  if (active == reading.pools.end() || active->host.empty()) return;
  if (!active_pool_.empty() && active_pool_ != active->host) {
    counters_.pool_switches += 1;
    Note(events, EventKind::kPoolChange, LogLevel::kWarning,
         "active pool changed from " + Quoted(active_pool_) + " to " + Quoted(active->host));
  }
  active_pool_ = active->host;
}

void MinerTrack::FoldShares(const Reading& reading, SystemTime started) {
  std::optional<SystemTime> told;
  for (const PoolReading& pool : reading.pools) {
    if (!pool.dev_fee && pool.last_share && (!told || *pool.last_share > *told)) {
      told = pool.last_share;
    }
  }
  const auto before = std::exchange(last_accepted_, reading.accepted);
  if (told || !reading.accepted) {
    last_share_ = told;
  } else if (*reading.accepted == 0) {
    last_share_ = mining_start_;  // None since then.
  } else if (!last_share_ || !before || *reading.accepted != *before) {
    last_share_ = started;
  }
}

void MinerTrack::FoldBoards(const Reading& reading, std::vector<Event>& events) {
  std::vector<std::string> serials;
  for (const BoardReading& board : reading.boards) {
    if (!board.serial.empty()) serials.push_back(board.serial);
  }
  if (serials.empty()) return;
  if (!board_serials_.empty() && serials != board_serials_) {
    Note(events, EventKind::kBoardChange, LogLevel::kWarning,
         "the serial numbers of the boards changed");
  }
  board_serials_ = std::move(serials);
}

void MinerTrack::FoldBaseline(const Reading& reading, const Config& config, SteadyTime steady,
                              std::vector<Event>& events) {
  if (!reading.hashrate_hashes_per_second) return;
  Baseline::Sample sample;
  sample.hashrate_hashes_per_second = *reading.hashrate_hashes_per_second;
  sample.mining = IsMining(reading);
  sample.elapsed_seconds = reading.elapsed_seconds.value_or(sample.elapsed_seconds);
  sample.clocks = ClocksOf(reading);
  sample.work_mode_changed =
      !reading.work_mode.empty() && !work_mode_.empty() && reading.work_mode != work_mode_;
  if (!reading.work_mode.empty()) work_mode_ = reading.work_mode;
  const auto window = static_cast<std::size_t>(config.alerts.rolling_window_samples);
  if (baseline_.Add(sample, window, thresholds_.hashrate_ratio, steady) ==
      Baseline::Effect::kReset) {
    Note(events, EventKind::kBaselineReset, LogLevel::kInfo,
         "the usual hashrate is learned anew (other work mode or clock, or 24 h below it)");
  }
}

void MinerTrack::FoldEnergy(const PollOutcome& outcome) {
  const bool restored = std::exchange(counters_pending_, false);
  // `power_` still is the figure of the poll before: it held until now.
  if (!power_) return;
  if (restored && last_success_) {
    // The last run may have integrated, and shown, more than it could save before it ended.
    const auto gap = std::min<nanoseconds>(outcome.started - *last_success_, kMostRestartGap);
    if (gap > nanoseconds::zero()) AddEnergy(Seconds(gap).count());
  } else if (reading_steady_) {
    const nanoseconds gap = outcome.finished - *reading_steady_;
    if (gap > nanoseconds::zero() && gap <= stale_after_) AddEnergy(Seconds(gap).count());
  }
}

void MinerTrack::AddEnergy(double seconds) {
  const double joules = power_->watts * seconds;
  if (power_->source == PowerSource::kReported) {
    counters_.energy_reported_joules += joules;
    counters_.energy_reported_seen = true;
  } else {
    counters_.energy_estimated_joules += joules;
    counters_.energy_estimated_seen = true;
  }
}

void MinerTrack::FoldState(const PollOutcome& outcome, const Config& config,
                           std::vector<Event>& events) {
  StateInput input;
  input.reading = outcome.reading.get();
  input.error = outcome.error;
  input.web_denied = outcome.web_error && outcome.web_error->reason == Reason::kAuth;
  input.connected = outcome.connected;
  input.silent = outcome.finished - last_answer_.value_or(first_tried_);
  input.interval = std::chrono::duration_cast<nanoseconds>(config.polling.interval);
  input.expected_hashes_per_second = expected_;
  input.thresholds = thresholds_;
  if (baseline_.Samples() >= static_cast<std::size_t>(config.alerts.rolling_window_samples)) {
    input.baseline_hashes_per_second = baseline_.Value();
  }
  const MinerState next = DeriveState(input);
  if (next == state_ && counters_.polls > 1) return;
  const bool was_down = state_ >= MinerState::kApiDown && counters_.polls > 1;
  const bool is_down = next >= MinerState::kApiDown;
  EventKind kind = EventKind::kStateChange;
  if (next == MinerState::kLost) kind = EventKind::kLost;
  if (was_down && !is_down) kind = EventKind::kRecovered;
  std::string message = "state ";
  if (counters_.polls > 1) message.append(MinerStateName(state_)).append(" -> ");
  message.append(MinerStateName(next));
  if (is_down && outcome.error) message += ": " + outcome.error->detail;
  Note(events, kind, is_down ? LogLevel::kWarning : LogLevel::kInfo, std::move(message));
  state_ = next;
  state_since_ = now_;
}

void MinerTrack::Maintain(const MaintenanceList& list) {
  std::shared_ptr<const MaintenanceEntry> found;
  for (const auto& entry : list) {
    if (entry->Covers(facts_) && (!found || entry->end > found->end)) found = entry;
  }
  if (found == maintenance_) return;
  maintenance_ = std::move(found);
  changed_ = true;
}

bool MinerTrack::IsStale(SteadyTime steady) const {
  return reading_steady_ && steady - *reading_steady_ > stale_after_;
}

std::optional<double> MinerTrack::LostHashrate(const Reading* reading) const {
  const auto baseline = baseline_.Value();
  const auto usual = baseline ? baseline : expected_;
  if (!polled_ || !usual) return std::nullopt;
  if (state_ == MinerState::kSleeping) return 0.0;  // Nobody expects more.
  if (reading == nullptr) return usual;
  if (!reading->hashrate_hashes_per_second) return std::nullopt;
  return std::max(0.0, *usual - *reading->hashrate_hashes_per_second);
}

bool MinerTrack::NeedsView(SteadyTime steady) const {
  return changed_ || IsStale(steady) != view_was_stale_;
}

std::shared_ptr<const MinerView> MinerTrack::MakeView(SteadyTime steady) {
  auto view = std::make_shared<MinerView>();
  view->facts = facts_;
  view->identity = identity_;
  if (!facts_.labels.model.empty()) view->identity.model = facts_.labels.model;
  view->state = state_;
  view->state_since = state_since_;
  view->up = up_;
  view->polled = polled_;
  view->last_success = last_success_;
  view->last_poll_seconds = last_poll_seconds_;
  view->collectors = collectors_;
  if (last_error_) {
    view->last_error = last_error_->reason;
    view->last_error_detail = last_error_->detail;
  }
  view->counters = counters_;
  view->counters_pending = counters_pending_;
  view->thresholds = thresholds_;
  view->maintenance = maintenance_;
  view_was_stale_ = IsStale(steady);
  if (reading_ && !view_was_stale_) {
    view->reading = reading_;
    view->pool_verdict = pool_guard_.verdict();
    view->power = power_;
    if (rated_) view->rated_joules_per_terahash = rated_->joules_per_terahash;
    view->mining_start = mining_start_;
    view->mining = IsMining(*reading_);
    view->last_share = last_share_;
    view->hashrate_expected_hashes_per_second = expected_;
    view->baseline_hashes_per_second = baseline_.Value();
    view->baseline_samples = static_cast<int>(baseline_.Samples());
  }
  view->hashrate_lost_hashes_per_second = LostHashrate(view->reading.get());
  changed_ = false;
  return view;
}

}  // namespace antx
