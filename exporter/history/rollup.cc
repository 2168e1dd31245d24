#include "history/rollup.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace antx {
namespace {

constexpr std::size_t kMean = 0;
constexpr std::size_t kBelow = 1;   // mean - min
constexpr std::size_t kAbove = 2;   // max - mean
constexpr std::size_t kLast = 3;    // last - mean
constexpr std::size_t kRest = 4;    // sum - mean * values
constexpr std::size_t kSilent = 5;  // rows without a value

/// Rolled chunks of layout 1 have the first four columns of as many metrics as there were then.
std::size_t FirstLayoutColumns(HistoryKind kind) {
  constexpr std::size_t kFleet = 11, kMiner = 14, kBoard = 7;
  const std::size_t metrics = kind == HistoryKind::kFleet   ? kFleet
                              : kind == HistoryKind::kMiner ? kMiner
                                                            : kBoard;
  return 2 + 4 * metrics;
}

std::int64_t StepMilliseconds(HistoryStep step) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(HistoryStepLength(step)).count();
}

/// One metric of one bucket while it is put together.
struct Figures {
  std::int64_t samples = 0;
  double sum = 0;
  std::int64_t min = 0, max = 0, last = 0;

  void Add(std::int64_t value) {
    min = samples == 0 ? value : std::min(min, value);
    max = samples == 0 ? value : std::max(max, value);
    last = value;
    sum += static_cast<double>(value);
    ++samples;
  }
  void Add(const Figures& other) {
    if (other.samples == 0) return;
    min = samples == 0 ? other.min : std::min(min, other.min);
    max = samples == 0 ? other.max : std::max(max, other.max);
    last = other.last;
    sum += other.sum;
    samples += other.samples;
  }
};

/// What an older chunk does not tell is 0: every row counts, the mean is whole.
std::int64_t OrZero(std::int64_t stored) { return stored == kNoValue ? 0 : stored; }

Figures ReadFigures(const Block& rolled, std::size_t row, std::size_t column) {
  Figures figures;
  const std::int64_t mean = rolled.values[column + kMean][row];
  const std::int64_t rows = rolled.values[kSamplesColumn][row];
  const std::int64_t silent = OrZero(rolled.values[column + kSilent][row]);
  if (mean == kNoValue || rows <= 0 || silent < 0 || silent >= rows) return figures;
  figures.samples = rows - silent;
  // Whole numbers up to 2^53 are exact, far more than a day of any metric adds up to.
  figures.sum = static_cast<double>(mean) * static_cast<double>(figures.samples) +
                static_cast<double>(OrZero(rolled.values[column + kRest][row]));
  figures.min = mean - rolled.values[column + kBelow][row];
  figures.max = mean + rolled.values[column + kAbove][row];
  figures.last = mean + rolled.values[column + kLast][row];
  return figures;
}

/// Days are added to every hour, so that roundings would add up; counts are small numbers, of which
/// the rounding is a large part. Elsewhere the last digits would take a fifth of the file.
bool IsSumKept(HistoryKind kind, std::size_t metric, HistoryStep step) {
  return step == HistoryStep::kDay || HistoryMetrics(kind)[metric].unit.empty();
}

/// `rows` is the number of rows of the bucket, those without a value included.
void WriteFigures(Block& rolled, std::size_t row, std::size_t column, const Figures& figures,
                  std::int64_t rows, bool keep_sum) {
  if (figures.samples == 0) return;
  const auto samples = static_cast<double>(figures.samples);
  const std::int64_t mean = std::llround(figures.sum / samples);
  rolled.values[column + kMean][row] = mean;
  rolled.values[column + kBelow][row] = mean - figures.min;
  rolled.values[column + kAbove][row] = figures.max - mean;
  rolled.values[column + kLast][row] = figures.last - mean;
  rolled.values[column + kRest][row] =
      keep_sum ? std::llround(figures.sum - static_cast<double>(mean) * samples) : 0;
  rolled.values[column + kSilent][row] = rows - figures.samples;
}

/// The row of the bucket, made when it is missing.
std::size_t BucketRow(Block& rolled, std::int64_t start) {
  if (const auto row = rolled.Find(start)) return *row;
  const std::size_t row = rolled.Insert(start);
  rolled.values[kSamplesColumn][row] = 0;
  rolled.values[kCoveredColumn][row] = 0;
  return row;
}

/// The raw rows from `first` to before `end`, which are all of one bucket.
void AddRun(const Block& raw, std::size_t first, std::size_t end, HistoryKind kind,
            HistoryStep step, Block& rolled) {
  const std::int64_t start = BucketStart(raw.times[first], StepMilliseconds(step));
  const std::size_t row = BucketRow(rolled, start);
  const std::int64_t rows =
      rolled.values[kSamplesColumn][row] + static_cast<std::int64_t>(end - first);
  for (std::size_t metric = 0; metric + 1 < raw.values.size(); ++metric) {
    Figures figures = ReadFigures(rolled, row, RolledColumn(metric));
    const auto& column = raw.values[RawColumn(metric)];
    for (std::size_t i = first; i < end; ++i) {
      if (column[i] != kNoValue) figures.Add(column[i]);
    }
    WriteFigures(rolled, row, RolledColumn(metric), figures, rows, IsSumKept(kind, metric, step));
  }
  rolled.values[kSamplesColumn][row] = rows;
  for (std::size_t i = first; i < end; ++i) {
    const std::int64_t span = raw.values[kSpanColumn][i];
    if (span != kNoValue) rolled.values[kCoveredColumn][row] += span;
  }
}

}  // namespace

std::size_t RawColumns(HistoryKind kind) { return 1 + HistoryMetrics(kind).size(); }
std::size_t RolledColumns(HistoryKind kind) {
  return 2 + kRolledStride * HistoryMetrics(kind).size();
}

std::int64_t BucketStart(std::int64_t time, std::int64_t length) {
  const std::int64_t rest = time % length;
  return time - (rest < 0 ? rest + length : rest);
}

void AddToBuckets(const Block& raw, HistoryKind kind, HistoryStep step, Block& rolled) {
  const std::int64_t length = StepMilliseconds(step);
  for (std::size_t first = 0; first < raw.size();) {
    const std::int64_t start = BucketStart(raw.times[first], length);
    std::size_t end = first + 1;
    while (end < raw.size() && BucketStart(raw.times[end], length) == start) ++end;
    AddRun(raw, first, end, kind, step, rolled);
    first = end;
  }
}

std::optional<Block> UnpackChunk(std::string_view bytes, HistoryKind kind, HistoryStep step) {
  if (step == HistoryStep::kRaw) return UnpackBlock(bytes, RawColumns(kind));
  std::size_t stored = 0;
  auto block = UnpackBlock(bytes, RolledColumns(kind), &stored);
  const std::size_t first_layout = FirstLayoutColumns(kind);
  if (!block || stored != first_layout) return block;
  // From four columns a metric to six, the last one first: its place is free.
  for (std::size_t metric = (first_layout - 2) / 4; metric-- > 1;) {
    for (std::size_t i = 4; i-- > 0;) {
      std::swap(block->values[RolledColumn(metric) + i], block->values[2 + 4 * metric + i]);
    }
  }
  return block;
}

BucketSum ReadSum(const Block& rolled, std::size_t row, std::size_t metric) {
  const Figures figures = ReadFigures(rolled, row, RolledColumn(metric));
  return {figures.sum, figures.samples};
}

std::optional<HistoryPoint> ReadBucket(const Block& rolled, std::size_t row, std::size_t metric,
                                       double unit, HistoryStep step) {
  const Figures figures = ReadFigures(rolled, row, RolledColumn(metric));
  if (figures.samples == 0) return std::nullopt;
  const auto samples = static_cast<double>(figures.samples);
  HistoryPoint point;
  point.time = FromMilliseconds(rolled.times[row]);
  point.mean = FromUnits(figures.sum / samples, unit);
  point.min = FromUnits(static_cast<double>(figures.min), unit);
  point.max = FromUnits(static_cast<double>(figures.max), unit);
  point.last = FromUnits(static_cast<double>(figures.last), unit);
  point.samples = static_cast<std::uint32_t>(figures.samples);
  // Rows without a value cover nothing.
  const double told = samples / static_cast<double>(rolled.values[kSamplesColumn][row]);
  const auto length = static_cast<double>(StepMilliseconds(step));
  const auto covered = static_cast<double>(rolled.values[kCoveredColumn][row]);
  point.coverage = std::clamp(covered * told / length, 0.0, 1.0);
  return point;
}

}  // namespace antx
