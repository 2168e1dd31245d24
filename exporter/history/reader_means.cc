#include <algorithm>
#include <span>
#include <unordered_map>

#include "history/blocks.h"
#include "history/columns.h"
#include "history/compaction.h"
#include "history/layout.h"
#include "history/reader.h"
#include "history/rollup.h"
#include "history/store.h"

namespace antx {
namespace {

/// Sums of one miner over a window.
struct Sums {
  std::array<double, kMinerMetricCount> sum{};
  std::array<double, kMinerMetricCount> weight{};
  std::uint64_t samples = 0;
  std::int64_t newest = 0;

  void AddRaw(const Block& block, std::int64_t from) {
    for (std::size_t row = 0; row < block.size(); ++row) {
      if (block.times[row] < from) continue;
      ++samples;
      newest = std::max(newest, block.times[row]);
      for (std::size_t i = 0; i < sum.size(); ++i) Add(i, block.values[RawColumn(i)][row]);
    }
  }
  /// A row whose metrics begin in column 2.
  void AddRow(const DbStatement& row, std::int64_t time) {
    ++samples;
    newest = std::max(newest, time);
    for (std::size_t i = 0; i < sum.size(); ++i) {
      Add(i, row.OptionalInt(static_cast<int>(i) + 2).value_or(kNoValue));
    }
  }
  void AddRolled(const Block& block, TimeRange range, HistoryStep step) {
    for (std::size_t row = 0; row < block.size(); ++row) {
      if (block.times[row] < range.from || block.times[row] >= range.to) continue;
      samples += static_cast<std::uint64_t>(block.values[kSamplesColumn][row]);
      newest = std::max(newest, block.times[row] + HistoryStepLength(step).count() * 1000 - 1);
      for (std::size_t i = 0; i < sum.size(); ++i) {
        const BucketSum bucket = ReadSum(block, row, i);
        sum[i] += bucket.sum;
        weight[i] += static_cast<double>(bucket.samples);
      }
    }
  }
  /// Adds another series of the same miner. Rates of two algorithms do not add up: the newer stays.
  void Join(const Sums& other) {
    const bool newer = other.newest >= newest;
    for (std::size_t i = 0; i < sum.size(); ++i) {
      if (IsRate(HistoryKind::kMiner, i)) {
        if (!newer) continue;
        sum[i] = weight[i] = 0;
      }
      sum[i] += other.sum[i];
      weight[i] += other.weight[i];
    }
    samples += other.samples;
    newest = std::max(newest, other.newest);
  }
  [[nodiscard]] WindowMeans Finish(const SeriesInfo& info) const {
    WindowMeans means;
    means.miner = info.miner;
    means.address = Ipv4::Parse(info.address).value_or(Ipv4());
    means.samples = samples;
    means.last_seen = FromMilliseconds(newest);
    for (std::size_t i = 0; i < sum.size(); ++i) {
      if (weight[i] <= 0) continue;
      const double unit = StoredUnit(HistoryKind::kMiner, i, info.rate_unit);
      means.means[i] = FromUnits(sum[i] / weight[i], unit);
    }
    return means;
  }

 private:
  void Add(std::size_t metric, std::int64_t value) {
    if (value == kNoValue) return;
    sum[metric] += static_cast<double>(value);
    ++weight[metric];
  }
};

/// Rows that are in chunks: whole hours by their bucket, the first part of an hour by its raw
/// rows, or by its 5-minute buckets where the raw rows are gone.
DbResult<void> AddChunks(Db& db, std::int64_t series, std::int64_t from, TimeRange hours,
                         Sums& sums) {
  const std::int64_t part = BucketStart(from, kHourMilliseconds);
  bool damaged = false;
  if (part < from) {
    const auto raw = LoadChunk(db, HistoryKind::kMiner, HistoryStep::kRaw, part, series, damaged);
    if (raw.has_error()) return raw.error();
    sums.AddRaw(*raw, from);
    if (raw->size() == 0) {
      const auto fine =
          LoadChunk(db, HistoryKind::kMiner, HistoryStep::kFiveMinutes, part, series, damaged);
      if (fine.has_error()) return fine.error();
      sums.AddRolled(*fine, {from, part + kHourMilliseconds}, HistoryStep::kFiveMinutes);
    }
  }
  const std::int64_t length = ChunkLength(HistoryStep::kHour);
  for (std::int64_t period = BucketStart(hours.from, length); period < hours.to; period += length) {
    const auto block =
        LoadChunk(db, HistoryKind::kMiner, HistoryStep::kHour, period, series, damaged);
    if (block.has_error()) return block.error();
    sums.AddRolled(*block, hours, HistoryStep::kHour);
  }
  return {};
}

/// One pass over the rows that are in no chunk: they lie by time, not by miner.
DbResult<void> AddHot(Db& db, std::int64_t from, std::unordered_map<std::int64_t, Sums>& sums) {
  auto rows = db.Prepare("SELECT series,ts," + ColumnList(HistoryKind::kMiner) +
                         " FROM raw_miner WHERE ts >= ?");
  if (rows.has_error()) return rows.error();
  rows->Bind(1, from);
  while (rows->Step()) {
    const auto found = sums.find(rows->Int(0));
    if (found != sums.end()) found->second.AddRow(*rows, rows->Int(1));
  }
  if (rows->Failed()) return db.LastError();
  return {};
}

/// The means of one miner of all its series, which stand side by side.
WindowMeans JoinSeries(std::span<const SeriesInfo> series,
                       std::unordered_map<std::int64_t, Sums>& sums) {
  Sums all;
  const SeriesInfo* newest = &series.front();
  for (const SeriesInfo& info : series) {
    const Sums& one = sums[info.series];
    if (one.samples == 0) continue;
    if (one.newest >= all.newest) newest = &info;
    all.Join(one);
  }
  return all.Finish(*newest);
}

std::optional<SystemTime> FindLatest(const std::vector<LatestRow>& latest,
                                     const WindowMeans& means) {
  const auto row =
      std::lower_bound(latest.begin(), latest.end(), means.address,
                       [](const LatestRow& a, const Ipv4& address) { return a.address < address; });
  if (row == latest.end() || row->miner != means.miner) return std::nullopt;
  return row->time;
}

}  // namespace

HistoryResult<std::vector<WindowMeans>> DbReader::Means(
    SystemTime from, const std::vector<std::string>& miners) const {
  constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max() / 2;
  auto lease = Open();
  if (lease.has_error()) return lease.error();
  Db& db = **lease;
  const ReadTransaction transaction(db);
  const auto series = MinerSeries(db, miners);
  if (series.has_error()) return series.error();
  const std::int64_t start = Milliseconds(from);
  const std::int64_t first_hour = BucketStart(start + kHourMilliseconds - 1, kHourMilliseconds);
  const TimeRange hours = CutToStored(db, HistoryStep::kHour, {first_hour, kEnd});
  std::unordered_map<std::int64_t, Sums> sums;
  for (const SeriesInfo& info : *series) sums.try_emplace(info.series);
  const auto hot = AddHot(db, start, sums);
  if (hot.has_error()) return HistoryError{hot.error().detail};
  const auto latest = Latest();
  for (const SeriesInfo& info : *series) {
    const auto chunks = AddChunks(db, info.series, start, hours, sums[info.series]);
    if (chunks.has_error()) return HistoryError{chunks.error().detail};
  }
  std::vector<WindowMeans> answer;
  for (auto first = series->begin(); first != series->end();) {
    const auto end = std::find_if(
        first, series->end(), [&](const SeriesInfo& info) { return info.miner != first->miner; });
    WindowMeans means = JoinSeries({first, end}, sums);
    first = end;
    if (means.samples == 0) continue;
    answer.push_back(std::move(means));
    // A bucket does not tell when its last row was.
    const auto newest = FindLatest(*latest, answer.back());
    if (newest) answer.back().last_seen = *newest;
  }
  return answer;
}

}  // namespace antx
