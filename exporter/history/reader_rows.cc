#include <algorithm>
#include <array>
#include <map>

#include "history/blocks.h"
#include "history/columns.h"
#include "history/layout.h"
#include "history/reader.h"
#include "history/rollup.h"
#include "history/store.h"

namespace antx {
namespace {

constexpr std::size_t kMostRowsHeld = 200'000;

/// A metric of one row of a block in stored units; a bucket's is a sum of some samples.
BucketSum SumOf(const Block& block, std::size_t row, std::size_t metric, HistoryStep step) {
  if (step != HistoryStep::kRaw) return ReadSum(block, row, metric);
  const std::int64_t value = block.values[RawColumn(metric)][row];
  return value == kNoValue ? BucketSum{} : BucketSum{static_cast<double>(value), 1};
}

/// Streams the rows of some series, one period of chunks after the other.
class RowStream {
 public:
  RowStream(Db& db, const RowsQuery& query, const std::vector<SeriesInfo>& series,
            const HistoryRowSink& sink)
      : db_(db), query_(query), series_(series), sink_(sink) {
    for (std::size_t i = 0; i < series.size(); ++i) {
      places_[series[i].series] = i;
      addresses_.push_back(Ipv4::Parse(series[i].address).value_or(Ipv4()));
    }
  }

  /// False: the sink had enough.
  HistoryResult<bool> Run() {
    const TimeRange range = WholeRange();
    const std::int64_t length = ChunkLength(query_.step);
    const std::int64_t first = BucketStart(range.from, length);
    if (range.from >= range.to) return true;
    const std::int64_t periods = (range.to - first + length - 1) / length;
    for (std::int64_t i = 0; i < periods; ++i) {
      const std::int64_t start = first + (query_.newest_first ? periods - 1 - i : i) * length;
      const auto more = Period({std::max(start, range.from), std::min(start + length, range.to)});
      if (more.has_error() || !*more) return more;
    }
    return true;
  }

 private:
  struct Row {
    std::int64_t time = 0;
    std::size_t place = 0;  ///< In series_.
    MinerValues values;
    std::array<std::uint32_t, kMinerMetricCount> samples{};  ///< Of buckets: behind each value.

    /// Adds the same bucket of another algorithm. Rates do not add up: that with more samples
    /// stays.
    void Join(const Row& other) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (!other.values[i]) continue;
        if (IsRate(HistoryKind::kMiner, i)) {
          if (other.samples[i] > samples[i]) values[i] = other.values[i];
        } else {
          values[i] = (values[i].value_or(0) * samples[i] + *other.values[i] * other.samples[i]) /
                      (static_cast<double>(samples[i]) + other.samples[i]);
        }
        samples[i] += other.samples[i];
      }
    }
  };

  /// From the oldest to the newest thing that is stored, within what was asked for.
  TimeRange WholeRange() {
    constexpr std::int64_t kFar = std::int64_t{1} << 50;
    const TimeRange asked{query_.from ? Milliseconds(*query_.from) : 0,
                          query_.to ? Milliseconds(*query_.to) : kFar};
    TimeRange stored = CutToStored(db_, query_.step, asked);
    const auto oldest = db_.Number("SELECT min(ts) FROM raw_miner");
    const auto newest = db_.Number("SELECT max(ts) FROM raw_miner");
    if (!oldest || !newest) return stored;
    const TimeRange hot{std::max(asked.from, BucketStart(*oldest, BucketLength())),
                        std::min(asked.to, *newest + 1)};
    if (hot.from >= hot.to) return stored;
    if (stored.from >= stored.to) return hot;
    return {std::min(hot.from, stored.from), std::max(hot.to, stored.to)};
  }

  [[nodiscard]] std::int64_t BucketLength() const {
    return std::max<std::int64_t>(1, HistoryStepLength(query_.step).count() * 1000);
  }

  HistoryResult<bool> Period(TimeRange range) {
    std::map<std::size_t, std::string> packed;
    const auto read = ReadChunks(range, packed);
    if (read.has_error()) return HistoryError{read.error().detail};
    const std::int64_t window = Window(range, packed.size());
    const std::int64_t windows = (range.to - range.from + window - 1) / window;
    for (std::int64_t i = 0; i < windows; ++i) {
      const std::int64_t start = range.from + (query_.newest_first ? windows - 1 - i : i) * window;
      const auto more = EmitWindow({start, std::min(start + window, range.to)}, packed);
      if (more.has_error() || !*more) return more;
    }
    return true;
  }

  DbResult<void> ReadChunks(TimeRange range, std::map<std::size_t, std::string>& packed) {
    // One range of keys: the chunks of a period lie together.
    auto rows = db_.Prepare("SELECT id,data FROM chunks WHERE id >= ? AND id <= ?");
    if (rows.has_error()) return rows.error();
    const std::int64_t first = ChunkKey(query_.step, range.from, 0);
    rows->Bind(1, first);
    rows->Bind(2, first + kMostSeries);
    while (rows->Step()) {
      const auto place = places_.find(rows->Int(0) - first);
      if (place != places_.end()) packed[place->second] = rows->Blob(1);
    }
    if (rows->Failed()) return db_.LastError();
    return {};
  }

  /// How long a part of the period may be so that its rows fit into memory.
  [[nodiscard]] std::int64_t Window(TimeRange range, std::size_t chunks) const {
    const std::int64_t length = range.to - range.from;
    const std::size_t rows = std::max(chunks, series_.size()) * 120;
    // Who asks for the newest rows mostly wants few.
    const std::size_t held = query_.newest_first ? kMostRowsHeld / 10 : kMostRowsHeld;
    const auto parts = static_cast<std::int64_t>(rows / held + 1);
    const std::int64_t window = length / parts + 1;
    return BucketStart(window + BucketLength() - 1, BucketLength());
  }

  HistoryResult<bool> EmitWindow(TimeRange range,
                                 const std::map<std::size_t, std::string>& packed) {
    rows_.clear();
    for (const auto& [place, bytes] : packed) {
      const auto block = UnpackChunk(bytes, HistoryKind::kMiner, query_.step);
      if (block) Take(*block, range, place);
    }
    const auto hot = query_.step == HistoryStep::kRaw ? TakeHot(range) : TakeHotBuckets(range);
    if (hot.has_error()) return HistoryError{hot.error().detail};
    std::sort(rows_.begin(), rows_.end(), [this](const Row& a, const Row& b) {
      const auto before = std::pair(a.time, a.place) < std::pair(b.time, b.place);
      return query_.newest_first ? std::pair(b.time, b.place) < std::pair(a.time, a.place) : before;
    });
    if (query_.step != HistoryStep::kRaw) JoinBuckets();
    for (const Row& row : rows_) {
      const SeriesInfo& info = series_[row.place];
      if (!sink_({FromMilliseconds(row.time), info.miner, addresses_[row.place], row.values})) {
        return false;
      }
    }
    return true;
  }

  /// One row for each bucket of a miner, also when it changed its algorithm in it.
  void JoinBuckets() {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const bool same = kept > 0 && rows_[kept - 1].time == rows_[i].time &&
                        series_[rows_[kept - 1].place].miner == series_[rows_[i].place].miner;
      if (same) {
        rows_[kept - 1].Join(rows_[i]);
      } else {
        rows_[kept++] = rows_[i];
      }
    }
    rows_.resize(kept);
  }

  void Take(const Block& block, TimeRange range, std::size_t place) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (block.times[i] < range.from || block.times[i] >= range.to) continue;
      Row row{block.times[i], place, {}, {}};
      for (std::size_t metric = 0; metric < row.values.size(); ++metric) {
        const BucketSum told = SumOf(block, i, metric, query_.step);
        if (told.samples == 0) continue;
        row.samples[metric] = static_cast<std::uint32_t>(told.samples);
        row.values[metric] =
            FromUnits(told.sum / static_cast<double>(told.samples),
                      StoredUnit(HistoryKind::kMiner, metric, series_[place].rate_unit));
      }
      rows_.push_back(row);
    }
  }

  DbResult<void> TakeHot(TimeRange range) {
    auto rows = db_.Prepare("SELECT ts,series," + ColumnList(HistoryKind::kMiner) +
                            " FROM raw_miner WHERE ts >= ? AND ts < ?");
    if (rows.has_error()) return rows.error();
    rows->Bind(1, range.from);
    rows->Bind(2, range.to);
    while (rows->Step()) {
      const auto place = places_.find(rows->Int(1));
      if (place == places_.end()) continue;
      Row row{rows->Int(0), place->second, {}, {}};
      const std::int64_t rate_unit = series_[place->second].rate_unit;
      for (std::size_t i = 0; i < row.values.size(); ++i) {
        row.values[i] = FromStored(rows->OptionalInt(static_cast<int>(i) + 2).value_or(kNoValue),
                                   StoredUnit(HistoryKind::kMiner, i, rate_unit));
      }
      rows_.push_back(row);
    }
    if (rows->Failed()) return db_.LastError();
    return {};
  }

  /// Buckets that have raw rows: their chunk part is read anew, so that both are in one row.
  DbResult<void> TakeHotBuckets(TimeRange range) {
    const auto newest = db_.Number("SELECT max(ts) FROM raw_miner");
    if (!newest || *newest < range.from) return {};
    rows_.clear();
    for (std::size_t place = 0; place < series_.size(); ++place) {
      const auto block = ReadBlock(db_, series_[place], query_.step, range);
      if (block.has_error()) return block.error();
      Take(*block, range, place);
    }
    return {};
  }

  Db& db_;
  const RowsQuery& query_;
  const std::vector<SeriesInfo>& series_;
  const HistoryRowSink& sink_;
  std::map<std::int64_t, std::size_t> places_;
  std::vector<Ipv4> addresses_;
  std::vector<Row> rows_;
};

}  // namespace

HistoryResult<bool> DbReader::Rows(const RowsQuery& query, const HistoryRowSink& sink) const {
  auto lease = Open();
  if (lease.has_error()) return lease.error();
  Db& db = **lease;
  const ReadTransaction transaction(db);
  const auto series = MinerSeries(db, query.miners);
  if (series.has_error()) return series.error();
  return RowStream(db, query, *series, sink).Run();
}

}  // namespace antx
