// The history: rounds of a large fleet, compaction, retention, questions; against a bare
// insert of as many rows of the same layout into SQLite in the same run.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/bench_util.h"
#include "history/compaction.h"
#include "history/layout.h"
#include "history/reader.h"
#include "history/retention.h"
#include "history/rollup.h"
#include "history/store.h"

namespace antx::bench {
namespace {

using std::chrono::seconds;

constexpr auto kInterval = seconds(30);
constexpr std::int64_t kDay = 24 * kHourMilliseconds;

class SteppedClock final : public Clock {
 public:
  [[nodiscard]] SystemTime Now() const override { return now; }
  [[nodiscard]] SteadyTime Steady() const override { return SteadyTime(now.time_since_epoch()); }
  [[nodiscard]] Stamp Time() const { return {Now(), Steady()}; }
  SystemTime now{seconds(1'772'323'200)};  // The start of a day.
};

template <class T>
T Must(DbResult<T> result, const char* what) {
  if (result.has_error()) {
    std::fprintf(stderr, "bench_store: %s: %s\n", what, result.error().detail.c_str());
    std::exit(1);
  }
  return std::move(*result);
}
void Must(const DbResult<void>& result, const char* what) {
  if (!result.has_error()) return;
  std::fprintf(stderr, "bench_store: %s: %s\n", what, result.error().detail.c_str());
  std::exit(1);
}

/// A fleet whose values move as real ones do: rate +-1 %, temperatures +-4, fans +-60.
class Fleet {
 public:
  Fleet(int miners, int boards) : boards_(boards) {
    for (int i = 0; i < miners; ++i) {
      const auto number = static_cast<unsigned>(i);
      const std::string address = "10." + std::to_string(number / 65536) + '.' +
                                  std::to_string(number / 256 % 256) + '.' +
                                  std::to_string(number % 256);
      addresses_.push_back(*Ipv4::Parse(address));
    }
  }

  std::shared_ptr<const Snapshot> Round(SystemTime now) {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->miners.reserve(addresses_.size());
    for (std::size_t i = 0; i < addresses_.size(); ++i) snapshot->miners.push_back(Miner(i, now));
    ++round_;
    return snapshot;
  }

 private:
  double Noise(double spread) {
    return (static_cast<double>(random_() % 2001) / 1000 - 1) * spread;
  }

  std::shared_ptr<const MinerView> Miner(std::size_t i, SystemTime now) {
    auto reading = std::make_shared<Reading>();
    reading->identity.algorithm = "sha256";
    reading->hashrate_hashes_per_second = 110e12 * (1 + Noise(0.01));
    reading->elapsed_seconds = 30.0 * round_;
    reading->accepted = round_ * 2 + static_cast<double>(i % 7);
    reading->rejected = round_ / 50;
    reading->hardware_errors = round_ / 3;
    for (int fan = 1; fan <= 4; ++fan) reading->fans.push_back({fan, 5400 + Noise(60)});
    for (int board = 1; board <= boards_; ++board) reading->boards.push_back(Board(board));
    if (boards_ == 0) reading->boards.clear();
    auto view = std::make_shared<MinerView>();
    view->facts.address = addresses_[i];
    view->facts.id = addresses_[i].ToString();
    view->identity.algorithm = "sha256";
    view->identity.model = "Antminer S19 Pro";
    view->up = true;
    view->state = MinerState::kHashing;
    view->last_success = now;
    view->power = Power{3250 + Noise(30), PowerSource::kReported};
    view->counters.energy_reported_seen = true;
    view->counters.energy_reported_joules = round_ * 97'500.0;
    view->reading = std::move(reading);
    return view;
  }

  BoardReading Board(int number) {
    BoardReading board;
    board.board = std::to_string(number);
    board.chips = 114;
    board.hashrate_hashes_per_second = 36.6e12 * (1 + Noise(0.01));
    board.hardware_errors = round_ / 9;
    board.frequency_hertz = 525e6;
    board.voltage_volts = 13.2;
    board.chip_celsius = {{0, static_cast<float>(70 + Noise(4))}};
    board.pcb_celsius = {{0, static_cast<float>(62 + Noise(4))}};
    return board;
  }

  int boards_;
  std::vector<Ipv4> addresses_;
  std::mt19937 random_{5};
  int round_ = 0;
};

std::unique_ptr<HistoryStore> OpenStore(const std::string& path) {
  return Must(HistoryStore::Open(Must(Db::Open(path), "open")), "open");
}

/// CPU seconds of the bare insert of `rounds` x `rows` rows of 17 integers.
double BareInsert(const std::string& path, int rounds, int rows) {
  Db db = Must(Db::Open(path), "open");
  std::string columns, marks;
  for (int i = 0; i < 15; ++i) {
    columns += ", v" + std::to_string(i) + " INTEGER";
    marks += ",?";
  }
  Must(db.Execute("CREATE TABLE bare (ts INTEGER, series INTEGER" + columns +
                  ", PRIMARY KEY (ts, series)) WITHOUT ROWID"),
       "create");
  DbStatement insert = Must(db.Prepare("INSERT INTO bare VALUES (?,?" + marks + ")"), "prepare");
  std::mt19937 random(5);
  const double begin = CpuSeconds();
  for (int round = 0; round < rounds; ++round) {
    Must(db.Execute("BEGIN"), "begin");
    for (int row = 0; row < rows; ++row) {
      insert.Bind(1, std::int64_t{1'772'323'200'000} + round * 30'000);
      insert.Bind(2, static_cast<std::int64_t>(row));
      for (int i = 0; i < 15; ++i)
        insert.Bind(3 + i, static_cast<std::int64_t>(random() % 100'000));
      (void)insert.Step();
      insert.Reset();
    }
    Must(db.Execute("COMMIT"), "commit");
  }
  return CpuSeconds() - begin;
}

struct Rounds {
  std::vector<double> milliseconds;
  double cpu_seconds = 0;
  std::size_t rows = 0;
};

/// Writes rounds; the fleet's own work is not counted.
Rounds WriteRounds(HistoryStore& store, Fleet& fleet, SteppedClock& clock, int count) {
  Rounds result;
  for (int i = 0; i < count; ++i) {
    clock.now += kInterval;
    const auto snapshot = fleet.Round(clock.now);
    const double wall = WallSeconds();
    const double cpu = CpuSeconds();
    result.rows += Must(store.WriteRound(*snapshot, clock.Time(), kInterval), "round");
    result.cpu_seconds += CpuSeconds() - cpu;
    result.milliseconds.push_back((WallSeconds() - wall) * 1000);
  }
  return result;
}

/// Longest step, milliseconds, and processor time of all.
struct Chores {
  double longest = 0;
  double cpu_seconds = 0;
};
template <class Step>
Chores RunChores(Step step) {
  Chores chores;
  const double cpu = CpuSeconds();
  while (true) {
    const double wall = WallSeconds();
    const bool more = step();
    chores.longest = std::max(chores.longest, (WallSeconds() - wall) * 1000);
    if (!more) break;
  }
  chores.cpu_seconds = CpuSeconds() - cpu;
  return chores;
}

void WriteAndRetain(const std::string& path, int miners, int boards, int rounds, JsonLine& line) {
  SteppedClock clock;
  Fleet fleet(miners, boards);
  auto store = OpenStore(path);
  (void)WriteRounds(*store, fleet, clock, 1);  // The series are made once.
  Rounds written = WriteRounds(*store, fleet, clock, rounds);
  const double bare = BareInsert(path + ".bare", rounds, static_cast<int>(written.rows) / rounds);
  clock.now += std::chrono::hours(2);
  const Chores compaction = RunChores(
      [&] { return Must(CompactSome(store->db(), Milliseconds(clock.now)), "compact").more; });
  RetentionPlan plan;
  plan.keep = {kHourMilliseconds, 0, 0, 0};
  clock.now += std::chrono::hours(3);
  const Chores retention = RunChores(
      [&] { return Must(RetainSome(store->db(), plan, Milliseconds(clock.now)), "retain").more; });
  const double most = *std::max_element(written.milliseconds.begin(), written.milliseconds.end());
  line.Add("miners", miners)
      .Add("boards", boards)
      .Add("rows_a_round", static_cast<double>(written.rows) / rounds)
      .Add("rows_per_cpu_s", static_cast<double>(written.rows) / written.cpu_seconds)
      .Add("commit_p50_ms", Percentile(written.milliseconds, 50))
      .Add("commit_p99_ms", Percentile(written.milliseconds, 99))
      .Add("commit_max_ms", most)
      .Add("speed_ratio_to_bare_sqlite", bare / written.cpu_seconds)
      .Add("compaction_step_max_ms", compaction.longest)
      .Add("compaction_cpu_s", compaction.cpu_seconds)
      .Add("retention_step_max_ms", retention.longest);
}

/// Bytes of the packed rows of one step and kind, for each row.
struct Packed {
  double bytes = 0;
  double rows = 0;
};
Packed MeasureStep(Db& db, HistoryKind kind, HistoryStep step) {
  Packed packed;
  const std::int64_t first = ChunkKey(step, 0, 0);
  auto rows = Must(db.Prepare("SELECT data FROM chunks JOIN series ON series.series = "
                              "(chunks.id & 16777215) WHERE kind = ? AND id >= ? AND id < ?"),
                   "measure");
  rows.Bind(1, static_cast<std::int64_t>(kind));
  rows.Bind(2, first);
  rows.Bind(3, first + (std::int64_t{1} << 56));
  while (rows.Step()) {
    const auto block = UnpackChunk(rows.Blob(0), kind, step);
    if (!block) continue;
    packed.bytes += static_cast<double>(rows.Blob(0).size());
    packed.rows += static_cast<double>(block->size());
  }
  return packed;
}

void Fill(const std::string& path, SteppedClock& clock, int miners, int days) {
  Fleet fleet(miners, 3);
  auto store = OpenStore(path);
  for (int hour = 0; hour < days * 24; ++hour) {
    (void)WriteRounds(*store, fleet, clock, 120);
    while (Must(CompactSome(store->db(), Milliseconds(clock.now)), "compact").more) {
    }
  }
  Must(store->SaveLatest(), "latest");
}

/// Bytes a row on disk: chunks, their share of half-empty pages and of keys included.
void MeasureBytes(const std::string& path, int days, JsonLine& line) {
  Db db = Must(Db::Open(path), "open");
  double all = 0;
  std::array<double, kHistoryStepCount> miner{}, board{};
  for (int i = 0; i < kHistoryStepCount; ++i) {
    const auto step = static_cast<HistoryStep>(i);
    const Packed of_miners = MeasureStep(db, HistoryKind::kMiner, step);
    const Packed of_boards = MeasureStep(db, HistoryKind::kBoard, step);
    all += of_miners.bytes + of_boards.bytes;
    if (of_miners.rows > 0)
      miner.at(static_cast<std::size_t>(i)) = of_miners.bytes / of_miners.rows;
    if (of_boards.rows > 0)
      board.at(static_cast<std::size_t>(i)) = of_boards.bytes / of_boards.rows;
  }
  const auto chunks = db.Number("SELECT sum(length(data)) FROM chunks").value_or(1);
  const auto pages = db.Number("SELECT sum(pgsize) FROM dbstat WHERE name = 'chunks'");
  if (!pages) {
    std::fprintf(stderr, "bench_store: this SQLite has no dbstat table\n");
    std::exit(1);
  }
  const double fill = static_cast<double>(*pages) / static_cast<double>(chunks);
  const double rows_raw = 7 * 2880.0, rows_5m = 90 * 288.0, rows_1h = 3 * 365 * 24.0;
  const double of_miner = rows_raw * miner[0] + rows_5m * miner[1] + rows_1h * miner[2];
  const double of_boards = 3 * (rows_5m * board[1] + rows_1h * board[2]);
  line.Add("days", days)
      .Add("raw_bytes_a_row", miner[0] * fill)
      .Add("m5_bytes_a_row", miner[1] * fill)
      .Add("h1_bytes_a_row", miner[2] * fill)
      .Add("board_m5_bytes_a_row", board[1] * fill)
      .Add("board_h1_bytes_a_row", board[2] * fill)
      .Add("page_overhead", fill)
      .Add("gb_of_5000_miners_7d_90d_3y", 5000 * of_miner * fill / 1e9)
      .Add("gb_with_3_boards_each", 5000 * (of_miner + of_boards) * fill / 1e9);
}

template <class Question>
void Ask(const char* name, int times, JsonLine& line, Question question) {
  std::vector<double> milliseconds;
  for (int i = 0; i < times; ++i) {
    const double wall = WallSeconds();
    question();
    milliseconds.push_back((WallSeconds() - wall) * 1000);
  }
  line.Add(std::string(name) + "_p50_ms", Percentile(milliseconds, 50))
      .Add(std::string(name) + "_p99_ms", Percentile(milliseconds, 99));
}

void AskQuestions(const std::string& path, const SteppedClock& clock, JsonLine& line) {
  DbReader reader(clock);
  ReadSettings settings;
  settings.path = path;
  settings.keep = {7 * kDay, 90 * kDay, 0, 0};
  reader.Configure(settings, false);
  const auto series = [&](const std::string& miner, std::chrono::hours back) {
    SeriesQuery query;
    query.miner = miner;
    query.from = clock.now - back;
    query.to = clock.now;
    const auto answer = reader.Series(query);
    if (answer.has_error() || answer->points.empty()) std::exit(1);
    return answer->points.size();
  };
  line.Add("miner_24h_points", static_cast<double>(series("10.0.0.7", std::chrono::hours(24))));
  Ask("miner_24h_raw", 200, line, [&] { (void)series("10.0.0.7", std::chrono::hours(24)); });
  Ask("fleet_24h", 200, line, [&] { (void)series("", std::chrono::hours(24)); });
  Ask("fleet_30d", 200, line, [&] { (void)series("", std::chrono::hours(24 * 30)); });
}

void Run(const Flags& flags) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("antx-bench-store-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const int miners = static_cast<int>(flags.Number("miners", 10'000));
  const int rounds = static_cast<int>(flags.Number("rounds", 40));
  for (const int boards : {0, 3}) {
    JsonLine line("store");
    WriteAndRetain((folder / ("write" + std::to_string(boards))).string(), miners, boards, rounds,
                   line);
    line.Print();
  }
  SteppedClock clock;
  const int days = static_cast<int>(flags.Number("days", 31));
  const std::string path = (folder / "long").string();
  Fill(path, clock, static_cast<int>(flags.Number("long-miners", 20)), days);
  JsonLine line("store_long");
  MeasureBytes(path, days, line);
  AskQuestions(path, clock, line);
  line.Print();
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace antx::bench

int main(int argc, char** argv) {
  antx::bench::Run(antx::bench::Flags(argc, argv));
  return 0;
}
