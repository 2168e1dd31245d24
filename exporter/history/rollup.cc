#include "history/rollup.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace antx {
namespace {

constexpr std::size_t kMean = 0;
constexpr std::size_t kBelow = 1;  // mean - min
constexpr std::size_t kAbove = 2;  // max - mean
constexpr std::size_t kLast = 3;   // last - mean

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

Figures ReadFigures(const Block& rolled, std::size_t row, std::size_t column) {
  Figures figures;
  const std::int64_t mean = rolled.values[column + kMean][row];
  const std::int64_t samples = rolled.values[kSamplesColumn][row];
  if (mean == kNoValue || samples == kNoValue || samples <= 0) return figures;
  figures.samples = samples;
  figures.sum = static_cast<double>(mean) * static_cast<double>(samples);
  figures.min = mean - rolled.values[column + kBelow][row];
  figures.max = mean + rolled.values[column + kAbove][row];
  figures.last = mean + rolled.values[column + kLast][row];
  return figures;
}

void WriteFigures(Block& rolled, std::size_t row, std::size_t column, const Figures& figures) {
  if (figures.samples == 0) return;
  const std::int64_t mean = std::llround(figures.sum / static_cast<double>(figures.samples));
  rolled.values[column + kMean][row] = mean;
  rolled.values[column + kBelow][row] = mean - figures.min;
  rolled.values[column + kAbove][row] = figures.max - mean;
  rolled.values[column + kLast][row] = figures.last - mean;
}

/// The row of the bucket, made when it is missing.
std::size_t BucketRow(Block& rolled, std::int64_t start) {
  if (const auto row = rolled.Find(start)) return *row;
  const std::size_t row = rolled.Insert(start);
  rolled.values[kSamplesColumn][row] = 0;
  rolled.values[kCoveredColumn][row] = 0;
  return row;
}

void AddRun(const Block& raw, std::size_t first, std::size_t end, std::int64_t start,
            Block& rolled) {
  const std::size_t row = BucketRow(rolled, start);
  for (std::size_t metric = 0; metric + 1 < raw.values.size(); ++metric) {
    Figures figures = ReadFigures(rolled, row, RolledColumn(metric));
    const auto& column = raw.values[RawColumn(metric)];
    for (std::size_t i = first; i < end; ++i) {
      if (column[i] != kNoValue) figures.Add(column[i]);
    }
    WriteFigures(rolled, row, RolledColumn(metric), figures);
  }
  rolled.values[kSamplesColumn][row] += static_cast<std::int64_t>(end - first);
  for (std::size_t i = first; i < end; ++i) {
    const std::int64_t span = raw.values[kSpanColumn][i];
    if (span != kNoValue) rolled.values[kCoveredColumn][row] += span;
  }
}

}  // namespace

std::size_t RawColumns(HistoryKind kind) { return 1 + HistoryMetrics(kind).size(); }
std::size_t RolledColumns(HistoryKind kind) { return 2 + 4 * HistoryMetrics(kind).size(); }

std::int64_t BucketStart(std::int64_t time, std::int64_t length) {
  const std::int64_t rest = time % length;
  return time - (rest < 0 ? rest + length : rest);
}

void AddToBuckets(const Block& raw, HistoryStep step, Block& rolled) {
  const std::int64_t length = StepMilliseconds(step);
  for (std::size_t first = 0; first < raw.size();) {
    const std::int64_t start = BucketStart(raw.times[first], length);
    std::size_t end = first + 1;
    while (end < raw.size() && BucketStart(raw.times[end], length) == start) ++end;
    AddRun(raw, first, end, start, rolled);
    first = end;
  }
}

void CombineBuckets(const Block& from, HistoryStep step, Block& rolled) {
  const std::int64_t length = StepMilliseconds(step);
  for (std::size_t i = 0; i < from.size(); ++i) {
    const std::size_t row = BucketRow(rolled, BucketStart(from.times[i], length));
    for (std::size_t column = RolledColumn(0); column < from.values.size(); column += 4) {
      Figures figures = ReadFigures(rolled, row, column);
      figures.Add(ReadFigures(from, i, column));
      WriteFigures(rolled, row, column, figures);
    }
    rolled.values[kSamplesColumn][row] += from.values[kSamplesColumn][i];
    rolled.values[kCoveredColumn][row] += from.values[kCoveredColumn][i];
  }
}

std::optional<HistoryPoint> ReadBucket(const Block& rolled, std::size_t row, std::size_t metric,
                                       double unit, HistoryStep step) {
  const std::size_t column = RolledColumn(metric);
  const std::int64_t mean = rolled.values[column + kMean][row];
  if (mean == kNoValue) return std::nullopt;
  const auto value = [&](std::int64_t stored) { return FromStored(stored, unit).value_or(0); };
  HistoryPoint point;
  point.time = FromMilliseconds(rolled.times[row]);
  point.mean = value(mean);
  point.min = value(mean - rolled.values[column + kBelow][row]);
  point.max = value(mean + rolled.values[column + kAbove][row]);
  point.last = value(mean + rolled.values[column + kLast][row]);
  point.samples = static_cast<std::uint32_t>(rolled.values[kSamplesColumn][row]);
  const auto length = static_cast<double>(StepMilliseconds(step));
  point.coverage =
      std::clamp(static_cast<double>(rolled.values[kCoveredColumn][row]) / length, 0.0, 1.0);
  return point;
}

}  // namespace antx
